# The documents: their examples are run, their tables come from the extension.

.PHONY: docs
docs: $(LIBRARY) $(SANDBOX) ## write the generated tables and the examples' output into the documents
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 tests/docs/docs.py $(LIBRARY) $(SANDBOX) --update

.PHONY: test-docs
test-docs: $(LIBRARY) $(SANDBOX) $(NO_NETWORK) ## the documents say what the extension does
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 tests/docs/docs.py $(LIBRARY) $(SANDBOX)
