/*
** Any text as a plan, as SQLite hands it back: it is refused, or is a plan that can be carried out.
** The first byte chooses the table.
*/
#include <stdlib.h>
#include <string.h>

#include "read/plan.h"
#include "spec/registry.h"
#include "target.h"

/* What the cursor takes for granted. */
static void check(const cm_resource *resource, const cm_plan *plan) {
  require(plan->read >= -1 && plan->read < resource->read_count);
  require(plan->missing >= -1 && plan->missing < resource->column_count);
  require(plan->read >= 0 || plan->missing >= 0);
  require(plan->arg_count >= 0 && plan->arg_count <= CM_PLAN_MAX_ARGS);
  for (int i = 0; i < plan->arg_count; i++)
    require(plan->args[i].column >= 0 && plan->args[i].column < resource->column_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  input left = { (const char *)data, size };
  const cm_resource *resource = resources[input_byte(&left) % (unsigned)count];
  cm_slice text = input_part(&left, '\0');
  char *whole = malloc(text.len + 3); /* words, NUL, plan, NUL */
  cm_plan plan;
  require(whole != NULL);
  memcpy(whole, "?", 2);
  memcpy(whole + 2, text.ptr, text.len + 1);
  if (cm_plan_decode(resource, whole, &plan) == SQLITE_OK) check(resource, &plan);
  free(whole);
  target_free(text);
  return 0;
}
