#include "ident.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *prefix;
  int64_t offset;
} kinds[SB_KIND_COUNT] = {
  [SB_ACCOUNT] = { "acc_", 0 },
  [SB_DATA_SOURCE] = { "ds_", 0 },
  [SB_CUSTOMER] = { "cus_", 100000000 },
  [SB_CONTACT] = { "con_", 0 },
  [SB_NOTE] = { "note_", 0 },
  [SB_OPPORTUNITY] = { "", 0 },
  [SB_TASK] = { "", 0 },
  [SB_PLAN] = { "pl_", 1000000 },
  [SB_PLAN_GROUP] = { "plg_", 1000000 },
  [SB_INVOICE] = { "inv_", 0 },
  [SB_LINE_ITEM] = { "li_", 0 },
  [SB_TRANSACTION] = { "tr_", 0 },
  [SB_SUBSCRIPTION] = { "sub_", 0 },
  [SB_SUBSCRIPTION_BARE] = { "", 5300000000 }, /* these two do not fit into 32 bits in the API */
  [SB_EVENT] = { "", 370000000 },
  [SB_ACTIVITY] = { "", 2600000000 },
  [SB_EXPORT] = { "", 0 },
  [SB_IMPORT] = { "", 0 },
};

const char *sb_kind_prefix(sb_kind kind) {
  return kinds[kind].prefix;
}

int64_t sb_kind_offset(sb_kind kind) {
  return kinds[kind].offset;
}

/* The twelve last digits are the counter, the three after the 4 the kind. */
void sb_uuid_write(sb_text *out, sb_kind kind, int64_t number) {
  static const char digits[] = "0123456789abcdef";
  char uuid[] = "00000000-0000-4000-8000-000000000000";
  for (int i = 0; i < 12; i++, number >>= 4)
    uuid[35 - i] = digits[number & 15];
  uuid[16] = digits[(int)kind >> 4 & 15];
  uuid[17] = digits[(int)kind & 15];
  sb_text_puts(out, kinds[kind].prefix);
  sb_text_add(out, uuid, sizeof uuid - 1);
}

int64_t sb_uuid_parse(sb_kind kind, const char *words) {
  size_t prefix = strlen(kinds[kind].prefix);
  if (!words || !sb_uuid_is_wellformed(kind, words)) return 0;
  int64_t number = (int64_t)strtoull(words + prefix + 24, NULL, 16);
  sb_text same = { 0 };
  sb_uuid_write(&same, kind, number);
  bool is_ours = strcmp(same.bytes, words) == 0;
  sb_text_clear(&same);
  return is_ours ? number : 0;
}

bool sb_uuid_is_wellformed(sb_kind kind, const char *words) {
  static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  size_t prefix = strlen(kinds[kind].prefix);
  if (strncmp(words, kinds[kind].prefix, prefix) != 0) return false;
  words += prefix;
  for (size_t i = 0; i < sizeof shape - 1; i++) {
    bool is_right = shape[i] == '-' ? words[i] == '-'
                                    : words[i] && strchr("0123456789abcdef", words[i]);
    if (!is_right) return false;
  }
  return words[sizeof shape - 1] == 0;
}
