/*
** render.h -- rows as the JSON of an answer, by their descriptor.
** Owns: nothing.  Never: reads a request.
*/
#ifndef SANDBOX_RENDER_H
#define SANDBOX_RENDER_H

#include "account.h"
#include "resource.h"

/** Append "SELECT t.id, ..." with the columns that sb_render_row needs, of a row `t`. */
void sb_render_columns(const sb_resource *resource, sb_text *sql);
/** Append the object of the row that `statement`, which begins with these columns, stands on. */
void sb_render_row(sb_account *account, const sb_resource *resource, const sb_view *view,
                   sqlite3_stmt *statement, sb_text *out);
/** Append the object of one row; false when there is none. */
bool sb_render_id(sb_account *account, const sb_resource *resource, const sb_view *view, int64_t id,
                  sb_text *out);
/**
 * Append the objects of all rows that "SELECT ... FROM table t <rest>" gives, with one parameter,
 * separated by commas.
 *
 * @param rest  A string literal: its address stands for the statement.
 */
void sb_render_where(sb_account *account, const sb_resource *resource, const sb_view *view,
                     const char *rest, int64_t parameter, sb_text *out);
/**
 * End an object that was written by hand: the member that no client knows, when it is switched
 * on, and the brace.
 */
void sb_render_end(const sb_account *account, sb_text *out);
/** Append errors, {member: text}, as the switch `errors_form` says. */
void sb_render_errors(const sb_account *account, const char *errors, sb_text *out);
/** Append computed money as the switch `numbers` says. */
void sb_render_money(const sb_account *account, int64_t amount, sb_text *out);

#endif
