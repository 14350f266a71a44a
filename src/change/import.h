/*
** import.h -- a json import: many new rows of one data source in one call, done later, see write/import_call.h.
** Owns: its name, its body until it has left, what it says of its rows. Shared by its rows and its shipment.
** Pure: no I/O.
*/
#ifndef CM_CHANGE_IMPORT_H
#define CM_CHANGE_IMPORT_H

#include "change/change_calls.h"
#include "change/change_record.h"
#include "record/row_store.h"

/** How far it is. */
typedef enum cm_import_stage {
  CM_IMPORT_READY, /* its call can be made */
  CM_IMPORT_SENT,  /* the call is under way */
  CM_IMPORT_ASKED, /* it is asked what became of it */
  CM_IMPORT_ROWS,  /* it is done: rows that it does not tell apart are looked for */
  CM_IMPORT_PARTS  /* the same for those that go inside them, which need their ends */
} cm_import_stage;

typedef struct cm_import {
  int holders;
  char *name;          /* its external id */
  char *id;            /* as its answer says; NULL: unknown */
  cm_change_step step; /* the call that starts it */
  cm_import_stage stage;
  bool is_lost;    /* the call brought no sure answer */
  bool goes_again; /* it is sent again when it is not there */
  bool is_asked_by_id;
  bool is_resumed; /* another COMMIT has sent it */
  bool
      is_completed; /* in the word that is documented: what it says of several rows is of all of them */
  int asked, missed; /* how often; how often in vain, one after the other */
  int sent_before;   /* how often it was sent again */
  char *cause;       /* what made it lost; owned */
  int cause_code;
  cm_row_store told; /* what it says, by customer, and of the lists that no customer has */
  char *words;       /* what it says of itself; owned; NULL: nothing */
} cm_import;

/** What an import says of a row. */
typedef enum cm_told {
  CM_TOLD_NOTHING, /* or nothing that is known */
  CM_TOLD_TAKEN,
  CM_TOLD_REFUSED
} cm_told;

typedef struct cm_import_verdict {
  cm_told told;
  bool is_of_record; /* said of this row alone, not of all of its customer's in one list */
  bool is_of_all;    /* of all rows of its customer, whatever their list */
  cm_slice text;     /* where it stands; absent: nowhere */
  char words[512];   /* why it was refused; "": it does not say */
} cm_import_verdict;

/** An import with a name, copied, that nobody else holds. NULL: memory ran out. */
cm_import *cm_import_new(const char *name);
cm_import *cm_import_hold(cm_import *import);
/** NULL: nothing. */
void cm_import_release(cm_import *import);

/** Is the import an answer shows at work yet? */
bool cm_import_is_at_work(cm_slice answer);

/** Keep what the answer says of its rows and of itself. @return SQLITE_OK; SQLITE_TOOBIG; SQLITE_NOMEM. */
int cm_import_take_words(cm_import *import, cm_slice answer, cm_err *err) CM_MUST_CHECK;

/**
 * What it says of a row.
 * @param customer     Its customer's external id; NULL: nobody's.
 * @param external_id  Its own; NULL: it has none.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_import_tell(const cm_import *import, const cm_resource *resource, const char *customer,
                   const char *external_id, cm_import_verdict *out) CM_MUST_CHECK;

#endif
