#include "explain/steps.h"

#include <string.h>

enum { OPCODE = 1, P2 = 3, P3 = 4, P4 = 5 }; /* columns */

int cm_steps_open(cm_session *session, const char *sql, sqlite3_stmt **out) {
  *out = NULL;
  char *text = sqlite3_mprintf("EXPLAIN %s", sql);
  int rc = text != NULL ? sqlite3_prepare_v2(session->db, text, -1, out, NULL) : SQLITE_NOMEM;
  sqlite3_free(text);
  return rc;
}

/** "upper(1)", as a step that calls a function has it: whatever it is called, and texts of the statement aside. */
static size_t function_len(const char *opcode, const char *operand) {
  static const char *const texts[] = {
    "String8", "String", "Variable", "Explain", "Init", "Trace"
  };
  for (size_t i = 0; i < cm_countof(texts); i++) {
    if (strcmp(opcode, texts[i]) == 0) return 0;
  }
  size_t len = operand != NULL ? strcspn(operand, "(") : 0;
  if (len == 0 || operand[len] != '(') return 0;
  size_t digits = strspn(operand + len + 1, "-0123456789");
  return digits > 0 && strcmp(operand + len + 1 + digits, ")") == 0 ? len : 0;
}

int cm_steps_next(sqlite3_stmt *stmt, cm_vdbe_step *out) {
  int rc = sqlite3_step(stmt);
  if (rc != SQLITE_ROW) return rc;
  const char *operand = (const char *)sqlite3_column_text(stmt, P4);
  *out = (cm_vdbe_step){ .opcode = (const char *)sqlite3_column_text(stmt, OPCODE),
                         .p2 = sqlite3_column_int(stmt, P2),
                         .p3 = sqlite3_column_int(stmt, P3) };
  if (out->opcode == NULL) return SQLITE_NOMEM;
  out->function_len = function_len(out->opcode, operand);
  if (out->function_len > 0) out->function = operand;
  return SQLITE_ROW;
}
