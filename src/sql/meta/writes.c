/*
** writes.c -- chartmogul_writes: what became of each write of this connection. See sql/meta/meta.h.
*/
#include "sql/meta/writes.h"

#include "base/instant.h"
#include "write/queue.h"

static int copy_texts(const cm_write_line *line, cm_value *cells) {
  const struct {
    int cell;
    const char *text;
  } texts[] = { { 1, line->table_name }, { 2, line->operation }, { 3, line->key },
                { 4, line->state },      { 7, line->uuid },      { 8, line->not_taken },
                { 9, line->body },       { 10, line->response } };
  int rc = SQLITE_OK;
  for (size_t i = 0; i < cm_countof(texts) && rc == SQLITE_OK; i++)
    rc = cm_meta_copy(&cells[texts[i].cell], texts[i].text);
  if (rc == SQLITE_OK) rc = cm_meta_account_words(line->account, line->error, &cells[6]);
  if (rc == SQLITE_OK) rc = cm_meta_account(line->account, &cells[14]);
  cm_value before = cm_value_text(line->before.ptr, line->before.len);
  if (rc == SQLITE_OK && line->before.ptr != NULL) rc = cm_value_copy(&before, &cells[13]);
  return rc;
}

/** A position is the number of the line before: lines leave the log while a statement reads it. */
static int next_write(cm_session *session, int64_t *position, cm_value *cells) {
  cm_write_line line;
  int rc = cm_queue_next_line(session, *position, &line);
  if (rc != SQLITE_ROW) return rc;
  *position = line.position;
  cells[0] = cm_value_integer(line.id);
  if (line.status != 0) cells[5] = cm_value_integer(line.status);
  char time[CM_INSTANT_TEXT];
  cm_instant_format_sql(line.time_ms, time);
  cells[11] = cm_value_integer(line.run);
  rc = cm_meta_copy(&cells[12], time);
  if (rc == SQLITE_OK) rc = copy_texts(&line, cells);
  cm_write_line_clear(session, &line);
  return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

static const cm_meta_column columns[] = {
  { "id", "INTEGER",
    "Number of the write, 1 for the first of the connection; in a journal it begins with the "
    "run." },
  { "table_name", "TEXT", "Table that was written." },
  { "operation", "TEXT", "INSERT, UPDATE or DELETE." },
  { "key", "TEXT", "Key of the row; of an INSERT its external id, or its name." },
  { "state", "TEXT",
    "queued, sent, written, refused, dropped (it will not be sent), dry run, or unknown: it may "
    "have "
    "happened." },
  { "status", "INTEGER", "Status of the last answer; NULL where there was none." },
  { "error", "TEXT",
    "Why it is not written, or what is wrong with it; in a line of its own why the journal cannot "
    "be read." },
  { "uuid", "TEXT", "Key of the row that was created, or that was there already." },
  { "not_taken", "TEXT", "Columns whose value in the answer is not the one that was sent." },
  { "body", "TEXT",
    "The row's own JSON, one line a call, with what the call's path says of the row." },
  { "response", "TEXT", "The last answer." },
  { "run", "INTEGER", "Number of the connection in the journal; 1 without one." },
  { "time", "TEXT", "When the write was made, UTC." },
  { "before", "TEXT", "The row as it was read, before an UPDATE, DELETE or OR REPLACE." },
  { "account", "TEXT", "Name of the account that was written; NULL: the first." },
};

const cm_meta_table cm_meta_writes = {
  .name = "chartmogul_writes",
  .doc = "A write of this connection, with a journal of all, and what became of it; the last "
         "100,000 are kept.",
  CM_META_COLUMNS(columns),
  .next = next_write,
  .newest = cm_queue_newest_line,
  .example = "SELECT key, state, error FROM chartmogul_writes WHERE state <> 'written'",
};
