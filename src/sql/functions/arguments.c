#include "sql/functions/arguments.h"

#include "sql/functions/function_call.h"

enum { MAX_ARGUMENTS = 8 };

int cm_arguments_take(sqlite3_index_info *info, int first, int last, bool *is_early) {
  int places[MAX_ARGUMENTS];
  int given = 0;
  int argument = 0;
  *is_early = false;
  for (int i = 0; i < MAX_ARGUMENTS; i++)
    places[i] = -1;
  for (int i = 0; i < info->nConstraint; i++) {
    const struct sqlite3_index_constraint *term = &info->aConstraint[i];
    bool is_argument = term->iColumn >= first && term->iColumn <= last;
    if (!is_argument || term->op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (!term->usable) *is_early = true;
    if (term->usable && places[term->iColumn - first] < 0) places[term->iColumn - first] = i;
  }
  for (int i = 0; i <= last - first; i++) {
    if (places[i] < 0) continue;
    info->aConstraintUsage[places[i]].argvIndex = ++argument;
    info->aConstraintUsage[places[i]].omit = 1; /* an argument that is NULL is not given */
    given |= 1 << i;
  }
  return given;
}

int cm_arguments_text(sqlite3_value *value, const char *name, char **out, cm_err *err) {
  cm_slice text = { NULL, 0 };
  *out = NULL;
  int rc = cm_sending_text(value, name, &text, err);
  if (rc != SQLITE_OK || text.ptr == NULL) return rc;
  *out = sqlite3_mprintf("%s", text.ptr);
  return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

int cm_arguments_stated(sqlite3_index_info *info, int column, const char *name, cm_stated *out,
                        cm_err *err) {
  *out = (cm_stated){ .is_given = false };
  for (int i = 0; i < info->nConstraint; i++) {
    sqlite3_value *value = NULL;
    const struct sqlite3_index_constraint *term = &info->aConstraint[i];
    bool is_it = term->iColumn == column && term->op == SQLITE_INDEX_CONSTRAINT_EQ;
    if (!is_it || !term->usable) continue;
    bool is_known = sqlite3_vtab_rhs_value(info, i, &value) == SQLITE_OK && value != NULL;
    out->is_given = true;
    out->is_open = !is_known;
    return is_known ? cm_arguments_text(value, name, &out->text, err) : SQLITE_OK;
  }
  return SQLITE_OK;
}
