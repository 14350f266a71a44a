/*
** reply.h -- one scripted answer and how it is found.
** Owns: its texts.
*/
#ifndef RUNNER_REPLY_H
#define RUNNER_REPLY_H

#include "text.h"

enum { REPLY_ENDLESS = -1 };

typedef struct reply {
  char *name; /* as the case writes it */
  char *method;
  char *path;     /* without a "*" at its end */
  char *query;    /* NULL: any */
  bool is_prefix; /* the path ended in "*" */
  int uses_left;  /* REPLY_ENDLESS: any number */
  int uses;
  int status;
  char *headers; /* further "Name: value" lines */
  text body;
  long cut_at; /* bytes of the body that are sent before the connection ends; -1: all */
  int delay_ms;
  int advance_ms;      /* what the fake clock gains when the request arrives */
  int hold;            /* not answered until so many requests were under way at once */
  int after;           /* not answered until so many requests have come since the last statements */
  char *after_request; /* "GET /plans?page=2": nor until this one has; NULL: any */
  bool is_gzip;
  bool is_drop;  /* the connection ends without an answer */
  bool is_never; /* not answered before the case ends */
} reply;

/** Read a reply (see server_add_reply). @return false with the reason in `why`. */
bool reply_read(reply *into, const char *target, const char *source, text *why);
void reply_clear(reply *done);

/** True when a use is left and method, path and query fit. */
bool reply_answers(const reply *this, const char *method, const char *target);

#endif
