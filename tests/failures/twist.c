#include "twist.h"

#include <cJSON.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static void give(wire_answer *answer, char *body, size_t len) {
  static char *last; /* one request after the other */
  free(last);
  last = body;
  answer->body = body;
  answer->len = len;
}

/** A list whose items are rows: not one of texts, as tags are. */
static bool is_list_of_rows(const cJSON *member) {
  return cJSON_IsArray(member) && cJSON_IsObject(cJSON_GetArrayItem(member, 0));
}

static bool twist_items(const char *url, wire_answer *answer) {
  /* An invoice shows its lists as they come, and the summary of metrics stands beside the list. */
  if (strstr(url, "/invoices/") != NULL || strstr(url, "/metrics/all") != NULL) return false;
  cJSON *tree = cJSON_ParseWithLength(answer->body, answer->len);
  bool has_list = false;
  for (cJSON *member = tree != NULL ? tree->child : NULL; member != NULL; member = member->next) {
    if (!is_list_of_rows(member)) continue;
    has_list = true;
    for (int i = 0; i < cJSON_GetArraySize(member); i++)
      cJSON_ReplaceItemInArray(member, i, cJSON_CreateNumber(i));
  }
  char *printed = cJSON_PrintUnformatted(tree);
  char *body = text_copy(has_list ? printed : "5");
  cJSON_free(printed);
  cJSON_Delete(tree);
  give(answer, body, strlen(body));
  return true;
}

static void add_in_capitals(text *out, const char *bytes, size_t len) {
  for (size_t i = 0; i < len; i++)
    text_printf(out, "%c", toupper((unsigned char)bytes[i]));
}

/**
 * Put `with` behind the key that the path ends in, wherever it stands as a value; NULL: make it capitals. Lists are
 * left alone.
 */
static bool twist_key(const char *url, const char *with, wire_answer *answer) {
  char wanted[300];
  text out = { 0 };
  size_t path_len = strcspn(url, "?"), start = path_len;
  while (start > 0 && url[start - 1] != '/')
    start--;
  snprintf(wanted, sizeof wanted, ":\"%.*s\"", (int)(path_len - start), url + start);
  char *body = calloc(1, answer->len + 1);
  memcpy(body, answer->body, answer->len);
  const char *at = body;
  const char *found = strstr(body, "\"has_more\"") == NULL ? strstr(at, wanted) : NULL;
  bool is_twisted = found != NULL;
  for (; found != NULL; found = strstr(at, wanted)) {
    size_t key_len = strlen(wanted) - strlen(":\"\"");
    const char *key = found + strlen(":\"");
    text_printf(&out, "%.*s", (int)(key - at), at);
    if (with == NULL) {
      add_in_capitals(&out, key, key_len);
    } else {
      text_printf(&out, "%.*s%s", (int)key_len, key, with);
    }
    text_add(&out, "\"");
    at = found + strlen(wanted);
  }
  text_add(&out, at);
  free(body);
  if (is_twisted) give(answer, text_copy(text_str(&out)), out.len);
  text_clear(&out);
  return is_twisted;
}

static bool twist_bytes(wire_answer *answer) {
  static const char bytes[] = "{\"x\xff\":\"\xc3(\xed\xa0\x80\",";
  bool is_object = answer->len > 2 && answer->body[0] == '{';
  if (!is_object) return false;
  char *body = calloc(1, answer->len + sizeof bytes);
  memcpy(body, bytes, sizeof bytes - 1);
  memcpy(body + sizeof bytes - 1, answer->body + 1, answer->len - 1);
  give(answer, body, answer->len + sizeof bytes - 2);
  return true;
}

bool twist_answer(twist how, const char *url, wire_answer *answer) {
  switch (how) {
  case TWIST_PARTIAL: answer->status = 206; return true;
  case TWIST_ITEMS: return twist_items(url, answer);
  case TWIST_ANOTHER_KEY: return twist_key(url, "0", answer);
  case TWIST_OTHER_CASE: return twist_key(url, NULL, answer);
  case TWIST_NUL_KEY: return twist_key(url, "\\u0000zz", answer);
  case TWIST_NOT_UTF8: return twist_bytes(answer);
  case TWIST_NONE: break;
  }
  return false;
}
