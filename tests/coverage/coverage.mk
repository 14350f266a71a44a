# Every endpoint of the API is reached from SQL: tests/coverage/endpoints.txt, and chartmogul_endpoints

.PHONY: test-coverage
test-coverage: $(LIBRARY) $(SANDBOX) ## the SQL that is written down for each endpoint of the API reaches it
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 tests/coverage/coverage.py $(LIBRARY) $(SANDBOX)

.PHONY: test-examples
test-examples: $(LIBRARY) $(SANDBOX) ## every statement of chartmogul_endpoints makes its call
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 tests/coverage/examples.py $(LIBRARY) $(SANDBOX)
