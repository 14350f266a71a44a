# The sandbox, proved with the official Node client: tests/node/client.js. bench.mk fetches the client.

.PHONY: test-node
test-node: $(SANDBOX) $(NODE_TESTS)/node_modules/chartmogul-node/package.json ## the official Node client on the sandbox: every resource it knows
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) sh tests/node/node.sh $(SANDBOX) $(NODE_TESTS)
