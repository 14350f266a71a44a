#include "sql/functions/function.h"

#include "client/caller.h"
#include "sql/bridge.h"

/** What each of our functions is registered with. */
typedef struct function_data {
  cm_function function;
  const void *row;
  cm_session *session; /* a reference */
} function_data;

cm_session *cm_function_session(sqlite3_context *context) {
  return cm_session_chosen(((const function_data *)sqlite3_user_data(context))->session);
}

void cm_function_error(sqlite3_context *context, cm_err *err) {
  cm_session_name_account(cm_function_session(context), err);
  cm_bridge_error(context, err);
}

const void *cm_function_row(sqlite3_context *context) {
  return ((const function_data *)sqlite3_user_data(context))->row;
}

bool cm_function_is_entry_point(sqlite3_value *value) {
  return sqlite3_value_pointer(value, CM_READ_ONLY_POINTER) != NULL;
}

static void free_data(void *pointer) {
  function_data *data = pointer;
  cm_session_unref(data->session);
  sqlite3_free(data);
}

static void run_direct(sqlite3_context *context, int argc, sqlite3_value **argv) {
  const function_data *data = sqlite3_user_data(context);
  cm_err err = { 0 };
  bool is_ours = argc > 0 && cm_function_is_entry_point(argv[0]);
  if (is_ours || cm_caller_check(context, data->session, data->function.name, &err) == SQLITE_OK) {
    data->function.run(context, argc, argv);
  } else {
    cm_bridge_error(context, &err);
  }
}

int cm_function_create(sqlite3 *db, cm_session *session, const cm_function *function,
                       const void *row) {
  function_data *data = sqlite3_malloc64(sizeof *data);
  if (data == NULL) return SQLITE_NOMEM;
  *data = (function_data){ *function, row, cm_session_ref(session) };
  bool is_direct = (function->flags & SQLITE_DIRECTONLY) != 0;
  /* SQLite frees the data itself when this fails. */
  return sqlite3_create_function_v2(db, function->name, function->argument_count, function->flags,
                                    data, is_direct ? run_direct : function->run, NULL, NULL,
                                    free_data);
}
