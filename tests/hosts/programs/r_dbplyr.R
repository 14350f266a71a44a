# host: R, dbplyr
# packages: r-cran-dbplyr r-cran-dplyr r-cran-rsqlite
# present: Rscript -e 'library(dbplyr); library(dplyr); library(RSQLite)'
# run: Rscript r_dbplyr.R
# sent: GET /customers?status=Active&per_page=200
# sent: POST /data_sources {"name":"By host"}
suppressPackageStartupMessages({
# <lines>
library(DBI)
library(dplyr)
# </lines>
})
# <lines>
con <- dbConnect(RSQLite::SQLite(), ":memory:")
dbExecute(con, "SELECT load_extension('./chartmogul')")
status_wanted <- "Active"
active <- tbl(con, "chartmogul_customers") |> filter(status == !!status_wanted) |> arrange(name) |> head(3)
active |> select(name, mrr) |> collect() |> as.data.frame() |> print()
dbAppendTable(con, "chartmogul_data_sources", data.frame(name = "By host"))
dbGetQuery(con, "SELECT chartmogul_last_uuid()")
dbListTables(con)
# </lines>
cat(tryCatch(dbAppendTable(con, "chartmogul_plans", data.frame(name = "p")), error = conditionMessage), "\n")
dbDisconnect(con)
