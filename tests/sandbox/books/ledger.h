/*
** ledger.h -- keeps what is computed from a customer's records: subscriptions, activities,
** status, MRR.
** Owns: nothing.  Never: computes money itself, books.h does.
*/
#ifndef SANDBOX_LEDGER_H
#define SANDBOX_LEDGER_H

#include "../engine/account.h"

/** Compute a customer's books anew from its invoices, events and cancellations. */
void sb_ledger_recompute(sb_account *account, int64_t customer_id);
/** The same, after the switch processing_delay_ms, as real imports show later. */
void sb_ledger_recompute_later(sb_account *account, int64_t customer_id);
/** Compute an invoice's status anew from its lines and transactions. */
void sb_ledger_settle_invoice(sb_account *account, int64_t invoice_id);

#endif
