# sqlite-chartmogul: `make help` lists the targets.
#
# User flags are appended, never replaced: make CFLAGS=-O3 LDFLAGS=-s. Local choices go into config.mk.
-include config.mk

FLAVOUR ?= release
BUILD   ?= build
OBJ     := $(BUILD)/obj
V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)
SHELL   := /bin/sh

UNAME   := $(shell uname -s)
SUFFIX  := $(if $(filter Darwin,$(UNAME)),dylib,so)
LIBRARY := $(BUILD)/chartmogul.$(SUFFIX)
ARCHIVE := $(BUILD)/libchartmogul.a

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
WERROR   ?= -Werror
COMMIT   := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

pkg = $(shell pkg-config $(1) $(2) 2>/dev/null || echo $(3))
PKG_CFLAGS := $(call pkg,--cflags,libcurl libcjson sqlite3,)
PKG_LIBS   := $(call pkg,--libs,libcurl libcjson,-lcurl -lcjson)
SQLITE_LIBS := $(call pkg,--libs,sqlite3,-lsqlite3)

OPT ?= -O2 -g
CFLAGS_ALL = -std=c11 -D_POSIX_C_SOURCE=200809L $(WARNINGS) $(WERROR) -fPIC -fvisibility=hidden $(OPT) \
  -Isrc $(PKG_CFLAGS) -MMD -MP $(EXTRA_CFLAGS) $(CFLAGS)
LDFLAGS_ALL = $(EXTRA_LDFLAGS) $(LDFLAGS)

SOURCES := $(sort $(wildcard src/*.c src/resources/*.c))
LOADABLE_OBJECTS := $(SOURCES:src/%.c=$(OBJ)/loadable/%.o)
STATIC_OBJECTS   := $(SOURCES:src/%.c=$(OBJ)/static/%.o)

.PHONY: all
all: $(LIBRARY) ## the loadable extension (the default)

.PHONY: static
static: $(ARCHIVE) ## libchartmogul.a, for programs that link SQLite themselves

$(LIBRARY): $(LOADABLE_OBJECTS)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) -shared $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS)

$(ARCHIVE): $(STATIC_OBJECTS)
	$(if $(Q),@echo "  AR    $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(OBJ)/loadable/%.o: src/%.c | dirs
	$(if $(Q),@echo "  CC    $<")
	$(Q)$(CC) $(CFLAGS_ALL) -DCM_COMMIT='"$(COMMIT)"' -c -o $@ $<

$(OBJ)/static/%.o: src/%.c | dirs
	$(if $(Q),@echo "  CC    $< (static)")
	$(Q)$(CC) $(CFLAGS_ALL) -DCM_COMMIT='"$(COMMIT)"' -DSQLITE_CORE -c -o $@ $<

.PHONY: dirs
dirs:
	@mkdir -p $(OBJ)/loadable/resources $(OBJ)/static/resources

-include tests/tests.mk

.PHONY: deps
deps: ## install what is needed to build and test (Debian, Ubuntu)
	$(Q)sh tests/tools/deps.sh

.PHONY: format
format: ## lay out every C file
	$(Q)clang-format -i $$(git ls-files '*.c' '*.h')

.PHONY: lint
lint: ## layers, layout, banned functions, cppcheck, clang-tidy, shellcheck
	$(Q)sh tests/tools/lint.sh

.PHONY: clean
clean: ## remove everything that was built
	$(Q)rm -rf $(BUILD)

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

-include $(LOADABLE_OBJECTS:.o=.d) $(STATIC_OBJECTS:.o=.d)
