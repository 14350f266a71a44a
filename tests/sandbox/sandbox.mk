# The API emulator: $(BUILD)/chartmogul-sandbox. The top Makefile includes this.

SANDBOX         := $(BUILD)/chartmogul-sandbox
SANDBOX_SOURCES := $(sort $(wildcard tests/sandbox/*/*.c))
SANDBOX_OBJECTS := $(SANDBOX_SOURCES:tests/sandbox/%.c=$(BUILD)/sandbox/%.o)
SANDBOX_CFLAGS  := $(call pkg,--cflags,libmicrohttpd zlib,)
SANDBOX_LIBS    := $(call pkg,--libs,libmicrohttpd zlib,-lmicrohttpd -lz) \
  $(call pkg,--libs,libcjson sqlite3,-lcjson -lsqlite3) -lpthread -lm

.PHONY: sandbox
sandbox: $(SANDBOX) ## the API emulator for tests and demonstrations

# Whatever talks to it is run with the guard before it.
$(SANDBOX): $(SANDBOX_OBJECTS) | $(NO_NETWORK)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(SANDBOX_LIBS)

$(BUILD)/sandbox/%.o: tests/sandbox/%.c
	$(if $(Q),@echo "  CC    $<")
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(SANDBOX_CFLAGS) -c -o $@ $<

.PHONY: test-sandbox
test-sandbox: $(SANDBOX) ## the sandbox by itself, without the extension (CHECKS='paging books': those)
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 tests/sandbox/checks/run.py $(SANDBOX) $(CHECKS)

.PHONY: test-shapes
test-shapes: $(SANDBOX) ## the sandbox's answers have what recorded answers of the API have
	$(Q)$(IN_TEST) $(LEAKS_ARE_THEIRS) python3 tests/sandbox/checks/shapes.py $(SANDBOX)

# Its unit tests are linked with its pure modules, not with the extension.
SANDBOX_PURE := $(patsubst %,$(BUILD)/sandbox/%.o,books/books $(addprefix base/,decisions encode ident text timestamp))
$(BUILD)/unit/sandbox/%: tests/unit/sandbox/%.c $(SANDBOX_PURE)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  TEST  $<")
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(SANDBOX_PURE) $(call pkg,--libs,cmocka,-lcmocka) $(SANDBOX_LIBS)

-include $(SANDBOX_OBJECTS:.o=.d)
