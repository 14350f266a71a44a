/*
** finder.h -- what writes ask before they go out: is the row there, which uuid has it. Each distinct question is
** asked once in a transaction, of the API or of a list that was read instead (find/asked_list.h).
** Owns: the questions, each until nobody holds it and it is forgotten.
*/
#ifndef CM_FIND_FINDER_H
#define CM_FIND_FINDER_H

#include "base/buf.h"
#include "base/map.h"
#include "client/call.h"
#include "find/asked_list.h"
#include "spec/resource.h"

/** A question that several writes may share: one request, one answer. */
typedef struct cm_question {
  cm_map_node node;
  char *key;
  const cm_resource *resource; /* asked by natural key; NULL: by a need */
  const cm_need *need;
  char *values[2];         /* of the natural key; [0] the name of a member of `member_list` */
  const char *member_list; /* asked whether this member of the answer has a member of that name */
  cm_session *session;     /* that asks: it lives longer */
  cm_call *call;
  bool is_done, may_help; /* it failed, and asking again may help */
  bool is_sound;          /* the row is not one that the API holds as invalid */
  uint64_t frozen;        /* of a row that was written just now: cm_change_frozen_token; 0: none */
  int64_t sets_version, parts_version; /* of the finder when it was asked */
  int matches;                         /* 0, 1, or 2 for several */
  char *uuid;                          /* of the only match */
  char *row;                           /* its text; NULL where it is not known (any more) */
  int code;                            /* SQLITE_OK unless it failed */
  char *error;                         /* the line of a failure */
  int holders;
  bool is_detached; /* no longer in the table: freed by the last holder */
} cm_question;

typedef enum cm_question_mode {
  CM_QUESTION_ANY,      /* the uuid is enough */
  CM_QUESTION_SOUND,    /* the row's text is needed, unless it is known that the row is sound */
  CM_QUESTION_WITH_ROW, /* the row's text is needed */
  CM_QUESTION_AGAIN     /* ask again, whatever was answered before */
} cm_question_mode;

/** The questions of a transaction. Zeroed but for the session before its first use. */
typedef struct cm_finder {
  cm_session *session;   /* that asks */
  cm_map questions;      /* by key */
  int64_t sets_version;  /* counts writes that change sets, but those of a new member */
  int64_t parts_version; /* counts writes of rows that stand inside other rows */
  cm_asked_lists lists;  /* that answer questions after rows */
} cm_finder;

/** What is asked: for a row by its natural key, for what a need wants, or whether a set has a member. Borrowed. */
typedef struct cm_ask {
  const char *who; /* for error texts */
  cm_question_mode mode;
  const cm_resource *resource; /* of the row; NULL: another question */
  const char *values[2];       /* of the natural key; [0] the name of the member */
  const char *path;            /* of the answer that a need or a set stands in */
  const cm_need *need;
  const char *member_list;    /* the set, in that answer */
  const cm_resource *members; /* the table of its members */
  const char *owner;          /* key of the row that has the set */
} cm_ask;

/**
 * Ask: one request for all that ask the same.
 * @param out  Receives the look-up; let it go with cm_question_release.
 * @return SQLITE_OK, or what cm_call_start says.
 */
int cm_question_ask(cm_finder *finder, const cm_ask *asked, cm_question **out,
                    cm_err *err) CM_MUST_CHECK;

/** True when the answer is there; reads it the first time. */
bool cm_question_poll(cm_question *question, const char *who);

/** Its failure. @return SQLITE_OK when there is none. */
int cm_question_error(const cm_question *question, cm_err *err);

void cm_question_release(cm_question *question);

/**
 * Remember a row that was just written; a look-up of it need not ask.
 * @param is_created  It is new, so it is sound.
 * @param frozen      What it gave where a later row is compared, see cm_change_frozen_token.
 * @return SQLITE_OK, SQLITE_NOMEM.
 */
int cm_question_remember(cm_finder *finder, const cm_resource *resource,
                         const char *const values[2], const char *uuid, bool is_created,
                         uint64_t frozen);

/** Was a row of this natural key written just now, and gave it the same there? */
bool cm_question_knows_frozen(cm_finder *finder, const cm_resource *resource,
                              const char *const values[2], uint64_t frozen);

/**
 * A member of a set was written: it is there, or nothing is known of it any more.
 * @param asked  The question after it.
 * @return SQLITE_OK, SQLITE_NOMEM.
 */
int cm_question_note_member(cm_finder *finder, const cm_ask *asked, bool is_there);

/** Forget what is known of a row. */
void cm_question_forget(cm_finder *finder, const cm_resource *resource,
                        const char *const values[2]);

/**
 * Something was written that the texts of rows show: those are asked for again.
 * @param resource  Its table.  @param key  Of the row; NULL: nothing.
 */
void cm_question_touch(cm_finder *finder, const char *resource, const char *key);

/** A row was written that may have sets: their members are asked for again, those of all rows where no list was read. */
void cm_question_touch_sets(cm_finder *finder, const char *resource, const char *key);

/** A row that stands inside another was written: what was written of that one is not all that it holds. */
void cm_question_touch_parts(cm_finder *finder);

/** The natural key of a row has changed: rows of its table are asked for one by one. */
void cm_question_rename(cm_finder *finder, const cm_resource *resource);

/** Forget all that nobody holds. */
void cm_question_forget_all(cm_finder *finder);

#endif
