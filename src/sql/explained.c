#include "sql/explained.h"

#include <stdlib.h>
#include <string.h>

#include "record/url.h"

enum { MAX_PLANS = 10000, MAX_NAMES = 4096 };

/** Is the term sent, or a bound of something that is? */
static bool is_sent(const cm_resource *resource, const cm_plan *plan, int term) {
  for (int i = 0; i < plan->arg_count && plan->read >= 0; i++) {
    const cm_plan_arg *arg = &plan->args[i];
    if (arg->term != term) continue;
    bool is_bound = cm_plan_is_compared(arg) &&
                    cm_url_is_widened(resource, &resource->reads[plan->read], arg->column);
    return arg->use == CM_ARG_SENT || is_bound;
  }
  return false;
}

/** Of a term that waits for a table further inside that one's scan tells. */
static bool counts(const cm_resource *resource, const cm_offer *offer, const cm_plan *plan,
                   int term, bool sent) {
  return offer->terms[term].is_usable && is_sent(resource, plan, term) == sent;
}

/** The columns of the terms that are sent, or are not, each once. @return SQLITE_OK or SQLITE_NOMEM. */
static int name_columns(const cm_resource *resource, const cm_offer *offer, const cm_plan *plan,
                        bool sent, char **out) {
  cm_buf names;
  cm_buf_init(&names, MAX_NAMES);
  for (int i = 0; i < offer->term_count; i++) {
    bool is_first = counts(resource, offer, plan, i, sent);
    for (int j = 0; j < i && is_first; j++) {
      is_first = offer->terms[j].column != offer->terms[i].column ||
                 !counts(resource, offer, plan, j, sent);
    }
    if (is_first)
      cm_buf_printf(&names, "%s%s", names.len > 0 ? ", " : "",
                    resource->columns[offer->terms[i].column].name);
  }
  bool has_names = names.len > 0 || names.code == SQLITE_NOMEM;
  if (has_names) *out = sqlite3_mprintf("%s", cm_buf_str(&names));
  bool is_lost = names.code == SQLITE_NOMEM || (has_names && *out == NULL);
  cm_buf_clear(&names);
  return is_lost ? SQLITE_NOMEM : SQLITE_OK;
}

static int make_room(cm_explained *explained) {
  if (explained->count < explained->capacity) return SQLITE_OK;
  if (explained->count >= MAX_PLANS) return SQLITE_ERROR;
  int capacity = explained->capacity == 0 ? 16 : explained->capacity * 2;
  cm_explained_plan *grown = sqlite3_realloc64(explained->plans,
                                               (sqlite3_uint64)capacity * sizeof *grown);
  if (grown == NULL) return SQLITE_NOMEM;
  explained->plans = grown;
  explained->capacity = capacity;
  return SQLITE_OK;
}

int cm_explained_note(cm_explained *explained, const cm_table *table, const cm_offer *offer,
                      const cm_plan *plan, sqlite3_index_info *info) {
  int rc = make_room(explained);
  if (rc != SQLITE_OK) return rc;
  cm_explained_plan *noted = &explained->plans[explained->count++];
  *noted = (cm_explained_plan){ .session = table->session,
                                .resource = table->resource,
                                .who = table->resource->name,
                                .plan = *plan };
  noted->text = sqlite3_mprintf("%s", info->idxStr);
  if (noted->text == NULL) return SQLITE_NOMEM;
  rc = name_columns(table->resource, offer, plan, true, &noted->sent);
  if (rc == SQLITE_OK) rc = name_columns(table->resource, offer, plan, false, &noted->kept);
  info->idxNum = explained->count;
  return rc;
}

static char *copy_of(const char *text) {
  return text != NULL ? sqlite3_mprintf("%s", text) : NULL;
}

int cm_explained_note_call(cm_explained *explained, const cm_explained_plan *plan,
                           sqlite3_index_info *info) {
  int rc = make_room(explained);
  if (rc != SQLITE_OK) return rc;
  cm_explained_plan *noted = &explained->plans[explained->count];
  *noted = *plan;
  noted->text = copy_of(plan->text);
  noted->path = copy_of(plan->path);
  noted->advice = copy_of(plan->advice);
  explained->count++;
  bool is_whole = noted->text != NULL && (noted->path != NULL) == (plan->path != NULL) &&
                  (noted->advice != NULL) == (plan->advice != NULL);
  if (!is_whole) return SQLITE_NOMEM;
  noted->is_more = info == NULL;
  if (info == NULL) return SQLITE_OK;
  info->idxNum = explained->count;
  info->idxStr = sqlite3_mprintf("%s", plan->text);
  info->needToFreeIdxStr = 1;
  return info->idxStr != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

const cm_explained_plan *cm_explained_find(const cm_explained *explained, const char *line) {
  static const char mark[] = " VIRTUAL TABLE INDEX ";
  char *text = NULL;
  const char *found = strstr(line, mark);
  if (found == NULL) return NULL;
  long number = strtol(found + strlen(mark), &text, 10);
  if (number < 1 || number > explained->count || *text != ':') return NULL;
  const cm_explained_plan *plan = &explained->plans[number - 1];
  size_t len = strlen(plan->text); /* a LEFT JOIN stands behind it */
  return strncmp(text + 1, plan->text, len) == 0 ? plan : NULL;
}

void cm_explained_clear(cm_explained *explained) {
  for (int i = 0; i < explained->count; i++) {
    sqlite3_free(explained->plans[i].text);
    sqlite3_free(explained->plans[i].sent);
    sqlite3_free(explained->plans[i].kept);
    sqlite3_free(explained->plans[i].path);
    sqlite3_free(explained->plans[i].advice);
  }
  sqlite3_free(explained->plans);
  *explained = (cm_explained){ 0 };
}
