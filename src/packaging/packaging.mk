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

PACKAGES := $(BUILD)/packages

# The time of all that is packed, so that the same source makes the same packages: that of the newest entry of the change log.
SOURCE_DATE_EPOCH ?= $(shell date -d "$$(sed -n 's/^ -- .*>  //p' src/packaging/CHANGELOG | head -n 1)" +%s 2>/dev/null || echo 0)
PACK = SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH)

.PHONY: deps-packages
deps-packages: ## install what packages are made and looked at with (Debian, Ubuntu)
	$(Q)sh tests/tools/deps.sh dpkg-dev libssl-dev zlib1g-dev lintian python3-build python3-setuptools python3-wheel python3-pip binutils

# ---- the manual page ----------------------------------------------------------------------------

MANUAL := $(BUILD)/chartmogul.7

.PHONY: man
man: $(MANUAL) ## the manual page chartmogul(7), of what chartmogul_help says

$(MANUAL): src/packaging/man.py src/packaging/CHANGELOG $(LIBRARY)
	$(if $(Q),@echo "  WRITE $@")
	$(Q)$(LEAKS_ARE_THEIRS) python3 -B $< $(LIBRARY) $(VERSION) src/packaging/CHANGELOG $@

# ---- a library that needs only libc -------------------------------------------------------------

ARCH       := $(shell $(CC) -dumpmachine 2>/dev/null | cut -d- -f1)
STANDALONE = $(BUILD)/packages/linux-$(ARCH)/chartmogul.so
SOURCED    = $(BUILD)/packages/sources
# The newest version of glibc that the standalone library may ask for, and so the oldest system that loads it.
NEWEST_GLIBC ?= 2.34

.PHONY: standalone
standalone: $(STANDALONE) ## a library with libcurl, OpenSSL, zlib and cJSON inside: it needs only libc (Linux)

$(STANDALONE): src/packaging/standalone.sh $(LOADABLE_OBJECTS) $(SOURCED)/curl/configure $(SOURCED)/cjson/cJSON.c
	@mkdir -p $(@D)
	$(Q)CC='$(CC)' CFLAGS='-O2 -fPIC -fvisibility=hidden' sh $< $(SOURCED) $@ $(LOADABLE_OBJECTS)

.PHONY: sources
sources: $(SOURCED)/curl/configure $(SOURCED)/cjson/cJSON.c ## fetch the sources of the libraries that go inside it

$(SOURCED)/curl/configure:
	$(Q)sh src/packaging/fetch_source.sh curl $(SOURCED)

# One after the other: apt locks its lists.
$(SOURCED)/cjson/cJSON.c: | $(SOURCED)/curl/configure
	$(Q)sh src/packaging/fetch_source.sh cjson $(SOURCED)

.PHONY: test-standalone
test-standalone: $(STANDALONE) $(SANDBOX) ## what it needs, what it shows, and that it reads and writes
	$(Q)$(IN_TEST) NEWEST_GLIBC=$(NEWEST_GLIBC) sh tests/packaging/standalone.sh $(STANDALONE) $(SANDBOX)

# ---- the same for other machines ----------------------------------------------------------------

# Its own objects, the sources and packages of this house. The headers of the libraries are those of their sources, sqlite3.h
# is the same on every machine.
SYSROOT_ARM64 := $(PACKAGES)/sysroot-arm64
LINUX_ARM64   := $(PACKAGES)/linux-aarch64/chartmogul.so
FROM_SOURCE   := -I$(abspath $(PACKAGES))/sqlite -I$(abspath $(SOURCED))/curl/include -I$(abspath $(SOURCED))

.PHONY: linux-arm64 test-linux-arm64
linux-arm64: $(LINUX_ARM64) ## the standalone library for Linux on 64-bit ARM (needs crossbuild-essential-arm64)

$(SYSROOT_ARM64)/laid/usr/bin/sqlite3: src/packaging/sysroot.sh
	$(Q)sh $< arm64 $(SYSROOT_ARM64) libc6 libgcc-s1 libssl-dev zlib1g-dev zlib1g sqlite3 libsqlite3-0 libreadline8 libtinfo6
	$(Q)touch $@

INCLUDES := $(call pkg,--variable=includedir,sqlite3,/usr/include)
$(PACKAGES)/sqlite/sqlite3ext.h:
	@mkdir -p $(@D)
	$(Q)cp $(INCLUDES)/sqlite3.h $(INCLUDES)/sqlite3ext.h $(@D)/

$(LINUX_ARM64): $(SOURCES) $(SYSROOT_ARM64)/laid/usr/bin/sqlite3 $(PACKAGES)/sqlite/sqlite3ext.h $(SOURCED)/curl/configure $(SOURCED)/cjson/cJSON.c
	$(Q)CROSS_HOST=aarch64-linux-gnu SYSROOT=$(SYSROOT_ARM64)/laid $(MAKE) --no-print-directory BUILD=$(BUILD)/linux-arm64 \
	  CC=aarch64-linux-gnu-gcc SOURCED=$(abspath $(SOURCED)) STANDALONE=$(abspath $@) PKG_CFLAGS='$(FROM_SOURCE)' standalone

test-linux-arm64: $(LINUX_ARM64) $(SANDBOX) ## that library under qemu: what it needs, and that it reads and writes
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) NEWEST_GLIBC=$(NEWEST_GLIBC) sh tests/packaging/foreign.sh aarch64-linux-gnu \
	  'qemu-aarch64-static -L $(SYSROOT_ARM64)/laid $(SYSROOT_ARM64)/laid/usr/bin/sqlite3' $(LINUX_ARM64) $(SANDBOX)

# For Alpine Linux and others with musl for a C library: Mbed TLS encrypts there (TLS 1.2), because it is small and needs nothing of
# the system. The compiler's own folders lack the kernel's headers, which are the same for every C library.
LINUX_MUSL  := $(PACKAGES)/linux-$(ARCH)-musl/chartmogul.so
MUSL_SHELL  := $(PACKAGES)/linux-$(ARCH)-musl/sqlite3
KERNEL      := $(PACKAGES)/kernel

.PHONY: linux-musl test-linux-musl
linux-musl: $(LINUX_MUSL) ## the standalone library for Linux with musl (needs musl-tools)

$(KERNEL)/linux/tcp.h:
	@mkdir -p $(KERNEL)
	$(Q)ln -sf /usr/include/linux /usr/include/asm-generic $(wildcard /usr/include/$(ARCH)-linux-gnu/asm /usr/include/asm) $(KERNEL)/

$(SOURCED)/zlib/zlib.h: | $(SOURCED)/cjson/cJSON.c
	$(Q)sh src/packaging/fetch_source.sh zlib $(SOURCED)

$(SOURCED)/mbedtls/library/Makefile: | $(SOURCED)/zlib/zlib.h
	$(Q)sh src/packaging/fetch_source.sh mbedtls $(SOURCED)

$(LINUX_MUSL): $(SOURCES) $(KERNEL)/linux/tcp.h $(PACKAGES)/sqlite/sqlite3ext.h $(SOURCED)/curl/configure $(SOURCED)/cjson/cJSON.c \
  $(SOURCED)/zlib/zlib.h $(SOURCED)/mbedtls/library/Makefile src/packaging/standalone.sh
	$(Q)CROSS_HOST=$(ARCH)-linux-musl TOOLS= TLS=mbedtls $(MAKE) --no-print-directory BUILD=$(BUILD)/linux-musl CC=musl-gcc \
	  SOURCED=$(abspath $(SOURCED)) STANDALONE=$(abspath $@) PKG_CFLAGS='$(FROM_SOURCE) -isystem $(abspath $(KERNEL))' standalone

# SQLite's shell, of its source, for machines that no package comes from.
$(SOURCED)/sqlite3/shell.c: | $(SOURCED)/mbedtls/library/Makefile
	$(Q)sh src/packaging/fetch_source.sh sqlite3 $(SOURCED)
	$(Q)cd $(SOURCED)/sqlite3 && { ./configure --quiet --disable-shared && $(MAKE) sqlite3.c shell.c; } >make.log 2>&1

$(MUSL_SHELL): $(SOURCED)/sqlite3/shell.c
	@mkdir -p $(@D)
	$(Q)musl-gcc -O1 -o $@ $(SOURCED)/sqlite3/shell.c $(SOURCED)/sqlite3/sqlite3.c

test-linux-musl: $(LINUX_MUSL) $(MUSL_SHELL) $(SANDBOX) ## that library in a shell with musl: what it needs, and that it reads and writes
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/packaging/foreign.sh '' $(MUSL_SHELL) $(LINUX_MUSL) $(SANDBOX)

# For Windows: its own Schannel encrypts and knows the authorities. What the library uses of POSIX is in src/packaging/windows.
WINDOWS_X64   := $(PACKAGES)/windows-x86_64/chartmogul.dll
WINDOWS_SHELL := $(PACKAGES)/windows-x86_64/sqlite3.exe
MINGW         := x86_64-w64-mingw32

.PHONY: windows-x64 test-windows-x64
windows-x64: $(WINDOWS_X64) ## the library for 64-bit Windows (needs mingw-w64)

$(WINDOWS_X64): $(SOURCES) $(wildcard src/packaging/windows/*.* src/packaging/windows/*/*.h) $(PACKAGES)/sqlite/sqlite3ext.h \
  $(SOURCED)/curl/configure $(SOURCED)/cjson/cJSON.c $(SOURCED)/zlib/zlib.h src/packaging/standalone.sh
	$(Q)CROSS_HOST=$(MINGW) TLS=schannel $(MAKE) --no-print-directory BUILD=$(BUILD)/windows-x64 CC=$(MINGW)-gcc \
	  SOURCED=$(abspath $(SOURCED)) STANDALONE=$(abspath $@) \
	  PKG_CFLAGS='$(FROM_SOURCE) -DCURL_STATICLIB -I$(abspath src/packaging/windows) -include posix.h' standalone

$(WINDOWS_SHELL): $(SOURCED)/sqlite3/shell.c
	@mkdir -p $(@D)
	$(Q)$(MINGW)-gcc -O1 -o $@ $(SOURCED)/sqlite3/shell.c $(SOURCED)/sqlite3/sqlite3.c

test-windows-x64: $(WINDOWS_X64) $(WINDOWS_SHELL) $(SANDBOX) ## that library under Wine: what it needs, and that it reads and writes
	$(Q)WINEPREFIX=$(abspath $(PACKAGES))/wine WINEDEBUG=-all $(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/packaging/foreign.sh $(MINGW) \
	  'wine $(WINDOWS_SHELL)' $(WINDOWS_X64) $(SANDBOX)

# On macOS the library for both kinds of processor, with the system's libcurl, which is there for both, and cJSON inside:
# CJSON names the folder of cJSON.c and cJSON.h, because Homebrew's is of one kind. It is made on no other system, and was
# tried on none: src/packaging/README.md.
MACOS := $(PACKAGES)/macos/chartmogul.dylib
CJSON ?= $(SOURCED)/cjson

.PHONY: macos
macos: ## on macOS: a library for both kinds of processor (CJSON=the folder of cJSON.c)
	@[ '$(UNAME)' = Darwin ] || { echo 'make macos: this is $(UNAME): the compiler and the SDK of macOS are needed' >&2; exit 1; }
	$(Q)mkdir -p $(dir $(MACOS)) $(PACKAGES)/macos/include/cjson && cp '$(CJSON)/cJSON.h' $(PACKAGES)/macos/include/cjson/
	$(Q)for arch in arm64 x86_64; do \
	  $(CC) -arch $$arch -O2 -fPIC -DCJSON_HIDE_SYMBOLS -c -o $(PACKAGES)/macos/cJSON-$$arch.o '$(CJSON)/cJSON.c' && \
	  $(MAKE) --no-print-directory BUILD=$(BUILD)/macos-$$arch PKG_CFLAGS=-I$(abspath $(PACKAGES))/macos/include \
	    PKG_LIBS='$(abspath $(PACKAGES))/macos/cJSON-'$$arch.o' -lcurl' CFLAGS="$(CFLAGS) -arch $$arch" \
	    LDFLAGS="$(LDFLAGS) -arch $$arch -Wl,-install_name,@loader_path/chartmogul.dylib" all || exit 1; done
	$(Q)lipo -create -output $(MACOS) $(BUILD)/macos-arm64/chartmogul.dylib $(BUILD)/macos-x86_64/chartmogul.dylib
	@echo $(MACOS)

# ---- for programs that load no extensions -------------------------------------------------------

PRELOAD := $(BUILD)/chartmogul-preload.so

.PHONY: preload test-preload
preload: $(PRELOAD) ## a library for LD_PRELOAD, where a program does not load extensions (Linux)

$(PRELOAD): src/packaging/preload.c $(ARCHIVE)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) $(CFLAGS_ALL) -shared $(LDFLAGS_ALL) -Wl,--exclude-libs,ALL -o $@ $^ $(PKG_LIBS) $(SQLITE_LIBS)

test-preload: $(PRELOAD) $(SANDBOX) ## that library before programs that load nothing
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/packaging/preload.sh $(PRELOAD) $(SANDBOX)

.PHONY: test-install
test-install: $(LIBRARY) $(ARCHIVE) $(SANDBOX) ## what make install puts where, that it works there, and that uninstall leaves nothing
	$(Q)MAKE='$(MAKE)' BUILD=$(BUILD) CC='$(CC)' $(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/packaging/install.sh $(SANDBOX)

# ---- Debian -------------------------------------------------------------------------------------

DEB     := $(PACKAGES)/libsqlite3-mod-chartmogul_$(VERSION)_$(shell dpkg --print-architecture 2>/dev/null).deb
DEB_LIB := $(OBJ)/deb/chartmogul.so.$(VERSION)

.PHONY: deb test-deb
deb: $(DEB) ## a Debian package with the library of the system's libcurl and cJSON

$(DEB_LIB): $(LOADABLE_OBJECTS)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared -Wl,-soname,chartmogul.so.0 -Wl,-z,relro -Wl,-z,now -Wl,--as-needed $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS)

$(DEB): src/packaging/deb.sh src/packaging/manuals.sh src/packaging/CHANGELOG $(DEB_LIB) $(MANUAL)
	$(Q)$(PACK) sh $< $(VERSION) $(DEB_LIB) $(MANUAL) $(PACKAGES)

test-deb: $(DEB) $(SANDBOX) ## the Debian package: what lintian says, installed and used by its bare name
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/packaging/deb.sh $(DEB) $(SANDBOX)

# ---- packages of the registries -----------------------------------------------------------------

WHEEL_TAG := $(shell sh src/packaging/wheel_tag.sh linux-$(ARCH) $(NEWEST_GLIBC))
WHEEL    := $(PACKAGES)/sqlite_chartmogul-$(VERSION)-py3-none-$(WHEEL_TAG).whl
NPM      := $(PACKAGES)/sqlite-chartmogul-$(VERSION).tgz

SDIST    := $(PACKAGES)/sqlite-chartmogul-$(VERSION).tar.gz
# Where the packages will be fetched from, for sqlpkg.json.
RELEASES ?= https://sqlite-chartmogul.invalid/releases/$(VERSION)

.PHONY: wheel sdist npm packages test-packages
wheel: $(WHEEL) ## a wheel for Python with the standalone library
sdist: $(SDIST) ## a source distribution for Python, which compiles the library where it is installed
npm: $(NPM) ## npm packages with the standalone library

$(WHEEL): src/packaging/wheel.sh src/packaging/wheel_tag.sh $(wildcard src/packaging/python/*.* src/packaging/python/*/*.py) $(STANDALONE)
	$(Q)$(PACK) sh $< wheel $(VERSION) $(STANDALONE) $(WHEEL_TAG) $(PACKAGES)

$(SDIST): src/packaging/wheel.sh $(wildcard src/packaging/python/*.* src/packaging/python/*/*.py) $(AMALGAMATION) $(BUILD)/amalgamation/chartmogul.h
	$(Q)$(PACK) sh $< sdist $(VERSION) $(BUILD)/amalgamation $(PACKAGES)

# The libraries of other machines, where their compilers are here.
has     = $(shell command -v $(1) 2>/dev/null)
FOREIGN = $(if $(call has,musl-gcc),$(LINUX_MUSL)) $(if $(call has,aarch64-linux-gnu-gcc),$(LINUX_ARM64)) \
  $(if $(call has,$(MINGW)-gcc),$(WINDOWS_X64))

# npm.py packs every library that stands there: those that are asked for in the same call of make are made before.
ASKED = $(patsubst test-%,%,$(filter linux-% windows-% test-linux-% test-windows-%,$(MAKECMDGOALS)))

$(NPM): src/packaging/npm.py $(wildcard src/packaging/npm/*) $(STANDALONE) $(if $(filter packages test-packages,$(MAKECMDGOALS)),$(FOREIGN)) | $(ASKED)
	$(Q)python3 -B $< $(VERSION) $(PACKAGES) $(PACKAGES)

# Its recipe makes what no other rule makes, and sums up what stands there: all else comes before, also of what is asked for with it.
packages: $(STANDALONE) $(FOREIGN) $(WHEEL) $(NPM) $(SDIST) $(DEB) $(MANUAL) | $(ASKED) ## all of them, for all machines that compilers are here for, with sqlpkg.json and SHA256SUMS, in build/packages
	$(Q)$(PACK) sh src/packaging/packages.sh $(VERSION) $(NEWEST_GLIBC) $(RELEASES) $(PACKAGES) $(STANDALONE) $(MANUAL)

test-packages: packages $(SANDBOX) ## the tarballs, what sqlpkg makes of them, and the checksums
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/packaging/tarballs.sh $(PACKAGES) linux-$(ARCH) $(SANDBOX)

.PHONY: test-again
test-again: $(DEB) $(SDIST) ## the packages that are there, the Debian one and the source distribution at least, made once more: the same bytes
	$(Q)MAKE='$(MAKE)' BUILD=$(BUILD) $(LEAKS_ARE_THEIRS) sh tests/packaging/again.sh $(DEB) $(SDIST) $(wildcard $(WHEEL) $(NPM))

.PHONY: test-wheel test-sdist test-npm
test-wheel: $(WHEEL) $(SANDBOX) ## the wheel, installed and used
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/packaging/packages.sh wheel $(WHEEL) $(SANDBOX)

test-sdist: $(SDIST) $(SANDBOX) ## the source distribution, compiled, installed and used
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/packaging/packages.sh sdist $(SDIST) $(SANDBOX)

test-npm: $(NPM) $(SANDBOX) $(BETTER_SQLITE3)/package.json $(NODE_22)/package.json ## the npm packages, installed and used
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/packaging/packages.sh npm $(PACKAGES) $(BETTER_SQLITE3) $(NODE_22) $(SANDBOX)
