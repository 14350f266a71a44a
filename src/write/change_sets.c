/*
** change_sets.c -- columns that are sets: what a write adds, changes, removes. See write/change.h.
*/
#include "write/change_sets.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "record/encode.h"
#include "record/shape.h"
#include "write/change.h"

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
  const cm_given *before = cm_change_find_use(change, column, CM_GIVEN_BEFORE);
  cm_value old = cm_value_null();
  int rc = SQLITE_OK;
  *out = NULL;
  if (before == NULL && change->old.text != NULL)
    rc = cm_row_get(&change->old.row, column, &old, err);
  const cm_value *value = before != NULL ? &before->value : &old;
  if (rc == SQLITE_OK && value->type != CM_VALUE_NULL)
    rc = cm_change_value_encode(change->resource, column, value, CM_JSON_ABSENT, out, err);
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
