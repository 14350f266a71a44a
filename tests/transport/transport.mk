# What happens on the connections, where that takes several processes or another server: transport.sh

.PHONY: test-transport
test-transport: $(LIBRARY) $(SANDBOX) ## connections that are forked, kept, closed by real servers
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/transport/transport.sh $(LIBRARY) $(SANDBOX)
