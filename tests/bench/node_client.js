// The official Node client doing the same jobs, the way its README shows: one call awaited after another.
//   node_client.js BASE_URL KEY customers | subscriptions
const ChartMogul = require('chartmogul-node');

const [baseUrl, key, job] = process.argv.slice(2);
const config = new ChartMogul.Config(key, baseUrl.replace(/\/v1$/, ''));

async function everyPage (list) {
  const rows = [];
  let cursor;
  do {
    const page = await list({ per_page: 200, ...(cursor && { cursor }) });
    rows.push(...page.entries);
    cursor = page.has_more ? page.cursor : undefined;
  } while (cursor);
  return rows;
}

async function main () {
  const start = process.hrtime.bigint();
  const customers = await everyPage(query => ChartMogul.Customer.all(config, query));
  let rows = customers.length;
  if (job === 'subscriptions') {
    rows = 0;
    for (const customer of customers) {
      rows += (await everyPage(query => ChartMogul.Metrics.Customer.subscriptions(config, customer.uuid, query))).length;
    }
  }
  console.log(rows, Number(process.hrtime.bigint() - start) / 1e6);
}

main().catch(error => { console.error(error); process.exit(1); });
