# A journal where that takes processes: one that is killed in the middle of a COMMIT, and the resume of its journal
# (tests/journal/kill.py); two at a time, a fork, a disk that is full (tests/journal/processes.py).

KILL_AT       := $(BUILD)/kill_at.so
JOURNAL_FILES  = $(LIBRARY) $(SANDBOX) $(abspath $(KILL_AT))
RUN_JOURNAL    = $(IN_TEST) $(LEAKS_ARE_THEIRS) "$$python" -B tests/journal

$(KILL_AT): tests/journal/kill_at.c | dirs
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(WERROR) -O1 -g -fPIC -shared -o $@ $< -ldl

.PHONY: test-journal
test-journal: $(LIBRARY) $(SANDBOX) $(KILL_AT) ## a journal: a COMMIT that is killed at some of its steps, processes, a full disk
	$(Q)python="$$(sh tests/tools/python_with_extensions.sh)" || { echo "skipped: no python3 whose sqlite3 module loads extensions"; exit 0; }; \
	  $(RUN_JOURNAL)/processes.py $(JOURNAL_FILES) && $(RUN_JOURNAL)/kill.py $(JOURNAL_FILES) --rows 2 --step 9 && \
	  $(RUN_JOURNAL)/kill.py $(JOURNAL_FILES) --bulk --rows 2 --step 13

# Half an hour: 200 rows.
.PHONY: test-journal-kill
test-journal-kill: $(LIBRARY) $(SANDBOX) $(KILL_AT) ## the same at each step of a COMMIT of 200 rows
	$(Q)python="$$(sh tests/tools/python_with_extensions.sh)" && $(RUN_JOURNAL)/kill.py $(JOURNAL_FILES) --rows 28 && \
	  $(RUN_JOURNAL)/kill.py $(JOURNAL_FILES) --bulk --rows 28
