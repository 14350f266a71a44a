#include "client/status.h"

static const char later[] = "try again later";
static const char between[] = "try again later, and see what answers between here and the API";
static const char elsewhere[] = "see what answers between here and the API, and check base_url";
static const char not_served[] = "check base_url";
static const char says_no[] = "correct what it names in the statement, or try again later";
static const char no_such_call[] = "check the arguments of the function, and base_url";
static const char no_such_row[] = "check the identifiers in WHERE, and base_url";
static const char row_is_gone[] = "check that the row, and those that it names, still exist";
static const char look_there[] = "look at what is there now, then write the row again";
static const char wrong_values[] = "check the values in WHERE, and base_url";
static const char wrong_row[] =
    "compare the row's body in chartmogul_writes with what the API takes, and write the row again";
static const char wrong_delete[] = "check the row's identifiers, and that it may be deleted";
static const char wrong_names[] = "check the identifiers in the row that is written, and base_url";
static const char look_and_delete[] = "look at what is there now, then DELETE the row again";
static const char long_path[] =
    "check the identifiers in the row, which stand in the path, and base_url";
static const char pay[] =
    "see whether the ChartMogul account is paid, and whether its plan has this";

/* What the message of an answer names is to be corrected. */
static const char *const correct[CM_READERS] = {
  "correct what it names in the statement",
  "correct what it names and write the row again",
  "correct what it names and call the function again",
  "correct what it names and DELETE the row again",
  "correct what it names and write the row again",
};

/* The first one that fits counts: a class stands behind its members. */
static const cm_status statuses[] = {
  { 206, 206, "Partial Content", .meaning = "it is only a part of the answer",
    .advice = { between } },
  { 200, 200, "OK", .advice = { says_no } },
  { 201, 201, "Created", .advice = { says_no } },
  { 202, 202, "Accepted", .advice = { says_no } },
  { 200, 299, "Success", .advice = { says_no } },
  { 304, 304, "Not Modified", .meaning = "it leaves the answer out, as if a copy were kept here",
    .advice = { between } },
  { 300, 399, "Redirect", .advice = { "check base_url (redirects are not followed)" } },

  { 400, 400, "Bad Request",
    .advice = { wrong_values, wrong_row, no_such_call, wrong_delete, wrong_names },
    .names_faults = true, .is_of_row = true },
  { 401, 401, "Unauthorized", .end = CM_ADVICE_KEY },
  { 402, 402, "Payment Required", .advice = { pay } },
  { 403, 403, "Forbidden",
    .advice = { "check what the API key may read, and that the account is active",
                "use an API key that may write, and check that the account is active" } },
  { 404, 404, "Not Found",
    .advice = { no_such_row, row_is_gone, no_such_call, row_is_gone, wrong_names },
    .is_of_row = true },
  { 405, 405, "Method Not Allowed", .advice = { not_served, not_served, no_such_call },
    .is_of_row = true },
  { 406, 406, "Not Acceptable", .advice = { elsewhere }, .is_of_row = true },
  { 407, 407, "Proxy Authentication Required",
    .advice = { "put the proxy's user and password into the URL of HTTPS_PROXY" } },
  { 408, 408, "Request Timeout", .advice = { later } },
  { 409, 409, "Conflict", .advice = { later, look_there, later, look_and_delete, later },
    .names_faults = true, .is_of_row = true },
  { 410, 410, "Gone",
    .advice = { no_such_row, row_is_gone, no_such_call, row_is_gone, wrong_names },
    .is_of_row = true },
  { 411, 411, "Length Required", .advice = { elsewhere }, .is_of_row = true },
  { 412, 412, "Precondition Failed",
    .advice = { between, look_there, between, look_and_delete, between }, .is_of_row = true },
  { 413, 413, "Content Too Large",
    .advice = { "ask for less with a narrower WHERE",
                "write less in this row: shorter texts, or fewer items in its lists",
                "give the function less at once", elsewhere, wrong_names },
    .is_of_row = true },
  { 414, 414, "URI Too Long",
    .advice = { "ask for less with a narrower WHERE, or shorter values in it", long_path,
                "give the function a shorter path or query", long_path, wrong_names },
    .is_of_row = true },
  { 415, 415, "Unsupported Media Type", .advice = { elsewhere }, .is_of_row = true },
  { 418, 418, "I'm a Teapot", .advice = { elsewhere }, .is_of_row = true },
  { 421, 421, "Misdirected Request", .advice = { elsewhere }, .is_of_row = true },
  { 422, 422, "Unprocessable Entity",
    .advice = { wrong_values, wrong_row, no_such_call, wrong_delete, wrong_names },
    .names_faults = true, .is_of_row = true },
  { 423, 423, "Locked",
    .advice = { later, "write the row again when nothing else changes it", later,
                "DELETE the row again when nothing else changes it", later },
    .is_of_row = true },
  { 424, 424, "Failed Dependency", .advice = { later, row_is_gone, later }, .names_faults = true,
    .is_of_row = true },
  { 425, 425, "Too Early", .advice = { later } },
  { 426, 426, "Upgrade Required", .advice = { elsewhere }, .is_of_row = true },
  { 428, 428, "Precondition Required", .advice = { elsewhere }, .is_of_row = true },
  { 429, 429, "Too Many Requests", .advice = { later }, .end = CM_ADVICE_PACE },
  { 431, 431, "Request Header Fields Too Large",
    .advice = { elsewhere, elsewhere, "give the function fewer or shorter headers" },
    .is_of_row = true },
  { 451, 451, "Unavailable For Legal Reasons",
    .advice = { "ask ChartMogul, or who runs the network, why this is blocked" },
    .is_of_row = true },
  { 400, 499, "Client Error", .advice = { elsewhere }, .names_faults = true, .is_of_row = true },

  { 500, 500, "Internal Server Error", .advice = { later } },
  { 501, 501, "Not Implemented", .advice = { not_served, not_served, no_such_call } },
  { 502, 502, "Bad Gateway", .advice = { later } },
  { 503, 503, "Service Unavailable", .advice = { later }, .end = CM_ADVICE_PACE },
  { 504, 504, "Gateway Timeout", .advice = { later } },
  { 505, 505, "HTTP Version Not Supported", .advice = { elsewhere } },
  { 511, 511, "Network Authentication Required",
    .advice = { "sign in to this network first, then try again" } },
  { 520, 530, "Proxy Error", .advice = { later } },
  { 500, 599, "Server Error", .advice = { later } },
  { 0, 999, "Unknown Status", .advice = { elsewhere } },
};

const cm_status *cm_status_of(int status) {
  size_t i = 0;
  while (i + 1 < cm_countof(statuses) && (status < statuses[i].first || status > statuses[i].last))
    i++;
  return &statuses[i];
}

const char *cm_status_advice(const cm_status *status, cm_reader reader, bool has_message) {
  const char *advice = NULL;
  if (has_message && status->names_faults) return correct[reader];
  bool is_of_write = reader == CM_OF_DELETE || reader == CM_OF_LOOK_UP;
  if (is_of_write && status->advice[reader] != NULL) return status->advice[reader];
  if (is_of_write) reader = reader == CM_OF_DELETE ? CM_OF_ROW : CM_OF_STATEMENT;
  for (int i = 0; i <= (int)reader; i++) {
    if (status->advice[i] != NULL) advice = status->advice[i];
  }
  return advice;
}
