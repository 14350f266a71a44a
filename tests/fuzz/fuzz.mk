# Fuzzing with clang's libFuzzer: every tests/fuzz/NAME.c is a target. NAME.dict and seeds/NAME/ help it
# along; what it finds on the way is kept in $(BUILD)/fuzz/corpus/NAME.
#
#   make fuzz-quick FUZZ_SECONDS=300 FUZZ_ONLY=json

FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 30
FUZZ_NAMES   := $(basename $(notdir $(sort $(wildcard tests/fuzz/*.c))))
FUZZ_ONLY    ?= $(FUZZ_NAMES)
FUZZ_FLAGS   := -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZ_OBJECTS := $(SOURCES:src/%.c=$(BUILD)/fuzz/obj/%.o)

.PHONY: fuzz-quick
fuzz-quick: $(FUZZ_ONLY:%=fuzz-%) ## every fuzz target for 30 seconds (FUZZ_SECONDS)

.PHONY: $(FUZZ_NAMES:%=fuzz-%)
$(FUZZ_NAMES:%=fuzz-%): fuzz-%: $(BUILD)/fuzz/%
	@mkdir -p $(BUILD)/fuzz/corpus/$*
	$(Q)$< -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
	  -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/$*- \
	  $(if $(wildcard tests/fuzz/$*.dict),-dict=tests/fuzz/$*.dict) \
	  $(BUILD)/fuzz/corpus/$* $(wildcard tests/fuzz/seeds/$*) >$(BUILD)/fuzz/$*.log 2>&1 || \
	  { cat $(BUILD)/fuzz/$*.log; exit 1; }
	$(Q)sed -n 's/^stat::number_of_executed_units: */fuzz: $*: inputs without a fault: /p' $(BUILD)/fuzz/$*.log

$(BUILD)/fuzz/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC    $< (fuzz)")
	$(Q)$(FUZZ_CC) $(CFLAGS_ALL) -DSQLITE_CORE -DCM_COMMIT='"$(COMMIT)"' -fsanitize=fuzzer-no-link $(FUZZ_FLAGS) -c -o $@ $<

$(BUILD)/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJECTS)
	$(if $(Q),@echo "  FUZZ  $<")
	$(Q)$(FUZZ_CC) $(CFLAGS_ALL) -DSQLITE_CORE -fsanitize=fuzzer $(FUZZ_FLAGS) $(LDFLAGS_ALL) -o $@ $< $(FUZZ_OBJECTS) \
	  $(SQLITE_LIBS) $(PKG_LIBS) -lpthread

.SECONDARY: $(FUZZ_OBJECTS)

-include $(FUZZ_OBJECTS:.o=.d) $(FUZZ_NAMES:%=$(BUILD)/fuzz/%.d)
