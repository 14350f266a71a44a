#include "explain/price.h"

#include <stdarg.h>
#include <string.h>

#include "base/sqlite_api.h"

void cm_price_advise(cm_price *price, const char *format, ...) {
  size_t len = strlen(price->advice);
  va_list values;
  if (len > 0 && len < sizeof price->advice - 3) {
    memcpy(price->advice + len, "; ", 3);
    len += 2;
  }
  va_start(values, format);
  sqlite3_vsnprintf((int)(sizeof price->advice - len), price->advice + len, format, values);
  va_end(values);
}
