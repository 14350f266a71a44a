#include "spec/source.h"

#include <string.h>

static cm_from find_word(const char *path) {
  static const struct {
    const char *word;
    cm_from from;
  } words[] = { { "@row", CM_FROM_ROW },
                { "@bound", CM_FROM_BOUND },
                { "@key", CM_FROM_KEY },
                { "@self", CM_FROM_SELF },
                { "@type", CM_FROM_TYPE } };
  for (size_t i = 0; i < cm_countof(words); i++) {
    if (strcmp(words[i].word, path) == 0) return words[i].from;
  }
  return CM_FROM_NOWHERE;
}

cm_source cm_source_of(const cm_column *column) {
  const char *path = column->path != NULL ? column->path : column->name;
  switch (path[0]) {
  case '^': return (cm_source){ CM_FROM_AROUND, path + 1 };
  case '?': return (cm_source){ CM_FROM_PRESENCE, path + 1 };
  case '@': return (cm_source){ find_word(path), "" };
  default: return (cm_source){ CM_FROM_MEMBER, path };
  }
}

bool cm_source_is(const cm_column *column, cm_from from) {
  return cm_source_of(column).from == from;
}
