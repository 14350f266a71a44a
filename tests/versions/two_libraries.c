/*
** two_libraries.c -- a process that holds two SQLite libraries and loads one file of the extension into both: the
** second load is an error that says so, and the first connection goes on. It is linked to neither.
**
**   two_libraries LIBSQLITE3 LIBSQLITE3 EXTENSION COPY
**
** COPY is a copy of the extension's file under any name, which the second library is told to load.
*/
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct sqlite {
  int (*open)(const char *file, void **db);
  int (*enable_load_extension)(void *db, int on);
  int (*load_extension)(void *db, const char *file, const char *entry, char **error);
  int (*exec)(void *db, const char *sql, void *callback, void *context, char **error);
  const char *(*libversion)(void);
  int (*close)(void *db);
} sqlite;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n0 passed, 1 failed\n", what, why);
  exit(1);
}

static void *function(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (found == NULL) fail(name, dlerror());
  return found;
}

/* POSIX lets a pointer to a function be read from one to data. */
#define FIND(member) *(void **)&found.member = function(library, "sqlite3_" #member)

static sqlite find(const char *file) {
  sqlite found = { 0 };
  void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) fail(file, dlerror());
  FIND(open);
  FIND(enable_load_extension);
  FIND(load_extension);
  FIND(exec);
  FIND(libversion);
  FIND(close);
  return found;
}

static void *connect_by(const sqlite *by) {
  void *db = NULL;
  if (by->open(":memory:", &db) != 0 || by->enable_load_extension(db, 1) != 0) fail("open", "?");
  return db;
}

static void run(const sqlite *by, void *db) {
  char *error = NULL;
  if (by->exec(db, "SELECT count(*), chartmogul_config('per_page') FROM chartmogul_tables", NULL,
               NULL, &error) != 0)
    fail("run", error);
}

int main(int argc, char **argv) {
  if (argc != 5) fail("usage", "two_libraries LIBSQLITE3 LIBSQLITE3 EXTENSION COPY");
  sqlite first = find(argv[1]), second = find(argv[2]);
  void *one = connect_by(&first), *other = connect_by(&second), *again = connect_by(&first);
  char *error = NULL;
  if (first.load_extension(one, argv[3], NULL, &error) != 0) fail("first load", error);
  run(&first, one);
  if (second.load_extension(other, argv[3], NULL, &error) == 0) fail("second load", "no error");
  printf("%s\n", error);
  if (strstr(error, "load a copy of the extension's file into it") == NULL) fail("error", error);
  if (strstr(error, first.libversion()) == NULL) fail("error", error);
  if (strstr(error, second.libversion()) == NULL) fail("error", error);
  if (second.load_extension(other, argv[4], NULL, &error) != 0) fail("load of the copy", error);
  run(&second, other);
  run(&first, one);
  if (first.load_extension(again, argv[3], NULL, &error) != 0) fail("third load", error);
  run(&first, again);
  first.close(again);
  first.close(one);
  second.close(other);
  printf("1 passed, 0 failed\n");
  return 0;
}
