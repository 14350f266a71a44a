/*
** api.h -- an API made from the descriptors: whatever a table may ask for is answered with rows that have
** every member that its columns name, in two pages where there are pages.
** It is asked through wire.h.
*/
#ifndef FAILURES_API_H
#define FAILURES_API_H

#include "spec/registry.h"
#include "wire.h"

#define API_BASE "http://127.0.0.1/v1"

/**
 * Answer one request. The body is owned by this file until the next call.
 * @return false when no descriptor knows the path: the answer is then a 404 in HTML.
 */
bool api_answer(const cm_http_request *request, wire_answer *answer);

/**
 * A value that rows of the table have in the column, or that may be asked for, as an SQL literal.
 * @param filter  By which it will be sent; NULL: it fills a path, or is just compared.
 * @param second  Another one than without.
 */
void api_literal(const cm_resource *resource, const cm_column *column, const cm_filter *filter,
                 bool second, char *out, int size);

#endif
