/*
** shipment.h -- one call, and the writes that it carries: 1..n rows, each with an object of its own in the call, and
** those that end with a row (its parts, see write/inside.h; further changes of its list, see write/whole_list.h).
** Owns: the call, and the body of several rows.  Only the files of write/queue.h include it.
*/
#ifndef CM_WRITE_SHIPMENT_H
#define CM_WRITE_SHIPMENT_H

#include "write/entry.h"

struct cm_shipment {
  cm_entry *first, *last; /* those that end with another stand behind it; NULL: all have ended */
  int rows;               /* that end by themselves: each has an object in the call */
  bool is_parted;         /* its call was refused: each row goes out alone */
  bool is_due;            /* all rows are ready: it leaves with the others that are */
  char *body;             /* of several rows, of their call; owned; NULL: none yet */
  cm_call *call;          /* under way; NULL: its rows look something up, or are ready */
  cm_import *import;      /* its call, where that is one; held; NULL: any other */
};

/** A shipment without a row, under way. @return NULL when memory ran out. */
cm_shipment *cm_shipment_new(cm_queue *queue);
/** Put an entry behind another of the shipment. @param leader  It ends with this one; NULL: by itself. */
void cm_shipment_put(cm_shipment *shipment, cm_entry *behind, cm_entry *entry, cm_entry *leader);
/** The next row that ends by itself. NULL: there is none. */
cm_entry *cm_shipment_next_row(const cm_entry *entry);
/** The entry behind this one that ends with `leader`. NULL: there is none. */
cm_entry *cm_shipment_next_of(const cm_entry *entry, const cm_entry *leader);
/** An entry leaves its shipment. None: nothing. */
void cm_shipment_leave(cm_entry *entry);
/** Let the rows go, cut the call, and free the shipment. */
void cm_shipment_free(cm_queue *queue, cm_shipment *shipment);

#endif
