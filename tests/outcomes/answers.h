/*
** answers.h -- what may become of a write: how it is answered, and whether it was carried out.
** Owns: nothing.
*/
#ifndef OUTCOMES_ANSWERS_H
#define OUTCOMES_ANSWERS_H

#include <stdbool.h>

#include "text.h"

/** What an answer lets one conclude. */
typedef enum meaning {
  DOUBT, /* nothing: it may have been carried out or not */
  YES,   /* it was carried out, unless it creates: then nothing, as it does not show the row */
  NO,    /* it was refused, and not carried out */
  LATER  /* it was not carried out, and may be sent again */
} meaning;

typedef struct odd_answer {
  const char *name;
  const char *members; /* of a fault of the sandbox, without its path */
  meaning meaning;
} odd_answer;

extern const odd_answer answers[];
extern const int answer_count;

/** What the tries behind the first are answered. */
typedef enum sequel { THE_SAME, THE_TRUTH, REFUSED, FORBIDDEN, SEQUELS } sequel;

/** A write, as far as its answers go. */
typedef enum write_kind { MAKES, MAKES_NAMELESS, CHANGES, REMOVES } write_kind;

/** May this answer come to a write that was, or was not, carried out, and tell one from the other? */
bool answer_can(const odd_answer *of, write_kind kind, bool is_applied);

/**
 * The faults of a write, as the sandbox takes them.
 * @param target  "POST /plans"
 */
void answer_faults(const odd_answer *of, const char *target, bool is_applied, sequel then,
                   text *into);

#endif
