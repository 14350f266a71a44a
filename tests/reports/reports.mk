# The reports of sql/ against figures that are worked out without SQL: tests/reports/reports.py

.PHONY: test-reports
test-reports: $(LIBRARY) $(SANDBOX) ## every report against figures worked out from the records
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 -B tests/reports/reports.py $(LIBRARY) $(SANDBOX)
