#include "explain/write_price.h"

#include "explain/loops.h"
#include "spec/registry.h"

/** Whose table it is, a plan for a scan of it says. */
int cm_writing_find(cm_session *session, const char *sql, cm_writing *out, cm_err *err) {
  cm_loops loops = { 0 };
  cm_err ignored = { 0 };
  *out = (cm_writing){ .resource = NULL };
  cm_statement_find_written(sql, &out->written);
  if (!out->written.is_found) return SQLITE_OK;
  char *text = sqlite3_mprintf("SELECT 1 FROM %.*s", (int)out->written.name.len,
                               out->written.name.text);
  if (text == NULL) return cm_err_nomem(err);
  int rc = cm_loops_read(session, text, &loops, &ignored);
  sqlite3_free(text);
  if (rc == SQLITE_OK && loops.explained.count > 0) {
    const cm_explained_plan *plan = &loops.explained.plans[loops.explained.count - 1];
    out->session = plan->session;
    out->resource = plan->resource;
  }
  cm_loops_clear(&loops);
  return rc == SQLITE_NOMEM ? cm_err_nomem(err) : SQLITE_OK;
}

/* ---- which rows are looked up ------------------------------------------------------------------ */

/** Bulk goes by COMMIT only: without BEGIN the rows leave by themselves. */
static bool is_bulk(const cm_writing *writing) {
  return writing->written.verb == CM_VERB_INSERT && writing->resource->bulk != NULL &&
         writing->session->settings.write_mode == CM_WRITE_BULK;
}

static bool is_in_transaction(const cm_writing *writing) {
  return sqlite3_get_autocommit(writing->session->db) == 0;
}

/** Are the rows looked for by their own names before they are made? An import does it, too. */
static bool finds_itself(const cm_writing *writing) {
  if (writing->written.verb != CM_VERB_INSERT || writing->resource->natural_key == NULL)
    return false;
  bool goes_in_import = is_bulk(writing) && is_in_transaction(writing) &&
                        writing->resource->inside_of == NULL;
  bool is_dry = writing->session->settings.dry_run;
  return writing->written.conflict != CM_CONFLICT_FAIL || (goes_in_import && !is_dry);
}

/** Whose uuid is looked up by an external id that the statement gives; NULL: nobody's. An import names him by that id. */
static const cm_resource *named_by(const cm_writing *writing, const cm_reference *reference) {
  cm_span columns = writing->written.columns;
  bool goes_by_name = is_bulk(writing) && is_in_transaction(writing);
  bool is_named = reference->within == NULL && !goes_by_name &&
                  cm_span_has_name(columns, reference->external_id) &&
                  !cm_span_has_name(columns, reference->column);
  return is_named ? cm_registry_find(reference->resource) : NULL;
}

typedef int visit_table(const cm_writing *writing, const cm_resource *table, void *context,
                        cm_err *err);

/** Show each table in which rows are looked up, of names by external id each one that is given. */
static int each_looked_up(const cm_writing *writing, visit_table *visit, void *context,
                          cm_err *err) {
  int rc = SQLITE_OK;
  const cm_reference *at = writing->resource->references;
  if (finds_itself(writing)) rc = visit(writing, writing->resource, context, err);
  if (writing->written.verb != CM_VERB_INSERT) return rc;
  for (; rc == SQLITE_OK && at != NULL && at->column != NULL; at++) {
    const cm_resource *named = named_by(writing, at);
    if (named != NULL) rc = visit(writing, named, context, err);
  }
  return rc;
}

static int ask_table(const cm_writing *writing, const cm_resource *table, void *context,
                     cm_err *err) {
  return cm_pricing_ask_table(context, writing->session, table, err);
}

int cm_writing_ask(const cm_writing *writing, cm_pricing *pricing, cm_err *err) {
  /* where nobody knows how many rows there are, nobody knows how many look-ups */
  if (writing->session->settings.read_only || writing->rows.count < 0) return SQLITE_OK;
  return each_looked_up(writing, ask_table, pricing, err);
}

/** Look-ups, added up. */
typedef struct look_ups {
  const cm_pricing *pricing;
  int64_t requests;
  int tables;
} look_ups;

static int add_table(const cm_writing *writing, const cm_resource *table, void *context,
                     cm_err *err) {
  look_ups *all = context;
  int64_t requests = 0;
  int rc = cm_pricing_look_ups(all->pricing, writing->session, table, writing->rows.count,
                               &requests, err);
  all->requests = requests >= 0 && all->requests >= 0 ? all->requests + requests : CM_PRICE_UNKNOWN;
  all->tables++;
  return rc;
}

/* ---- the price --------------------------------------------------------------------------------- */

static const cm_write *write_of(const cm_resource *resource, cm_verb verb) {
  for (int i = 0; i < resource->write_count; i++) {
    if (resource->writes[i].verb == verb) return &resource->writes[i];
  }
  return NULL;
}

/** An UPDATE and a DELETE write no row of the table twice. */
static int bound_rows(cm_writing *writing, const cm_pricing *pricing, cm_err *err) {
  int64_t most = CM_PRICE_UNKNOWN;
  int64_t *count = &writing->rows.count;
  if (writing->written.verb == CM_VERB_INSERT) return SQLITE_OK;
  int rc = cm_pricing_rows(pricing, writing->session, writing->resource, &most, err);
  if (most >= 0 && (*count < 0 || most < *count)) *count = most;
  return rc;
}

static void price_rows(const cm_writing *writing, const look_ups *found, cm_price *out) {
  int64_t rows = writing->rows.count;
  const char *why = writing->rows.why;
  bool is_deleted = writing->written.verb == CM_VERB_DELETE;
  if (rows < 0) {
    cm_price_advise(out, "one for each row%s, and how many there are is known when it runs",
                    found->tables > 0 ? ", and look-ups" : "");
    if (why[0] != '\0') cm_price_advise(out, "the rows are not counted: %s", why);
    return;
  }
  out->requests = found->requests >= 0 ? rows + found->requests : CM_PRICE_UNKNOWN;
  if (is_deleted && rows > writing->session->settings.delete_limit) {
    cm_price_advise(out, "at most: delete_limit refuses so many rows");
  } else {
    cm_price_advise(
        out, "at most: one for each row%s",
        found->tables > 0 ? ", and a look-up for each name, or the list where that is less" : "");
  }
}

static void price_imports(const cm_writing *writing, const look_ups *found, cm_price *out) {
  int64_t rows = writing->rows.count;
  int64_t imports = (rows + CM_MAX_IMPORT_CUSTOMERS - 1) / CM_MAX_IMPORT_CUSTOMERS;
  if (rows < 0) {
    cm_price_advise(out, "COMMIT sends the rows as json imports, and how many there are is known "
                         "when it runs");
    if (writing->rows.why[0] != '\0')
      cm_price_advise(out, "the rows are not counted: %s", writing->rows.why);
    return;
  }
  if (found->requests >= 0) out->requests = 2 * imports + found->requests;
  cm_price_advise(out,
                  "about: COMMIT sends %lld json import%s of up to %d customers, more where they "
                  "are larger than 5 MB or of several data sources, and asks for each until it is "
                  "done%s",
                  (long long)imports, imports == 1 ? "" : "s", CM_MAX_IMPORT_CUSTOMERS,
                  found->tables > 0 ? "; before that it looks whether the rows are there" : "");
}

int cm_writing_price(cm_writing *writing, const cm_pricing *pricing, char **request,
                     cm_price *price, cm_err *err) {
  const cm_settings *settings = &writing->session->settings;
  const cm_write *write = write_of(writing->resource, writing->written.verb);
  look_ups found = { pricing, 0, 0 };
  if (write == NULL) {
    *price = (cm_price){ 0, 0, 0, "it fails: this table cannot be written so" };
    return SQLITE_OK;
  }
  bool goes_in_import = is_bulk(writing) && is_in_transaction(writing);
  const cm_write *call = goes_in_import ? writing->resource->bulk->write : write;
  *request = sqlite3_mprintf("%s %s", call->method, call->path);
  if (*request == NULL) return cm_err_nomem(err);
  int rc = bound_rows(writing, pricing, err);
  *price = (cm_price){ writing->rows.count, CM_PRICE_UNKNOWN, -1, "" };
  if (rc == SQLITE_OK && !settings->read_only) rc = each_looked_up(writing, add_table, &found, err);
  if (settings->read_only || settings->dry_run) {
    price->requests = found.requests;
    cm_price_advise(price, settings->read_only ? "read_only is set: it is refused"
                           : found.tables > 0  ? "dry_run is set: nothing but look-ups is sent"
                                               : "dry_run is set: it is recorded, and not sent");
  } else if (goes_in_import) {
    price_imports(writing, &found, price);
  } else {
    price_rows(writing, &found, price);
    if (is_bulk(writing))
      cm_price_advise(price, "inside BEGIN new rows of this table go as json imports");
    if (is_in_transaction(writing) && settings->write_mode != CM_WRITE_IMMEDIATE)
      cm_price_advise(price, "COMMIT sends them");
  }
  price->seconds = cm_pricing_seconds(writing->session, price->requests, true);
  return rc;
}
