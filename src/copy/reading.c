#include "copy/reading.h"

cm_reading_of cm_reading_whole(const cm_resource *resource) {
  return (cm_reading_of){ .resource = resource, .read = resource->read_count - 1 };
}

static uint64_t columns_of(const cm_resource *resource) {
  uint64_t used = 0;
  for (int i = 0; i < resource->column_count; i++) {
    if (!(resource->columns[i].flags & CM_HIDDEN)) used |= (uint64_t)1 << (i < 63 ? i : 63);
  }
  return used;
}

static cm_plan plan_of(const cm_resource *resource, int read) {
  cm_plan plan = cm_plan_of(read);
  plan.columns_used = columns_of(resource);
  return plan;
}

cm_plan cm_reading_plan(const cm_resource *resource) {
  return plan_of(resource, cm_reading_whole(resource).read);
}

static int give_term(cm_plan *plan, cm_scan_arg *args, const cm_reading_term *term, cm_err *err) {
  cm_scan_arg *arg = &args[plan->arg_count];
  arg->values = sqlite3_malloc64(sizeof *arg->values);
  if (arg->values == NULL) return cm_err_nomem(err);
  *arg->values = cm_value_null();
  arg->count = 1;
  plan->args[plan->arg_count++] = (cm_plan_arg){
    .term = -1, .column = term->column, .op = term->op, .use = CM_ARG_SENT
  };
  return cm_value_copy(&term->value, arg->values) == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

int cm_reading_open(cm_session *session, const cm_reading_of *what, cm_scan **out, cm_err *err) {
  cm_scan_arg args[CM_PLAN_MAX_ARGS] = { { NULL, 0 } };
  cm_plan plan = plan_of(what->resource, what->read);
  int rc = SQLITE_OK;
  *out = NULL;
  for (int i = 0; i < what->term_count && rc == SQLITE_OK; i++)
    rc = give_term(&plan, args, &what->terms[i], err);
  if (rc == SQLITE_OK) return cm_scan_open(session, what->resource, &plan, args, out, err);
  for (int i = 0; i < CM_PLAN_MAX_ARGS; i++)
    cm_scan_arg_clear(&args[i]);
  return rc;
}

/** One row of the leader's list, for all tables that are made from it. */
static int take_row(cm_scan *scan, const cm_resource *leader, cm_stage *stages, int count,
                    cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < count && rc == SQLITE_OK; i++) {
    rc = stages[i].copied->resource == leader
             ? cm_stage_add_scanned(&stages[i], scan, err)
             : cm_stage_add_inside(&stages[i], cm_scan_row(scan)->text, err);
  }
  return rc;
}

/* The rows go to temp in one transaction, which holds no lock on any file of the user's. */
int cm_reading_stage(cm_session *session, const cm_reading_of *what, cm_stage *stages, int count,
                     cm_err *err) {
  cm_target *target = stages[0].target;
  cm_scan *scan = NULL;
  cm_err ignored;
  int rc = cm_target_run(target, "BEGIN", err);
  if (rc != SQLITE_OK) return rc;
  rc = cm_reading_open(session, what, &scan, err);
  while (rc == SQLITE_OK && (rc = cm_scan_next(scan, err)) == SQLITE_ROW)
    rc = take_row(scan, what->resource, stages, count, err);
  cm_scan_close(scan);
  if (rc == SQLITE_DONE) return cm_target_run(target, "COMMIT", err);
  cm_err_clear(&ignored);
  (void)!cm_target_run(target, "ROLLBACK", &ignored);
  return rc;
}
