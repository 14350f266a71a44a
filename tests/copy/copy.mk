# chartmogul_refresh on a file that others use, interrupted and again: tests/copy/copy.py

.PHONY: test-copy
test-copy: $(LIBRARY) $(SANDBOX) $(KILL_AT) $(STEP) ## the copy of an account: equal to it, with history, beside another writer, killed and run again
	$(Q)python="$$(sh tests/tools/python_with_extensions.sh)" || { echo "skipped: no python3 whose sqlite3 module loads extensions"; exit 0; }; \
	  $(IN_TEST) $(LEAKS_ARE_THEIRS) "$$python" -B tests/copy/copy.py $(LIBRARY) $(SANDBOX) $(abspath $(KILL_AT)) && \
	  $(IN_TEST) $(LEAKS_ARE_THEIRS) python3 -B tests/bench/copy.py $(LIBRARY) $(STEP) 40000 80000 --check
