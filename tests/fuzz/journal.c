/*
** Any text as a change in a journal, as a line of its table has it: it is refused, or makes a write of that table, whose calls
** go where writes of the table go. The first line is the table.
*/
#include <stdlib.h>
#include <string.h>

#include "change/change_calls.h"
#include "change/change_text.h"
#include "spec/registry.h"
#include "target.h"

/* What the queue takes for granted. */
static void check(cm_change *change) {
  const cm_resource *resource = change->resource;
  require(cm_registry_can(resource, change->verb));
  require((change->verb == CM_VERB_INSERT) == (change->key.type == CM_VALUE_NULL));
  for (int i = 0; i < change->given_count; i++)
    require(change->given[i].column >= 0 && change->given[i].column < resource->column_count);
}

static void check_calls(cm_change *change) {
  cm_change_step *steps = NULL;
  int count = 0;
  cm_err err = { 0 };
  if (cm_change_steps(change, false, &steps, &count, &err) != SQLITE_OK) {
    require(err.text[0] != '\0' && strchr(err.text, '\n') == NULL);
    return;
  }
  for (int i = 0; i < count; i++) {
    require(steps[i].path[0] == '/' && strstr(steps[i].path, "/..") == NULL);
    require(strpbrk(steps[i].path, " \r\n#\\") == NULL);
  }
  cm_change_free_steps(steps, count);
}

/* What is written again reads back as the same. */
static void write_again(cm_change *change, const cm_imported *imported) {
  char *text = NULL;
  char *again = NULL;
  cm_imported copied = { 0 };
  cm_change copy;
  cm_err err = { 0 };
  require(cm_change_to_text(change, imported, &text, &err) == SQLITE_OK);
  if (cm_change_of_text(change->resource, text, &copy, &copied, &err) == SQLITE_OK) {
    require(cm_change_to_text(&copy, &copied, &again, &err) == SQLITE_OK);
    require(strcmp(text, again) == 0);
    cm_change_clear(&copy);
  }
  sqlite3_free(text);
  sqlite3_free(again);
  cm_imported_clear(&copied);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input left = { (const char *)data, size };
  cm_slice table = input_part(&left, '\n');
  cm_slice text = input_part(&left, '\0');
  const cm_resource *resource = cm_registry_find(table.ptr);
  cm_change change;
  cm_imported imported = { 0 };
  cm_err err = { 0 };
  if (resource != NULL &&
      cm_change_of_text(resource, text.ptr, &change, &imported, &err) == SQLITE_OK) {
    check(&change);
    write_again(&change, &imported);
    check_calls(&change);
    cm_change_clear(&change);
  }
  cm_imported_clear(&imported);
  target_free(table);
  target_free(text);
  return 0;
}
