# A program that is killed in the middle of a COMMIT, and the resume of its journal: tests/journal/kill.py

KILL_AT  := $(BUILD)/kill_at.so
RUN_KILL  = $(IN_TEST) $(LEAKS_ARE_THEIRS) "$$python" -B tests/journal/kill.py $(LIBRARY) $(SANDBOX) $(abspath $(KILL_AT))

$(KILL_AT): tests/journal/kill_at.c | dirs
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(WERROR) -O1 -g -fPIC -shared -o $@ $< -ldl

.PHONY: test-journal
test-journal: $(LIBRARY) $(SANDBOX) $(NO_NETWORK) $(KILL_AT) ## a COMMIT that is killed at some of its steps, and resumed
	$(Q)python="$$(sh tests/tools/python_with_extensions.sh)" || { echo "skipped: no python3 whose sqlite3 module loads extensions"; exit 0; }; \
	  $(RUN_KILL) --rows 2 --step 9

# Half an hour: 200 rows.
.PHONY: test-journal-kill
test-journal-kill: $(LIBRARY) $(SANDBOX) $(NO_NETWORK) $(KILL_AT) ## the same at each step of a COMMIT of 200 rows
	$(Q)python="$$(sh tests/tools/python_with_extensions.sh)" && $(RUN_KILL) --rows 28
