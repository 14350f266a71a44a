#include "change/change_sets.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "record/compare.h"
#include "record/shape.h"
#include "spec/carry.h"

enum { SET_FLAGS = CM_ADDED | CM_CHANGED | CM_REMOVED };

bool cm_change_is_set(const cm_resource *resource, int column) {
  if (cm_change_shape_has_members(&resource->columns[column])) return true;
  for (int i = 0; i < resource->write_count; i++) {
    const cm_write *write = &resource->writes[i];
    if ((write->flags & SET_FLAGS) && cm_carries(resource, write, column, NULL, NULL)) return true;
  }
  return false;
}

/* ---- the part that a write carries ------------------------------------------------------------- */

static bool has_item(const cm_json *list, const cm_json *wanted) {
  for (cm_json *item = cm_json_first(list); item != NULL; item = cm_json_after(item)) {
    if (cm_json_is_equal(item, wanted)) return true;
  }
  return false;
}

/** Items of `list` that `other` lacks, each once. NULL when memory runs out. */
static cm_json *items_beyond(const cm_json *list, const cm_json *other) {
  cm_json *beyond = cm_json_new_array();
  for (cm_json *item = cm_json_first(list); item != NULL && beyond != NULL;
       item = cm_json_after(item)) {
    if (has_item(other, item) || has_item(beyond, item)) continue;
    if (cm_json_push(beyond, cm_json_copy(item)) != SQLITE_OK) {
      cm_json_free(beyond);
      beyond = NULL;
    }
  }
  return beyond;
}

/** Entry of a list that stands for a member: the user's own, which may say more, else a new one. */
static cm_json *entry_for(const cm_json *wanted, const char *key, const cm_json *value) {
  for (cm_json *entry = cm_json_first(wanted); entry != NULL; entry = cm_json_after(entry)) {
    const char *own = cm_json_text(cm_json_find(entry, "key"));
    if (own != NULL && strcmp(own, key) == 0) return cm_json_copy(entry);
  }
  return cm_change_shape_typed(key, value);
}

/** Put a member of the wanted set where its write wants it: into a list of entries or an object. */
static int put_member(cm_json *part, const cm_json *wanted, const cm_json *member) {
  const char *key = cm_json_name(member);
  if (cm_json_type_of(part) == CM_JSON_ARRAY)
    return cm_json_push(part, entry_for(wanted, key, member));
  return cm_json_set(part, key, cm_json_copy(member));
}

static int put_members(cm_json *part, const cm_write *write, const cm_json *wanted,
                       const cm_json *members, const cm_json *old) {
  int rc = SQLITE_OK;
  for (cm_json *member = cm_json_first(members); member != NULL && rc == SQLITE_OK;
       member = cm_json_after(member)) {
    cm_json *before = cm_change_shape_member(old, cm_json_name(member));
    bool is_wanted = before == NULL
                         ? (write->flags & CM_ADDED) != 0
                         : (write->flags & CM_CHANGED) != 0 && !cm_json_is_equal(member, before);
    if (is_wanted) rc = put_member(part, wanted, member);
  }
  return rc;
}

static int put_names_gone(cm_json *part, const cm_json *members, const cm_json *old) {
  int rc = SQLITE_OK;
  for (cm_json *member = cm_json_first(old); member != NULL && rc == SQLITE_OK;
       member = cm_json_after(member)) {
    if (cm_change_shape_member(members, cm_json_name(member)) == NULL)
      rc = cm_json_push(part, cm_json_new_text(cm_json_name(member)));
  }
  return rc;
}

/** The part of a set of members that a write carries. NULL when memory runs out. */
static cm_json *members_part(const cm_write *write, const cm_column *column, const cm_json *wanted,
                             const cm_json *before) {
  cm_json *members = cm_change_shape_members(wanted);
  cm_json *old = cm_change_shape_members(before);
  bool is_list = (write->flags & CM_REMOVED) ||
                 ((write->flags & CM_ADDED) && cm_change_shape_has_members(column));
  cm_json *part = is_list ? cm_json_new_array() : cm_json_new_object();
  int rc = part == NULL ? SQLITE_NOMEM : SQLITE_OK;
  if (rc == SQLITE_OK) {
    rc = write->flags & CM_REMOVED ? put_names_gone(part, members, old)
                                   : put_members(part, write, wanted, members, old);
  }
  if (rc != SQLITE_OK) {
    cm_json_free(part);
    part = NULL;
  }
  cm_json_free(members);
  cm_json_free(old);
  return part;
}

/** The set that the row holds by the time of the write; NULL: none. */
static int set_before(cm_change *change, int column, cm_json **out, cm_err *err) {
  cm_given *before = cm_change_find_use(change, column, CM_GIVEN_BEFORE);
  cm_value old = cm_value_null();
  *out = NULL;
  if (before != NULL) return cm_change_copy_json(change, before, out, err);
  if (change->old.text == NULL) return SQLITE_OK;
  int rc = cm_row_get(&change->old.row, column, &old, err);
  if (rc == SQLITE_OK && old.type != CM_VALUE_NULL)
    rc = cm_change_encode(change, column, &old, out, err);
  cm_value_clear(&old);
  return rc;
}

int cm_change_set_part(cm_change *change, const cm_write *write, int column, cm_json **json,
                       cm_err *err) {
  const cm_column *described = &change->resource->columns[column];
  cm_json *before = NULL;
  int rc = set_before(change, column, &before, err);
  if (rc != SQLITE_OK) return rc;
  bool is_list = !cm_change_shape_has_members(described) &&
                 (cm_json_type_of(*json) == CM_JSON_ARRAY ||
                  cm_json_type_of(before) == CM_JSON_ARRAY);
  cm_json *part = NULL;
  if ((write->flags & CM_REMOVED) && change->is_merge) {
    part = cm_json_new_array();
  } else if (!is_list) {
    part = members_part(write, described, *json, before);
  } else if (write->flags & CM_REMOVED) {
    part = items_beyond(before, *json);
  } else {
    part = items_beyond(*json, before);
  }
  cm_json_free(before);
  cm_json_free(*json);
  *json = part;
  if (part == NULL) return cm_err_nomem(err);
  if (cm_json_first(part) != NULL) return SQLITE_OK;
  cm_json_free(part);
  *json = NULL;
  return SQLITE_OK;
}

/*
** A set that is sent as a whole keeps, on the API's side, the members that it does not name. Those that
** are to go are named with the value null.
*/
int cm_change_set_gone(cm_change *change, int column, cm_json *list, cm_err *err) {
  cm_json *before = NULL;
  if (change->is_merge) return SQLITE_OK;
  int rc = set_before(change, column, &before, err);
  if (rc != SQLITE_OK || before == NULL) return rc;
  cm_json *members = cm_change_shape_members(list);
  cm_json *old = cm_change_shape_members(before);
  for (cm_json *member = cm_json_first(old); member != NULL && rc == SQLITE_OK;
       member = cm_json_after(member)) {
    const char *key = cm_json_name(member);
    if (cm_change_shape_member(members, key) != NULL) continue;
    cm_json *nothing = cm_json_new_null();
    cm_json *pair = cm_change_shape_pair(key, nothing);
    cm_json_free(nothing);
    if (cm_json_push(list, pair) != SQLITE_OK) rc = cm_err_nomem(err);
  }
  cm_json_free(members);
  cm_json_free(old);
  cm_json_free(before);
  return rc;
}

/** True when an answer shows the set without what was to go, or with what was to come. */
bool cm_change_set_is_taken(const cm_write *write, const cm_json *part, const cm_json *shown) {
  bool is_removal = (write->flags & CM_REMOVED) != 0;
  bool is_shown_list = cm_json_type_of(shown) == CM_JSON_ARRAY;
  if (!is_shown_list && cm_json_type_of(shown) != CM_JSON_OBJECT) return true;
  cm_json *members = is_shown_list || is_removal ? NULL : cm_change_shape_members(part);
  bool is_taken = true;
  const cm_json *wanted = members != NULL ? members : part;
  for (cm_json *item = cm_json_first(wanted); item != NULL && is_taken;
       item = cm_json_after(item)) {
    bool is_there = false;
    if (is_shown_list) {
      is_there = has_item(shown, item);
    } else if (is_removal) {
      is_there = cm_change_shape_member(shown, cm_json_text(item)) != NULL;
    } else {
      const cm_json *value = cm_change_shape_member(shown, cm_json_name(item));
      is_there = value != NULL && cm_change_value_is_taken(item, value);
    }
    is_taken = is_there != is_removal;
  }
  cm_json_free(members);
  return is_taken;
}

/* ---- a set as it stands ----------------------------------------------------------------------- */

/** What a column holds as a set. What does not fit its column holds nothing. */
static int set_of(const cm_resource *resource, int column, const cm_json *json, cm_json **out,
                  cm_err *err) {
  bool has_members = cm_change_shape_has_members(&resource->columns[column]);
  *out = NULL;
  if (has_members) {
    *out = cm_change_shape_members(json);
  } else if (cm_json_type_of(json) == CM_JSON_ARRAY) {
    *out = cm_json_copy(json);
  }
  if (*out == NULL) *out = has_members ? cm_json_new_object() : cm_json_new_array();
  return *out == NULL ? cm_err_nomem(err) : SQLITE_OK;
}

/** Take an item out of a list, wherever it stands. */
static int take_item(cm_json **list, const cm_json *item) {
  cm_json *rest = cm_json_new_array();
  int rc = rest == NULL ? SQLITE_NOMEM : SQLITE_OK;
  for (cm_json *at = cm_json_first(*list); at != NULL && rc == SQLITE_OK; at = cm_json_after(at)) {
    if (!cm_json_is_equal(at, item)) rc = cm_json_push(rest, cm_json_copy(at));
  }
  if (rc != SQLITE_OK) {
    cm_json_free(rest);
    return rc;
  }
  cm_json_free(*list);
  *list = rest;
  return SQLITE_OK;
}

static int put_item(cm_json **list, const cm_json *item) {
  int rc = take_item(list, item);
  return rc == SQLITE_OK ? cm_json_push(*list, cm_json_copy(item)) : rc;
}

/** OR REPLACE says what is to be there, not what is to go. */
static int merge(cm_json **state, const cm_json *added) {
  bool has_members = cm_json_type_of(*state) == CM_JSON_OBJECT;
  int rc = SQLITE_OK;
  for (cm_json *item = cm_json_first(added); item != NULL && rc == SQLITE_OK;
       item = cm_json_after(item)) {
    rc = has_members ? cm_json_set(*state, cm_json_name(item), cm_json_copy(item))
                     : put_item(state, item);
  }
  return rc;
}

/* ---- what an earlier write does to it ------------------------------------------------------------ */

/** A write of the row itself: it says the set whole, or adds to it. */
static int fold_whole(cm_change *earlier, int column, cm_json **state, cm_err *err) {
  cm_given *given = cm_change_find_use(earlier, column, CM_GIVEN_SENT);
  const cm_json *json = NULL;
  cm_json *set = NULL;
  if (given == NULL) return SQLITE_OK;
  int rc = cm_change_json(earlier, given, &json, err);
  if (rc == SQLITE_OK) rc = set_of(earlier->resource, column, json, &set, err);
  if (rc != SQLITE_OK) return rc;
  if (earlier->verb == CM_VERB_UPDATE && !earlier->is_merge) {
    cm_json_free(*state);
    *state = set;
    return SQLITE_OK;
  }
  rc = merge(state, set);
  cm_json_free(set);
  return rc == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

/** The member's own value as JSON; NULL out: the write gives none. */
static int member_value(cm_change *earlier, const cm_member_of *of, cm_json **out, cm_err *err) {
  int column = cm_change_column(earlier->resource, of->value);
  cm_given *given = cm_change_find_use(earlier, column, CM_GIVEN_SENT);
  cm_value value = cm_value_null();
  *out = NULL;
  if (given != NULL) {
    bool is_nothing = given->value.type == CM_VALUE_NULL;
    return is_nothing ? SQLITE_OK : cm_change_copy_json(earlier, given, out, err);
  }
  int rc = cm_change_value(earlier, column, &value, err);
  if (rc == SQLITE_OK && value.type != CM_VALUE_NULL)
    rc = cm_change_encode(earlier, column, &value, out, err);
  cm_value_clear(&value);
  return rc;
}

static int fold_named(cm_change *earlier, const char *name, cm_json *value, cm_json *state) {
  bool is_there = cm_change_shape_member(state, name) != NULL;
  if (earlier->verb == CM_VERB_DELETE) {
    if (is_there) cm_json_free(cm_json_take(state, name));
    return SQLITE_OK;
  }
  if (is_there && earlier->conflict == CM_CONFLICT_IGNORE) return SQLITE_OK;
  if (!is_there && earlier->verb == CM_VERB_UPDATE) return SQLITE_OK; /* the API leaves it so */
  return value != NULL ? cm_json_set(state, name, cm_json_copy(value)) : SQLITE_OK;
}

/** A write of one member. */
static int fold_member(cm_change *earlier, const cm_member_of *of, cm_json **state, cm_err *err) {
  int name_column = cm_change_column(earlier->resource, of->name);
  cm_json *value = NULL;
  char *name = NULL;
  int rc = member_value(earlier, of, &value, err);
  if (rc == SQLITE_OK && of->name == NULL) {
    if (value != NULL)
      rc = earlier->verb == CM_VERB_DELETE ? take_item(state, value) : put_item(state, value);
    if (rc != SQLITE_OK) rc = cm_err_nomem(err);
  } else if (rc == SQLITE_OK) {
    rc = cm_change_text(earlier, name_column, &name, err);
    if (name != NULL && fold_named(earlier, name, value, *state) != SQLITE_OK)
      rc = cm_err_nomem(err);
  }
  sqlite3_free(name);
  cm_json_free(value);
  return rc;
}

int cm_change_fold_set(cm_change *change, int column, cm_change *const *earlier, int count,
                       cm_err *err) {
  cm_json *old = NULL;
  cm_json *state = NULL;
  int rc = set_before(change, column, &old, NULL);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  rc = set_of(change->resource, column, old, &state, err);
  for (int i = 0; i < count && rc == SQLITE_OK; i++) {
    bool is_row = earlier[i]->resource == change->resource;
    rc = is_row ? fold_whole(earlier[i], column, &state, err)
                : fold_member(earlier[i], earlier[i]->resource->member_of, &state, err);
  }
  cm_json_free(old);
  if (rc == SQLITE_OK) return cm_change_put(change, column, CM_GIVEN_BEFORE, NULL, state, err);
  cm_json_free(state);
  return rc;
}

/* ---- what is taken out ----------------------------------------------------------------------- */

/** What one call takes out of a column that it carries. */
static int count_in(cm_change *change, const cm_write *write, int column, int64_t *out,
                    cm_err *err) {
  cm_given *given = cm_change_find_use(change, column, CM_GIVEN_SENT);
  bool is_whole = (write->flags & SET_FLAGS) == 0 && cm_change_is_set(change->resource, column);
  cm_json *json = NULL;
  if (given == NULL || (!is_whole && (write->flags & CM_REMOVED) == 0)) return SQLITE_OK;
  int rc = cm_change_copy_json(change, given, &json, err);
  int64_t before = is_whole ? cm_json_count(json) : 0;
  if (rc == SQLITE_OK) {
    rc = is_whole ? cm_change_set_gone(change, column, json, err)
                  : cm_change_set_part(change, write, column, &json, err);
  }
  if (rc == SQLITE_OK) *out += cm_json_count(json) - before;
  cm_json_free(json);
  return rc;
}

int cm_change_count_removed(cm_change *change, int64_t *out, cm_err *err) {
  const cm_resource *resource = change->resource;
  int rc = SQLITE_OK;
  *out = 0;
  if (change->verb != CM_VERB_UPDATE) return SQLITE_OK;
  for (int w = 0; w < resource->write_count && rc == SQLITE_OK; w++) {
    const cm_write *write = &resource->writes[w];
    if (!cm_change_uses(change, write)) continue;
    for (int i = 0; i < resource->column_count && rc == SQLITE_OK; i++) {
      if (cm_carries(resource, write, i, NULL, NULL)) rc = count_in(change, write, i, out, err);
    }
  }
  cm_change_release_scratch(change);
  return rc;
}
