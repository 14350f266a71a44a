#include "base/map.h"

#include <string.h>

#include "base/hash.h"
#include "base/sqlite_api.h"

enum { FEW = 8, FIRST_SLOTS = 64, MOST_SLOTS = 1 << 20 }; /* slots: powers of two */

static cm_map_node **slot_of(cm_map *map, uint64_t hash) {
  return map->slots == NULL ? &map->few : &map->slots[hash & (map->slot_count - 1)];
}

/** Put all things of a slot into other slots, in their order. */
static void move_slot(cm_map_node *slot, cm_map *to) {
  cm_map_node *reversed = NULL;
  while (slot != NULL) {
    cm_map_node *node = slot;
    slot = node->next;
    node->next = reversed;
    reversed = node;
  }
  while (reversed != NULL) {
    cm_map_node *node = reversed;
    cm_map_node **at = slot_of(to, node->hash);
    reversed = node->next;
    node->next = *at;
    *at = node;
  }
}

/** More slots where they fill up. */
static void grow(cm_map *map) {
  cm_map grown = *map;
  if (map->count < (map->slots != NULL ? map->slot_count : FEW)) return;
  if (map->slot_count >= MOST_SLOTS) return;
  grown.slot_count = map->slots != NULL ? map->slot_count * 2 : FIRST_SLOTS;
  grown.slots = sqlite3_malloc64(grown.slot_count * sizeof *grown.slots);
  if (grown.slots == NULL) return;
  memset(grown.slots, 0, grown.slot_count * sizeof *grown.slots);
  grown.few = NULL;
  move_slot(map->few, &grown);
  for (size_t i = 0; i < map->slot_count; i++)
    move_slot(map->slots[i], &grown);
  sqlite3_free(map->slots);
  *map = grown;
}

static void count_out(cm_map *map) {
  if (--map->count > 0) return;
  sqlite3_free(map->slots);
  memset(map, 0, sizeof *map);
}

void cm_map_put(cm_map *map, cm_map_node *node, void *owner, const void *key, size_t key_len) {
  grow(map);
  uint64_t hash = cm_hash_bytes(CM_HASH_START, key, key_len);
  cm_map_node **at = slot_of(map, hash);
  *node = (cm_map_node){
    .next = *at, .hash = hash, .key = key, .key_len = key_len, .owner = owner
  };
  *at = node;
  map->count++;
  map->emptied = 0;
}

static void *find_from(const cm_map_node *node, uint64_t hash, const void *key, size_t key_len) {
  for (; node != NULL; node = node->next) {
    bool may_be = node->hash == hash && node->key_len == key_len;
    if (may_be && (key_len == 0 || memcmp(node->key, key, key_len) == 0)) return node->owner;
  }
  return NULL;
}

void *cm_map_find(const cm_map *map, const void *key, size_t key_len) {
  uint64_t hash = cm_hash_bytes(CM_HASH_START, key, key_len);
  const cm_map_node *slot = *slot_of((cm_map *)map, hash);
  return find_from(slot, hash, key, key_len);
}

void *cm_map_next(const cm_map_node *node) {
  return find_from(node->next, node->hash, node->key, node->key_len);
}

void cm_map_remove(cm_map *map, cm_map_node *node) {
  cm_map_node **at = slot_of(map, node->hash);
  while (*at != NULL && *at != node)
    at = &(*at)->next;
  if (*at == NULL) return;
  *at = node->next;
  count_out(map);
}

void *cm_map_pop(cm_map *map) {
  cm_map_node **at = &map->few;
  if (map->count == 0) return NULL;
  while (map->slots != NULL && *(at = &map->slots[map->emptied]) == NULL)
    map->emptied++;
  void *owner = (*at)->owner;
  *at = (*at)->next;
  count_out(map);
  return owner;
}
