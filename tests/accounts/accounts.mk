# Two accounts in one connection, each a sandbox with a key of its own: tests/accounts/accounts.py

.PHONY: test-accounts
test-accounts: $(LIBRARY) $(SANDBOX) ## two accounts in one statement: rows, limits, writes, keys
	$(Q)python="$$(sh tests/tools/python_with_extensions.sh)" || { echo "skipped: no python3 whose sqlite3 module loads extensions"; exit 0; }; \
	  $(IN_TEST) $(LEAKS_ARE_THEIRS) "$$python" -B tests/accounts/accounts.py $(LIBRARY) $(SANDBOX)
