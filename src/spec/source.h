/*
** source.h -- where the value of a column comes from: the marks of cm_column.path, decoded.
** Pure.  Tests: tests/unit/spec/source.c
*/
#ifndef CM_SPEC_SOURCE_H
#define CM_SPEC_SOURCE_H

#include "spec/resource.h"

typedef enum cm_from {
  CM_FROM_MEMBER,   /* a member of the row, or of its companion */
  CM_FROM_AROUND,   /* "^member": of the row around it */
  CM_FROM_PRESENCE, /* "?member": whether the member is there */
  CM_FROM_KEY,      /* "@key": the name of the member that was unfolded, or the word */
  CM_FROM_SELF,     /* "@self": the value that was unfolded */
  CM_FROM_TYPE,     /* "@type": its type in words */
  CM_FROM_ROW,      /* "@row": the row as it arrived */
  CM_FROM_BOUND,    /* "@bound": the request */
  CM_FROM_NOWHERE   /* another "@word": a mistake */
} cm_from;

typedef struct cm_source {
  cm_from from;
  const char *member; /* without its mark; "" where there is none */
} cm_source;

cm_source cm_source_of(const cm_column *column);

/** The same in one word. */
bool cm_source_is(const cm_column *column, cm_from from);

#endif
