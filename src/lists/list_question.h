/*
** list_question.h -- a request that a list may answer instead, which list that is, and under which keys its rows are kept.
** Pure.  Tests: tests/cases/read/store/
**
** The list that holds the answers of a request is the widest one of the table (the last read), without the equal terms
** that its rows are matched by here. The request is one of that list itself, or one that the descriptor says is in it
** (cm_read.is_listed). What a row does not show, because only the request knows it, and parameters, are sent with the
** list as well; a row is matched by texts that it shows, exactly as SQL would compare them.
*/
#ifndef CM_LISTS_LIST_QUESTION_H
#define CM_LISTS_LIST_QUESTION_H

#include "record/row_store.h"
#include "record/url.h"

/** One request of many. Borrowed. */
typedef struct cm_list_question {
  const cm_resource *resource;
  const cm_read *read;        /* that would be asked */
  const cm_url_value *values; /* for path and filters, as of cm_url_format */
  int count;
  uint64_t columns_used; /* bit 63: any column from 63 on */
  uint64_t
      unsendable; /* bits of `values` that no request can carry: rows can only be matched by them */
  int64_t coming; /* requests of this kind that are sure to be made, this one too; 1: not known */
  uint64_t varying; /* bits of `values` that those will have different values of; 0: not known */
} cm_list_question;

/** The answer of a question. Owned: cm_list_rows_clear. */
typedef struct cm_list_rows {
  bool is_known;       /* false: send the request */
  const cm_read *read; /* the list that the rows are of; NULL: the read of the question */
  cm_slice *rows;      /* as they arrived, a NUL behind each; NULL: no row */
  int count;
  /* Of a question that a list could answer, where the request is sent: */
  int64_t kind;   /* for cm_list_store_count; 0: of another one */
  int kept_pages; /* of the answer, in case the same is asked again */
} cm_list_rows;

/** Copy rows that have a key in common, which are kept the last one first. @param last  NULL: no row. */
int cm_list_rows_copy(const cm_stored_row *last, bool is_one, cm_list_rows *out,
                      cm_err *err) CM_MUST_CHECK;

void cm_list_rows_clear(cm_list_rows *rows);

/** The list that holds the answers of this read; NULL: none does. */
const cm_read *cm_list_holder(const cm_resource *resource, const cm_read *read);

/** Bits of the values by which rows of the list can be matched. 0: the question cannot be answered from a list. */
uint64_t cm_list_matchable(const cm_list_question *question);

/**
 * Path and query of the list: with all values but those in `matched`.
 * @param out  Receives a text to free with sqlite3_free; NULL: it is too long.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_list_url(const cm_list_question *question, uint64_t matched, char **out,
                cm_err *err) CM_MUST_CHECK;

/** Append path and query of the request itself. Codes as cm_buf_append. */
int cm_list_format_request(const cm_list_question *question, cm_buf *out);

/** Append the key under which the rows that answer the question are kept. Codes as cm_buf_append. */
int cm_list_key(const cm_list_question *question, uint64_t matched, cm_buf *out);

/**
 * Append the key of a row of the list.
 * @param question  Any with these columns.
 * @param alias  0: by what the row shows; n: by the nth pair of identifiers that it answers to (cm_key_extras.also). Of a
 *        row that is unfolded and asked for by what its items show: the number of the item.
 * @return SQLITE_OK; SQLITE_DONE where it lacks a value, or there is no such pair: no question of this kind finds it so;
 *         SQLITE_MISMATCH where it shows something else than a text, so that only SQLite can say what it equals;
 *         SQLITE_NOMEM; SQLITE_ERROR for a row that is not JSON.
 */
int cm_list_row_key(const cm_list_question *question, uint64_t matched, cm_slice row, int alias,
                    cm_buf *out, cm_err *err) CM_MUST_CHECK;

#endif
