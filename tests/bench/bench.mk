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

BENCH_NEEDS := $(LIBRARY) $(SANDBOX) $(RAW) $(STEP) $(NO_NETWORK) $(NODE_TESTS)/node_modules/chartmogul-node/package.json
RUN_BENCH    = $(IN_TEST) python3 tests/bench/bench.py $(LIBRARY) $(SANDBOX) $(RAW) $(STEP) --runs $(RUNS) --node $(NODE_TESTS)

.PHONY: bench
bench: $(BENCH_NEEDS) ## speed against plain libcurl and the official Node client (LINES=1,4 RUNS=5)
	$(Q)$(RUN_BENCH) --only '$(LINES)'

.PHONY: bench-docs
bench-docs: $(BENCH_NEEDS) ## the same, all lines, and the table goes into README.md; on a machine that does nothing else
	$(Q)$(RUN_BENCH) --document README.md

SIZES ?= 1000 10000 100000 1000000

.PHONY: bench-scale
bench-scale: $(LIBRARY) $(SANDBOX) $(STEP) $(NO_NETWORK) ## time and memory of a scan from a thousand to a million customers: build/scale.svg
	$(Q)$(IN_TEST) python3 tests/bench/scale.py $(LIBRARY) $(SANDBOX) $(STEP) $(BUILD)/scale.svg $(SIZES)
