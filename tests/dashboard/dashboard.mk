# The page of sql/dashboard.sql: tests/dashboard/dashboard.py, and in a real browser tests/dashboard/seen.py

.PHONY: test-dashboard
test-dashboard: $(LIBRARY) $(SANDBOX) ## the marks of the page against the numbers of the reports
	$(Q)python="$$(sh tests/tools/python_with_extensions.sh)" || { echo "skipped: no python3 whose sqlite3 module loads extensions"; exit 0; }; \
	  $(IN_TEST) $(LEAKS_ARE_THEIRS) "$$python" -B tests/dashboard/dashboard.py $(LIBRARY) $(SANDBOX)

# Not part of `make test`: a browser takes long to start, and few machines have one.
.PHONY: test-dashboard-browser
test-dashboard-browser: $(LIBRARY) $(SANDBOX) ## the page in headless Chromium: nothing overlaps, nothing is cut off; pictures in build/dashboard/
	$(Q)python="$$(sh tests/tools/python_with_extensions.sh)" || { echo "skipped: no python3 whose sqlite3 module loads extensions"; exit 0; }; \
	  env $(THEIRS:%=-u %) "$$python" -B tests/dashboard/seen.py $(LIBRARY) $(SANDBOX) $(BUILD)/dashboard
