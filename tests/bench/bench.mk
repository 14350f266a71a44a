# How fast it is, on this machine, in ratios: tests/bench/bench.py

RAW        := $(BUILD)/bench-raw
NODE_TESTS := $(BUILD)/node
RUNS       ?= 3
LINES      ?=

$(RAW): tests/bench/raw.c | dirs
	$(if $(Q),@echo "  CC    $<")
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(PKG_LIBS)

STEP := $(BUILD)/bench-step

$(STEP): tests/bench/step.c | dirs
	$(if $(Q),@echo "  CC    $<")
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(SQLITE_LIBS)

# The official client, for comparison only. Where the registry is out of reach its lines are skipped.
$(NODE_TESTS)/node_modules/chartmogul-node/package.json:
	$(Q)mkdir -p $(NODE_TESTS)
	-$(Q)cd $(NODE_TESTS) && npm install --silent --no-audit --no-fund --fetch-retries 0 chartmogul-node

BENCH_NEEDS := $(LIBRARY) $(SANDBOX) $(RAW) $(STEP) $(NODE_TESTS)/node_modules/chartmogul-node/package.json
RUN_BENCH    = $(IN_TEST) python3 tests/bench/bench.py $(LIBRARY) $(SANDBOX) $(RAW) $(STEP) --runs $(RUNS) --node $(NODE_TESTS)

.PHONY: bench
bench: $(BENCH_NEEDS) ## speed against plain libcurl and the official Node client (LINES=1,4 RUNS=5)
	$(Q)$(RUN_BENCH) --only '$(LINES)'

.PHONY: bench-docs
bench-docs: $(BENCH_NEEDS) ## the same, all lines, and the table goes into README.md; on a machine that does nothing else
	$(Q)$(RUN_BENCH) --document README.md

MOVEMENTS ?= 100000 1000000

.PHONY: bench-copy
bench-copy: $(LIBRARY) $(STEP) $(NO_NETWORK) ## time, memory and size of a copy of so many movements, beside a plain CREATE TABLE AS (MOVEMENTS='100000 1000000')
	$(Q)$(IN_TEST) python3 -B tests/bench/copy.py $(LIBRARY) $(STEP) $(MOVEMENTS)

CUSTOMERS ?= 10000

.PHONY: bench-requests
bench-requests: $(LIBRARY) $(SANDBOX) ## how many requests joins, subqueries, IN lists and upserts cost, beside what they may (CUSTOMERS=10000 LINES=4,5)
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) "$$(sh tests/tools/python_with_extensions.sh)" -B tests/bench/requests.py $(LIBRARY) $(SANDBOX) \
	  --customers $(CUSTOMERS) --only '$(LINES)'

.PHONY: bench-requests-docs
bench-requests-docs: $(LIBRARY) $(SANDBOX) ## the same, all lines, and the table goes into README.md
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) "$$(sh tests/tools/python_with_extensions.sh)" -B tests/bench/requests.py $(LIBRARY) $(SANDBOX) \
	  --document README.md

# The same at a small size, with many small pages: the bounds must hold, and the rows be those of a copy.
.PHONY: test-requests
test-requests: $(LIBRARY) $(SANDBOX) ## the bounds of requests of joins, subqueries, IN lists and upserts, at a small size
	$(Q)python="$$(sh tests/tools/python_with_extensions.sh)" || { echo "skipped: no python3 whose sqlite3 module loads extensions"; exit 0; }; \
	  $(IN_TEST) $(LEAKS_ARE_THEIRS) "$$python" -B tests/bench/requests.py $(LIBRARY) $(SANDBOX) --customers 400 --few 400 --per-page 20

SEED ?= 1
N    ?= 100

.PHONY: test-random-requests
test-random-requests: $(LIBRARY) $(SANDBOX) ## the same bounds for statements at random (SEED=2 N=5000)
	$(Q)python="$$(sh tests/tools/python_with_extensions.sh)" || { echo "skipped: no python3 whose sqlite3 module loads extensions"; exit 0; }; \
	  $(IN_TEST) $(LEAKS_ARE_THEIRS) "$$python" -B tests/bench/random_requests.py $(LIBRARY) $(SANDBOX) --seed $(SEED) --number $(N)

WRITES ?= 40

.PHONY: test-random-writes
test-random-writes: $(LIBRARY) $(SANDBOX) ## the same for upserts, deletes, updates and names at random (SEED=2 WRITES=2000)
	$(Q)python="$$(sh tests/tools/python_with_extensions.sh)" || { echo "skipped: no python3 whose sqlite3 module loads extensions"; exit 0; }; \
	  $(IN_TEST) $(LEAKS_ARE_THEIRS) "$$python" -B tests/bench/random_writes.py $(LIBRARY) $(SANDBOX) --seed $(SEED) --number $(WRITES)

SIZES ?= 1000 10000 100000 1000000

.PHONY: bench-scale
bench-scale: $(LIBRARY) $(SANDBOX) $(STEP) ## time and memory of a scan from a thousand to a million customers: build/scale.svg
	$(Q)$(IN_TEST) python3 tests/bench/scale.py $(LIBRARY) $(SANDBOX) $(STEP) $(BUILD)/scale.svg $(SIZES)
