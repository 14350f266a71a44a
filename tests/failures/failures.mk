# Every table × every place of a scan × every final failure: main.c. The network is the fuzz targets' wire.c, which
# takes the place of src/wire/http.c in the archive.

FAILURES         := $(BUILD)/failures
FAILURES_SOURCES := $(sort $(wildcard tests/failures/*.c)) tests/fuzz/support/wire.c \
  $(addprefix tests/runner/,fake_clock.c text.c torture.c)
FAILURES_OBJECTS := $(FAILURES_SOURCES:tests/%.c=$(OBJ)/tests/%.o)

$(FAILURES_OBJECTS): CFLAGS_ALL += -Itests/fuzz/support

$(FAILURES): $(FAILURES_OBJECTS) $(ARCHIVE)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(FAILURES_OBJECTS) $(ARCHIVE) $(RUNNER_LIBS)

.PHONY: test-failures
test-failures: $(FAILURES) $(NO_NETWORK) ## every table, every place of a scan, every failure: an error, never fewer rows
	$(Q)$(IN_TEST) $(RUNNER) $(FAILURES) $(FAILURES_FLAGS)

-include $(FAILURES_OBJECTS:.o=.d)
