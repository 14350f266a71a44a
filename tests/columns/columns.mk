# Every table × every column × every way to its rows: main.c.

COLUMNS         := $(BUILD)/columns
COLUMNS_SOURCES := $(sort $(wildcard tests/columns/*.c)) $(addprefix tests/runner/,fake_clock.c sandbox.c text.c)
COLUMNS_OBJECTS := $(COLUMNS_SOURCES:tests/%.c=$(OBJ)/tests/%.o)

$(COLUMNS): $(COLUMNS_OBJECTS) $(ARCHIVE)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(COLUMNS_OBJECTS) $(ARCHIVE) $(RUNNER_LIBS)

.PHONY: test-columns
test-columns: $(COLUMNS) $(SANDBOX) ## every column shows the same whatever is read beside it, and however (COLUMNS_FLAGS='--only line_items')
	$(Q)$(IN_TEST) $(RUNNER) $(COLUMNS) --sandbox $(SANDBOX) $(COLUMNS_FLAGS)

-include $(COLUMNS_OBJECTS:.o=.d)
