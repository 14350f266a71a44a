#include "write/queue_open.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "find/finder.h"
#include "write/entry.h"
#include "write/outcome.h"
#include "write/record.h"
#include "write/shipment.h"
#include "write/state.h"
#include "write/waiting.h"
#include "write/write_log.h"

static void free_queue(cm_queue *queue) {
  cm_record_close(queue);
  while (queue->sending.shipment_count > 0)
    cm_shipment_free(queue, queue->sending.shipments[0]);
  while (queue->waiting.first != NULL)
    cm_queue_unlink(queue, queue->waiting.first);
  for (int i = 0; i < queue->log.count; i++)
    cm_entry_free(cm_queue_log_at(queue, i));
  cm_question_forget_all(&queue->finder);
  cm_tally_clear(&queue->tally);
  sqlite3_free(queue->lost_record);
  sqlite3_free(queue->log.lines);
  sqlite3_free(queue->transaction.savepoints);
  sqlite3_free(queue);
}

int cm_queue_open(cm_session *session, cm_err *err) {
  if (session->queue != NULL) return SQLITE_OK;
  cm_queue *queue = sqlite3_malloc64(sizeof *queue);
  if (queue == NULL) return cm_err_nomem(err);
  memset(queue, 0, sizeof *queue);
  queue->session = session;
  queue->finder.session = session;
  queue->next_id = &session->connection->next_write_id;
  queue->transaction.begun_id = *queue->next_id;
  session->queue = queue;
  session->free_queue = free_queue;
  return SQLITE_OK;
}
