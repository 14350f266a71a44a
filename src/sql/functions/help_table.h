/*
** help_table.h -- what chartmogul_help says of a table of the API. All of it follows from the descriptor.
** Tests: tests/cases/self_description/help/
*/
#ifndef CM_SQL_FUNCTIONS_HELP_TABLE_H
#define CM_SQL_FUNCTIONS_HELP_TABLE_H

#include "spec/resource.h"
#include "sql/functions/help_lines.h"

/** Add its lines: what a row is, key, joins, filters, parameters, writes, requests, columns, examples. */
void cm_help_table(const cm_resource *resource, cm_help_lines *lines);

#endif
