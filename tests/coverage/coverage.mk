# Every endpoint of the API is reached from SQL: tests/coverage/endpoints.txt

.PHONY: test-coverage
test-coverage: $(LIBRARY) $(SANDBOX) $(NO_NETWORK) ## the SQL that is written down for each endpoint of the API reaches it
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 tests/coverage/coverage.py $(LIBRARY) $(SANDBOX)
