# The differential test: statements at random on the tables and on copies of them. See main.c.

DIFFERENTIAL         := $(BUILD)/differential
DIFFERENTIAL_SOURCES := $(sort $(wildcard tests/differential/*.c)) \
  $(addprefix tests/runner/,fake_clock.c sandbox.c statement.c text.c)
DIFFERENTIAL_OBJECTS := $(DIFFERENTIAL_SOURCES:tests/%.c=$(OBJ)/tests/%.o)

$(DIFFERENTIAL): $(DIFFERENTIAL_OBJECTS) $(ARCHIVE)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(DIFFERENTIAL_OBJECTS) $(ARCHIVE) $(RUNNER_LIBS)

.PHONY: test-differential
test-differential: $(DIFFERENTIAL) $(SANDBOX) ## the tables against copies of them (DIFFERENTIAL_FLAGS='--seed 2 --count 5000')
	$(Q)$(IN_TEST) $(RUNNER) $(DIFFERENTIAL) --sandbox $(SANDBOX) $(DIFFERENTIAL_FLAGS)

-include $(DIFFERENTIAL_OBJECTS:.o=.d)
