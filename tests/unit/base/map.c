/* base/map.h: a hash table of things that somebody else owns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/sqlite_api.h"

enum { MANY = 1000 };

typedef struct thing {
  cm_map_node node;
  char key[16];
  int number;
} thing;

static thing things[MANY];

static void put(cm_map *map, int number, const char *key) {
  snprintf(things[number].key, sizeof things[number].key, "%s", key);
  things[number].number = number;
  cm_map_put(map, &things[number].node, &things[number], things[number].key, strlen(key));
}

static void put_many(cm_map *map, int count) {
  char key[16];
  for (int i = 0; i < count; i++) {
    snprintf(key, sizeof key, "k%d", i);
    put(map, i, key);
  }
}

static int find(const cm_map *map, const char *key) {
  const thing *found = cm_map_find(map, key, strlen(key));
  return found != NULL ? found->number : -1;
}

static void check_many(const cm_map *map, int count) {
  char key[16];
  assert_int_equal(count, map->count);
  for (int i = 0; i < MANY; i++) {
    snprintf(key, sizeof key, "k%d", i);
    assert_int_equal(i < count ? i : -1, find(map, key));
  }
}

static void empty(cm_map *map) {
  while (cm_map_pop(map) != NULL)
    continue;
}

static void what_was_put_is_found(void **state) {
  (void)state;
  cm_map map = { 0 };
  assert_int_equal(-1, find(&map, "k0"));
  for (int count = 1; count <= MANY; count *= 10) {
    put_many(&map, count);
    check_many(&map, count);
    empty(&map);
  }
}

static void keys_are_bytes(void **state) {
  (void)state;
  cm_map map = { 0 };
  put(&map, 0, "");
  put(&map, 1, "a");
  assert_int_equal(0, find(&map, ""));
  assert_int_equal(1, find(&map, "a"));
  assert_null(cm_map_find(&map, "a\0", 2));
  empty(&map);
}

/* Also once the map has grown: things of one key stay in their order. */
static void the_last_of_a_key_is_found_first(void **state) {
  (void)state;
  cm_map map = { 0 };
  put_many(&map, 100);
  for (int i = 100; i < 103; i++)
    put(&map, i, "same");
  for (int i = 103; i < MANY; i++)
    put(&map, i, "other");
  const thing *found = cm_map_find(&map, "same", 4);
  for (int number = 102; number >= 100; number--) {
    assert_int_equal(number, found->number);
    found = cm_map_next(&found->node);
  }
  assert_null(found);
  empty(&map);
}

static void what_was_removed_is_gone(void **state) {
  (void)state;
  cm_map map = { 0 };
  put_many(&map, MANY);
  for (int i = MANY - 1; i >= 100; i--)
    cm_map_remove(&map, &things[i].node);
  check_many(&map, 100);
  cm_map_remove(&map, &things[500].node);
  check_many(&map, 100);
  for (int i = 0; i < 100; i++)
    cm_map_remove(&map, &things[i].node);
  check_many(&map, 0);
}

static void each_thing_is_popped_once(void **state) {
  (void)state;
  cm_map map = { 0 };
  bool seen[MANY] = { false };
  put_many(&map, MANY);
  for (int i = 0; i < MANY; i++) {
    const thing *popped = cm_map_pop(&map);
    assert_false(seen[popped->number]);
    seen[popped->number] = true;
  }
  assert_null(cm_map_pop(&map));
}

static void a_thing_that_is_put_between_pops_is_popped(void **state) {
  (void)state;
  cm_map map = { 0 };
  put_many(&map, MANY);
  thing *popped = NULL;
  for (int i = 0; i <= MANY / 2; i++)
    popped = cm_map_pop(&map);
  cm_map_put(&map, &popped->node, popped, popped->key, strlen(popped->key));
  for (int i = 0; i < MANY / 2; i++)
    assert_non_null(cm_map_pop(&map));
  assert_null(cm_map_pop(&map));
}

static void an_empty_map_holds_no_memory(void **state) {
  (void)state;
  cm_map map = { 0 };
  sqlite3_int64 before = sqlite3_memory_used();
  put_many(&map, MANY);
  assert_true(sqlite3_memory_used() > before);
  empty(&map);
  assert_int_equal(before, sqlite3_memory_used());
  put_many(&map, MANY);
  for (int i = 0; i < MANY; i++)
    cm_map_remove(&map, &things[i].node);
  assert_int_equal(before, sqlite3_memory_used());
}

static void without_memory_it_works(void **state) {
  (void)state;
  cm_map map = { 0 };
  sqlite3_hard_heap_limit64(1);
  put_many(&map, MANY);
  sqlite3_hard_heap_limit64(0);
  assert_null(map.slots);
  check_many(&map, MANY);
  empty(&map);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_was_put_is_found),
    cmocka_unit_test(keys_are_bytes),
    cmocka_unit_test(the_last_of_a_key_is_found_first),
    cmocka_unit_test(what_was_removed_is_gone),
    cmocka_unit_test(each_thing_is_popped_once),
    cmocka_unit_test(a_thing_that_is_put_between_pops_is_popped),
    cmocka_unit_test(an_empty_map_holds_no_memory),
    cmocka_unit_test(without_memory_it_works),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
