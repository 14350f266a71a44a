# The tests' part of the Makefile.

.PHONY: test
test: $(LIBRARY) ## everything but the slow sanitizer runs
	$(Q)sh tests/smoke.sh $(LIBRARY)
