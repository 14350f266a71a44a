#include "lists/identity.h"

#include <string.h>

#include "client/pump.h"

static const char between[] = ", ";

/** Append the inside of a member that is a text. @return false: it is none, or empty. */
static bool append_text(cm_slice answer, const char *member, cm_buf *out) {
  cm_slice found = cm_slice_find(answer, member);
  cm_slice text = cm_slice_inner(found);
  if (cm_slice_type(found) != CM_JSON_STRING || text.len == 0) return false;
  cm_buf_append(out, text.ptr, text.len);
  return true;
}

static int identify(cm_slice answer, const char *who, char **out, cm_err *err) {
  enum { MAX_BYTES = 4096 };
  static const char *const members[] = { "name", "time_zone", "currency" };
  cm_buf text;
  bool is_any = false;
  cm_buf_init(&text, MAX_BYTES);
  bool has_id = append_text(answer, "id", &text);
  for (size_t i = 0; i < cm_countof(members) && !has_id; i++) {
    if (i > 0) cm_buf_text(&text, between);
    is_any = append_text(answer, members[i], &text) || is_any;
  }
  bool is_too_long = text.code == SQLITE_TOOBIG;
  if (text.code == SQLITE_OK && (has_id || is_any)) *out = cm_buf_take(&text);
  cm_buf_clear(&text);
  if (*out != NULL) return SQLITE_OK;
  if (!is_too_long && (has_id || is_any)) return cm_err_nomem(err);
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: the answer to GET /account says neither id nor name (something else than "
                    "ChartMogul answered): check base_url",
                    who);
}

bool cm_identity_may_change(const char *identity) {
  return strstr(identity, between) != NULL;
}

int cm_identity_ask(cm_session *session, const char *who, char **out, cm_err *err) {
  const cm_call_request request = {
    .who = who, .method = "GET", .path = "/account", .flags = CM_CALL_LOOK_UP
  };
  cm_call *call = NULL;
  *out = NULL;
  int rc = cm_call_start(session, &request, &call, err);
  if (rc == SQLITE_OK) rc = cm_call_wait(call, err);
  if (rc != SQLITE_OK && call != NULL) err->may_help = cm_call_result_of(call)->may_help;
  if (rc == SQLITE_OK) rc = identify(cm_call_result_of(call)->body, who, out, err);
  cm_call_free(call);
  return rc;
}
