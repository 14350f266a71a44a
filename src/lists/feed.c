#include "lists/feed.h"

#include <string.h>

#include "base/text.h"
#include "lists/pager.h"
#include "spec/registry.h"

/** Is a path, with or without a query, one of those that the template of `len` bytes stands for? */
static bool fits(const char *path, const char *template, size_t len) {
  const char *name = NULL;
  size_t name_len = 0, from = 0;
  for (size_t at = 0; cm_text_next_name(template, &at, &name, &name_len) && at <= len; from = at) {
    size_t plain = (size_t)(name - 1 - template) - from;
    if (strncmp(path, template + from, plain) != 0) return false;
    size_t value = strcspn(path + plain, "/?");
    if (value == 0) return false;
    path += plain + value;
  }
  size_t rest = len - from;
  return strncmp(path, template + from, rest) == 0 && (path[rest] == '\0' || path[rest] == '?');
}

static bool fits_any(const char *path, const char *templates) {
  const char *template = NULL;
  size_t len = 0;
  while (cm_text_next_word(&templates, &template, &len)) {
    if (fits(path, template, len)) return true;
  }
  return false;
}

/** A list of the table's own rows. One that is unfolded belongs to another table, which makes it grow. */
static bool shows(const cm_resource *resource, const cm_pager *pager) {
  for (int i = 0; i < resource->read_count; i++) {
    const cm_read *read = &resource->reads[i];
    if (read->paging == CM_CURSOR && read->each == NULL && fits_any(pager->url, read->path))
      return true;
  }
  return false;
}

static int read_rest(cm_pager *pager, const cm_resource *resource, cm_err *err) {
  int rc = cm_pager_read_rest(pager, err);
  if (rc != SQLITE_TOOBIG) return rc;
  return cm_err_set(
      err, rc,
      "%s: nothing was created (a SELECT is reading the list GET %.200s, and what is "
      "left of it is larger than %d MiB): copy what it reads first (CREATE TEMP TABLE "
      "source AS SELECT …), and read that",
      resource->name, pager->url, CM_MAX_MEMO_BYTES / (1024 * 1024));
}

/** Read to their end all lists of a table that are open. */
static int read_lists(cm_session *session, const cm_resource *resource, cm_err *err) {
  int rc = SQLITE_OK;
  for (cm_pager *pager = session->reading.pagers; pager != NULL && rc == SQLITE_OK;
       pager = pager->next_open) {
    if (shows(resource, pager)) rc = read_rest(pager, resource, err);
  }
  return rc;
}

static bool is_created_by(const cm_resource *resource, const char *path) {
  for (int i = 0; i < resource->write_count; i++) {
    const cm_write *write = &resource->writes[i];
    bool is_post = write->verb == CM_VERB_INSERT && strcmp(write->method, "POST") == 0;
    if (is_post && fits_any(path, write->path)) return true;
  }
  return fits_any(path, CM_EXTRA(resource, also_created_by));
}

int cm_feed_before_post(cm_session *session, const char *path, cm_err *err) {
  int count = 0;
  int rc = SQLITE_OK;
  const cm_resource *const *resources = cm_registry_list(&count);
  if (session->reading.pagers != NULL) session->reading.feeds++;
  for (int i = 0; i < count && rc == SQLITE_OK && session->reading.pagers != NULL; i++) {
    if (is_created_by(resources[i], path)) rc = read_lists(session, resources[i], err);
  }
  return rc;
}
