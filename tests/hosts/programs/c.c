// host: C
// packages: gcc libsqlite3-dev
// present: command -v cc && pkg-config --exists sqlite3
// run: cc -o program c.c $(pkg-config --cflags --libs sqlite3) && ./program
// also: "$BUILD/host-connections" ./chartmogul
// also: "$BUILD/host-connections-static"
// note: Linked in (`make static`), `sqlite3_chartmogul_init(db, &error, NULL)` takes the place of loading, with
//    `-lchartmogul -lsqlite3 -lcurl -lcjson`.
#include <sqlite3.h>
#include <stdio.h>

static int show(void *unused, int count, char **texts, char **names) {
  (void)unused, (void)names;
  for (int i = 0; i < count; i++)
    printf("%s ", texts[i]);
  return putchar('\n') < 0;
}

int main(void) {
  // <lines>
  sqlite3 *db = NULL;
  sqlite3_stmt *customers = NULL;
  char *error = NULL;
  sqlite3_open(":memory:", &db);
  sqlite3_enable_load_extension(db, 1);
  if (sqlite3_load_extension(db, "./chartmogul", NULL, &error) != SQLITE_OK)
    fprintf(stderr, "%s\n", error);

  sqlite3_prepare_v2(
      db, "SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3", -1,
      &customers, NULL);
  sqlite3_bind_text(customers, 1, "Active", -1, SQLITE_STATIC);
  while (sqlite3_step(customers) == SQLITE_ROW)
    printf("%s %lld\n", sqlite3_column_text(customers, 0), sqlite3_column_int64(customers, 1));
  sqlite3_finalize(customers);

  sqlite3_exec(db, "INSERT INTO chartmogul_data_sources (name) VALUES ('By host')", NULL, NULL,
               &error);
  sqlite3_exec(db, "SELECT chartmogul_last_uuid()", show, NULL, &error);
  sqlite3_exec(db, "SELECT name FROM pragma_table_list WHERE type = 'virtual'", show, NULL, &error);
  // </lines>
  sqlite3_exec(db, "INSERT INTO chartmogul_plans (name) VALUES ('p')", NULL, NULL, &error);
  puts(error ? error : "no error");
  sqlite3_free(error);
  return sqlite3_close(db);
}
