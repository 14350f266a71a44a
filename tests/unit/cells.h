/*
** cells.h -- a statement's row in few words, for the tests of the write path.
*/
#ifndef UNIT_CELLS_H
#define UNIT_CELLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"
#include "change/change_check.h"
#include "change/change_names.h"
#include "change/change_replace.h"
#include "spec/registry.h"

enum { MAX_CELLS = 48 };

/* "name=text" "number:5" "rate~1.5" "name!" (NULL): the values of a statement, ended by NULL. */
static inline void say_cells(const cm_resource *resource, cm_cell *cells, bool is_update,
                             va_list words) {
  for (int i = 0; i < resource->column_count; i++)
    cells[i] = (cm_cell){ cm_value_null(), is_update, false };
  for (const char *word; (word = va_arg(words, const char *)) != NULL;) {
    size_t len = strcspn(word, "=:~!");
    int column = cm_registry_find_column(resource, word, len);
    const char *rest = word + len + 1;
    if (column < 0) fail_msg("no column: %s", word);
    cells[column].is_unchanged = false;
    switch (word[len]) {
    case '=': cells[column].value = cm_value_text(rest, strlen(rest)); break;
    case ':': cells[column].value = cm_value_integer(strtoll(rest, NULL, 10)); break;
    case '~': cells[column].value = cm_value_real(strtod(rest, NULL)); break;
    default: break;
    }
  }
}

/* A row of a resource as it travels through SQLite. */
static inline char *pack(const cm_resource *resource, const char *json, const char *companion) {
  cm_row row = { .resource = resource };
  cm_row_set(&row, (cm_slice){ json, strlen(json) });
  if (companion != NULL) row.companion = (cm_slice){ companion, strlen(companion) };
  char *text = cm_row_pack(&row);
  assert_non_null(text);
  cm_row_clear(&row);
  return text;
}

static inline int change_insert(const cm_resource *resource, const cm_cell *cells,
                                cm_conflict conflict, cm_change *change, cm_err *err) {
  cm_stated_row row = { .resource = resource, .cells = cells, .conflict = conflict };
  return cm_change_make(&row, change, err);
}

static inline int change_update(const cm_resource *resource, const cm_value *key,
                                const cm_cell *cells, cm_change_waits *waits, cm_change *change,
                                cm_err *err) {
  cm_stated_row row = { .resource = resource, .key = *key, .cells = cells, .waits = waits };
  return cm_change_make(&row, change, err);
}

static inline int change_delete(const cm_resource *resource, const cm_value *key, cm_change *change,
                                cm_err *err) {
  cm_stated_row row = { .resource = resource, .key = *key };
  return cm_change_make(&row, change, err);
}

#endif
