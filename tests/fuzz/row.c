/*
** Any text as the row that an UPDATE hands over (the hidden column `json`): it is refused, or every column
** of it has a value, and packed and opened again it has the same ones. The first byte chooses the table.
*/
#include <stdlib.h>
#include <string.h>

#include "record/row.h"
#include "target.h"

static void check_same(cm_row *left, cm_row *right) {
  for (int i = 0; i < left->resource->column_count; i++) {
    cm_value of_left, of_right;
    int code = cm_row_get(left, i, &of_left, NULL);
    require(cm_row_get(right, i, &of_right, NULL) == code);
    bool is_key = left->resource->columns[i].flags & CM_KEY; /* a made-up one may differ */
    require(is_key || code != SQLITE_OK || cm_value_compare(&of_left, &of_right) == 0);
    cm_value_clear(&of_left);
    cm_value_clear(&of_right);
  }
}

static void pack_again(cm_packed_row *packed) {
  char *text = cm_row_pack(&packed->row);
  cm_packed_row again;
  cm_err err = { 0 };
  require(text != NULL);
  int code = cm_row_unpack(packed->row.resource, text, strlen(text), &again, &err);
  require(code == SQLITE_OK);
  check_same(&packed->row, &again.row);
  cm_packed_row_clear(&again);
  sqlite3_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  input left = { (const char *)data, size };
  const cm_resource *resource = resources[input_byte(&left) % (unsigned)count];
  cm_slice text = input_part(&left, '\0');
  cm_packed_row packed;
  cm_err err = { 0 };
  if (cm_row_unpack(resource, text.ptr, text.len, &packed, &err) == SQLITE_OK) {
    check_same(&packed.row, &packed.row);
    bool is_sound = cm_slice_check(packed.row.text, NULL, NULL) == SQLITE_OK;
    if (is_sound) pack_again(&packed);
    cm_packed_row_clear(&packed);
  } else {
    require(err.text[0] != '\0');
  }
  target_free(text);
  return 0;
}
