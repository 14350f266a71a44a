# host: R, RSQLite
# packages: r-cran-rsqlite
# present: Rscript -e 'library(RSQLite)'
# run: Rscript r.R
# also: Rscript "$HOSTS/connections/host.R" ./chartmogul
# note: `dbListTables` lists all tables as they are, those of the temporary schema among them.
# <lines>
library(DBI)

con <- dbConnect(RSQLite::SQLite(), ":memory:")
dbExecute(con, "SELECT load_extension('./chartmogul')")
active <- "SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3"
print(dbGetQuery(con, active, params = list("Active")))
dbExecute(con, "INSERT INTO chartmogul_data_sources (name) VALUES (?)", params = list("By host"))
print(dbGetQuery(con, "SELECT chartmogul_last_uuid()"))
print(dbListTables(con))
# </lines>
cat(tryCatch(dbExecute(con, "INSERT INTO chartmogul_plans (name) VALUES ('p')"), error = conditionMessage), "\n")
dbDisconnect(con)
