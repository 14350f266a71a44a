/*
** price.h -- what a scan or a write costs, as chartmogul_explain shows it. A number that nobody can tell is CM_PRICE_UNKNOWN.
** Tests: tests/cases/functions/explain/
*/
#ifndef CM_EXPLAIN_PRICE_H
#define CM_EXPLAIN_PRICE_H

#include <stdint.h>

#include "base/err.h"
#include "sql/explained.h"

enum { CM_PRICE_UNKNOWN = -1, CM_PRICE_ADVICE = CM_EXPLAINED_ADVICE };

typedef struct cm_price {
  int64_t rows;                 /* that one run of the scan reads */
  int64_t requests;             /* of all its runs */
  double seconds;               /* for them; below 0: not known */
  char advice[CM_PRICE_ADVICE]; /* "": none */
} cm_price;

/** Append to the advice of a price; what finds no room is left out. */
void cm_price_advise(cm_price *price, const char *format, ...) CM_PRINTF(2, 3);

#endif
