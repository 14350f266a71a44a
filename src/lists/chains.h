/*
** chains.h -- a long list read in several chains of pages at once, where its descriptor says how it may be split.
** Owns: the pagers of the parts, one page each, and about 24 bytes for each row.  Tests: tests/cases/read/chains/
**
** The pages of a list form a chain: each waits for the one before. The first pages are read so, as any list; once they say that
** the list is long, its parts are asked for together, and their rows are given page by page, of each part in turn: in an
** order that the data says, not the answers. A row is shown once, by its key. A list that knows how many rows it has is asked for
** that behind the last page: where fewer came, for rows move from part to part meanwhile, the plain chain is read on, and
** what is missing is added. What stands in the way of splitting is no failure: the plain chain is read.
*/
#ifndef CM_LISTS_CHAINS_H
#define CM_LISTS_CHAINS_H

#include "lists/pager.h"
#include "record/row.h"

typedef struct cm_chains cm_chains;

/**
 * For a list that may be split. Nothing is asked for.
 * @param plain  Open; it stays where it is, and is closed by its owner behind cm_chains_free.
 * @param out    NULL: the list is not one of those.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_chains_new(cm_pager *plain, const cm_resource *resource, const cm_read *read,
                  cm_chains **out, cm_err *err) CM_MUST_CHECK;

/** As cm_pager_next, of the plain chain or of the parts. */
int cm_chains_next(cm_chains *chains, cm_slice *row, cm_err *err) CM_MUST_CHECK;

/**
 * The row that was given last: has it been shown? It is remembered, as long as the list is, or may yet be, split.
 * @return SQLITE_OK; SQLITE_TOOBIG when there is no room; SQLITE_NOMEM; SQLITE_ERROR (a row that is not JSON).
 */
int cm_chains_saw(cm_chains *chains, cm_row *row, bool *was, cm_err *err) CM_MUST_CHECK;

/** True when the pages that are given are not those of the plain chain, one after the other from the first on. */
bool cm_chains_are_apart(const cm_chains *chains);

/** The pager whose rows are given now. */
cm_pager *cm_chains_pager(const cm_chains *chains);

/** The pager whose page comes behind the one that is given now. */
cm_pager *cm_chains_following(const cm_chains *chains);

/** A number for the page that is given now, another one for each. */
int64_t cm_chains_page(const cm_chains *chains);

/** Of a list that is at its end: how many different rows came. 0: that was not counted. */
int64_t cm_chains_rows(const cm_chains *chains);

/** How many different rows came so far of a list that was split; 0: it is one chain. */
int64_t cm_chains_seen(const cm_chains *chains);

/** NULL: nothing. */
void cm_chains_free(cm_chains *chains);

#endif
