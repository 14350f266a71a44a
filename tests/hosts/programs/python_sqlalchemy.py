# host: Python, SQLAlchemy
# packages: python3-sqlalchemy
# present: /usr/bin/python3 -c 'import sqlalchemy'
# run: /usr/bin/python3 -B python_sqlalchemy.py
# cannot orm_insert: the ORM wants an identifier of a new row that it knows or that `last_insert_rowid` gives: rows are written with
#    `insert()`, and `chartmogul_last_uuid()` has the uuid.
# cannot main: reflection lists the tables of `main` alone, so they are stored there first.
# note: Unless the key is said to be `nullable`, SQLAlchemy warns (`SAWarning`) of a primary key without a value at each INSERT.
import warnings

from sqlalchemy.exc import DatabaseError, SAWarning
from sqlalchemy.orm import Session, registry

warnings.simplefilter("error", SAWarning)
# <lines>
from sqlalchemy import MetaData, create_engine, event, func, inspect, insert, select

engine = create_engine("sqlite://")


@event.listens_for(engine, "connect")
def load(connection, _):
    connection.enable_load_extension(True)
    connection.load_extension("./chartmogul")
    connection.execute("SELECT chartmogul_store_tables()")


tables = MetaData()
tables.reflect(engine)
customers, sources = tables.tables["chartmogul_customers"], tables.tables["chartmogul_data_sources"]
sources.c.uuid.nullable = True
with engine.connect() as db:
    active = select(customers.c.name, customers.c.mrr).where(customers.c.status == "Active").order_by(customers.c.name).limit(3)
    for name, mrr in db.execute(active):
        print(name, mrr)
with engine.begin() as db:
    db.execute(insert(sources).values(name="By host"))
with engine.connect() as db:
    print(db.execute(select(func.chartmogul_last_uuid())).scalar())
print(*inspect(engine).get_table_names())
# </lines>
unstored = create_engine("sqlite://")


@event.listens_for(unstored, "connect")
def only_load(connection, _):
    connection.enable_load_extension(True)
    connection.load_extension("./chartmogul")


if not inspect(unstored).get_table_names():
    print("cannot main: it lists none before they are stored")
try:
    tables.tables["chartmogul_plans"].c.uuid.nullable = True
    with engine.begin() as db:
        db.execute(insert(tables.tables["chartmogul_plans"]).values(name="p"))
except DatabaseError as error:
    print(error)


try:
    with engine.begin() as db:
        db.execute(insert(tables.tables["chartmogul_plan_groups"]).values(name="Unsent"))
except SAWarning:
    warnings.simplefilter("ignore", SAWarning)
else:
    raise SystemExit("a plain insert() warns")


class Source:
    pass


try:
    registry().map_imperatively(Source, sources, primary_key=[sources.c.uuid])
    with Session(engine) as session:
        row = Source()
        row.name = "Second"
        session.add(row)
        session.commit()
    print("the ORM inserts")
except Exception as error:
    print("cannot orm_insert:", str(error).splitlines()[0])
