# What is made for those who do not build the library themselves: src/packaging/README.md

# ---- one source file ----------------------------------------------------------------------------

AMALGAMATION := $(BUILD)/amalgamation/chartmogul.c

.PHONY: amalgamation
amalgamation: $(AMALGAMATION) $(BUILD)/amalgamation/chartmogul.h ## all of the source as chartmogul.c and chartmogul.h

$(AMALGAMATION): src/packaging/amalgamate.py $(SOURCES) $(wildcard src/*.h src/*/*.h src/*/*/*.h)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  WRITE $@")
	$(Q)python3 -B $< src $@

$(BUILD)/amalgamation/chartmogul.h: src/chartmogul.h
	@mkdir -p $(@D)
	$(Q)cp $< $@

# The tests of the library, on a library made from that file: those that put nothing in the place of a single module.
ONE_FILE_PARTS ?= cases examples

.PHONY: test-amalgamation
test-amalgamation: $(AMALGAMATION) ## cases and examples on the one file (ONE_FILE_PARTS='...': others)
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/one-file ONE_FILE=$(abspath $(AMALGAMATION)) PARTS='$(ONE_FILE_PARTS)' test

# ---- a library that needs only libc -------------------------------------------------------------

ARCH       := $(shell $(CC) -dumpmachine 2>/dev/null | cut -d- -f1)
STANDALONE := $(BUILD)/packages/linux-$(ARCH)/chartmogul.so
SOURCED    := $(BUILD)/packages/sources
# The newest version of glibc that the standalone library may ask for, and so the oldest system that loads it.
NEWEST_GLIBC ?= 2.34

.PHONY: standalone
standalone: $(STANDALONE) ## a library with libcurl, OpenSSL, zlib and cJSON inside: it needs only libc (Linux)

$(STANDALONE): src/packaging/standalone.sh $(LOADABLE_OBJECTS) $(SOURCED)/curl/configure $(SOURCED)/cjson/cJSON.c
	@mkdir -p $(@D)
	$(Q)CC='$(CC)' CFLAGS='-O2 -fPIC -fvisibility=hidden' sh $< $(SOURCED) $@ $(LOADABLE_OBJECTS)

$(SOURCED)/curl/configure:
	$(Q)sh src/packaging/fetch_source.sh curl $(SOURCED)

$(SOURCED)/cjson/cJSON.c:
	$(Q)sh src/packaging/fetch_source.sh cjson $(SOURCED)

.PHONY: test-standalone
test-standalone: $(STANDALONE) $(SANDBOX) $(NO_NETWORK) ## what it needs, what it shows, and that it reads and writes
	$(Q)$(IN_TEST) NEWEST_GLIBC=$(NEWEST_GLIBC) sh tests/packaging/standalone.sh $(STANDALONE) $(SANDBOX)
