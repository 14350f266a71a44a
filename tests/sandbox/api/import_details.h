/*
** import_details.h -- what became of the records of a bulk import, and how the import says it.
** Owns: the notes.  Never: stores a record.
**
** Which members the details have, and which words, is decided by switches: nobody has recorded an import with a record that is
** wrong.
*/
#ifndef SANDBOX_IMPORT_DETAILS_H
#define SANDBOX_IMPORT_DETAILS_H

#include "../engine/account.h"

/** Notes by customer and kind of record; of plans, which no customer has, by themselves. */
typedef struct sb_import_details {
  cJSON *plans;     /* an array of records */
  cJSON *customers; /* external id -> kind -> an array of records */
} sb_import_details;

/** Begin without a note. Ended by sb_import_details_take. */
void sb_import_details_open(sb_import_details *details);
/**
 * Note what became of a record.
 *
 * @param customer  The external id of its customer; NULL: it is a plan.
 * @param kind      The member of the import that it stood in.
 * @param name      Its external id; NULL: it has none.
 * @param error     Why it was not taken; NULL: it was.
 */
void sb_import_note(sb_import_details *details, const char *customer, const char *kind,
                    const char *name, const char *error);
/** `status_details` as the switches want it, released with free(). The notes are released. */
char *sb_import_details_take(sb_import_details *details, const sb_account *account);

#endif
