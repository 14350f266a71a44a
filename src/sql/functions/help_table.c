#include "sql/functions/help_table.h"

#include <string.h>

#include "base/text.h"
#include "record/near_miss.h"
#include "record/url.h"
#include "spec/registry.h"

static const char *const verbs[] = { "INSERT", "UPDATE", "DELETE" };

/** Append a word of a list: "a, b". */
static void put_word(cm_buf *out, const char *word, size_t len) {
  cm_buf_printf(out, "%s%.*s", out->len > 0 ? ", " : "", (int)len, word);
}

static void put_name(cm_buf *out, const char *name) {
  put_word(out, name, strlen(name));
}

/** Append the words of a list with spaces, with commas. */
static void put_words(cm_buf *out, const char *list) {
  const char *word = NULL;
  size_t len = 0;
  while (cm_text_next_word(&list, &word, &len))
    put_word(out, word, len);
}

/* ---- keys ------------------------------------------------------------------------------------------ */

static void put_key(const cm_resource *resource, cm_help_lines *lines) {
  int key = cm_registry_key(resource);
  const char *told_by = CM_EXTRA(resource, told_by);
  if (resource->key_parts != NULL) {
    put_words(&lines->name, resource->key_parts);
    cm_buf_text(&lines->text, "Together they tell one row from another.");
    cm_help_put(lines, "key");
  } else if (key >= 0) {
    cm_help_add(lines, "key", resource->columns[key].name, resource->columns[key].doc);
  } else if (told_by != NULL) {
    cm_help_add(lines, "key", told_by, "Tells one row of a statement from another.");
  }
}

static void put_natural_key(const cm_resource *resource, cm_help_lines *lines) {
  const cm_natural_key *natural = resource->natural_key;
  if (natural == NULL) return;
  for (size_t i = 0; i < cm_countof(natural->columns); i++) {
    if (natural->columns[i] != NULL) put_name(&lines->name, natural->columns[i]);
  }
  cm_buf_text(&lines->text, natural->replace_is_ignore
                                ? "INSERT OR IGNORE and OR REPLACE leave a row that has the same "
                                  "alone."
                                : "INSERT OR IGNORE leaves a row that has the same alone, INSERT "
                                  "OR REPLACE updates it.");
  cm_help_put(lines, "key");
}

/* ---- joins ----------------------------------------------------------------------------------------- */

/** The table whose rows the first `len` bytes of a name stand for: "plan" for chartmogul_plans. NULL: none. */
static const cm_resource *named_by(const char *name, size_t len) {
  static const char prefix[] = CM_TABLE_PREFIX;
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++) {
    const char *of = resources[i]->name + strlen(prefix);
    if (strlen(of) == len + 1 && strncmp(of, name, len) == 0 && of[len] == 's') return resources[i];
  }
  return NULL;
}

/** The table whose key a column holds; NULL: none, or its own. */
static const cm_resource *referred_by(const cm_resource *resource, int column) {
  const cm_column *described = &resource->columns[column];
  const char *of = CM_EXTRA(described, of);
  if (described->flags & (CM_HIDDEN | CM_KEY) || !cm_text_ends_in(described->name, "_uuid"))
    return NULL;
  if (of != NULL) return cm_registry_find(of);
  return named_by(described->name, strlen(described->name) - strlen("_uuid"));
}

/** A visible column that holds the key of the table; -1: none. */
static int reference_to(const cm_resource *resource, const cm_resource *to) {
  for (int i = 0; i < resource->column_count; i++) {
    if (referred_by(resource, i) == to) return i;
  }
  return -1;
}

/** The table that a visible external id names a row of, where no column holds its key; NULL: none. */
static const cm_resource *named_in(const cm_resource *resource, int column, int *source) {
  const cm_column *described = &resource->columns[column];
  if (described->flags & CM_HIDDEN || !cm_text_ends_in(described->name, "_external_id"))
    return NULL;
  size_t len = strlen(described->name) - strlen("_external_id");
  const cm_resource *to = named_by(described->name, len);
  *source = reference_to(resource, cm_registry_find("chartmogul_data_sources"));
  bool has_key = to != NULL && to->natural_key != NULL && to->natural_key->columns[1] != NULL;
  return has_key && *source >= 0 && reference_to(resource, to) < 0 ? to : NULL;
}

/** The tables whose rows this one's rows name. */
static void put_joins(const cm_resource *resource, cm_help_lines *lines) {
  for (int i = 0; i < resource->column_count; i++) {
    int source = -1;
    const cm_resource *to = referred_by(resource, i);
    const cm_resource *by_name = named_in(resource, i, &source);
    if (to != NULL) {
      cm_buf_text(&lines->name, to->name);
      cm_buf_printf(&lines->text, "ON %s.%s = %s", to->name, to->columns[cm_registry_key(to)].name,
                    resource->columns[i].name);
      cm_help_put(lines, "join");
    } else if (by_name != NULL) {
      cm_buf_text(&lines->name, by_name->name);
      cm_buf_printf(&lines->text, "ON %s.%s = %s AND %s.%s = %s", by_name->name,
                    by_name->natural_key->columns[0], resource->columns[source].name, by_name->name,
                    by_name->natural_key->columns[1], resource->columns[i].name);
      cm_help_put(lines, "join");
    }
  }
}

/** The tables whose rows name this one's rows. */
static void put_joined(const cm_resource *resource, cm_help_lines *lines) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  int key = cm_registry_key(resource);
  for (int i = 0; i < count && key >= 0; i++) {
    for (int column = 0; column < resources[i]->column_count; column++) {
      if (referred_by(resources[i], column) != resource) continue;
      cm_buf_text(&lines->name, resources[i]->name);
      cm_buf_printf(&lines->text, "ON %s.%s = %s", resources[i]->name,
                    resources[i]->columns[column].name, resource->columns[key].name);
      cm_help_put(lines, "join");
    }
  }
}

/* ---- what is sent ---------------------------------------------------------------------------------- */

typedef struct sent_as {
  bool is_equal, is_from, is_until;
} sent_as;

static sent_as how_sent(const cm_resource *resource, int column) {
  const char *name = resource->columns[column].name;
  sent_as how = { 0 };
  for (int i = 0; i < resource->read_count; i++) {
    const cm_read *read = &resource->reads[i];
    if (cm_url_path_has(resource, read, column)) how.is_equal = true;
    for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
      const cm_widened *widened = CM_EXTRA(filter, widened);
      bool is_bound = widened != NULL && strcmp(widened->column, name) == 0;
      cm_op op = is_bound ? widened->op : filter->op;
      if (!is_bound && strcmp(filter->column, name) != 0) continue;
      how.is_equal = how.is_equal || op == CM_EQ;
      how.is_from = how.is_from || op == CM_GE;
      how.is_until = how.is_until || op == CM_LE;
    }
  }
  return how;
}

/** A column of which the WHERE clause is sent. An equality goes as both bounds where there is no filter for it. */
static void put_sent(const cm_resource *resource, int column, cm_help_lines *lines) {
  const cm_column *described = &resource->columns[column];
  sent_as how = how_sent(resource, column);
  if (!how.is_equal && !how.is_from && !how.is_until) return;
  if (described->flags & CM_PARAM) {
    cm_help_add(lines, "parameter", described->name, described->doc);
    return;
  }
  const cm_word *words = cm_registry_words(resource, column);
  cm_buf_text(&lines->name, described->name);
  cm_buf_text(&lines->text, how.is_from && how.is_until ? "=, IN, <, <=, >, >=, BETWEEN" : "=, IN");
  if (words != NULL) cm_buf_text(&lines->text, ": ");
  cm_near_miss_put_words(words, &lines->text);
  cm_help_put(lines, "sent");
}

/* ---- what it costs --------------------------------------------------------------------------------- */

/** Append what WHERE has to give, as far as the read needs it: "a = ? AND b = ?". False: nothing. */
static bool put_needed(const cm_resource *resource, const cm_read *read, cm_buf *out) {
  const char *between = "";
  for (int i = 0; i < resource->column_count; i++) {
    const char *name = resource->columns[i].name;
    bool is_needed = cm_url_path_has(resource, read, i);
    for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
      bool is_required = filter->required && CM_EXTRA(filter, fallback) == NULL;
      is_needed = is_needed || (is_required && strcmp(filter->column, name) == 0);
    }
    if (!is_needed) continue;
    cm_buf_printf(out, "%s%s = ?", between, name);
    between = " AND ";
  }
  return between[0] != '\0';
}

static void put_read(const cm_resource *resource, const cm_read *read, cm_help_lines *lines) {
  const char *encloser = CM_EXTRA(read, encloser);
  bool is_only = resource->read_count == 1 && read->parent == NULL;
  if (!put_needed(resource, read, &lines->name))
    cm_buf_text(&lines->name, is_only ? "SELECT" : "otherwise");
  cm_buf_printf(&lines->text, "%s: GET %s",
                read->paging == CM_CURSOR ? "1 request for each page of 200" : "1 request",
                read->path);
  if (encloser != NULL)
    cm_buf_printf(&lines->text, ", 1 more where a column of its row of %s is used", encloser);
  cm_help_put(lines, "cost");
  if (read->parent == NULL) return;
  cm_buf_text(&lines->name, "otherwise");
  cm_buf_printf(&lines->text, "as many for each row of %s, beside its list", read->parent);
  cm_help_put(lines, "cost");
}

/** The columns for which the second list is fetched. */
static void put_companion(const cm_resource *resource, cm_help_lines *lines) {
  const cm_companion *companion = resource->companion;
  if (companion == NULL) return;
  for (int i = 0; i < resource->column_count; i++) {
    if (resource->columns[i].flags & CM_COMPANION)
      put_name(&lines->name, resource->columns[i].name);
  }
  cm_buf_printf(&lines->text, "as many again, for any of these: GET %s", companion->path);
  cm_help_put(lines, "cost");
}

/* ---- writes ---------------------------------------------------------------------------------------- */

/** The columns that have all flags of `with` and none of `without`. Nothing where there is none. */
static void put_columns(const cm_resource *resource, unsigned with, unsigned without, cm_buf *out) {
  for (int i = 0; i < resource->column_count; i++) {
    unsigned flags = resource->columns[i].flags;
    if ((flags & with) == with && !(flags & without)) put_name(out, resource->columns[i].name);
  }
}

/** A line with those columns, if any. */
static void put_written(const cm_resource *resource, const char *part, const char *name,
                        unsigned with, unsigned without, cm_help_lines *lines) {
  put_columns(resource, with, without, &lines->text);
  if (lines->text.len == 0) return;
  cm_buf_text(&lines->name, name);
  cm_help_put(lines, part);
}

/** By what else INSERT may name a row of another table. */
static void put_references(const cm_resource *resource, cm_help_lines *lines) {
  const cm_reference *reference = resource->references;
  for (; reference != NULL && reference->column != NULL; reference++) {
    const char *within = reference->within;
    cm_buf_printf(&lines->name, "for %s", reference->column);
    cm_buf_printf(&lines->text, "%s and %s%s%s: looked up in %s", reference->external_id,
                  reference->data_source, within != NULL ? ", in the items of " : "",
                  within != NULL ? within : "", reference->resource);
    cm_help_put(lines, verbs[CM_VERB_INSERT]);
  }
}

/** What of a set or a list the call is for. */
static void put_call_purpose(const cm_write *write, cm_buf *out) {
  size_t len = write->columns != NULL ? cm_text_before(write->columns, strlen(write->columns), ':')
                                      : 0;
  if (write->flags & CM_ADDED)
    cm_buf_printf(out, ", where members of %.*s are new", (int)len, write->columns);
  if (write->flags & CM_CHANGED)
    cm_buf_printf(out, ", where members of %.*s change", (int)len, write->columns);
  if (write->flags & CM_REMOVED)
    cm_buf_printf(out, ", where members of %.*s go", (int)len, write->columns);
  if (write->flags & CM_ALONE) cm_buf_printf(out, ", for %s", write->columns);
}

static void put_call(const cm_write *write, cm_help_lines *lines) {
  int batch = CM_EXTRA(write, batch);
  cm_buf_text(&lines->name, "cost");
  if (write->flags & CM_WHOLE_LIST) {
    cm_buf_printf(&lines->text, "1 request for all rows of the list, which is read before: %s %s",
                  write->method, write->path);
  } else if (batch > 0) {
    cm_buf_printf(&lines->text, "1 request for up to %d rows in BEGIN … COMMIT: %s %s", batch,
                  write->method, write->path);
  } else {
    cm_buf_printf(&lines->text, "1 request for each row: %s %s", write->method, write->path);
  }
  put_call_purpose(write, &lines->text);
  cm_help_put(lines, verbs[write->verb]);
}

/** Where a new row goes without a call of its own. */
static void put_shared_calls(const cm_resource *resource, cm_help_lines *lines) {
  const char *insert = verbs[CM_VERB_INSERT];
  if (resource->inside_of != NULL) {
    cm_buf_printf(&lines->text,
                  "none where its row of %s waits for the same COMMIT: it goes inside",
                  resource->inside_of->resource);
    cm_help_add(lines, insert, "cost", NULL);
  }
  if (resource->bulk != NULL) {
    cm_help_add(lines, insert, "cost",
                "with write_mode bulk: 1 json import for the rows of up to 1,000 customers");
  }
}

static void put_verb(const cm_resource *resource, cm_verb verb, cm_help_lines *lines) {
  if (!cm_registry_can(resource, verb)) return;
  const char *const *owners = resource->extras != NULL ? resource->extras->owners : NULL;
  const char *counts = CM_EXTRA(resource, delete_counts);
  if (verb == CM_VERB_INSERT) {
    put_written(resource, verbs[verb], "needs", CM_INSERT | CM_REQUIRED, 0, lines);
    if (owners != NULL && owners[0] != NULL) {
      cm_buf_printf(&lines->text, "%s or %s", owners[0], owners[1]);
      cm_help_add(lines, verbs[verb], "needs", NULL);
    }
    put_written(resource, verbs[verb], "takes", CM_INSERT, CM_REQUIRED, lines);
    put_references(resource, lines);
  } else if (verb == CM_VERB_UPDATE) {
    put_written(resource, verbs[verb], "sets", CM_UPDATE, 0, lines);
  }
  for (int i = 0; i < resource->write_count; i++) {
    if (resource->writes[i].verb == verb) put_call(&resource->writes[i], lines);
  }
  if (verb == CM_VERB_INSERT) put_shared_calls(resource, lines);
  if (verb == CM_VERB_DELETE && counts != NULL) {
    cm_buf_printf(&lines->text, "the row, and each of GET %s", counts);
    cm_help_add(lines, verbs[verb], "delete_limit counts", NULL);
  }
}

/* ---- all of it -------------------------------------------------------------------------------------- */

static void put_column(const cm_column *column, cm_help_lines *lines) {
  cm_buf_text(&lines->name, column->name);
  cm_buf_printf(&lines->text, "%s", column->doc);
  if (column->flags & CM_HIDDEN) cm_buf_text(&lines->text, " Hidden.");
  cm_help_put(lines, "column");
}

void cm_help_table(const cm_resource *resource, cm_help_lines *lines) {
  cm_help_add(lines, "table", resource->name, resource->doc);
  put_key(resource, lines);
  put_natural_key(resource, lines);
  put_joins(resource, lines);
  put_joined(resource, lines);
  for (int i = 0; i < resource->column_count; i++)
    put_sent(resource, i, lines);
  for (int i = 0; i < resource->read_count; i++)
    put_read(resource, &resource->reads[i], lines);
  put_companion(resource, lines);
  for (int verb = CM_VERB_INSERT; verb <= CM_VERB_DELETE; verb++)
    put_verb(resource, (cm_verb)verb, lines);
  for (int i = 0; i < resource->column_count; i++)
    put_column(&resource->columns[i], lines);
  for (const cm_example *example = resource->examples; example->question != NULL; example++)
    cm_help_add(lines, "example", example->question, example->sql);
}
