#include "find/finder.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "client/call.h"
#include "record/encode.h"
#include "record/row.h"
#include "spec/registry.h"
#include "wire/http.h"
#include "wire/json.h"

enum { MAX_KEPT_QUESTIONS = 100000 };

/* ---- the table of questions ---------------------------------------------------------------- */

static cm_question *find(cm_finder *finder, const char *key) {
  return cm_map_find(&finder->questions, key, strlen(key));
}

static void free_question(cm_question *question) {
  cm_call_free(question->call);
  sqlite3_free(question->key);
  sqlite3_free(question->values[0]);
  sqlite3_free(question->values[1]);
  sqlite3_free(question->uuid);
  sqlite3_free(question->row);
  sqlite3_free(question->error);
  sqlite3_free(question);
}

/** It is out of the table. Its holders keep it; the last one frees it. */
static void let_go(cm_question *question) {
  question->is_detached = true;
  if (question->holders == 0) free_question(question);
}

static void detach(cm_finder *finder, cm_question *question) {
  cm_map_remove(&finder->questions, &question->node);
  let_go(question);
}

void cm_question_release(cm_question *question) {
  if (question == NULL || --question->holders > 0) return;
  if (question->is_detached) {
    free_question(question);
  } else {
    sqlite3_free(question->row); /* only an update needs it, and asks again */
    question->row = NULL;
  }
}

static void forget_questions(cm_finder *finder) {
  cm_question *question = NULL;
  while ((question = cm_map_pop(&finder->questions)) != NULL)
    let_go(question);
}

void cm_question_forget_all(cm_finder *finder) {
  forget_questions(finder);
  cm_asked_lists_clear(&finder->lists);
}

/** A new question in the table; its texts are copied. NULL when memory runs out. */
static cm_question *new_question(cm_finder *finder, const char *key, const char *const values[2]) {
  if (finder->questions.count >= MAX_KEPT_QUESTIONS) forget_questions(finder);
  cm_question *question = sqlite3_malloc64(sizeof *question);
  if (question == NULL) return NULL;
  memset(question, 0, sizeof *question);
  question->session = finder->session;
  question->sets_version = finder->sets_version;
  question->parts_version = finder->parts_version;
  question->key = sqlite3_mprintf("%s", key);
  bool is_whole = question->key != NULL;
  for (int i = 0; i < 2 && is_whole; i++) {
    if (values[i] == NULL) continue;
    question->values[i] = sqlite3_mprintf("%s", values[i]);
    is_whole = question->values[i] != NULL;
  }
  if (!is_whole) {
    free_question(question);
    return NULL;
  }
  cm_map_put(&finder->questions, &question->node, question, question->key, strlen(key));
  return question;
}

/** The question after a row: who is asked, for which natural key. */
static char *key_of_row(const cm_resource *resource, const char *const values[2]) {
  return sqlite3_mprintf("%s\x1f%s\x1f%s", resource->name, values[0],
                         values[1] != NULL ? values[1] : "");
}

/* ---- what a need wants ---------------------------------------------------------------------- */

static int not_answered(const char *who, const char *why, cm_err *err) {
  return cm_err_set(err, SQLITE_ERROR, "%s: a look-up was answered wrongly (%s): try again later",
                    who, why);
}

/** Is the answer that of the row asked for? Its key is the last segment of the path. */
static bool is_of_path(const cm_question *question, const cm_json *tree) {
  const char *key = cm_json_text(cm_json_find(tree, question->need->key));
  size_t path_len = strcspn(question->key, "\x1f");
  size_t len = key != NULL ? strlen(key) : 0;
  return len > 0 && len < path_len && question->key[path_len - len - 1] == '/' &&
         memcmp(question->key + path_len - len, key, len) == 0;
}

/** A text, or a list in which only one text stands. */
static int read_member(cm_question *question, cm_slice body, const char *who, cm_err *err) {
  cm_json *tree = NULL;
  int rc = cm_json_parse(body, &tree, err);
  if (rc != SQLITE_OK) {
    cm_err_prefix(err, who);
    return rc;
  }
  if (!is_of_path(question, tree)) {
    cm_json_free(tree);
    return not_answered(who, "it is not the row that was asked for", err);
  }
  const cm_json *member = cm_json_find(tree, question->need->member);
  bool is_list = cm_json_type_of(member) == CM_JSON_ARRAY;
  for (const cm_json *item = is_list ? cm_json_first(member) : member; item != NULL;
       item = is_list ? cm_json_after(item) : NULL) {
    const char *text = cm_json_text(item);
    if (text == NULL || text[0] == 0) continue;
    if (question->uuid != NULL && strcmp(question->uuid, text) == 0) continue;
    if (question->matches == 0) question->uuid = sqlite3_mprintf("%s", text);
    if (question->uuid == NULL) rc = cm_err_nomem(err);
    if (question->matches < 2) question->matches++;
  }
  cm_json_free(tree);
  return rc;
}

/* ---- asking -------------------------------------------------------------------------------- */

static int ask(cm_finder *finder, cm_question *question, const char *path, const char *who,
               cm_err *err) {
  cm_call_request request = { .who = who, .method = "GET", .path = path, .flags = CM_CALL_LOOK_UP };
  return cm_call_start(finder->session, &request, &question->call, err);
}

static int ask_row(cm_finder *finder, cm_question *question, const char *who, cm_err *err) {
  const cm_natural_key *natural = question->resource->natural_key;
  cm_buf path;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  cm_buf_printf(&path, "%s?%s=", natural->path, natural->params[0]);
  cm_buf_percent(&path, question->values[0], strlen(question->values[0]));
  if (natural->params[1] != NULL && question->values[1] != NULL) {
    cm_buf_printf(&path, "&%s=", natural->params[1]);
    cm_buf_percent(&path, question->values[1], strlen(question->values[1]));
  }
  if (natural->hidden != NULL) cm_buf_printf(&path, "&%s", natural->hidden->query);
  int rc = path.code == SQLITE_OK ? ask(finder, question, cm_buf_str(&path), who, err)
                                  : cm_err_set(err, path.code, "%s: the name is too long", who);
  cm_buf_clear(&path);
  return rc;
}

/** The question that stands under a key, unless its answer does not do any more. */
static cm_question *find_fresh(cm_finder *finder, const char *key, cm_question_mode mode) {
  cm_question *question = find(finder, key);
  if (question == NULL || !question->is_done) return question;
  bool needs_row = mode == CM_QUESTION_WITH_ROW ||
                   (mode == CM_QUESTION_SOUND && !question->is_sound);
  bool lacks_row = needs_row && question->matches == 1 && question->row == NULL;
  bool is_old = question->member_list != NULL && question->sets_version != finder->sets_version;
  if (mode != CM_QUESTION_AGAIN && question->code == SQLITE_OK && !lacks_row && !is_old)
    return question;
  detach(finder, question);
  return NULL;
}

static char *key_of(const cm_ask *asked) {
  const char *member = asked->need != NULL ? asked->need->member : asked->member_list;
  if (asked->resource != NULL) return key_of_row(asked->resource, asked->values);
  return sqlite3_mprintf("%s\x1f%s\x1f%s", asked->path, member,
                         asked->values[0] != NULL ? asked->values[0] : "");
}

/** A list that was read may have the row of a need, which its key names at the end of the path. What it does not show is asked of the API. */
static int ask_list_for_need(cm_finder *finder, const cm_ask *asked, cm_question *question,
                             cm_err *err) {
  const char *at = NULL;
  size_t len = 0;
  cm_listed listed = { .is_known = false };
  const cm_resource *of = cm_registry_retrieved(asked->path, &at, &len);
  if (of == NULL) return SQLITE_OK;
  char *key = sqlite3_mprintf("%.*s", (int)len, at);
  if (key == NULL) return cm_err_nomem(err);
  cm_asked_row row = {
    .resource = of, .values = { key, NULL }, .is_by_key = true, .needs_row = true
  };
  int rc = cm_asked_lists_find(&finder->lists, finder->session, &row, &listed, err);
  if (rc == SQLITE_OK && listed.row != NULL)
    rc = read_member(question, (cm_slice){ listed.row, strlen(listed.row) }, asked->who, err);
  question->is_done = rc == SQLITE_OK && question->matches > 0;
  sqlite3_free(listed.uuid);
  sqlite3_free(listed.row);
  sqlite3_free(key);
  return rc;
}

/** A list that was read may answer: the question is done then. */
static int ask_list(cm_finder *finder, const cm_ask *asked, cm_question *question, cm_err *err) {
  bool is_member = asked->members != NULL;
  cm_asked_row row = { .resource = is_member ? asked->members : asked->resource,
                       .values = { is_member ? asked->owner : asked->values[0],
                                   is_member ? asked->values[0] : asked->values[1] },
                       .needs_row = asked->mode == CM_QUESTION_WITH_ROW ||
                                    asked->mode == CM_QUESTION_SOUND };
  cm_listed listed = { .is_known = false };
  bool is_row = is_member || (asked->resource != NULL && asked->mode != CM_QUESTION_AGAIN);
  if (asked->need != NULL) return ask_list_for_need(finder, asked, question, err);
  int rc = is_row ? cm_asked_lists_find(&finder->lists, finder->session, &row, &listed, err)
                  : SQLITE_OK;
  question->is_done = listed.is_known;
  question->matches = listed.matches;
  question->uuid = listed.uuid;
  question->row = listed.row;
  return rc;
}

static int ask_api(cm_finder *finder, const cm_ask *asked, cm_question *question, cm_err *err) {
  return asked->resource != NULL ? ask_row(finder, question, asked->who, err)
                                 : ask(finder, question, asked->path, asked->who, err);
}

/** A question that nobody has asked yet. */
static int ask_anew(cm_finder *finder, const cm_ask *asked, const char *key, cm_question **out,
                    cm_err *err) {
  cm_question *question = new_question(finder, key, asked->values);
  if (question == NULL) return cm_err_nomem(err);
  question->resource = asked->resource;
  question->need = asked->need;
  question->member_list = asked->member_list;
  int rc = ask_list(finder, asked, question, err);
  if (rc == SQLITE_OK && !question->is_done) rc = ask_api(finder, asked, question, err);
  if (rc != SQLITE_OK) detach(finder, question);
  *out = rc == SQLITE_OK ? question : NULL;
  return rc;
}

int cm_question_ask(cm_finder *finder, const cm_ask *asked, cm_question **out, cm_err *err) {
  char *key = key_of(asked);
  int rc = SQLITE_OK;
  *out = NULL;
  if (key == NULL) return cm_err_nomem(err);
  *out = find_fresh(finder, key, asked->mode);
  if (*out == NULL) rc = ask_anew(finder, asked, key, out, err);
  sqlite3_free(key);
  if (*out != NULL) (*out)->holders++;
  return rc;
}

int cm_question_remember(cm_finder *finder, const cm_resource *resource,
                         const char *const values[2], const char *uuid, bool is_created,
                         uint64_t frozen) {
  cm_asked_lists_forget(&finder->lists, resource, values);
  char *key = key_of_row(resource, values);
  cm_question *question = key != NULL ? find(finder, key) : NULL;
  if (question != NULL) detach(finder, question);
  question = key != NULL ? new_question(finder, key, values) : NULL;
  sqlite3_free(key);
  if (question == NULL) return SQLITE_NOMEM;
  question->resource = resource;
  question->is_sound = is_created;
  question->frozen = is_created ? frozen : 0;
  question->uuid = sqlite3_mprintf("%s", uuid);
  question->matches = 1;
  question->is_done = true;
  if (question->uuid != NULL) return SQLITE_OK;
  detach(finder, question);
  return SQLITE_NOMEM;
}

bool cm_question_knows_frozen(cm_finder *finder, const cm_resource *resource,
                              const char *const values[2], uint64_t frozen) {
  char *key = frozen != 0 ? key_of_row(resource, values) : NULL;
  const cm_question *question = key != NULL ? find(finder, key) : NULL;
  sqlite3_free(key);
  return question != NULL && question->is_done && question->frozen == frozen &&
         question->parts_version == finder->parts_version;
}

int cm_question_note_member(cm_finder *finder, const cm_ask *asked, bool is_there) {
  const char *const pair[2] = { asked->owner, asked->values[0] };
  cm_asked_lists_note_member(&finder->lists, asked->members, pair, is_there);
  char *key = key_of(asked);
  cm_question *question = key != NULL ? find(finder, key) : NULL;
  if (question != NULL) detach(finder, question);
  question = key != NULL && is_there ? new_question(finder, key, asked->values) : NULL;
  bool is_noted = question != NULL || (key != NULL && !is_there);
  sqlite3_free(key);
  if (!is_noted) return SQLITE_NOMEM;
  if (question == NULL) return SQLITE_OK;
  question->member_list = asked->member_list;
  question->matches = 1;
  question->is_done = true;
  return SQLITE_OK;
}

void cm_question_forget(cm_finder *finder, const cm_resource *resource,
                        const char *const values[2]) {
  cm_asked_lists_forget(&finder->lists, resource, values);
  char *key = key_of_row(resource, values);
  cm_question *question = key != NULL ? find(finder, key) : NULL;
  sqlite3_free(key);
  if (question != NULL) detach(finder, question);
}

void cm_question_touch(cm_finder *finder, const char *resource, const char *key) {
  cm_asked_lists_touch(&finder->lists, resource, key);
}

void cm_question_touch_sets(cm_finder *finder, const char *resource, const char *key) {
  finder->sets_version++;
  cm_asked_lists_touch_sets(&finder->lists, resource, key);
}

void cm_question_touch_parts(cm_finder *finder) {
  finder->parts_version++;
}

void cm_question_rename(cm_finder *finder, const cm_resource *resource) {
  cm_asked_lists_give_up(&finder->lists, resource);
}

/* ---- reading the answer -------------------------------------------------------------------- */

/** Does the row show this text in the column? One that the answer lacks is taken for it. */
static int compare_text(cm_row *row, const char *column, const char *wanted, bool *is_same,
                        cm_err *err) {
  cm_value value;
  cm_plain plain;
  if (column == NULL || wanted == NULL || !*is_same) return SQLITE_OK;
  int rc = cm_row_get_named(row, column, &value, err);
  const char *text = rc == SQLITE_OK ? cm_plain_set(&plain, &value) : NULL;
  if (text != NULL) *is_same = plain.len == strlen(wanted) && memcmp(text, wanted, plain.len) == 0;
  cm_value_clear(&value);
  return rc;
}

/** A merged row answers to further pairs. */
static int find_further_pair(cm_slice row, const cm_natural_key *natural, char *const values[2],
                             bool *is_found, cm_err *err) {
  cm_further_pairs pairs;
  const char *pair[2] = { NULL, NULL };
  if (*is_found || values[1] == NULL) return SQLITE_OK;
  int rc = cm_further_pairs_open(&pairs, natural, row, err);
  while (!*is_found && cm_further_pairs_next(&pairs, pair))
    *is_found = strcmp(pair[0], values[0]) == 0 && strcmp(pair[1], values[1]) == 0;
  cm_json_free(pairs.tree);
  return rc;
}

/** What the list shows may be more than what was asked for: only the row itself counts. */
static int take_match(cm_question *question, cm_slice text, cm_err *err) {
  const cm_natural_key *natural = question->resource->natural_key;
  cm_row row = { .resource = question->resource };
  cm_value key = cm_value_null();
  cm_plain plain;
  bool is_match = true;
  cm_row_set(&row, text);
  int rc = compare_text(&row, natural->columns[0], question->values[0], &is_match, err);
  if (rc == SQLITE_OK)
    rc = compare_text(&row, natural->columns[1], question->values[1], &is_match, err);
  if (rc == SQLITE_OK) rc = find_further_pair(text, natural, question->values, &is_match, err);
  if (rc == SQLITE_OK && is_match)
    rc = cm_row_get(&row, cm_registry_key(question->resource), &key, err);
  const char *uuid = rc == SQLITE_OK ? cm_plain_set(&plain, &key) : NULL;
  is_match = rc == SQLITE_OK && is_match && uuid != NULL &&
             uuid[0] != '?'; /* a row without a key is none */
  if (is_match && question->matches == 0) {
    question->uuid = sqlite3_mprintf("%.*s", (int)plain.len, uuid);
    question->row = sqlite3_mprintf("%.*s", (int)text.len, text.ptr);
    if (question->uuid == NULL || question->row == NULL) rc = cm_err_nomem(err);
  }
  if (is_match && question->matches < 2) question->matches++;
  cm_value_clear(&key);
  cm_row_clear(&row);
  return rc;
}

static bool has_key(const cm_resource *resource, cm_slice object) {
  const cm_column *key = &resource->columns[cm_registry_key(resource)];
  return cm_slice_find(object, key->path != NULL ? key->path : key->name).ptr != NULL;
}

static int read_rows(cm_question *question, cm_slice body, const char *who, cm_err *err) {
  const cm_natural_key *natural = question->resource->natural_key;
  cm_slice list = cm_slice_find(body, natural->rows);
  cm_slice item;
  size_t at = 0;
  int rc = SQLITE_ROW;
  if (cm_slice_type(list) == CM_JSON_ABSENT && has_key(question->resource, body)) {
    return take_match(question, body, err); /* it answers with the one row itself */
  }
  while ((rc = cm_slice_next(list, &at, NULL, &item)) == SQLITE_ROW) {
    if (cm_slice_type(item) != CM_JSON_OBJECT)
      return not_answered(who, "an item is not a JSON object", err);
    int match_rc = take_match(question, item, err);
    if (match_rc != SQLITE_OK) return match_rc;
  }
  bool has_more = cm_slice_type(cm_slice_find(body, "has_more")) == CM_JSON_TRUE;
  /* On a further page there may be the row, or a second one. */
  if (rc == SQLITE_DONE && (!has_more || question->matches > 1)) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: the look-up of a row of %s brought %s: write it by its uuid", who,
                    question->resource->name, has_more ? "a list without end" : "no list");
}

static int read_set(cm_question *question, cm_slice body, cm_err *err) {
  cm_json *set = NULL;
  cm_slice text = cm_slice_find(body, question->member_list);
  bool is_object = cm_slice_type(text) == CM_JSON_OBJECT;
  if (!is_object && cm_slice_type(text) != CM_JSON_ARRAY) return SQLITE_OK;
  int rc = cm_json_parse(text, &set, err);
  for (cm_json *member = cm_json_first(set); member != NULL; member = cm_json_after(member)) {
    const char *name = is_object ? cm_json_name(member) : cm_json_text(member);
    if (name != NULL && strcmp(name, question->values[0]) == 0) question->matches = 1;
  }
  cm_json_free(set);
  return rc;
}

static void fail(cm_question *question, int code, const char *line) {
  question->code = code;
  question->error = sqlite3_mprintf("%s", line);
}

static int read_answer(cm_question *question, const cm_call_result *result, const char *who,
                       cm_err *err) {
  cm_err why = { 0 };
  if (result->status == 404 && result->is_api_error) return SQLITE_OK; /* there is none */
  question->may_help = result->may_help;
  if (result->code != SQLITE_OK) return cm_err_set(err, result->code, "%s", result->error);
  if (cm_slice_check(result->body, NULL, &why) != SQLITE_OK) {
    question->may_help = true;
    return not_answered(who, why.text, err);
  }
  if (question->member_list != NULL) return read_set(question, result->body, err);
  return question->resource != NULL ? read_rows(question, result->body, who, err)
                                    : read_member(question, result->body, who, err);
}

bool cm_question_poll(cm_question *question, const char *who) {
  cm_err err = { 0 };
  if (question->is_done) return true;
  if (!cm_call_is_done(question->call)) return false;
  const cm_call_result *result = cm_call_result_of(question->call);
  int rc = read_answer(question, result, who, &err);
  if (rc != SQLITE_OK && result->code == SQLITE_OK)
    cm_http_distrust(question->session->connection->http);
  if (rc != SQLITE_OK) fail(question, rc, err.text);
  question->is_done = true;
  cm_call_free(question->call);
  question->call = NULL;
  return true;
}

int cm_question_error(const cm_question *question, cm_err *err) {
  if (question->code == SQLITE_OK) return SQLITE_OK;
  return cm_err_set(err, question->code, "%s",
                    question->error != NULL ? question->error : "out of memory");
}
