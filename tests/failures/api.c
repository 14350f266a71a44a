/*
** api.c -- see api.h. One request after the other, so the answer stands in one place.
*/
#include "api.h"

#include <cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "spec/source.h"

enum { ROWS = 3, MAX_NAME = 200 };

/** What is asked: the path without the base, and the query behind it. */
typedef struct question {
  char path[1000];
  char query[1000];
  int page; /* 0 or 1 */
} question;

/* ---- the request ----------------------------------------------------------------------------- */

static void decode(char *text) {
  char *to = text;
  for (const char *at = text; *at; at++) {
    unsigned code = 0;
    if (*at == '%' && sscanf(at + 1, "%2x", &code) == 1) {
      *to++ = (char)code;
      at += 2;
    } else {
      *to++ = *at;
    }
  }
  *to = '\0';
}

static void read_question(const char *url, question *out) {
  const char *path = url + strlen(API_BASE);
  size_t len = strcspn(path, "?");
  memset(out, 0, sizeof *out);
  snprintf(out->path, sizeof out->path, "%.*s", (int)len, path);
  snprintf(out->query, sizeof out->query, "%s", path[len] ? path + len + 1 : "");
  out->page = strstr(out->query, "cursor=") != NULL;
}

/** What the query has for a parameter. False: it is not there. */
static bool parameter(const question *asked, const char *name, char *out, size_t size) {
  size_t len = strlen(name);
  for (const char *at = asked->query; *at;) {
    size_t part = strcspn(at, "&");
    if (part > len && strncmp(at, name, len) == 0 && at[len] == '=') {
      snprintf(out, size, "%.*s", (int)(part - len - 1), at + len + 1);
      decode(out);
      return true;
    }
    at += part + (at[part] == '&');
  }
  return false;
}

/**
 * Does the path fit the template?
 * @param wanted  A {column} whose value is looked for; NULL: none.
 */
static bool fits(const char *template, const char *path, const char *wanted, char *out,
                 size_t size) {
  while (*template && *path) {
    size_t template_len = strcspn(template + 1, "/") + 1, path_len = strcspn(path + 1, "/") + 1;
    bool is_open = template[1] == '{';
    if (!is_open && (template_len != path_len || strncmp(template, path, path_len) != 0))
      return false;
    bool is_wanted = is_open && wanted != NULL && template_len == strlen(wanted) + 3 &&
                     strncmp(template + 2, wanted, strlen(wanted)) == 0;
    if (is_wanted) snprintf(out, size, "%.*s", (int)path_len - 1, path + 1);
    template += template_len;
    path += path_len;
  }
  return *template == '\0' && *path == '\0';
}

/* ---- values ------------------------------------------------------------------------------------ */

/** Is the column part of what tells one row from another? */
static bool is_key(const cm_resource *resource, const cm_column *column) {
  const char *found = resource->key_parts != NULL ? strstr(resource->key_parts, column->name)
                                                  : NULL;
  return (column->flags & CM_KEY) || found != NULL;
}

/** The words of a column, as any of its filters has them. */
static const cm_word *words_of(const cm_resource *resource, const cm_column *column) {
  for (int i = 0; i < resource->read_count; i++) {
    for (const cm_filter *filter = resource->reads[i].filters; filter && filter->column; filter++) {
      if (filter->words != NULL && strcmp(filter->column, column->name) == 0) return filter->words;
    }
  }
  return NULL;
}

static void text_value(const cm_resource *resource, const cm_column *column, int number, char *out,
                       size_t size) {
  const cm_word *words = words_of(resource, column);
  if (words != NULL) {
    snprintf(out, size, "%s", words->sql);
  } else if (is_key(resource, column)) {
    snprintf(out, size, "%s_%d", resource->name + strlen("chartmogul_"), number);
  } else {
    snprintf(out, size, "%s", column->name);
  }
}

static cJSON *value_of(const cm_resource *resource, const cm_column *column, int number) {
  char text[MAX_NAME];
  switch (column->type) {
  case CM_INTEGER:
  case CM_REAL: return cJSON_CreateNumber(is_key(resource, column) ? number : 1);
  case CM_BOOLEAN: return cJSON_CreateTrue();
  case CM_TIME: return cJSON_CreateString("2025-01-01T00:00:00Z");
  case CM_DAY: return cJSON_CreateString("2025-01-01");
  case CM_JSON: return cJSON_CreateArray();
  default: text_value(resource, column, number, text, sizeof text); return cJSON_CreateString(text);
  }
}

/** A value that was asked for, in the type of the column. */
static cJSON *echo(const cm_column *column, const char *text) {
  if (column->type == CM_INTEGER || column->type == CM_REAL)
    return cJSON_CreateNumber(strtod(text, NULL));
  if (column->type == CM_BOOLEAN) return cJSON_CreateBool(strcmp(text, "true") == 0);
  return cJSON_CreateString(text);
}

void api_literal(const cm_resource *resource, const cm_column *column, const cm_filter *filter,
                 bool second, char *out, int size) {
  char text[MAX_NAME];
  const cm_word *words = filter != NULL && filter->words != NULL ? filter->words
                                                                 : words_of(resource, column);
  bool is_number = column->type == CM_INTEGER || column->type == CM_REAL;
  if (is_number || column->type == CM_BOOLEAN) {
    snprintf(out, (size_t)size, "%d", column->type == CM_BOOLEAN ? !second : second + 1);
  } else if (column->type == CM_DAY || column->type == CM_TIME) {
    const char *time = column->type == CM_TIME ? " 00:00:00" : "";
    snprintf(out, (size_t)size, "'2025-01-0%d%s'", second + 1, time);
  } else if (words != NULL) {
    snprintf(out, (size_t)size, "'%s'", words[second && words[1].sql != NULL].sql);
  } else {
    const char *prefix = filter != NULL && CM_EXTRA(filter, prefixes) != NULL
                             ? CM_EXTRA(filter, prefixes)->sql
                             : "";
    text_value(resource, column, 1, text, sizeof text);
    snprintf(out, (size_t)size, "'%s%s%s'", prefix, text, second ? "_b" : "");
  }
}

/* ---- rows -------------------------------------------------------------------------------------- */

/**
 * Put a value where a path of a descriptor points. What stands there stays, unless it is an empty list.
 * @param is_asked  The request says so: it replaces what stands there.
 */
static void put(cJSON *row, const char *path, cJSON *value, bool is_asked) {
  for (;;) {
    char name[MAX_NAME];
    size_t len = strcspn(path, ".[");
    snprintf(name, sizeof name, "%.*s", (int)len, path);
    cJSON *there = cJSON_GetObjectItemCaseSensitive(row, name);
    bool is_list = path[len] == '[';
    if (path[len] != '.') {
      bool is_empty = cJSON_IsArray(there) && cJSON_GetArraySize(there) == 0;
      if (there != NULL && (is_empty || is_asked)) {
        cJSON_DeleteItemFromObject(row, name);
        there = NULL;
      }
      cJSON *item = value;
      if (is_list) cJSON_AddItemToArray(item = cJSON_CreateArray(), value);
      if (there == NULL) cJSON_AddItemToObject(row, name, item);
      if (there != NULL) cJSON_Delete(item);
      return;
    }
    if (there == NULL) cJSON_AddItemToObject(row, name, there = cJSON_CreateObject());
    if (!cJSON_IsObject(there)) {
      cJSON_Delete(value);
      return;
    }
    row = there;
    path += len + 1;
  }
}

/** What the request says about a column: its place in the path, or a filter. */
static bool is_asked(const cm_read *read, const cm_column *column, const question *asked, char *out,
                     size_t size) {
  *out = '\0';
  fits(read->path, asked->path, column->name, out, size);
  for (const cm_filter *filter = read->filters; !*out && filter && filter->column; filter++) {
    bool is_its = filter->op == CM_EQ && strcmp(filter->column, column->name) == 0;
    if (!is_its || filter->words != NULL) continue;
    parameter(asked, filter->param, out, size);
    for (const cm_word *prefix = CM_EXTRA(filter, prefixes); prefix && prefix->sql; prefix++)
      parameter(asked, prefix->wire, out, size);
  }
  return *out != '\0';
}

/** The value that a row has in a column that stands in a member. */
static cJSON *make_value(const cm_resource *resource, const cm_read *read, const cm_column *column,
                         const question *asked, int number) {
  char text[MAX_NAME];
  if (is_asked(read, column, asked, text, sizeof text)) return echo(column, text);
  for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
    bool has_word = filter->words != NULL && strcmp(filter->column, column->name) == 0 &&
                    parameter(asked, filter->param, text, sizeof text);
    for (const cm_word *word = filter->words; has_word && word->sql != NULL; word++) {
      if (strcmp(word->wire, text) == 0) return cJSON_CreateString(word->sql);
    }
  }
  return value_of(resource, column, number);
}

/** Has the table a column with this path? */
static const cm_column *find_path(const cm_resource *resource, const char *path) {
  for (int i = 0; i < resource->column_count; i++) {
    const char *own = resource->columns[i].path;
    if (own != NULL && strcmp(own, path) == 0) return &resource->columns[i];
  }
  return NULL;
}

/** A column of some rows only: those whose member is its word, which they are where it is asked for. */
static bool put_only(cJSON *row, const cm_read *read, const cm_column *column,
                     const question *asked) {
  char text[MAX_NAME];
  const char *only = CM_EXTRA(column, only);
  size_t len = strcspn(only, "=");
  if (!is_asked(read, column, asked, text, sizeof text)) return false;
  snprintf(text, sizeof text, "%.*s", (int)len, only);
  put(row, text, cJSON_CreateString(only + len + 1), true);
  return true;
}

static void fill(cJSON *row, const cm_resource *resource, const cm_read *read,
                 const question *asked, int number, bool is_outer) {
  for (int i = 0; i < resource->column_count; i++) {
    const cm_column *column = &resource->columns[i];
    cm_source source = cm_source_of(column);
    const char *path = source.member;
    bool is_of_outer = source.from == CM_FROM_AROUND;
    if (column->flags & (CM_PARAM | CM_COMPANION)) continue;
    if (source.from != CM_FROM_MEMBER && !is_of_outer) continue;
    if (CM_EXTRA(read, unfold) != NULL && strchr(path, '*') != NULL) {
      for (const cm_word *word = CM_EXTRA(read, unfold); word->sql != NULL; word++) {
        char name[MAX_NAME];
        int before = (int)strcspn(path, "*");
        snprintf(name, sizeof name, "%.*s%s%s", before, path, word->wire, path + before + 1);
        put(row, name, cJSON_CreateNumber(1), false);
      }
    } else if (is_of_outer == is_outer || read->each == NULL) {
      char text[MAX_NAME];
      if (CM_EXTRA(column, only) != NULL && !put_only(row, read, column, asked)) continue;
      put(row, path, make_value(resource, read, column, asked, number),
          is_asked(read, column, asked, text, sizeof text));
    }
  }
}

/** The items that stand inside a row, in the form in which the table unfolds them. */
static cJSON *make_items(const cm_resource *resource, const cm_read *read, const question *asked,
                         int number) {
  bool has_names = find_path(resource, "@key") != NULL;
  const cm_column *self = find_path(resource, "@self");
  cJSON *items = has_names ? cJSON_CreateObject() : cJSON_CreateArray();
  for (int i = 0; i < 2; i++) {
    char name[MAX_NAME];
    snprintf(name, sizeof name, "item_%d_%d", number, i);
    cJSON *item = self != NULL ? cJSON_CreateString(name) : cJSON_CreateObject();
    if (self == NULL) fill(item, resource, read, asked, number * 2 + i, false);
    if (has_names) {
      cJSON_AddItemToObject(items, name, item);
    } else {
      cJSON_AddItemToArray(items, item);
    }
  }
  return items;
}

static void make_row(cJSON *row, const cm_resource *resource, const cm_read *read,
                     const question *asked, int number) {
  fill(row, resource, read, asked, number, true);
  if (read->each == NULL) return fill(row, resource, read, asked, number, false);
  put(row, read->each, make_items(resource, read, asked, number), false);
}

/* ---- answers ----------------------------------------------------------------------------------- */

static cJSON *list_in(cJSON *answer, const char *name) {
  cJSON *list = cJSON_GetObjectItemCaseSensitive(answer, name);
  if (list == NULL) cJSON_AddItemToObject(answer, name, list = cJSON_CreateArray());
  return list;
}

static void add_pages(cJSON *answer, const question *asked) {
  if (cJSON_HasObjectItem(answer, "has_more")) return;
  cJSON_AddItemToObject(answer, "has_more", cJSON_CreateBool(asked->page == 0));
  cJSON_AddItemToObject(answer, "cursor", cJSON_CreateString(asked->page == 0 ? "c1" : "c2"));
}

/** Add to an answer what one read of one table looks for in it. */
static void add_read(cJSON *answer, const cm_resource *resource, const cm_read *read,
                     const question *asked) {
  if (read->paging == CM_SINGLE || read->paging == CM_EITHER) {
    cJSON *row = answer;
    if (read->paging == CM_SINGLE && read->rows != NULL) {
      put(answer, read->rows, cJSON_CreateObject(), false);
      row = cJSON_GetObjectItemCaseSensitive(answer, read->rows);
    }
    make_row(row, resource, read, asked, 1);
    return;
  }
  cJSON *list = list_in(answer, read->rows);
  for (int i = 0; i < ROWS; i++) {
    cJSON *row = cJSON_GetArrayItem(list, i);
    if (row == NULL) cJSON_AddItemToArray(list, row = cJSON_CreateObject());
    make_row(row, resource, read, asked, asked->page * ROWS + i + 1);
  }
  if (read->paging == CM_CURSOR) add_pages(answer, asked);
}

/** The companion list: the columns that only it has, and the member that rows are matched by. */
static void add_companion(cJSON *answer, const cm_resource *resource, const question *asked) {
  const cm_companion *companion = resource->companion;
  cJSON *list = list_in(answer, companion->rows);
  for (int i = 0; i < ROWS; i++) {
    cJSON *row = cJSON_GetArrayItem(list, i);
    if (row == NULL) cJSON_AddItemToArray(list, row = cJSON_CreateObject());
    put(row, companion->match, cJSON_CreateString(companion->match), false);
    for (int c = 0; c < resource->column_count; c++) {
      const cm_column *column = &resource->columns[c];
      if (!(column->flags & CM_COMPANION)) continue;
      const char *path = column->path != NULL ? column->path : column->name;
      put(row, path, value_of(resource, column, i), false);
    }
  }
  if (companion->paging == CM_CURSOR) add_pages(answer, asked);
}

/** A path of letters only is told from a {column} that would fit it. */
static bool is_literal(const cm_read *read) {
  return strchr(read->path, '{') == NULL;
}

static bool add_all(cJSON *answer, const question *asked, bool is_literal_only) {
  int count = 0;
  bool is_known = false;
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++) {
    const cm_resource *resource = resources[i];
    for (int r = 0; r < resource->read_count; r++) {
      const cm_read *read = &resource->reads[r];
      if (is_literal(read) != is_literal_only || !fits(read->path, asked->path, NULL, NULL, 0))
        continue;
      add_read(answer, resource, read, asked);
      is_known = true;
    }
    const cm_companion *companion = resource->companion;
    if (companion == NULL || is_literal_only || !fits(companion->path, asked->path, NULL, NULL, 0))
      continue;
    add_companion(answer, resource, asked);
    is_known = true;
  }
  return is_known;
}

bool api_answer(const cm_http_request *request, wire_answer *answer) {
  static char *body; /* of the last answer */
  question asked;
  read_question(request->url, &asked);
  cJSON *tree = cJSON_CreateObject();
  bool is_known = add_all(tree, &asked, true) || add_all(tree, &asked, false);
  cJSON_free(body);
  body = cJSON_PrintUnformatted(tree);
  cJSON_Delete(tree);
  *answer = (wire_answer){ CM_ANSWERED, is_known ? 200 : 404, -1, body, strlen(body) };
  if (!is_known) {
    answer->body = "<html>";
    answer->len = strlen(answer->body);
  }
  return is_known;
}
