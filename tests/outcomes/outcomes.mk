# Every table × every verb × every odd answer × every end of the transaction: main.c.

OUTCOMES         := $(BUILD)/outcomes
OUTCOMES_SOURCES := $(sort $(wildcard tests/outcomes/*.c)) \
  $(addprefix tests/runner/,fake_clock.c sandbox.c text.c)
OUTCOMES_OBJECTS := $(OUTCOMES_SOURCES:tests/%.c=$(OBJ)/tests/%.o)

$(OUTCOMES): $(OUTCOMES_OBJECTS) $(ARCHIVE)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(OUTCOMES_OBJECTS) $(ARCHIVE) $(RUNNER_LIBS)

.PHONY: test-outcomes
test-outcomes: $(OUTCOMES) $(SANDBOX) ## every odd answer to every write: log, code and account agree (OUTCOMES_FLAGS='--step 1': all)
	$(Q)$(IN_TEST) $(RUNNER) $(OUTCOMES) --sandbox $(SANDBOX) $(OUTCOMES_FLAGS)

-include $(OUTCOMES_OBJECTS:.o=.d)
