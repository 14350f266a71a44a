#include "sql/vtab.h"

#include "sql/bridge.h"

int cm_table_error(cm_table *table, bool is_of_table, cm_err *err) {
  if (is_of_table) cm_err_prefix(err, table->resource->name);
  cm_session_name_account(table->session, err);
  return cm_bridge_table_error(&table->base, NULL, err);
}
