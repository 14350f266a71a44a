# The tests on the oldest SQLite that is promised and on the newest that is known: versions.sh. Packages of npm carry
# SQLite's source.

OLDEST_SQLITE := $(BUILD)/npm/better-sqlite3@7.5.1
NEWEST_SQLITE := $(BETTER_SQLITE3)

TWO_LIBRARIES := $(BUILD)/two-libraries

$(TWO_LIBRARIES): tests/versions/two_libraries.c | dirs
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -ldl

.PHONY: test-versions
test-versions: $(LIBRARY) $(BUILD)/amalgamation/chartmogul.c $(TWO_LIBRARIES) $(RUN_CASES) $(UNIT_TESTS) $(DIFFERENTIAL) $(SANDBOX) $(HOST) $(OLDEST_SQLITE)/package.json $(NEWEST_SQLITE)/package.json ## unit tests, cases and the library on the oldest and the newest SQLite
	$(Q)MAKE='$(MAKE)' CC='$(CC)' $(IN_TEST) sh tests/versions/versions.sh $(OLDEST_SQLITE) $(NEWEST_SQLITE)
