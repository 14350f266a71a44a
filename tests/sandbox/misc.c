/* Ping and account. */
#include "resources.h"

#include <string.h>

void sb_ping(sb_call *call) {
  sb_call_answer(call, 200);
  sb_text_puts(&call->out, "{\"data\":\"pong!\"");
  sb_render_end(call->account, &call->out);
}

/* The types of the included settings are those of the documentation; the mocks of clients
   differ. */
void sb_account_show(sb_call *call) {
  static const struct {
    const char *name;
    const char *value;
  } settings[] = {
    { "churn_recognition", "\"churn_at_time_of_cancelation\"" },
    { "churn_when_zero_mrr", "false" },
    { "auto_churn_subscription", "false" },
    { "refund_handling", "\"ignore\"" },
    { "proximate_movement_reclassification", "\"none\"" },
  };
  const char *include = sb_call_parameter(call, "include");
  sb_call_answer(call, 200);
  sb_text_puts(&call->out, "{\"id\":\"");
  sb_uuid_write(&call->out, SB_ACCOUNT, 1);
  sb_text_puts(&call->out, "\",\"name\":\"Northwind Analytics\",\"currency\":\"USD\","
                           "\"time_zone\":\"Etc/UTC\",\"week_start_on\":\"monday\"");
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
    if (sb_is_word_of(include, ',', settings[i].name))
      sb_text_printf(&call->out, ",\"%s\":%s", settings[i].name, settings[i].value);
  sb_render_end(call->account, &call->out);
}
