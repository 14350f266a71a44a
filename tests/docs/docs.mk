# The documents: their examples are run, their tables come from the extension.

CLOCK := $(BUILD)/clock.so

$(CLOCK): tests/docs/clock.c | dirs
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -Werror -O1 -g -fPIC -shared -o $@ $< -ldl

.PHONY: docs
docs: $(LIBRARY) $(SANDBOX) $(CLOCK) $(BUILD)/chartmogul.7 ## write the generated tables and the examples' output into the documents
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 tests/docs/docs.py $(LIBRARY) $(SANDBOX) $(CLOCK) $(BUILD)/chartmogul.7 --update

.PHONY: test-docs
test-docs: $(LIBRARY) $(SANDBOX) $(CLOCK) $(BUILD)/chartmogul.7 ## the documents say what the extension does
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 tests/docs/docs.py $(LIBRARY) $(SANDBOX) $(CLOCK) $(BUILD)/chartmogul.7
