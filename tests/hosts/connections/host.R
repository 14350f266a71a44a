# The extension in R (RSQLite). with_sandbox.sh runs it.
#   host.R LIBRARY
suppressPackageStartupMessages(library(DBI))
path <- commandArgs(trailingOnly = TRUE)[1]

connect_to <- function() {
  con <- dbConnect(RSQLite::SQLite(), ":memory:")
  dbExecute(con, "SELECT load_extension(?)", params = list(path))
  con
}

con <- connect_to()
found <- dbGetQuery(con, "SELECT uuid FROM chartmogul_customers WHERE status = ?", params = list("Active"))
stopifnot(nrow(found) > 0)
uuid <- found$uuid[1]

changed <- dbExecute(con, "UPDATE chartmogul_customers SET company = ? WHERE uuid = ?", params = list("R", uuid))
company <- dbGetQuery(con, "SELECT company FROM chartmogul_customers WHERE uuid = ?", params = list(uuid))
stopifnot(changed == 1, company$company == "R")

error <- tryCatch(dbExecute(con, "UPDATE chartmogul_customers SET mrr = 1"), error = conditionMessage)
stopifnot(grepl("mrr", error))

other <- connect_to()
stopifnot(dbGetQuery(other, "SELECT count(*) AS n FROM chartmogul_customers")$n == 25)
half <- dbSendQuery(other, "SELECT uuid FROM chartmogul_customers")
invisible(dbFetch(half, n = 1))
dbClearResult(half)
dbDisconnect(other)
version <- dbGetQuery(con, "SELECT sqlite_version() AS v")$v
dbDisconnect(con)
cat(sprintf("%s, RSQLite %s, SQLite %s\n", getRversion(), packageVersion("RSQLite"), version))
