#include "copy/behind.h"

#include "spec/registry.h"

enum { MAX_SQL_BYTES = 16 * 1024 };

/** Append the owners of rows that differ, each with the first instant at which one does. */
static void write_differing(const cm_stage *stage, const cm_behind *what, const cm_growth *growth,
                            cm_buf *out) {
  const char *key = cm_copied_column(stage->copied, stage->copied->keys[0]);
  const char *owner = growth->owner, *by = growth->by;
  cm_buf_printf(out,
                "SELECT owner, min(moment) AS moment FROM ("
                "SELECT s.\"%s\" AS owner, s.\"%s\" AS moment FROM %s AS s LEFT JOIN %s AS t "
                "ON t.\"%s\" = s.\"%s\" WHERE t.\"%s\" IS NULL OR t.\"%s\" <> s.\"%s\" "
                "OR t.\"%s\" IS NOT s.\"%s\"",
                owner, by, stage->table, what->table, key, key, key, growth->amount, growth->amount,
                owner, owner);
  cm_buf_printf(out,
                " UNION ALL SELECT t.\"%s\", t.\"%s\" FROM %s AS t LEFT JOIN %s AS s "
                "ON s.\"%s\" = t.\"%s\" WHERE %s AND (s.\"%s\" IS NULL OR t.\"%s\" IS NOT s.\"%s\")"
                ") GROUP BY owner",
                owner, by, what->table, stage->table, key, key, what->held, key, owner, owner);
}

int cm_behind_find(cm_stage *stage, const cm_behind *what, const char *days, cm_err *err) {
  const cm_growth *growth = CM_EXTRA(stage->copied->resource, growth);
  cm_buf sql;
  if (growth->owner == NULL || stage->copied->key_count != 1) return SQLITE_OK;
  int rc = cm_stage_settle(stage, err);
  if (rc != SQLITE_OK) return rc;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_printf(&sql,
                "INSERT INTO %s SELECT DISTINCT date(t.\"%s\") || ' 00:00:00', "
                "date(t.\"%s\", '+1 day') || ' 00:00:00' FROM (",
                days, growth->by, growth->by);
  write_differing(stage, what, growth, &sql);
  cm_buf_printf(&sql,
                ") AS d JOIN %s AS t ON t.\"%s\" = d.owner WHERE t.\"%s\" > d.moment AND "
                "t.\"%s\" < '%s' AND (%s) IS NOT 1",
                what->table, growth->owner, growth->by, growth->by, what->since, what->held);
  return cm_target_run_buf(stage->target, &sql, err);
}
