#include "sql/meta/meta_names.h"

#include "base/base.h"

static const char *const names[] = {
  "chartmogul_tables",   "chartmogul_columns",  "chartmogul_endpoints",
  "chartmogul_settings", "chartmogul_requests", "chartmogul_writes",
};

const char *const *cm_meta_names(int *count) {
  *count = (int)cm_countof(names);
  return names;
}
