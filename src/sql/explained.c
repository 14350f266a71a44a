#include "sql/explained.h"

#include <stdlib.h>
#include <string.h>

#include "record/near_miss.h"
#include "record/url.h"
#include "spec/registry.h"

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

/** A metric's rows are those of a year where nothing says from when on they are asked for. */
static void warn_of_year(const cm_resource *resource, const cm_plan *plan, cm_buf *out) {
  const cm_read *read = plan->read >= 0 ? &resource->reads[plan->read] : NULL;
  const cm_filter *start = read != NULL ? cm_plan_find_unset_start(resource, read, plan) : NULL;
  if (start == NULL) return;
  const char *shown = CM_EXTRA(start, widened)->column;
  int column = cm_registry_column(resource, shown);
  for (int i = 0; i < plan->arg_count; i++) {
    cm_term_op op = plan->args[i].op;
    bool is_upper = op == CM_TERM_LE || op == CM_TERM_LT;
    bool is_bound = cm_plan_is_compared(&plan->args[i]) && !is_upper;
    if (plan->args[i].column == column && is_bound) return;
  }
  cm_buf_printf(out,
                "without a lower bound of %s these are twelve months alone: "
                "give %s >= '2010-01-01', or %s, for more",
                shown, shown, start->column);
}

/** A literal that the column never had, as far as is known: the statement may mean another word. */
static void warn_of_word(const cm_resource *resource, const cm_term *term, cm_buf *out) {
  const cm_word *words = cm_registry_words(resource, term->column);
  bool is_text = term->op == CM_TERM_EQ && term->has_literal && cm_value_is_text(&term->literal);
  if (words == NULL || !is_text) return;
  for (const cm_word *word = words; word->sql != NULL; word++) {
    if (cm_text_is(term->literal.text, term->literal.len, word->sql)) return;
  }
  char shown[60];
  cm_err_line(shown, sizeof shown, term->literal.text, term->literal.len);
  cm_buf_printf(out, "%s'%s' is no known value of %s (those are ", out->len > 0 ? "; " : "", shown,
                resource->columns[term->column].name);
  cm_near_miss_put_words(words, out);
  cm_buf_text(out, ")");
}

/** @return SQLITE_OK or SQLITE_NOMEM. */
static int warn(const cm_offer *offer, cm_explained_plan *plan) {
  cm_buf words;
  cm_buf_init(&words, CM_EXPLAINED_ADVICE);
  warn_of_year(plan->resource, &plan->plan, &words);
  for (int i = 0; i < offer->term_count; i++)
    warn_of_word(plan->resource, &offer->terms[i], &words);
  if (words.len > 0) plan->advice = sqlite3_mprintf("%s", cm_buf_str(&words));
  bool is_lost = words.code == SQLITE_NOMEM || (words.len > 0 && plan->advice == NULL);
  cm_buf_clear(&words);
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
  if (rc == SQLITE_OK) rc = warn(offer, noted);
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
