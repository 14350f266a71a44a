# Fuzzing with clang's libFuzzer: every tests/fuzz/NAME.c is a target. NAME.dict and seeds/NAME/ help it
# along; what it finds on the way is kept in $(BUILD)/fuzz/corpus/NAME. The network is support/wire.c in
# place of src/wire/http.c, so that a target is a matter of microseconds.
#
#   make fuzz-quick FUZZ_SECONDS=300 FUZZ_ONLY=json

FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 30
FUZZ_NAMES   := $(basename $(notdir $(sort $(wildcard tests/fuzz/*.c))))
FUZZ_ONLY    ?= $(FUZZ_NAMES)
FUZZ_SANITIZERS := -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all
FUZZ_FLAGS   := -g -O1 -fno-omit-frame-pointer $(FUZZ_SANITIZERS) -Itests/fuzz/support
FUZZ_OBJECTS := $(patsubst src/%.c,$(BUILD)/fuzz/obj/%.o,$(filter-out src/wire/http.c,$(SOURCES))) \
  $(patsubst tests/fuzz/support/%.c,$(BUILD)/fuzz/support/%.o,$(wildcard tests/fuzz/support/*.c))
FUZZ_COMPILE = $(FUZZ_CC) $(CFLAGS_ALL) -UNDEBUG -DSQLITE_CORE -DCM_COMMIT='"$(COMMIT)"' $(FUZZ_FLAGS)

# Where this clang has no libFuzzer there is nothing to run.
FUZZ_WORKS = echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' | \
  $(FUZZ_CC) -fsanitize=fuzzer,address,undefined -x c -o /dev/null - >/dev/null 2>&1

.PHONY: fuzz-quick
fuzz-quick: ## every fuzz target for 30 seconds (FUZZ_SECONDS=300 FUZZ_ONLY='json plan')
	$(Q)if $(FUZZ_WORKS); then $(MAKE) $(FUZZ_ONLY:%=fuzz-%); \
	  else echo "fuzz: skipped, $(FUZZ_CC) has no libFuzzer"; fi

.PHONY: fuzz-long
fuzz-long: ## every fuzz target for ten minutes
	$(Q)$(MAKE) FUZZ_SECONDS=600 fuzz-quick

.PHONY: test-fuzz
test-fuzz: ## the seeds of every fuzz target once, nothing new
	$(Q)if $(FUZZ_WORKS); then $(MAKE) $(FUZZ_ONLY:%=fuzz-seeds-%) && \
	    echo "$(words $(FUZZ_ONLY)) passed, 0 failed"; \
	  else echo "fuzz: skipped, $(FUZZ_CC) has no libFuzzer"; fi

# Leaks are looked for at the end: a connection that lives on makes every input look like one.
FUZZ_LIMITS = -detect_leaks=0 -max_len=8192 -rss_limit_mb=2048 -artifact_prefix=$(BUILD)/fuzz/$*-

.PHONY: $(FUZZ_NAMES:%=fuzz-%)
$(FUZZ_NAMES:%=fuzz-%): fuzz-%: $(BUILD)/fuzz/%
	@mkdir -p $(BUILD)/fuzz/corpus/$*
	$(Q)$< -max_total_time=$(FUZZ_SECONDS) -timeout=25 $(FUZZ_LIMITS) -verbosity=0 -print_final_stats=1 \
	  $(if $(wildcard tests/fuzz/$*.dict),-dict=tests/fuzz/$*.dict) \
	  $(BUILD)/fuzz/corpus/$* $(wildcard tests/fuzz/seeds/$*) >$(BUILD)/fuzz/$*.log 2>&1 || \
	  { cat $(BUILD)/fuzz/$*.log; exit 1; }
	$(Q)sed -n 's/^stat::number_of_executed_units: */fuzz: $*: inputs without a fault: /p' $(BUILD)/fuzz/$*.log

.PHONY: $(FUZZ_NAMES:%=fuzz-seeds-%)
$(FUZZ_NAMES:%=fuzz-seeds-%): fuzz-seeds-%: $(BUILD)/fuzz/%
	$(Q)$< -runs=0 -timeout=600 $(FUZZ_LIMITS) tests/fuzz/seeds/$* >$(BUILD)/fuzz/$*.log 2>&1 || \
	  { cat $(BUILD)/fuzz/$*.log; echo "FAILED fuzz: $*"; exit 1; }

$(BUILD)/fuzz/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC    $< (fuzz)")
	$(Q)$(FUZZ_COMPILE) -fsanitize=fuzzer-no-link -c -o $@ $<

$(BUILD)/fuzz/support/%.o: tests/fuzz/support/%.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC    $<")
	$(Q)$(FUZZ_COMPILE) -fsanitize=fuzzer-no-link -c -o $@ $<

$(BUILD)/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJECTS)
	$(if $(Q),@echo "  FUZZ  $<")
	$(Q)$(FUZZ_COMPILE) -fsanitize=fuzzer $(LDFLAGS_ALL) -o $@ $< $(FUZZ_OBJECTS) $(SQLITE_LIBS) $(PKG_LIBS) -lpthread

.SECONDARY: $(FUZZ_OBJECTS)

-include $(FUZZ_OBJECTS:.o=.d) $(FUZZ_NAMES:%=$(BUILD)/fuzz/%.d)
