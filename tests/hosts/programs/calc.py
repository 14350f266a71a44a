# host: LibreOffice Calc, over ODBC
# packages: libreoffice-calc libreoffice-base python3-uno unixodbc libsqliteodbc
# present: command -v soffice && /usr/bin/python3 -c 'import uno' && test -e /usr/lib/libreoffice/program/libodbclo.so && odbcinst -q -d -n SQLite3
# run: ODBCINI="$PWD/odbc.ini" SAL_USE_VCLPLUGIN=svp /usr/bin/python3 -B calc.py
# sent: GET /customers?status=Active&per_page=200
# sent: POST /data_sources {"name":"By host"}
# sent: GET /customers?status=Active&per_page=200
# sent: GET /plans?per_page=200
# sent: GET /data_sources?with_processing_status=true&with_auto_churn_subscription_setting=true&with_invoice_handling_setting=true
# sent: POST /data_sources {"name":"Typed"}
# sent: GET /data_sources/NULL?with_processing_status=true&with_auto_churn_subscription_setting=true&with_invoice_handling_setting=true
# cannot parameters: an import into cells takes no parameters; a statement of a macro does (`prepareStatement`).
# cannot typed_row: a row that is typed into a table (`RowSet`, Base's table view) is written, and shows NULL for the uuid until the table is
#    read again.
# cannot new_tables: tables that are stored after a connection was opened are not in its list until `Tables.refresh()` (in Base: View, Refresh
#    Tables).
# note: `office` is the component context, which a macro has and a connected program asks for. `odbc.ini` is the file that `ODBCINI` names, or `~/.odbc.ini`. By hand: File, New, Database, Connect to an existing database, ODBC, `chartmogul`, and register it; then View, Data Sources in Calc, and drag
#    a table or a query into the sheet; Data, Refresh Range asks again. LibreOffice finds ODBC (`libreoffice-base-drivers`) and stores the
#    database (`libreoffice-base`) with Base, Calc alone does not. Its list shows the tables of `main`, which `isql` stores there.
import os
import subprocess
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.sdb.CommandType import TABLE
from com.sun.star.sdbc import SQLException
from com.sun.star.sheet.DataImportMode import SQL
from com.sun.star.sheet.DataImportMode import TABLE as BY_TABLE


def started():
    """The office's context, when it answers."""
    subprocess.Popen(["soffice", "--headless", "--norestore", "--accept=pipe,name=chartmogul;urp", f"-env:UserInstallation=file://{os.getcwd()}/profile"])
    resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(1000):
        try:
            return resolver.resolve("uno:pipe,name=chartmogul;urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("the office does not answer")


office = started()
here = os.getcwd()
# <lines>
def create(name):
    return office.ServiceManager.createInstanceWithContext(name, office)


def properties(**named):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in named.items())


with open("odbc.ini", "w") as file:
    file.write(f"[chartmogul]\nDriver = SQLite3\nDatabase = {here}/my.db\nLoadExt = {here}/chartmogul.so\n")
subprocess.run(["isql", "-b", "chartmogul"], input="SELECT chartmogul_store_tables()\n", text=True, check=True)

databases = create("com.sun.star.sdb.DatabaseContext")
account = databases.createInstance()
account.URL, account.TableFilter = "sdbc:odbc:chartmogul", ("%",)
account.DatabaseDocument.storeAsURL(f"file://{here}/account.odb", ())
databases.registerObject("account", account)

book = create("com.sun.star.frame.Desktop").loadComponentFromURL("private:factory/scalc", "_blank", 0, properties(Hidden=True))
sheet = book.Sheets.getByIndex(0)
active = "SELECT name, mrr FROM chartmogul_customers WHERE status = 'Active' ORDER BY name LIMIT 3"
book.DatabaseRanges.addNewByName("active", sheet.getCellRangeByName("A1:B4").RangeAddress)
sheet.getCellRangeByName("A1:B4").doImport(properties(DatabaseName="account", SourceType=SQL, SourceObject=active))
shown = sheet.getCellRangeByName("A2:B4").DataArray
for name, mrr in shown:
    print(name, mrr)

db = account.getConnection("", "")
db.createStatement().executeUpdate("INSERT INTO chartmogul_data_sources (name) VALUES ('By host')")
uuid = db.createStatement().executeQuery("SELECT chartmogul_last_uuid()")
uuid.next()
print(uuid.getString(1))
print(*db.Tables.ElementNames)
# </lines>
assert sheet.getCellRangeByName("A1:B1").DataArray == (("name", "mrr"),), "the header stands above the rows"
assert (sheet.getCellRangeByName("B2").Type.value, sheet.getCellRangeByName("A5").String) == ("VALUE", ""), "a number is a number, and three rows are three"
try:
    db.createStatement().executeUpdate("INSERT INTO chartmogul_plans (name) VALUES ('p')")
except SQLException as error:
    print(error.Message)

sheet.getCellRangeByName("A2:B4").clearContents(1023)
book.DatabaseRanges.getByName("active").refresh()
assert sheet.getCellRangeByName("A2:B4").DataArray == shown, "refreshed, it shows the rows again"
sheet.getCellRangeByName("D1").doImport(properties(DatabaseName="account", SourceType=BY_TABLE, SourceObject="chartmogul_plans"))
assert sheet.getCellRangeByName("D1:E1").DataArray == (("uuid", "external_id"),), "a whole table, as it is dragged there"
sheet.getCellRangeByName("A9").doImport(properties(DatabaseName="account", SourceType=SQL, SourceObject="SELECT ? AS given"))
prepared = db.prepareStatement("SELECT ?")
prepared.setString(1, "bound")
bound = prepared.executeQuery()
bound.next()
if sheet.getCellRangeByName("A9").String == "" and bound.getString(1) == "bound":
    print("cannot parameters: nothing stands in the cells")

rows = create("com.sun.star.sdb.RowSet")
rows.DataSourceName, rows.CommandType, rows.Command = "account", TABLE, "chartmogul_data_sources"
rows.execute()
rows.moveToInsertRow()
rows.updateString(rows.findColumn("name"), "Typed")
rows.insertRow()
if rows.getString(rows.findColumn("uuid")) in ("", "NULL"):
    print("cannot typed_row: its uuid is", rows.getString(rows.findColumn("uuid")))

db.createStatement().executeUpdate("CREATE TABLE later (x)")
before = "later" in db.Tables.ElementNames
db.Tables.refresh()
if not before and "later" in db.Tables.ElementNames:
    print("cannot new_tables: one that was made later is not in the list")
create("com.sun.star.frame.Desktop").terminate()
