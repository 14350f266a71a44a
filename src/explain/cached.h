/*
** cached.h -- what of a scan's requests the answers of former statements serve, where cache_ttl keeps them.
** Tests: tests/cases/functions/explain/
*/
#ifndef CM_EXPLAIN_CACHED_H
#define CM_EXPLAIN_CACHED_H

#include "explain/price.h"

/**
 * Take off a price what would not be sent, and say so. A statement that writes is served nothing.
 * @param is_again  The price is that of reading a list twice.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_cached_take_off(const cm_explained_plan *plan, bool is_again, cm_price *price,
                       cm_err *err) CM_MUST_CHECK;

#endif
