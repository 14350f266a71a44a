# The unit tests, in rooms like src: every tests/unit/ROOM/NAME.c is a program of its own, linked with the static library and
# with what they share, tests/unit/support/*.c.
#
#   make test-unit            all of them
#   make test-unit ONLY=wire/json  one

UNIT_NAMES := $(patsubst tests/unit/%.c,%,$(filter-out tests/unit/support/%,$(sort $(wildcard tests/unit/*.c tests/unit/*/*.c))))
UNIT_TESTS := $(UNIT_NAMES:%=$(BUILD)/unit/%)
UNIT_SUPPORT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%.o,$(wildcard tests/unit/support/*.c))
UNIT_CFLAGS  = $(CFLAGS_ALL) -DSQLITE_CORE -Itests/unit
UNIT_LIBS   = $(call pkg,--libs,cmocka,-lcmocka) $(call pkg,--libs,libmicrohttpd,-lmicrohttpd) \
  $(SQLITE_LIBS) $(PKG_LIBS) -lz -lpthread
ONLY ?= $(UNIT_NAMES)

.PHONY: test-unit
test-unit: $(ONLY:%=$(BUILD)/unit/%) | $(NO_NETWORK) ## the tests of single modules (ONLY=wire/json: one of them)
	$(Q)failed=; for test in $^; do \
	  $(UNIT_RUNNER) $$test >$$test.log 2>&1 || { failed="$$failed $${test#$(BUILD)/unit/}"; cat $$test.log; }; \
	done; \
	cat $(^:=.log) | sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' | \
	  awk -v programs=$(words $^) '{ n += $$1 } END { print "unit: " n + 0 " tests passed in " programs " programs" }'; \
	if [ -n "$$failed" ]; then echo "unit: FAILED:$$failed"; exit 1; fi

$(BUILD)/unit/support/%.o: tests/unit/support/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_CFLAGS) -c -o $@ $<

$(BUILD)/unit/%: tests/unit/%.c $(UNIT_SUPPORT) $(ARCHIVE)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  TEST  $<")
	$(Q)$(CC) $(UNIT_CFLAGS) -MF $@.d -MT $@ $(LDFLAGS_ALL) -o $@ $< $(UNIT_SUPPORT) $(ARCHIVE) $(UNIT_LIBS)

.SECONDARY: $(UNIT_SUPPORT)

-include $(UNIT_TESTS:=.d) $(UNIT_SUPPORT:.o=.d)
