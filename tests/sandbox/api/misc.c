/* Ping and account. */
#include "resources.h"

#include <string.h>

void sb_ping(sb_call *call) {
  sb_call_answer(call, 200);
  sb_text_puts(&call->out, "{\"data\":\"pong!\"");
  sb_render_end(call->account, &call->out);
}

static const struct {
  const char *name;
  const char *value;  /* as the documentation has it */
  const char *object; /* as a client's mock has it; NULL: the same */
} settings[] = {
  { "churn_recognition", "\"churn_at_time_of_cancelation\"",
    "{\"churn_at\":\"time_of_cancelation\"}" },
  { "churn_when_zero_mrr", "false", NULL },
  { "auto_churn_subscription", "false", "{\"enabled\":false,\"interval\":null}" },
  { "refund_handling", "\"ignore\"", NULL },
  { "proximate_movement_reclassification", "\"none\"", NULL },
};

#define SETTINGS (sizeof settings / sizeof *settings)

/* Whether a comma-separated list has nothing but names of settings. */
static bool is_known(const char *include) {
  size_t words = *include != 0, known = 0;
  for (const char *at = include; *at; at++)
    words += *at == ',';
  for (size_t i = 0; i < SETTINGS; i++)
    known += sb_is_word_of(include, ',', settings[i].name);
  return words == known;
}

void sb_account_show(sb_call *call) {
  const char *include = sb_call_parameter(call, "include");
  bool has_objects = sb_decided(call->account, account_settings, "objects");
  if (include && sb_decided(call->account, unknown_include, "refuse") && !is_known(include)) {
    sb_call_fail(call, 400, "include", "include has an unknown value");
    return;
  }
  sb_call_answer(call, 200);
  sb_text_puts(&call->out, "{\"id\":\"");
  sb_uuid_write(&call->out, SB_ACCOUNT, 1);
  sb_text_puts(&call->out, "\",\"name\":\"Northwind Analytics\",\"currency\":\"USD\","
                           "\"time_zone\":\"Etc/UTC\",\"week_start_on\":\"monday\"");
  for (size_t i = 0; i < SETTINGS; i++)
    if (sb_is_word_of(include, ',', settings[i].name))
      sb_text_printf(&call->out, ",\"%s\":%s", settings[i].name,
                     has_objects && settings[i].object ? settings[i].object : settings[i].value);
  sb_render_end(call->account, &call->out);
}
