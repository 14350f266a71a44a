# The load and the nightly sync of sql/load, on an export of a made-up billing system: tests/load/load.py

.PHONY: test-load
test-load: $(LIBRARY) $(SANDBOX) ## the load and the sync of sql/load against figures worked out without SQL
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 -B tests/load/load.py $(LIBRARY) $(SANDBOX)

.PHONY: load-example
load-example: $(LIBRARY) $(SANDBOX) ## what the load and the sync of sql/load print, on a made-up account
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 -B tests/load/load.py $(LIBRARY) $(SANDBOX) --show
