# sqlite-chartmogul: `make help` lists the targets.
#
# User flags are appended, never replaced: make CFLAGS=-O3 CPPFLAGS=-D_FORTIFY_SOURCE=2 LDFLAGS=-s. Local choices go
# into config.mk. Who changes the code says make WERROR=-Werror; lint, CI and what only tests use have it always.
-include config.mk

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
WERROR   ?=
VERSION  := $(shell sed -n 's/^.define CM_VERSION "\(.*\)"/\1/p' src/base/base.h)
COMMIT   := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

pkg = $(shell pkg-config $(1) $(2) 2>/dev/null || echo $(3))
PKG_CFLAGS := $(call pkg,--cflags,libcurl libcjson sqlite3,)
PKG_LIBS   := $(call pkg,--libs,libcurl libcjson,-lcurl -lcjson)
SQLITE_LIBS := $(call pkg,--libs,sqlite3,-lsqlite3)

# Without NDEBUG the descriptors are checked whenever the library loads.
OPT ?= -O2 -g -DNDEBUG
CFLAGS_ALL = -std=c11 -D_POSIX_C_SOURCE=200809L $(WARNINGS) $(WERROR) -fPIC -fvisibility=hidden $(OPT) \
  -Isrc $(PKG_CFLAGS) -MMD -MP $(EXTRA_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LDFLAGS_ALL = $(EXTRA_LDFLAGS) $(LDFLAGS)

# Rooms and their folders: src/README.md. No two files have one name: the archive knows them by it.
SOURCES := $(filter-out src/packaging/%,$(sort $(wildcard src/*.c src/*/*.c src/*/*/*.c)))
OBJECTS := $(if $(ONE_FILE),one_file.o,$(SOURCES:src/%.c=%.o))
LOADABLE_OBJECTS := $(OBJECTS:%=$(OBJ)/loadable/%)
STATIC_OBJECTS   := $(OBJECTS:%=$(OBJ)/static/%)

.PHONY: all
all: $(LIBRARY) ## the loadable extension (the default)

.PHONY: static
static: $(ARCHIVE) $(BUILD)/chartmogul.h ## libchartmogul.a and chartmogul.h, for programs that link SQLite themselves

.PHONY: debug
debug: ## the library in build/debug, unoptimised and with its own checks
	$(Q)$(MAKE) BUILD=$(BUILD)/debug OPT='-O0 -g' all

$(LIBRARY): $(LOADABLE_OBJECTS)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) -shared $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS)

$(ARCHIVE): $(STATIC_OBJECTS)
	$(if $(Q),@echo "  AR    $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/chartmogul.h: src/chartmogul.h | dirs
	$(Q)cp $< $@

$(OBJ)/loadable/%.o: src/%.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC    $<")
	$(Q)$(CC) $(CFLAGS_ALL) -DCM_COMMIT='"$(COMMIT)"' -c -o $@ $<

$(OBJ)/static/%.o: src/%.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC    $< (static)")
	$(Q)$(CC) $(CFLAGS_ALL) -DCM_COMMIT='"$(COMMIT)"' -DSQLITE_CORE -c -o $@ $<

# ONE_FILE=chartmogul.c: from `make amalgamation`.
$(OBJ)/loadable/one_file.o: $(ONE_FILE) | dirs
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) -DCM_COMMIT='"$(COMMIT)"' -c -o $@ $(ONE_FILE)

$(OBJ)/static/one_file.o: $(ONE_FILE) | dirs
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) -DCM_COMMIT='"$(COMMIT)"' -DSQLITE_CORE -c -o $@ $(ONE_FILE)

.PHONY: dirs
dirs:
	@mkdir -p $(OBJ)

-include tests/tests.mk
include src/packaging/packaging.mk

# ---- testing it: the parts are in tests/tests.mk ------------------------------------------------

.PHONY: test test-programs
test-programs: $(TEST_PROGRAMS)

test: $(LIBRARY) $(SANDBOX) $(NO_NETWORK) $(TEST_PROGRAMS) ## everything but the slow runs below (JOBS=2: so many parts at a time)
	$(Q)rm -f $(NO_NETWORK_MARK) $(BUILD)/unit/*.log $(BUILD)/unit/*/*.log
	$(Q)MAKE='$(MAKE)' BUILD=$(BUILD) MARK=$(NO_NETWORK_MARK) JOBS=$(JOBS) sh tests/tools/run_parts.sh $(PARTS)

# ---- trying it out --------------------------------------------------------------------------------

.PHONY: demo
demo: $(LIBRARY) $(SANDBOX) ## a dozen queries against a made-up account (yours, read-only, if CHARTMOGUL_API_KEY is set)
	$(Q)sh tests/tools/demo.sh demo $(LIBRARY) $(SANDBOX)

.PHONY: shell
shell: $(LIBRARY) $(SANDBOX) ## a sqlite3 prompt on the same made-up account (on yours, if CHARTMOGUL_API_KEY is set)
	$(Q)sh tests/tools/demo.sh shell $(LIBRARY) $(SANDBOX)

.PHONY: dashboard
dashboard: $(LIBRARY) $(SANDBOX) ## build/dashboard.html: pictures of a made-up account (of yours, if CHARTMOGUL_API_KEY is set)
	$(Q)sh tests/tools/demo.sh dashboard $(LIBRARY) $(SANDBOX) $(BUILD)/dashboard.html

.PHONY: check-account
check-account: $(LIBRARY) ## what nobody has recorded of the API, as it is on your account: 60 requests that read, a report for an issue
	$(Q)sh tests/tools/check_account.sh $(LIBRARY)

# ---- shipping it ----------------------------------------------------------------------------------

PREFIX  ?= /usr/local
DESTDIR ?=
DIST    := sqlite-chartmogul-$(VERSION)
STRIP   ?= strip
INSTALL := DESTDIR='$(DESTDIR)' STRIP='$(STRIP)' sh src/packaging/install.sh

# The manual page is written by python3 and the sqlite3 shell; a machine that lacks them does without.
CAN_WRITE_MANUAL := $(shell command -v python3 >/dev/null && command -v sqlite3)

.PHONY: install
install: $(LIBRARY) $(ARCHIVE) $(if $(CAN_WRITE_MANUAL),$(MANUAL)) ## into PREFIX/lib/sqlite3 (PREFIX is /usr/local), below DESTDIR
	$(Q)$(INSTALL) install '$(PREFIX)' $(VERSION) $(LIBRARY) $(ARCHIVE) $(MANUAL)

.PHONY: uninstall
uninstall: ## what install has put there
	$(Q)$(INSTALL) uninstall '$(PREFIX)' $(LIBRARY)

.PHONY: dist
dist: ## a tarball of what is committed; it builds without git
	$(Q)mkdir -p $(BUILD)
	$(Q)git archive --format=tar.gz --prefix=$(DIST)/ -o $(BUILD)/$(DIST).tar.gz HEAD
	@echo $(BUILD)/$(DIST).tar.gz

# ---- keeping it in order --------------------------------------------------------------------------

C_FILES = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h')

.PHONY: deps
deps: ## install what is needed to build and test (Debian, Ubuntu)
	$(Q)sh tests/tools/deps.sh

.PHONY: format
format: ## lay out every C file
	$(Q)clang-format -i $(C_FILES)

.PHONY: format-check
format-check: ## fail where a C file is not laid out
	$(Q)sh tests/tools/lint.sh format

.PHONY: lint
lint: $(LIBRARY) ## layout, layers, circles, budgets, lengths, banned functions, exports, cppcheck, clang-tidy, shellcheck
	$(Q)BUILD=$(BUILD) CPPFLAGS_LINT='-std=c11 -D_POSIX_C_SOURCE=200809L -Isrc $(PKG_CFLAGS)' \
	  sh tests/tools/lint.sh

.PHONY: lint-deep
lint-deep: ## clang's analyzer over src, following every call: minutes
	$(Q)CPPFLAGS_LINT='-std=c11 -D_POSIX_C_SOURCE=200809L -Isrc $(PKG_CFLAGS)' sh tests/tools/lint.sh analyzer

.PHONY: clean
clean: ## remove everything that was built
	$(Q)rm -rf $(BUILD)

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sort -u | awk -F ':.*## ' '{printf "  %-22s %s\n", $$1, $$2}'

-include $(LOADABLE_OBJECTS:.o=.d) $(STATIC_OBJECTS:.o=.d)
