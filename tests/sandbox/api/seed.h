/*
** seed.h -- accounts to start with.
** Owns: nothing.  Never: draws from the system's randomness: a seed
** is the same on every machine.
*/
#ifndef SANDBOX_SEED_H
#define SANDBOX_SEED_H

#include "../engine/account.h"

/** Whether there is a seed of that name: `empty`, `demo`, or a number of customers. */
bool sb_is_seed(const char *name);
/**
 * Empty the account and fill it.
 *
 * @param name  `empty`, `demo`, or a number of customers.
 * @return false when it is none of these; the account is then as it was.
 */
bool sb_seed(sb_account *account, const char *name);
/** Fill an empty account with a believable company: see seed_demo.c. */
void sb_seed_demo(sb_account *account);

#endif
