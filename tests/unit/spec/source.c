/* spec/source.h: where the value of a column comes from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "spec/source.h"

static const struct {
  const char *path;
  cm_from from;
  const char *member;
} paths[] = {
  { NULL, CM_FROM_MEMBER, "name" },    { "a.b[-1]", CM_FROM_MEMBER, "a.b[-1]" },
  { "^uuid", CM_FROM_AROUND, "uuid" }, { "?completed_at", CM_FROM_PRESENCE, "completed_at" },
  { "@key", CM_FROM_KEY, "" },         { "@self", CM_FROM_SELF, "" },
  { "@type", CM_FROM_TYPE, "" },       { "@row", CM_FROM_ROW, "" },
  { "@bound", CM_FROM_BOUND, "" },     { "@rows", CM_FROM_NOWHERE, "" },
  { "@", CM_FROM_NOWHERE, "" },        { "^", CM_FROM_AROUND, "" },
};

static void every_path_has_a_source(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(paths); i++) {
    const cm_column column = { .name = "name", .path = paths[i].path };
    cm_source source = cm_source_of(&column);
    assert_int_equal(paths[i].from, source.from);
    assert_string_equal(paths[i].member, source.member);
    for (int from = CM_FROM_MEMBER; from <= CM_FROM_NOWHERE; from++)
      assert_int_equal(from == (int)paths[i].from, cm_source_is(&column, (cm_from)from));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_path_has_a_source),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
