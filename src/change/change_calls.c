/*
** change_calls.c -- the calls of a change: paths, bodies, and what their answers took. See change/change.h.
*/
#include "change/change_calls.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "change/change_names.h"
#include "change/change_sets.h"
#include "record/compare.h"
#include "record/encode.h"
#include "record/shape.h"
#include "record/url.h"
#include "spec/carry.h"
#include "spec/source.h"

enum { SET_FLAGS = CM_ADDED | CM_CHANGED | CM_REMOVED, MAX_PLACE_BYTES = 128 };

/* ---- bodies -------------------------------------------------------------------------------- */

/** The type that an INSERT leaves out goes by the value. NULL out: none is known. */
static int implied_type(cm_change *change, cm_json **out, cm_err *err) {
  for (int i = 0; i < change->resource->column_count; i++) {
    cm_given *given = cm_change_find_use(change, i, CM_GIVEN_SENT);
    const cm_json *json = NULL;
    if (given == NULL || !cm_source_is(&change->resource->columns[i], CM_FROM_SELF)) continue;
    int rc = cm_change_json(change, given, &json, err);
    const char *type = cm_change_shape_type(json);
    if (rc != SQLITE_OK || type == NULL) return rc;
    *out = cm_json_new_text(type);
    return *out == NULL ? cm_err_nomem(err) : SQLITE_OK;
  }
  return SQLITE_OK;
}

/** What a write says that is not in the statement: the key and its parts, an implied type. */
static int unasked_json(cm_change *change, int column, cm_json **out, cm_err *err) {
  const cm_column *described = &change->resource->columns[column];
  cm_value value = cm_value_null();
  if (change->verb == CM_VERB_INSERT) {
    bool is_type = cm_source_is(described, CM_FROM_TYPE);
    return is_type ? implied_type(change, out, err) : SQLITE_OK;
  }
  bool is_identity = (described->flags & CM_KEY) ||
                     cm_change_find_use(change, column, CM_GIVEN_KNOWN) != NULL;
  if (!is_identity) return SQLITE_OK;
  int rc = cm_change_value(change, column, &value, err);
  if (rc == SQLITE_OK)
    rc = cm_change_value_encode(change->resource, column, &value, CM_JSON_ABSENT, out, err);
  cm_value_clear(&value);
  return rc;
}

/**
 * What a write puts into its body for a column. NULL: nothing.
 * @param is_changed  Receives whether it is a reason to send the call.
 */
static int carried_json(cm_change *change, const cm_write *write, int column, cm_json **out,
                        bool *is_changed, cm_err *err) {
  cm_given *given = cm_change_find_use(change, column, CM_GIVEN_SENT);
  *out = NULL;
  *is_changed = given != NULL;
  if (given == NULL) return unasked_json(change, column, out, err);
  int rc = cm_change_copy_json(change, given, out, err);
  bool is_list = cm_json_type_of(*out) == CM_JSON_ARRAY;
  if (rc == SQLITE_OK && (write->flags & SET_FLAGS)) {
    rc = cm_change_set_part(change, write, column, out, err);
    *is_changed = *out != NULL;
  } else if (is_list && change->resource->columns[column].shape == CM_KEY_VALUES) {
    rc = cm_change_set_gone(change, column, *out, err);
  }
  return rc;
}

/** The member that a place like "{key}" stands for. */
static int set_named(cm_change *change, cm_json *object, const char *place, cm_json *json,
                     cm_err *err) {
  char *name = NULL;
  size_t at = 0;
  int column = cm_url_next_column(change->resource, place, &at);
  int rc = cm_change_text(change, column, &name, err);
  if (name != NULL) {
    if (cm_json_set(object, name, json) != SQLITE_OK) rc = cm_err_nomem(err);
  } else {
    cm_json_free(json);
    if (rc == SQLITE_OK) rc = cm_err_nomem(err);
  }
  sqlite3_free(name);
  return rc;
}

/** Put a value at its place; takes `json` over. */
static int put_at(cm_change *change, cm_json **object, const char *place, size_t len, cm_json *json,
                  cm_err *err) {
  char path[MAX_PLACE_BYTES];
  sqlite3_snprintf(sizeof path, path, "%.*s", (int)len, place);
  if (path[0] == '{') return set_named(change, *object, path, json, err);
  if (strcmp(path, "@self") == 0) {
    cm_json_free(*object);
    *object = json;
    return SQLITE_OK;
  }
  return cm_json_put(*object, path, json) == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

/** The words that go with a column: "place=word place=word". */
static int put_beside(cm_json *object, const char *beside, cm_err *err) {
  const char *pair = NULL;
  size_t len = 0;
  while (cm_text_next_word(&beside, &pair, &len)) {
    char place[MAX_PLACE_BYTES];
    char word[MAX_PLACE_BYTES];
    size_t name = cm_text_before(pair, len, '=');
    sqlite3_snprintf(sizeof place, place, "%.*s", (int)name, pair);
    sqlite3_snprintf(sizeof word, word, "%.*s", (int)(len - name - 1), pair + name + 1);
    if (cm_json_put(object, place, cm_json_new_text(word)) != SQLITE_OK) return cm_err_nomem(err);
  }
  return SQLITE_OK;
}

/** SET column = NULL, where the API wants an empty list instead. */
static int put_empty(cm_json *object, const char *place, cm_err *err) {
  return cm_json_put(object, place, cm_json_new_array()) == SQLITE_OK ? SQLITE_OK
                                                                      : cm_err_nomem(err);
}

/** Every column that the write carries; `changes`: how many of them are a reason to send it. */
static int put_columns(cm_change *change, const cm_write *write, cm_json **object, int *changes,
                       cm_err *err) {
  const cm_resource *resource = change->resource;
  int rc = SQLITE_OK;
  for (int i = 0; i < resource->column_count && rc == SQLITE_OK; i++) {
    const char *place = NULL;
    size_t len = 0;
    cm_json *json = NULL;
    bool is_changed = false;
    if (!cm_carries(resource, write, i, &place, &len)) continue;
    rc = carried_json(change, write, i, &json, &is_changed, err);
    if (rc != SQLITE_OK || json == NULL) continue;
    *changes += is_changed;
    const char *empties = CM_EXTRA(&resource->columns[i], empties);
    bool is_cleared = cm_json_type_of(json) == CM_JSON_NULL && empties != NULL;
    if (len == 0 || is_cleared) {
      cm_json_free(json);
      if (is_cleared) rc = put_empty(*object, empties, err);
    } else {
      rc = put_beside(*object, CM_EXTRA(&resource->columns[i], beside), err);
      if (rc == SQLITE_OK) {
        rc = put_at(change, object, place, len, json, err);
      } else {
        cm_json_free(json);
      }
    }
  }
  return rc;
}

/** Put the object where the body wants it: "invoices[]" is a list of one. Takes `object` over. */
static int wrap(const cm_write *write, cm_json **object, cm_err *err) {
  char name[64];
  if (write->body == NULL) return SQLITE_OK;
  size_t len = strcspn(write->body, "[");
  sqlite3_snprintf(sizeof name, name, "%.*s", (int)len, write->body);
  cm_json *inner = *object;
  int rc = SQLITE_OK;
  if (write->body[len] == '[') {
    cm_json *list = cm_json_new_array();
    rc = cm_json_push(list, inner);
    inner = list;
  }
  *object = cm_json_new_object();
  if (rc == SQLITE_OK) {
    rc = cm_json_put(*object, name, inner);
  } else {
    cm_json_free(inner);
  }
  return rc == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

static bool has_body(const cm_write *write) {
  if (write->columns != NULL) return write->columns[0] != 0;
  return write->verb != CM_VERB_DELETE;
}

int cm_change_object(cm_change *change, const cm_write *write, cm_json **out, int *changes,
                     cm_err *err) {
  *changes = 0;
  *out = cm_json_new_object();
  int rc = *out == NULL ? cm_err_nomem(err) : put_columns(change, write, out, changes, err);
  return rc == SQLITE_OK ? wrap(write, out, err) : rc;
}

/** @param out  Receives the body, NULL where the write has none. `changes` as put_columns. */
static int make_body(cm_change *change, const cm_write *write, bool with_names, char **out,
                     int *changes, cm_err *err) {
  cm_json *object = NULL;
  *out = NULL;
  *changes = 0;
  if (!has_body(write)) return SQLITE_OK;
  int rc = cm_change_object(change, write, &object, changes, err);
  if (rc == SQLITE_OK && with_names) rc = cm_change_put_names(change, write, object, err);
  if (rc == SQLITE_OK && (*out = cm_json_format(object)) == NULL) rc = cm_err_nomem(err);
  cm_json_free(object);
  if (*out == NULL || strlen(*out) <= CM_MAX_BODY_BYTES) return rc;
  sqlite3_free(*out);
  *out = NULL;
  return cm_err_set(err, SQLITE_TOOBIG, "%s: the row is larger than %d MiB: write it in parts",
                    change->resource->name, CM_MAX_BODY_BYTES / (1024 * 1024));
}

/* ---- steps --------------------------------------------------------------------------------- */

static int make_path(cm_change *change, const cm_write *write, bool is_user_edit, char **out,
                     cm_err *err) {
  cm_buf path;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  int rc = cm_change_fill(change, write->path, &path, err);
  if (rc == SQLITE_OK && write->query != NULL) {
    cm_buf_text(&path, "?");
    rc = cm_change_fill(change, write->query, &path, err);
  }
  if (rc == SQLITE_OK && is_user_edit && (write->flags & CM_USER_EDIT))
    cm_buf_printf(&path, "%chandle_as_user_edit=true", write->query != NULL ? '&' : '?');
  if (rc == SQLITE_OK && path.code != SQLITE_OK)
    rc = cm_err_set(err, path.code, "%s: the path is too long", change->resource->name);
  *out = rc == SQLITE_OK ? cm_buf_take(&path) : NULL;
  cm_buf_clear(&path);
  if (rc == SQLITE_OK && *out == NULL) rc = cm_err_nomem(err);
  return rc;
}

/** Without a path the body has what the path would say. @return SQLITE_OK with `step->write` set; SQLITE_DONE when the write has nothing to do. */
static int make_step(cm_change *change, const cm_write *write, bool with_path, bool is_user_edit,
                     cm_change_step *step, cm_err *err) {
  int changes = 0;
  memset(step, 0, sizeof *step);
  if (!cm_change_uses(change, write)) return SQLITE_DONE;
  int rc = make_body(change, write, !with_path, &step->body, &changes, err);
  if (rc == SQLITE_OK && change->verb == CM_VERB_UPDATE && changes == 0) {
    sqlite3_free(step->body);
    step->body = NULL;
    return SQLITE_DONE;
  }
  if (rc == SQLITE_OK && with_path) rc = make_path(change, write, is_user_edit, &step->path, err);
  step->write = write;
  return rc;
}

static int make_steps(cm_change *change, bool with_paths, bool is_user_edit, cm_change_step **out,
                      int *count, cm_err *err) {
  const cm_resource *resource = change->resource;
  size_t size = ((size_t)resource->write_count + 1) * sizeof **out;
  int rc = SQLITE_OK;
  *count = 0;
  *out = sqlite3_malloc64(size);
  if (*out == NULL) return cm_err_nomem(err);
  memset(*out, 0, size);
  for (int i = 0; i < resource->write_count && rc == SQLITE_OK; i++) {
    cm_change_step *step = &(*out)[*count];
    rc = make_step(change, &resource->writes[i], with_paths, is_user_edit, step, err);
    if (rc == SQLITE_DONE) {
      rc = SQLITE_OK;
      continue;
    }
    (*count)++;
    if (change->verb != CM_VERB_UPDATE) break;
  }
  if (rc != SQLITE_OK) {
    cm_change_free_steps(*out, *count);
    *out = NULL;
    *count = 0;
  }
  return rc;
}

int cm_change_steps(cm_change *change, bool is_user_edit, cm_change_step **out, int *count,
                    cm_err *err) {
  return make_steps(change, true, is_user_edit, out, count, err);
}

void cm_change_free_steps(cm_change_step *steps, int count) {
  for (int i = 0; i < count; i++) {
    sqlite3_free(steps[i].path);
    sqlite3_free(steps[i].body);
  }
  sqlite3_free(steps);
}

/** @return SQLITE_OK or SQLITE_NOMEM. */
static int join_bodies(const cm_change_step *steps, int count, char **out) {
  cm_buf bodies;
  cm_buf_init(&bodies, 2 * CM_MAX_BODY_BYTES);
  for (int i = 0; i < count; i++) {
    if (steps[i].body == NULL) continue;
    cm_buf_printf(&bodies, "%s%s", bodies.len > 0 ? "\n" : "", steps[i].body);
  }
  int rc = bodies.code == SQLITE_NOMEM ? SQLITE_NOMEM : SQLITE_OK;
  if (bodies.len > 0) *out = cm_buf_take(&bodies);
  cm_buf_clear(&bodies);
  return rc;
}

/** Lists that rows of other statements were put into become what their statement gave. */
static void set_aside(cm_change *change) {
  for (int i = 0; i < change->given_count; i++) {
    cm_given *own = &change->given[i];
    cm_given *sent = own->use == CM_GIVEN_OWN
                         ? cm_change_find_use(change, own->column, CM_GIVEN_SENT)
                         : NULL;
    if (sent == NULL) continue;
    sent->use = CM_GIVEN_ASIDE;
    if (own->value.type != CM_VALUE_NULL) own->use = CM_GIVEN_SENT;
  }
}

static void put_back(cm_change *change) {
  for (int i = 0; i < change->given_count; i++) {
    cm_given *aside = &change->given[i];
    if (aside->use != CM_GIVEN_ASIDE) continue;
    cm_given *own = cm_change_find_use(change, aside->column, CM_GIVEN_SENT);
    if (own != NULL) own->use = CM_GIVEN_OWN;
    aside->use = CM_GIVEN_SENT;
  }
}

int cm_change_bodies(cm_change *change, char **out, cm_err *err) {
  cm_change_step *steps = NULL;
  int count = 0;
  *out = NULL;
  set_aside(change);
  int rc = make_steps(change, false, false, &steps, &count, err);
  put_back(change);
  if (rc == SQLITE_OK && join_bodies(steps, count, out) != SQLITE_OK) rc = cm_err_nomem(err);
  cm_change_free_steps(steps, count);
  return rc;
}

/* ---- what an answer took ------------------------------------------------------------------- */

static bool is_column_taken(const cm_change *change, const cm_write *write, int column,
                            const cm_json *sent, const cm_json *object) {
  cm_source source = cm_source_of(&change->resource->columns[column]);
  const char *place = NULL;
  size_t len = 0;
  if (write->flags & SET_FLAGS) {
    char name[MAX_PLACE_BYTES];
    cm_carries(change->resource, write, column, &place, &len);
    sqlite3_snprintf(sizeof name, name, "%.*s", (int)len, place);
    return cm_change_set_is_taken(write, sent, cm_json_find(object, name));
  }
  if (source.from != CM_FROM_MEMBER) return true;
  return cm_change_value_is_taken(sent, cm_json_find(object, source.member));
}

static void add_name(cm_buf *out, const char *name) {
  cm_buf_printf(out, "%s%s", out->len > 0 ? ", " : "", name);
}

int cm_change_not_taken(cm_change *change, const cm_write *write, cm_slice object, cm_buf *out,
                        cm_buf *kept, cm_err *err) {
  cm_json *tree = NULL;
  if (cm_slice_type(object) != CM_JSON_OBJECT) return SQLITE_OK;
  int rc = cm_json_parse(object, &tree, err);
  for (int i = 0; i < change->resource->column_count && rc == SQLITE_OK; i++) {
    cm_json *sent = NULL;
    bool is_changed = false;
    if (!cm_carries(change->resource, write, i, NULL, NULL)) continue;
    rc = carried_json(change, write, i, &sent, &is_changed, err);
    const cm_column *column = &change->resource->columns[i];
    if (rc == SQLITE_OK && is_changed && sent != NULL &&
        !is_column_taken(change, write, i, sent, tree))
      add_name(column->flags & CM_MAY_DROP ? out : kept, column->name);
    cm_json_free(sent);
  }
  cm_json_free(tree);
  return rc;
}

int cm_change_is_shown(cm_change *change, cm_slice object, bool *may_be, bool *is_shown,
                       cm_err *err) {
  const cm_natural_key *natural = change->resource->natural_key;
  cm_row row = { .resource = change->resource };
  int rc = SQLITE_OK;
  *may_be = true;
  *is_shown = false;
  cm_row_set(&row, object);
  for (int i = 0; natural != NULL && i < 2 && natural->columns[i] != NULL && rc == SQLITE_OK; i++) {
    int column = cm_change_column(change->resource, natural->columns[i]);
    const cm_value *given = cm_change_find(change, column);
    cm_value shown;
    cm_plain plain[2];
    rc = cm_row_get(&row, column, &shown, err);
    bool can_tell = rc == SQLITE_OK && given != NULL && cm_plain_set(&plain[0], given) != NULL &&
                    cm_plain_set(&plain[1], &shown) != NULL;
    if (can_tell) {
      bool is_same = plain[0].len == plain[1].len &&
                     memcmp(plain[0].text, plain[1].text, plain[0].len) == 0;
      *may_be = *may_be && is_same;
      *is_shown = is_same;
    } else {
      *is_shown = false;
    }
    cm_value_clear(&shown);
  }
  cm_row_clear(&row);
  return rc;
}
