/*
** map.h -- a hash table of things that the caller owns, found by their bytes.
** Owns: its slots; none while it is empty.  Tests: tests/unit/base/map.c
**
** Each thing has a node inside it for each map that it is in. Several things may have the same key: the one that
** was put last is found first. Nothing here can fail: a map that finds no memory to grow is slower.
*/
#ifndef CM_BASE_MAP_H
#define CM_BASE_MAP_H

#include "base/base.h"

typedef struct cm_map_node {
  struct cm_map_node *next; /* in its slot */
  uint64_t hash;
  const void *key; /* borrowed: as long as the thing is in the map */
  size_t key_len;
  void *owner; /* the thing */
} cm_map_node;

/** Zeroed it is empty. A copy takes its place: one of the two is forgotten. */
typedef struct cm_map {
  cm_map_node **slots; /* NULL: `few` is the only one */
  cm_map_node *few;
  size_t slot_count, count, emptied; /* slots that cm_map_pop has found empty */
} cm_map;

/** Put a thing in. @param key  Its bytes, borrowed until it is taken out; may be NULL where `key_len` is 0. */
void cm_map_put(cm_map *map, cm_map_node *node, void *owner, const void *key, size_t key_len);

/** The thing of this key that was put last; NULL: none. */
void *cm_map_find(const cm_map *map, const void *key, size_t key_len);

/** The thing of the same key that was put before the one of this node; NULL: none. */
void *cm_map_next(const cm_map_node *node);

/** Take a thing out. One that is not in the map is left alone. */
void cm_map_remove(cm_map *map, cm_map_node *node);

/** Take any thing out, to empty the map; NULL: there is none. */
void *cm_map_pop(cm_map *map);

#endif
