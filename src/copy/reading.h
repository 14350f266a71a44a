/*
** reading.h -- a list of the account, or a part of it, read into stages: once for all tables that are made from it.
** Owns: nothing.  Tests: tests/cases/copy/
*/
#ifndef CM_COPY_READING_H
#define CM_COPY_READING_H

#include "copy/stage.h"

enum { CM_MAX_READING_TERMS = 4 };

/** "column op text", sent and checked. */
typedef struct cm_reading_term {
  int column;
  cm_term_op op;
  cm_value value; /* borrowed */
} cm_reading_term;

/** What is read. */
typedef struct cm_reading_of {
  const cm_resource *resource;
  int read; /* of the resource */
  cm_reading_term terms[CM_MAX_READING_TERMS];
  int term_count;
} cm_reading_of;

/** The widest list of a resource. */
cm_reading_of cm_reading_whole(const cm_resource *resource);

/** The plan of that list: every visible column is used, some come only when they are asked for. */
cm_plan cm_reading_plan(const cm_resource *resource);

/** Begin a scan of it that uses every visible column. Codes as cm_scan_open. */
int cm_reading_open(cm_session *session, const cm_reading_of *what, cm_scan **out,
                    cm_err *err) CM_MUST_CHECK;

/** Read all of it into the stages, whose tables have one leader: the resource. After an error the stages are as before. */
int cm_reading_stage(cm_session *session, const cm_reading_of *what, cm_stage *stages, int count,
                     cm_err *err) CM_MUST_CHECK;

#endif
