/*
** registry_rules.h -- every rule of the check of descriptors: a statement that breaks it in the bench `b`
** of tests/unit/spec/registry.c, and the report that has to follow: X(name, statement, report).
*/
#ifndef REGISTRY_RULES_H
#define REGISTRY_RULES_H

#define AT(where) "chartmogul_things: " where ": "
#define PATH "/parents/{parent_uuid}/things"
#define ONE "/things/{uuid}"
#define RULES(X)                                                                                   \
  X(table_prefix, b->things.name = "things",                                                       \
    "things: name: the name of a table begins with chartmogul_")                                   \
  X(table_twice, b->parents.name = b->things.name, AT("name") "two tables have the same name")     \
  X(table_doc, b->things.doc = "A thing", AT("doc") "the description does not end with a period")  \
  X(example_missing, b->things.example = NULL,                                                     \
    AT("example") "the example does not begin with SELECT")                                        \
  X(example_verb, b->things.example = "DELETE FROM chartmogul_things",                             \
    AT("example") "the example does not begin with SELECT")                                        \
  X(example_table, b->things.example = "SELECT 1",                                                 \
    AT("example") "the example does not read the table")                                           \
  X(example_semicolon, b->things.example = "SELECT 1 FROM chartmogul_things;",                     \
    AT("example") "the example is one statement without a semicolon")                              \
  X(examples_missing, b->things.examples = NULL, AT("examples") "there are three to six, not 0")   \
  X(examples_few, b->examples[EXAMPLES - 1].question = NULL,                                       \
    AT("examples") "there are three to six, not 2")                                                \
  X(examples_sql, b->examples[1].sql = NULL,                                                       \
    AT("What?") "its SQL is missing, or ends with a semicolon")                                    \
  X(examples_semicolon, b->examples[1].sql = "SELECT * FROM chartmogul_things;",                   \
    AT("What?") "its SQL is missing, or ends with a semicolon")                                    \
  X(examples_sign, b->examples[1].question = "What.",                                              \
    AT("What.") "it ends with ? where its SQL reads, else with a period")                          \
  X(examples_write, b->examples[1].sql = "DELETE FROM chartmogul_things",                          \
    AT("What?") "it ends with ? where its SQL reads, else with a period")                          \
  X(examples_table, b->examples[1].sql = "SELECT 1",                                               \
    AT("What?") "its SQL does not name the table")                                                 \
  X(key_part, b->things.key_parts = "colour depth", AT("key_parts") "depth is not a column")       \
  X(key_part_key, b->things.key_parts = "uuid", AT("key_parts") "uuid is not a column")            \
  X(counts_path, b->extras.delete_counts = "parts", AT("parts") "a path begins with /")            \
  X(counts_column, b->extras.delete_counts = "/parts?t={id}",                                      \
    AT("/parts?t={id}") "{id} is not a column")                                                    \
  X(counts_delete, b->things.write_count--, AT("delete_counts") "nothing can be deleted")          \
  X(no_columns, b->things.column_count = 0, AT("columns") "there is none")                         \
  X(column_case, b->columns[COLOUR].name = "Colour", AT("Colour") "a column's name is snake_case") \
  X(column_quoted, b->columns[COLOUR].name = "order",                                              \
    AT("order") "SQL takes this name only in quotes")                                              \
  X(column_twice, b->columns[COLOUR].name = "size", AT("size") "two columns have the same name")   \
  X(column_doc, b->columns[COLOUR].doc = "Colour",                                                 \
    AT("colour") "the description does not end with a period")                                     \
  X(column_no_doc, b->columns[COLOUR].doc = NULL,                                                  \
    AT("colour") "the description does not end with a period")                                     \
  X(key_twice, b->columns[COLOUR].flags = CM_KEY, AT("columns") "more than one key")               \
  X(key_type, b->columns[KEY].type = CM_JSON, AT("uuid") "a key is a text or an integer")          \
  X(key_written, b->columns[KEY].flags |= CM_INSERT, AT("uuid") "a key cannot be written")         \
  X(parameter_visible, b->columns[LEVEL].flags = CM_PARAM, AT("level") "a parameter is hidden")    \
  X(parameter_written, b->columns[LEVEL].flags |= CM_INSERT,                                       \
    AT("level") "a parameter cannot be written")                                                   \
  X(parameter_unused, b->filters[2].column = "colour", AT("level") "no read takes this parameter") \
  X(required, b->columns[COLOUR].flags = CM_REQUIRED,                                              \
    AT("colour") "required by INSERT, which cannot give it")                                       \
  X(no_null, b->columns[PARENT].flags |= CM_NO_NULL,                                               \
    AT("parent_uuid") "not NULL in UPDATE, which cannot set it")                                   \
  X(no_companion, b->things.companion = NULL,                                                      \
    AT("deep") "comes from a companion list that does not exist")                                  \
  X(shape, b->columns[COLOUR].shape = CM_KEY_VALUES, AT("colour") "only JSON has a shape")         \
  X(empties, b->column_extras.empties = "x";                                                       \
    b->columns[PARENT].extras = &b->column_extras,                                                 \
    AT("parent_uuid") "emptied by UPDATE, which cannot set it")                                    \
  X(column_of_table, b->column_extras.of = "chartmogul_none";                                      \
    b->columns[PARENT].extras = &b->column_extras,                                                 \
    AT("parent_uuid") "chartmogul_none is not a table whose key a column in _uuid holds")          \
  X(column_of_name, b->column_extras.of = "chartmogul_parents";                                    \
    b->columns[COLOUR].extras = &b->column_extras,                                                 \
    AT("colour") "chartmogul_parents is not a table whose key a column in _uuid holds")            \
  X(path_self, b->columns[COLOUR].path = "@self", AT("colour") "no read unfolds rows")             \
  X(path_key, b->columns[COLOUR].path = "@key", AT("colour") "no read unfolds rows")               \
  X(path_outer, b->columns[COLOUR].path = "^colour", AT("colour") "no read unfolds rows")          \
  X(path_words, b->columns[COLOUR].path = "a-*", AT("colour") "no read unfolds words")             \
  X(path_mark, b->columns[COLOUR].path = "@other", AT("colour") "@other is not a path in a row")   \
  X(path_dots, b->columns[COLOUR].path = "a..b", AT("colour") "a..b is not a path in a row")       \
  X(path_row, b->columns[COLOUR].path = "@row", AT("columns") "@row is json alone")                \
  X(hidden_first, b->columns[COLOUR].flags |= CM_HIDDEN,                                           \
    AT("size") "the order is visible columns, parameters, other hidden ones, json")                \
  X(json_missing, b->things.column_count--,                                                        \
    AT("deep") "the last column is json, the row as it arrived, hidden")                           \
  X(json_name, b->columns[ROW].name = "row_text",                                                  \
    AT("row_text") "the last column is json, the row as it arrived, hidden")                       \
  X(no_reads, b->things.read_count = 0, AT("level") "no read takes this parameter")                \
  X(no_read_at_all, b->parents.read_count = 0, "chartmogul_parents: reads: there is none")         \
  X(read_slash, b->reads[GET_ONE].path = "things/{uuid}",                                          \
    AT("things/{uuid}") "a path begins with /")                                                    \
  X(read_segment, b->reads[GET_ONE].path = "/things//{uuid}",                                      \
    AT("/things//{uuid}") "a path has no empty segment")                                           \
  X(read_column, b->reads[GET_ONE].path = "/things/{id}",                                          \
    AT("/things/{id}") "{id} is not a column")                                                     \
  X(read_open, b->reads[GET_ONE].path = "/things/{uuid",                                           \
    AT("/things/{uuid") "the {column} has no end")                                                 \
  X(read_query, b->reads[GET_ONE].path = ONE "?a=b", AT(ONE "?a=b") "a query stands in `query`")   \
  X(query_form, b->reads[LIST].query = "&shape=round", AT(PATH) "a query has the form a=b&c=d")    \
  X(single_rows, b->reads[GET_ONE].rows = "things", AT(ONE) "a single row stands in no list")      \
  X(list_rows, b->reads[LIST].rows = NULL, AT(PATH) "the member that holds the rows is missing")   \
  X(unfold_list, b->read_extras.unfold = b->words, AT(PATH) "only a single row unfolds words")     \
  X(parent_table, b->reads[LIST].parent = "chartmogul_uncles",                                     \
    AT(PATH) "the parent chartmogul_uncles is not a table with a key")                             \
  X(parent_keyless, b->parent_columns[0].flags = 0; b->parents.write_count = 0;                    \
    b->parent_columns[1].flags = 0;                                                                \
    b->parents.natural_key = NULL,                                                                 \
    AT(PATH) "the parent chartmogul_parents is not a table with a key")                            \
  X(parent_path, b->reads[LIST].path = "/things",                                                  \
    AT("/things") "a parent fills exactly one {column}")                                           \
  X(filter_column, b->filters[0].column = "taste", AT(PATH) "the filter taste is not a column")    \
  X(filter_param, b->filters[0].param = NULL, AT("colour") "the filter has no parameter")          \
  X(filter_bound, b->filters[0].op = CM_LE, AT("colour") "only times and numbers have bounds")     \
  X(filter_param_twice, b->filters[1].param = "colour",                                            \
    AT("colour") "two filters of " PATH " send this parameter")                                    \
  X(filter_term_twice, b->filters[1] = ((cm_filter){ .column = "colour", .param = "color" }),      \
    AT("colour") "two filters of " PATH " serve this term")                                        \
  X(filter_in_query, b->filters[0].param = "shape",                                                \
    AT("shape") "the query of " PATH " sends this parameter too")                                  \
  X(filter_in_path, b->filters[0].column = "parent_uuid",                                          \
    AT("parent_uuid") "the path of " PATH " has this column too")                                  \
  X(words_number, b->columns[SIZE].words = b->words, AT("size") "only a text has words")           \
  X(words_type, b->filters[1].words = b->words, AT("size") "only = of a text has words")           \
  X(words_wire, b->words[1].wire = NULL, AT("level") "a word has no wire form")                    \
  X(words_twice, b->words[1].sql = "High", AT("level") "the word High stands there twice")         \
  X(fallback, b->filter_extras.fallback = "middle",                                                \
    AT("level") "the fallback is not one of the words")                                            \
  X(fallback_day, b->filter_extras.fallback = "{tomorrow}",                                        \
    AT("colour") "the fallback is not a day that can be worked out")                               \
  X(wants, b->column_extras.wants = "level"; b->columns[TAGS].extras = &b->column_extras,          \
                                             AT("tags") "a filter of " PATH " sends level too")    \
  X(hidden_unlisted, b->read_extras.finds_hidden = true,                                           \
    AT(PATH) "finds_hidden goes with is_listed")                                                   \
  X(listed_list, b->reads[LIST].is_listed = true,                                                  \
    AT(PATH) "only the row of a key, the items of a row, and a search are listed")                 \
  X(listed_nowhere, b->reads[LIST].parent = NULL, AT(ONE) "there is no list of all rows")          \
  X(listed_filter, b->reads[GET_ONE].filters = b->tags_filter,                                     \
    AT(ONE) "the list does not take tags")                                                         \
  X(known_by, b->read_extras.known_by = "tags";                                                    \
    b->reads[0].extras = &b->read_extras,                                                          \
    AT(ONE) "only one answer that encloses rows is known by others")                               \
  X(split_of_one_thing, b->read_extras.splits = b->splits;                                         \
    b->splits[0].words = b->words,                                                                 \
    AT("colour") "a list is split by a table, by words, or into windows of days")                  \
  X(split_of_days, b->read_extras.splits = b->splits;                                              \
    b->splits[0].date = "size",                                                                    \
    AT("colour") "a list is split by a table, by words, or into windows of days")                  \
  X(split_filter, b->read_extras.splits = b->splits;                                               \
    b->splits[0].param = "depth", AT("depth") "no filter of " PATH " sends what it is split by")   \
  X(split_table, b->read_extras.splits = b->splits;                                                \
    b->splits[0].table = "chartmogul_nothing",                                                     \
    AT("colour") "chartmogul_nothing is not a table with a key")                                   \
  X(split_paging, b->read_extras.splits = b->splits;                                               \
    b->reads[LIST].paging = CM_WHOLE,                                                              \
    AT(PATH) "only a list with cursors, of rows with a key, is split")                             \
  X(encloser_table, b->read_extras.encloser = "chartmogul_nothing",                                \
    AT(PATH) "there is no table chartmogul_nothing")                                               \
  X(encloser_each, b->read_extras.encloser = "chartmogul_things";                                  \
    b->reads[LIST].each = "items",                                                                 \
    AT(PATH) "a row without the one around it names that by its key")                              \
  X(encloser_key, b->read_extras.encloser = "chartmogul_parents",                                  \
    AT(PATH) "a row without the one around it names that by its key")                              \
  X(encloser_column, b->read_extras.encloser = "chartmogul_things",                                \
    AT(PATH) "no column names the row of chartmogul_things")                                       \
  X(widest_last,                                                                                   \
    b->reads[0] = ((cm_read){ .path = "/things", .paging = CM_WHOLE, .rows = "things" });          \
    b->reads[LIST].parent = NULL, AT(PATH) "the widest read is not the last one")                  \
  X(companion_path, b->companion.path = "/deep/{depth}",                                           \
    AT("/deep/{depth}") "{depth} is not a column")                                                 \
  X(companion_unused, b->columns[DEEP].flags &= ~(unsigned)CM_COMPANION,                           \
    AT("/deep/{parent_uuid}") "no column comes from the companion")                                \
  X(companion_match, b->companion.match = NULL,                                                    \
    AT("/deep/{parent_uuid}") "the companion has nothing to match by")                             \
  X(companion_rows, b->companion.rows = NULL,                                                      \
    AT("/deep/{parent_uuid}") "the member that holds the rows is missing")                         \
  X(writable_key, b->columns[KEY].flags = 0;                                                       \
    b->reads[GET_ONE].is_listed = false, AT("writes") "a table that is written has a key")         \
  X(write_method, b->writes[CHANGE].method = "GET", AT(ONE) "the method writes nothing")           \
  X(write_path, b->writes[CHANGE].path = NULL, AT("path") "a path begins with /")                  \
  X(write_brace, b->writes[CHANGE].path = "/things/{id}",                                          \
    AT("/things/{id}") "{id} is not a column")                                                     \
  X(write_query, b->writes[CHANGE].query = "id={id}", AT("id={id}") "{id} is not a column")        \
  X(write_body, b->writes[CHANGE].body = "custom.{id}", AT("custom.{id}") "{id} is not a column")  \
  X(insert_path, b->writes[CREATE].path = "/things/{uuid}",                                        \
    AT(ONE) "{uuid} cannot be given by INSERT")                                                    \
  X(carries_unknown, b->writes[LIFT].columns = "deep depth",                                       \
    AT("/things/{parent_uuid}/deep") "the write carries depth, which is not a column")             \
  X(carries_forbidden, b->writes[LIFT].columns = "deep parent_uuid",                               \
    AT("parent_uuid") "/things/{parent_uuid}/deep carries it, but its flags forbid that")          \
  X(carries_place,                                                                                 \
    b->writes[LIFT].columns = "deep:", AT("deep") "the place behind the colon is missing")         \
  X(carries_brace, b->writes[LIFT].columns = "deep:{depth}",                                       \
    AT("deep:{depth}") "{depth} is not a column")                                                  \
  X(set_flags, b->writes[ADD_TAGS].flags = CM_ADDED | CM_CHANGED,                                  \
    AT(ONE "/tags") "added, changed, removed: one of them, of an UPDATE")                          \
  X(set_column, b->writes[ADD_TAGS].columns = "colour",                                            \
    AT(ONE "/tags") "a set is one JSON column")                                                    \
  X(batch_body, b->writes[CREATE].body = "things",                                                 \
    AT(PATH) "body and answer of a batch end in [] and [0]")                                       \
  X(batch_answer, b->writes[CREATE].answer = NULL,                                                 \
    AT(PATH) "body and answer of a batch end in [] and [0]")                                       \
  X(batch_size, b->write_extras.batch = 101, AT(PATH) "a batch has 2 to 100 rows")                 \
  X(batch_verb, b->writes[CHANGE].extras = &b->write_extras,                                       \
    AT(ONE) "a batch is of rows that INSERT creates")                                              \
  X(batch_key, b->things.natural_key = NULL, AT(PATH) "the rows of a batch have a natural key")    \
  X(alone_insert, b->writes[CREATE].flags |= CM_ALONE,                                             \
    AT(PATH) "alone are named columns of an UPDATE")                                               \
  X(alone_all, b->writes[CHANGE].flags |= CM_ALONE,                                                \
    AT(ONE) "alone are named columns of an UPDATE")                                                \
  X(delete_columns, b->writes[DROP].columns = NULL,                                                \
    AT(ONE) "a DELETE says what it carries, \"\" for nothing")                                     \
  X(whole_list, b->writes[CREATE].path = "/bags/{colour}";                                         \
    b->writes[CREATE].columns = "colour:@self"; b->writes[CREATE].extras = NULL;                   \
    b->writes[CREATE].flags |= CM_WHOLE_LIST,                                                      \
    AT("/bags/{colour}") "no read has the list that this replaces")                                \
  X(whole_list_body, b->writes[CREATE].extras = NULL; b->writes[CREATE].body = "things";           \
    b->writes[CREATE].flags |= CM_WHOLE_LIST, AT(PATH) "the body of a whole list ends in []")      \
  X(whole_list_items, b->writes[CREATE].path = "/bags/{colour}"; b->writes[CREATE].extras = NULL;  \
    b->writes[CREATE].flags |= CM_WHOLE_LIST,                                                      \
    AT("/bags/{colour}") "the items of a whole list are one column at @self")                      \
  X(carried_twice, b->writes[LIFT].columns = "deep tags",                                          \
    AT("tags") "two writes of a verb carry it")                                                    \
  X(added_twice, b->writes[REMOVE_TAGS].flags = CM_ADDED,                                          \
    AT("tags") "two writes of a verb carry it")                                                    \
  X(default_twice, b->writes[LIFT].columns = NULL;                                                 \
    b->writes[LIFT].flags = 0,                                                                     \
    AT("/things/{parent_uuid}/deep") "two writes of a verb carry all other columns")               \
  X(insert_uncarried, b->writes[CREATE].columns = "colour size",                                   \
    AT("tags") "no write carries it for INSERT")                                                   \
  X(update_uncarried, b->writes[CHANGE].columns = "colour",                                        \
    AT("size") "no write carries it for UPDATE")                                                   \
  X(place, b->columns[COLOUR].path = "@bound", AT("colour") "@bound is not a place in a body")     \
  X(update_impossible, b->parent_columns[1].flags |= CM_UPDATE,                                    \
    "chartmogul_parents: name: no write carries it for UPDATE")                                    \
  X(natural_empty, b->natural_key.columns[0] = NULL, AT("natural key") "it has no column")         \
  X(natural_column, b->natural_key.columns[1] = "taste",                                           \
    AT("natural key") "taste is not a column that INSERT gives")                                   \
  X(natural_param, b->natural_key.params[1] = NULL,                                                \
    AT("natural key") "a column and a parameter belong together")                                  \
  X(natural_rows, b->natural_key.rows = NULL, AT("natural key") "rows or exists is missing")       \
  X(natural_path, b->natural_key.path = "/things", AT("/things") "no read has this path")          \
  X(natural_also, b->key_extras.also[0] = "colours",                                               \
    AT("natural key") "further pairs stand in two arrays")                                         \
  X(natural_frozen, b->key_extras.frozen = "tags taste",                                           \
    AT("natural key") "taste is not a column that INSERT gives")                                   \
  X(reference_table, b->references[0].resource = "chartmogul_uncles",                              \
    AT("parent_uuid") "chartmogul_uncles is not a table with a natural key")                       \
  X(reference_key, b->parents.natural_key = NULL,                                                  \
    AT("parent_uuid") "chartmogul_parents is not a table with a natural key")                      \
  X(reference_source, b->references[0].data_source = NULL,                                         \
    AT("parent_uuid") "a reference has an external id and a source")                               \
  X(reference_external, b->references[0].external_id = "uncle",                                    \
    AT("reference") "uncle is not a column that INSERT gives")                                     \
  X(reference_within, b->references[0].within = "items",                                           \
    AT("reference") "items is not a column that INSERT gives")                                     \
  X(need_unused, b->needs[0].column = "size", AT("size") "no path of a write needs it")            \
  X(need_hint, b->needs[0].hint = NULL, AT("parent_uuid") "the need has no hint")                  \
  X(need_member, b->needs[0].member = NULL,                                                        \
    AT("parent_uuid") "the need does not say which member")                                        \
  X(need_key, b->needs[0].key = NULL, AT("parent_uuid") "nothing ties the answer to its path")     \
  X(owners_column, b->extras.owners[0] = "parent_uuid";                                            \
    b->extras.owners[1] = "nobody",                                                                \
    AT("owners") "parent_uuid is not a column that INSERT may give")                               \
  X(growth_column, b->extras.growth = &b->growth;                                                  \
    b->growth.amount = "nobody", AT("growth") "nobody is not a column")                            \
  X(growth_shown_table, b->extras.growth = &b->growth;                                             \
    b->shown[0].table = "chartmogul_sums",                                                         \
    AT("growth") "chartmogul_sums is not a table with a key")                                      \
  X(growth_shown_column, b->extras.growth = &b->growth;                                            \
    b->shown[0].changes = "uuid nobody",                                                           \
    AT("growth") "chartmogul_parents lacks a column that is named")                                \
  X(growth_shown_by, b->extras.growth = &b->growth;                                                \
    b->shown[0].by = "nobody", AT("growth") "it lacks a column that shows chartmogul_parents")     \
  X(growth_shown_key, b->extras.growth = &b->growth;                                               \
    b->shown[0].by = "parent_uuid size",                                                           \
    AT("growth") "chartmogul_parents is shown by another number of columns")                       \
  X(growth_bounds, b->extras.growth = &b->growth, AT("growth") "size has no filters at both ends") \
  X(growth_table, b->filters[0] = (cm_filter){ .column = "size" }; b->filters[0].op = CM_LE;       \
    b->filters[0].param = "size_to";                                                               \
    b->extras.growth = &b->growth, AT("growth") "chartmogul_sums is not a table told by its days") \
  X(owners_count, b->extras.owners[0] = "colour", AT("owners") "there are two of them")            \
  X(young, b->extras.young = "things", AT("things") "a path begins with /")                        \
  X(only, b->column_extras.only = "kind";                                                          \
    b->columns[COLOUR].extras = &b->column_extras,                                                 \
    AT("colour") "only has the form member=word, of a column that UPDATE leaves alone")            \
  X(beside, b->column_extras.beside = "kind";                                                      \
    b->columns[COLOUR].extras = &b->column_extras,                                                 \
    AT("colour") "what goes beside a column that INSERT gives has the form place=word")            \
  X(prefixes, b->filter_extras.prefixes = b->words,                                                \
    AT("level") "only a plain = of a text goes by its beginning")                                  \
  X(example_column, b->writes[CREATE].example = "colour taste",                                    \
    AT("example") "taste is not a column that INSERT gives")                                       \
  X(need_path, b->needs[0].path = "/parents/{id}", AT("/parents/{id}") "{id} is not a column")

#endif
