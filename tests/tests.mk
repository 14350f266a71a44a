# The tests' part of the Makefile. What each part is: tests/README.md

TEST_SLOWNESS ?= 1
CASES         ?=
# A program to run unit tests and cases under, such as valgrind.
RUNNER        ?=

# ---- what every test runs in --------------------------------------------------------------------

NO_NETWORK      := $(BUILD)/no_network.so
NO_NETWORK_MARK := $(BUILD)/network-was-used
ifeq ($(UNAME),Linux)
# Sanitized libraries need their runtime in the programs that load them.
GUARD = LD_PRELOAD="$(strip $(SANITIZER_RUNTIME) $(abspath $(NO_NETWORK)))"
endif
# Nothing of the person who runs the tests takes part in them: neither their account nor their proxy.
THEIRS  = $(filter CHARTMOGUL_% %_proxy %_PROXY,$(.VARIABLES))
IN_TEST = env $(THEIRS:%=-u %) $(GUARD) NO_NETWORK_MARK=$(abspath $(NO_NETWORK_MARK)) TEST_SLOWNESS=$(TEST_SLOWNESS) \
  BUILD=$(BUILD)

$(NO_NETWORK): tests/no_network.c | dirs
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(WERROR) -O1 -g -fPIC -shared -o $@ $< -ldl

# ---- the case runner ----------------------------------------------------------------------------

RUN_CASES      := $(BUILD)/run-cases
RUNNER_SOURCES := tests/run.c $(sort $(wildcard tests/runner/*.c))
RUNNER_OBJECTS := $(RUNNER_SOURCES:tests/%.c=$(OBJ)/tests/%.o)
RUNNER_LIBS     = $(call pkg,--libs,libmicrohttpd zlib,-lmicrohttpd -lz) $(SQLITE_LIBS) $(PKG_LIBS) \
  -lpthread -lm

$(RUN_CASES): $(RUNNER_OBJECTS) $(ARCHIVE)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) -rdynamic $(LDFLAGS_ALL) -o $@ $(RUNNER_OBJECTS) $(ARCHIVE) $(RUNNER_LIBS)

$(OBJ)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC    $<")
	$(Q)$(CC) $(CFLAGS_ALL) -DSQLITE_CORE -Itests/runner -c -o $@ $<

# What only tests are made of has no warning, whatever compiler comes; what they test is built as it is shipped.
$(OBJ)/tests/%.o $(BUILD)/unit/%: private WERROR = -Werror

-include $(RUNNER_OBJECTS:.o=.d)

include tests/sandbox/sandbox.mk
-include tests/unit/unit.mk tests/fuzz/fuzz.mk tests/docs/docs.mk tests/bench/bench.mk
-include tests/dashboard/dashboard.mk tests/reports/reports.mk tests/coverage/coverage.mk tests/node/node.mk tests/differential/differential.mk
-include tests/hosts/hosts.mk tests/versions/versions.mk tests/failures/failures.mk tests/outcomes/outcomes.mk
-include tests/accounts/accounts.mk tests/check_account/check_account.mk tests/columns/columns.mk tests/load/load.mk tests/journal/journal.mk tests/copy/copy.mk tests/transport/transport.mk

# ---- the parts ----------------------------------------------------------------------------------

UNIT_RUNNER = $(IN_TEST) $(RUNNER)
PARTS      ?= unit sandbox shapes cases differential failures outcomes columns smoke progress hosts transport versions replay docs reports dashboard check-account load copy accounts journal requests random-requests random-writes coverage examples node
# Parts run beside each other (JOBS): what several of them are made of is there before the first begins.
JOBS ?= 2
for_parts = $(if $(filter $(1),$(PARTS)),$(2))
TEST_PROGRAMS := $(RUN_CASES) $(call for_parts,unit versions,$(UNIT_TESTS)) $(call for_parts,hosts,$(HOST_STATIC)) \
  $(call for_parts,hosts versions,$(HOST) $(NEWEST_SQLITE)/package.json) $(call for_parts,versions,$(TWO_LIBRARIES)) \
  $(call for_parts,differential versions,$(DIFFERENTIAL)) $(call for_parts,failures,$(FAILURES)) \
  $(call for_parts,outcomes,$(OUTCOMES)) $(call for_parts,columns,$(COLUMNS)) $(call for_parts,journal,$(KILL_AT))

.PHONY: test-cases
test-cases: $(RUN_CASES) $(SANDBOX) ## the cases (CASES='paging joins/': those; UPDATE=1: rewrite them)
	$(Q)$(IN_TEST) $(RUNNER) $(RUN_CASES) --sandbox $(SANDBOX) $(CASE_FLAGS) $(CASES)

.PHONY: test-progress
test-progress: $(LIBRARY) $(SANDBOX) ## the line of progress in a real terminal
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 tests/progress/progress.py $(LIBRARY) $(SANDBOX)

.PHONY: test-smoke
test-smoke: $(LIBRARY) $(SANDBOX) ## the shared library in the sqlite3 shell
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/smoke.sh $(LIBRARY) $(SANDBOX)

.PHONY: test-replay
test-replay: $(LIBRARY) $(NO_NETWORK) ## the shared library against recorded traffic
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/replay/replay.sh $(LIBRARY)

# ---- the same under watch -----------------------------------------------------------------------

SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
MEMCHECK   := valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect

# What makes the library do each thing once more with other words, or in other programs, finds nothing there that these do not.
SANITIZED := unit cases differential failures outcomes columns smoke transport

.PHONY: asan
asan: ## the tests that go through all of src, with AddressSanitizer and UndefinedBehaviorSanitizer
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/asan OPT='-O1 -g' EXTRA_CFLAGS='$(SANITIZERS)' \
	  EXTRA_LDFLAGS='$(SANITIZERS)' PARTS='$(SANITIZED)' \
	  SANITIZER_RUNTIME="$$($(CC) -print-file-name=libasan.so)" TEST_SLOWNESS=4 \
	  LEAKS_ARE_THEIRS=ASAN_OPTIONS=detect_leaks=0 test

.PHONY: valgrind
valgrind: ## unit tests, cases and the differential test under valgrind; a leak is a failure
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/valgrind OPT='-O1 -g' RUNNER='$(MEMCHECK)' TEST_SLOWNESS=30 PARTS='unit cases differential' test

.PHONY: test-torture
test-torture: $(RUN_CASES) $(SANDBOX) ## every case with failing allocations and with broken answers (TORTURE_STEP=1000: some)
	$(Q)$(MAKE) -j3 $(TORTURE_SHARES)

# More of them than processors, because some cases take long.
TORTURE_SHARES := $(patsubst %,torture-%/8,1 2 3 4 5 6 7 8)
.PHONY: $(TORTURE_SHARES)
$(TORTURE_SHARES): torture-%:
	$(Q)$(IN_TEST) $(RUN_CASES) --torture-replies --share $* --sandbox $(SANDBOX) $(CASES)
	$(Q)$(IN_TEST) $(RUN_CASES) --torture --share $* --sandbox $(SANDBOX) $(CASES)

LATE_CASES ?= $(RUN_CASES)
.PHONY: test-late
test-late: $(LATE_CASES) $(SANDBOX) ## every case with each request late, then with each answer (LATE_STEP=8: some)
	$(Q)$(MAKE) -j4 $(LATE_SHARES)

.PHONY: test-late-newest
test-late-newest: ## the same on the newest SQLite, for which make test-versions builds: it asks in another order
	$(Q)if [ -x $(BUILD)/newest/run-cases ]; then LD_LIBRARY_PATH='$(abspath $(NEWEST_SQLITE))' $(MAKE) test-late LATE_CASES=$(BUILD)/newest/run-cases; else \
	  echo "skipped: make test-versions has built nothing for the newest SQLite"; fi

LATE_SHARES := $(patsubst %,late-%/8,1 2 3 4 5 6 7 8)
.PHONY: $(LATE_SHARES)
$(LATE_SHARES): late-%:
	$(Q)$(IN_TEST) $(LATE_CASES) --late --share $* --sandbox $(SANDBOX) $(CASES)

.PHONY: coverage
coverage: ## lines of src that unit tests and cases run, with a floor (COVERAGE_FLOOR)
	$(Q)find $(BUILD)/coverage -name '*.gcda' -delete 2>/dev/null || true
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage OPT='-O0 -g -DNDEBUG' EXTRA_CFLAGS=--coverage EXTRA_LDFLAGS=--coverage \
	  PARTS='unit cases' test
	$(Q)sh tests/tools/coverage.sh $(BUILD)/coverage
