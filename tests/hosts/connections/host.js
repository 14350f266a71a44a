// The extension in Node: in better-sqlite3, or in the module that newer Nodes bring along. with_sandbox.sh runs it.
//   host.js better-sqlite3|node:sqlite LIBRARY
const assert = require('assert');
const path = require('path');
const { Worker, isMainThread, workerData } = require('worker_threads');

const [module_, library] = isMainThread ? process.argv.slice(2) : workerData;

function connect () {
  const { DatabaseSync } = module_ === 'node:sqlite' ? require(module_) : {};
  const Database = DatabaseSync ?? require(module_);
  const db = new Database(':memory:', DatabaseSync ? { allowExtension: true } : {});
  db.loadExtension(library);
  return db;
}

const countCustomers = db => db.prepare('SELECT count(*) AS n FROM chartmogul_customers').get().n;

function run () {
  const db = connect();
  const { uuid } = db.prepare('SELECT uuid FROM chartmogul_customers WHERE status = ?').get('Active');
  const update = db.prepare('UPDATE chartmogul_customers SET company = ? WHERE uuid = ?');
  const company = db.prepare('SELECT company FROM chartmogul_customers WHERE uuid = ?');
  assert.equal(update.run('Node', uuid).changes, 1);
  assert.equal(company.get(uuid).company, 'Node');
  db.exec('BEGIN');
  update.run('JS', uuid);
  db.exec('COMMIT');
  assert.equal(company.get(uuid).company, 'JS');
  assert.throws(() => db.exec('UPDATE chartmogul_customers SET mrr = 1'), /mrr/);

  // A loop that is left early closes its statement; a connection in another thread is one of its own.
  for (const row of db.prepare('SELECT uuid FROM chartmogul_customers').iterate()) {
    assert.ok(row.uuid);
    break;
  }
  const worker = new Worker(__filename, { workerData: [module_, library] });
  worker.on('error', error => { throw error; });
  worker.on('exit', () => {
    assert.equal(countCustomers(db), 25);
    const { version } = db.prepare('SELECT sqlite_version() AS version').get();
    db.close();
    console.log(`${process.version} with ${path.basename(module_)}, SQLite ${version}`);
  });
  assert.equal(countCustomers(db), 25);
}

if (isMainThread) {
  run();
} else {
  assert.equal(countCustomers(connect()), 25);
}
