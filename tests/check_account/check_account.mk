# `make check-account` on the sandbox, in every world that reading can see: tests/check_account/check_account.py

.PHONY: test-check-account
test-check-account: $(LIBRARY) $(SANDBOX) ## what make check-account says of each thing that nobody has recorded
	$(Q)command -v sqlite3 >/dev/null && command -v curl >/dev/null || { echo "skipped: no sqlite3 shell, or no curl"; exit 0; }; \
	  $(IN_TEST) $(LEAKS_ARE_THEIRS) python3 -B tests/check_account/check_account.py $(LIBRARY) $(SANDBOX)
