// The official Node client creates, lists, changes and deletes every resource it knows on the sandbox. What the client
// takes for an error is a failure, and so is a record that is not what was written.
//   client.js BASE_URL KEY
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const ChartMogul = require('chartmogul-node');

const {
  Account, Contact, CustomAttribute, Customer, CustomerNote, DataSource, Invoice, JsonImport, LineItem, Metrics, Opportunity,
  Ping, Plan, PlanGroup, Subscription, SubscriptionEvent, Tag, Task, Transaction
} = ChartMogul;
const [baseUrl, key] = process.argv.slice(2);
const config = new ChartMogul.Config(key, baseUrl.replace(/\/v1$/, ''));
config.retries = 0;

// ---- what the client can do: every function of its classes, and every call in its manual

const called = new Set();

// Note each call of a function by its name, as `Customer.merge`.
function watch (name, owner, method) {
  const original = owner[method];
  owner[method] = function (...args) {
    called.add(name);
    return original.apply(this, args);
  };
}

// The functions that a class has of its own; old names with an underscore only warn and call the new ones.
const isCall = (one, name) => /^[a-z]+[A-Za-z]*$/.test(name) && name !== 'path' && typeof one[name] === 'function';

function functionsOfTheClient () {
  const manual = fs.readFileSync(path.join(path.dirname(require.resolve('chartmogul-node')), '../README.md'), 'utf8');
  const calls = [...manual.matchAll(/ChartMogul\.((?:Metrics\.)?[A-Z]\w*\.[A-Za-z]+)\(/g)].map(found => found[1]);
  const { Customer, Activity, ActivitiesExport } = Metrics;
  const classes = { ...ChartMogul, 'Metrics.Customer': Customer, 'Metrics.Activity': Activity,
    'Metrics.ActivitiesExport': ActivitiesExport };
  for (const [name, one] of Object.entries(classes)) {
    if (typeof one !== 'function' || name.endsWith('Error') || name === 'Config') continue;
    calls.push(...Object.getOwnPropertyNames(one).filter(own => isCall(one, own)).map(own => `${name}.${own}`));
  }
  return [...new Set(calls)];
}

const known = functionsOfTheClient();
for (const name of known) {
  const parts = name.split('.');
  const method = parts.pop();
  watch(name, parts.reduce((owner, part) => owner[part], ChartMogul), method);
}

// ---- the steps

// What later steps need of earlier ones.
const made = {};
const steps = [];
const step = (name, run) => steps.push({ name, run });

// All rows of a list, page after page, as the client's README shows it.
async function everyPage (list, root = 'entries') {
  const rows = [];
  for (let cursor; ;) {
    const page = await list({ per_page: 50, ...(cursor && { cursor }) });
    rows.push(...page[root]);
    if (!page.has_more) return rows;
    cursor = page.cursor;
  }
}

// The client hands on what its HTTP library throws; the status is all that is sure.
async function isRefused (status, call) {
  await assert.rejects(call, error => (error.status ?? error.httpStatus) === status);
}

const isGone = call => isRefused(404, call);

// Tasks spell their identifier in a way of their own.
const uuidOf = row => row.uuid ?? row.task_uuid;

const by = (externalId, body) => ({ qs: { data_source_uuid: made.source, external_id: externalId }, ...body });

// A resource with the usual five calls. `create` makes the arguments of the creating call, `change` is [member, value].
function usual (name, resource, { create, change, root = 'entries', update = 'modify', keep = false }) {
  step(`${name}: create`, async () => {
    made[name] = uuidOf(await resource.create(config, create()));
    assert.ok(made[name]);
  });
  step(`${name}: list`, async () => {
    const rows = await everyPage(query => resource.all(config, query), root);
    assert.ok(rows.some(row => uuidOf(row) === made[name]));
    assert.strictEqual(new Set(rows.map(uuidOf)).size, rows.length);
  });
  step(`${name}: retrieve`, async () => assert.strictEqual(uuidOf(await resource.retrieve(config, made[name])), made[name]));
  if (change) {
    step(`${name}: change`, async () => {
      await resource[update](config, made[name], { [change[0]]: change[1] });
      assert.deepStrictEqual((await resource.retrieve(config, made[name]))[change[0]], change[1]);
    });
  }
  if (!keep) {
    step(`${name}: delete`, async () => {
      await resource.destroy(config, made[name]);
      await isGone(resource.retrieve(config, made[name]));
    });
  }
}

step('ping', async () => assert.strictEqual((await Ping.ping(config)).data, 'pong!'));
step('account', async () => {
  const account = await Account.retrieve(config, { include: 'churn_recognition,refund_handling' });
  assert.ok(account.name && account.churn_recognition !== undefined);
});
step('a wrong key', async () => {
  const wrong = new ChartMogul.Config('wrong', config.API_BASE);
  wrong.retries = 0;
  await isRefused(401, Ping.ping(wrong));
});

// ---- sources, customers, plans

usual('source', DataSource, { create: () => ({ name: 'Node' }), root: 'data_sources', keep: true });
usual('customer', Customer, {
  create: () => ({ data_source_uuid: made.source, external_id: 'n-1', name: 'Node', email: 'node@example.com' }),
  change: ['company', 'Node Ltd'],
  keep: true
});
step('customer: search', async () => {
  const found = await Customer.search(config, { email: 'node@example.com' });
  assert.deepStrictEqual(found.entries.map(row => row.uuid), [made.customer]);
});
step('customer: refused', () => isRefused(422,
  Customer.create(config, { data_source_uuid: made.source, external_id: 'n-2', email: 'nowhere' })));
usual('other customer', Customer, {
  create: () => ({ data_source_uuid: made.source, external_id: 'n-3', name: 'Other', email: 'other-node@example.com' })
});
step('customer: merge and unmerge', async () => {
  const { uuid } = await Customer.create(config, { data_source_uuid: made.source, external_id: 'n-4', name: 'Part' });
  await Customer.merge(config, { from: { customer_uuid: uuid }, into: { customer_uuid: made.customer } });
  const merged = await Customer.retrieve(config, made.customer);
  assert.ok(merged.external_ids.includes('n-4'));
  await Customer.unmerge(config, { customer_uuid: made.customer, data_source_uuid: made.source, external_id: 'n-4' });
  assert.deepStrictEqual((await Customer.retrieve(config, made.customer)).external_ids, ['n-1']);
});
step('customer: states of 2026', async () => {
  const row = await Customer.retrieve(config, made.customer);
  assert.deepStrictEqual([row.lead_status, row.free_subscriber_status, row.trial_subscriber_status, row.paid_subscriber_status,
    row.last_seen], ['New Lead', 'Never a Free Subscriber', 'Never had Trial', 'Never a Paid Subscriber', null]);
});
step('tags', async () => {
  await Tag.add(config, made.customer, { tags: ['a', 'b'] });
  await Tag.add(config, { email: 'node@example.com', tags: ['c'] });
  await Tag.remove(config, made.customer, { tags: ['a'] });
  const { tags } = await Customer.attributes(config, made.customer);
  assert.deepStrictEqual(tags.filter(tag => tag.length === 1), ['b', 'c']);
});
step('custom attributes', async () => {
  await CustomAttribute.add(config, made.customer, { custom: [{ type: 'Integer', key: 'seats', value: 5 }] });
  await CustomAttribute.add(config, { email: 'node@example.com', custom: [{ type: 'String', key: 'tier', value: 'gold' }] });
  const nobody = await CustomAttribute.add(config, {
    email: 'nobody@example.com', with_associated_emails: true, custom: [{ type: 'String', key: 'tier', value: 'gold' }]
  });
  assert.deepStrictEqual(nobody.entries, []);
  await CustomAttribute.update(config, made.customer, { custom: { seats: 6 } });
  assert.deepStrictEqual((await Customer.attributes(config, made.customer)).custom, { seats: 6, tier: 'gold' });
  await CustomAttribute.remove(config, made.customer, { custom: ['seats', 'tier'] });
  assert.deepStrictEqual((await Customer.attributes(config, made.customer)).custom, {});
});
usual('plan', Plan, {
  create: () => ({ data_source_uuid: made.source, external_id: 'gold', name: 'gold', interval_count: 1, interval_unit: 'month' }),
  change: ['name', 'Gold'],
  root: 'plans',
  keep: true
});
usual('plan to be deleted', Plan, {
  create: () => ({ data_source_uuid: made.source, name: 'lead', interval_count: 1, interval_unit: 'year' }), root: 'plans'
});
step('plans of a group', async () => {
  const { uuid } = await PlanGroup.create(config, { name: 'Metals', plans: [made.plan] });
  const { plans } = await PlanGroup.all(config, uuid);
  assert.deepStrictEqual(plans.map(plan => plan.uuid), [made.plan]);
  await PlanGroup.destroy(config, uuid);
});
usual('plan group', PlanGroup, {
  create: () => ({ name: 'Precious', plans: [made.plan] }), change: ['name', 'More precious'], root: 'plan_groups'
});

// ---- what people write down

const contact = firstName => ({ customer_uuid: made.customer, data_source_uuid: made.source, first_name: firstName });
usual('contact', Contact, { create: () => contact('Ann'), change: ['title', 'CTO'] });
step('contact: merge', async () => {
  const [into, from] = [await Contact.create(config, contact('Bea')), await Contact.create(config, contact('Cat'))];
  await Contact.merge(config, into.uuid, from.uuid);
  await isGone(Contact.retrieve(config, from.uuid));
});
step('contact: of a customer', async () => {
  const { uuid } = await Customer.createContact(config, made.customer, { data_source_uuid: made.source, first_name: 'Dot' });
  const rows = await everyPage(query => Customer.contacts(config, made.customer, query));
  assert.ok(rows.some(row => row.uuid === uuid));
});
usual('note', CustomerNote, {
  create: () => ({ customer_uuid: made.customer, type: 'note', text: 'Hello' }), change: ['text', 'Goodbye'], update: 'patch'
});
const task = { task_details: 'Call', assignee: 'ben.harris@example.com', due_date: '2026-03-31T00:00:00Z' };
// Notes of customers and contacts. Where this version of the client has no class for them, its base class makes one.
const EntityNote = ChartMogul.EntityNote ?? class EntityNote extends require('chartmogul-node/lib/chartmogul/resource') {
  static get path () {
    return '/v1/notes{/noteUuid}';
  }
};
usual('note of a customer', EntityNote, {
  create: () => ({ customer_uuid: made.customer, type: 'call', text: 'Hello' }), change: ['text', 'Goodbye'], update: 'patch'
});
usual('contact that stands alone', Contact, {
  create: () => ({ first_name: 'Eve', last_seen: '2025-12-01T00:00:00Z', external_id: 'x-1' }), change: ['title', 'CEO'], keep: true
});
const ofEve = () => ({
  associated_object_identifier: { associated_object: 'contact', method: 'uuid', value: made['contact that stands alone'] }
});
usual('note of a contact', EntityNote, {
  create: () => ({ ...ofEve(), type: 'note', text: 'Hello' }), change: ['text', 'Goodbye'], update: 'patch', keep: true
});
usual('task of a contact', Task, {
  create: () => ({ ...ofEve(), ...task }), change: ['task_details', 'Write'], update: 'patch', keep: true
});
step('owners of notes and tasks', async () => {
  const contact_uuid = made['contact that stands alone'];
  for (const [resource, name] of [[EntityNote, 'note of a contact'], [Task, 'task of a contact']]) {
    const rows = await everyPage(query => resource.all(config, { ...query, contact_uuid }));
    assert.deepStrictEqual(rows.map(uuidOf), [made[name]]);
    assert.deepStrictEqual([rows[0].customer_uuid, rows[0].associated_object, rows[0].associated_object_uuid],
      [null, 'contact', contact_uuid]);
    await isRefused(422, resource.create(config, { ...ofEve(), ...task, customer_uuid: made.customer, type: 'note' }));
  }
});
step('contact: found and moved', async () => {
  const { entries: [eve] } = await Contact.all(config, { external_id: 'x-1' });
  assert.deepStrictEqual([eve.uuid, eve.customer_uuid, eve.last_seen],
    [made['contact that stands alone'], null, '2025-12-01T00:00:00.000Z']);
  const moved = await Contact.modify(config, eve.uuid, { customer_external_id: 'n-1', data_source_uuid: made.source });
  assert.strictEqual(moved.customer_uuid, made.customer);
  await Contact.destroy(config, eve.uuid);
  await isGone(EntityNote.retrieve(config, made['note of a contact']));
  await isGone(Task.retrieve(config, made['task of a contact']));
});
const opportunity = {
  owner: 'ben.harris@example.com',
  pipeline: 'New Business',
  pipeline_stage: 'Discovery',
  estimated_close_date: '2026-03-31',
  currency: 'USD',
  amount_in_cents: 1000
};
usual('opportunity', Opportunity, {
  create: () => ({ customer_uuid: made.customer, ...opportunity }), change: ['win_likelihood', 30], update: 'patch'
});
usual('task', Task, {
  create: () => ({ customer_uuid: made.customer, ...task }), change: ['task_details', 'Write'], update: 'patch'
});
for (const [create, list, body] of [['createNote', 'notes', { type: 'note', text: 'Hello' }],
  ['createOpportunity', 'opportunities', opportunity], ['createTask', 'tasks', task]]) {
  step(`customer: ${create}`, async () => {
    await Customer[create](config, made.customer, body);
    assert.strictEqual((await everyPage(query => Customer[list](config, made.customer, query))).length, 1);
  });
}

// ---- invoices, their lines and transactions

const invoice = number => ({
  external_id: `i-${number}`,
  date: '2025-12-01',
  currency: 'USD',
  line_items: [{
    type: 'subscription',
    external_id: `l-${number}`,
    subscription_external_id: `s-${number}`,
    plan_uuid: made.plan,
    amount_in_cents: 1000,
    service_period_start: '2025-12-01',
    service_period_end: '2026-01-01'
  }],
  transactions: [{ type: 'payment', external_id: `t-${number}`, date: '2025-12-02', result: 'successful' }]
});
step('invoice: create', async () => {
  const { invoices } = await Invoice.create(config, made.customer, { invoices: [1, 2, 3, 4, 5].map(invoice) });
  made.invoices = invoices;
  assert.deepStrictEqual(invoices.map(one => one.errors), [{}, {}, {}, {}, {}]);
});
step('invoice: list all', async () => {
  const rows = await everyPage(query => Invoice.all(config, query), 'invoices');
  assert.ok(rows.length > 2900 && rows.some(row => row.uuid === made.invoices[0].uuid));
});
step('invoice: list of a customer', async () => {
  const rows = await everyPage(query => Invoice.all(config, made.customer, query), 'invoices');
  assert.strictEqual(rows.length, 5);
});
step('invoice: change', async () => {
  await Invoice.modify(config, made.invoices[0].uuid, { due_date: '2025-12-24' });
  await Invoice.update(config, by('i-2', { due_date: '2025-12-25' }));
  const rows = await Promise.all(made.invoices.slice(0, 2).map(one => Invoice.retrieve(config, one.uuid)));
  assert.deepStrictEqual(rows.map(row => row.due_date.slice(0, 10)), ['2025-12-24', '2025-12-25']);
});
step('invoice: status', async () => {
  await Invoice.updateStatus(config, made.source, 'i-3', { status: 'voided' });
  assert.strictEqual((await Invoice.retrieve(config, made.invoices[2].uuid)).status, 'voided');
});

// Only records of sources that ChartMogul fills itself can be disabled.
step('invoice, line item, transaction: disable and enable', async () => {
  const { data_sources: sources } = await DataSource.all(config);
  const stripe = sources.find(one => one.system === 'Stripe').uuid;
  const { invoices: [one] } = await Invoice.all(config, { data_source_uuid: stripe, per_page: 1 });
  for (const [resource, row] of [[Transaction, one.transactions[0]], [LineItem, one.line_items[0]], [Invoice, one]]) {
    const name = { data_source_uuid: stripe, external_id: row.external_id };
    assert.strictEqual((await resource.disable(config, row.uuid)).disabled, true);
    assert.strictEqual((await resource.enable(config, row.uuid)).disabled, false);
    assert.strictEqual((await resource.disableByExternalId(config, name)).disabled, true);
    assert.strictEqual((await resource.enableByExternalId(config, name)).disabled, false);
  }
});

const parts = {
  'line item': [LineItem, 'l', { type: 'one_time', amount_in_cents: 500 }, ['amount_in_cents', 600, 700]],
  transaction: [Transaction, 't', { type: 'refund', date: '2025-12-20', result: 'successful' }, ['amount_in_cents', 600, 700]]
};
for (const [name, [resource, letter, body, [member, first, second]]] of Object.entries(parts)) {
  step(`${name}: create, retrieve, change, delete`, async () => {
    const { uuid } = await resource.create(config, made.invoices[3].uuid, { external_id: `${letter}-new`, ...body });
    assert.strictEqual((await resource.retrieve(config, uuid)).external_id, `${letter}-new`);
    await resource.modify(config, uuid, { [member]: first });
    assert.strictEqual((await resource.retrieve(config, uuid))[member], first);
    await resource.update(config, by(`${letter}-new`, { [member]: second }));
    const found = await resource.all(config, by(`${letter}-new`).qs);
    assert.ok(JSON.stringify(found).includes(uuid));
    assert.strictEqual((await resource.retrieve(config, uuid))[member], second);
    await resource.destroy(config, uuid);
    await isGone(resource.retrieve(config, uuid));
    await resource.destroyByExternalId(config, by(`${letter}-5`));
  });
}

// ---- subscriptions, events

step('subscription: list and cancel', async () => {
  const rows = await everyPage(query => Metrics.Customer.subscriptions(config, made.customer, query));
  assert.ok(rows.some(row => row.external_id === 's-4' && row.mrr === 1000));
  const line = made.invoices[3].line_items[0];
  await Subscription.cancel(config, line.subscription_uuid, { cancelled_at: '2025-12-20' });
  await Subscription.modify(config, line.subscription_uuid, { cancellation_dates: ['2025-12-21'] });
  const left = await everyPage(query => Metrics.Customer.subscriptions(config, made.customer, query));
  assert.strictEqual(left.find(row => row.external_id === 's-4').mrr, 0);
});
step('subscription: connect and disconnect', async () => {
  const pair = made.invoices.slice(0, 2).map(one => ({ uuid: one.line_items[0].subscription_uuid }));
  await Metrics.Customer.connectSubscriptions(config, made.source, made.customer, pair);
  await Metrics.Customer.disconnectSubscriptions(config, made.source, made.customer, pair);
});
step('subscription: of the customer', async () => {
  const pair = made.invoices.slice(0, 2).map(one => ({
    data_source_uuid: made.source, uuid: one.line_items[0].subscription_uuid
  }));
  await Customer.connectSubscriptions(config, made.customer, { subscriptions: pair });
  await Customer.disconnectSubscriptions(config, made.customer, { subscriptions: pair });
  const { subscriptions } = await Subscription.all(config, made.customer);
  assert.ok(subscriptions.some(row => row.uuid === pair[0].uuid));
});
const event = source => ({
  data_source_uuid: source,
  external_id: 'e-1',
  customer_external_id: 'cus_0110',
  subscription_external_id: 's-9',
  event_type: 'subscription_start',
  event_date: '2025-12-01',
  effective_date: '2025-12-01',
  plan_external_id: 'team-monthly',
  currency: 'USD',
  amount_in_cents: 1000,
  quantity: 1
});
step('subscription event: create, list, change, disable, delete', async () => {
  const { data_sources: sources } = await DataSource.all(config);
  const { id } = await SubscriptionEvent.create(config, event(sources.find(one => one.system === 'Stripe').uuid));
  await SubscriptionEvent.updateWithParams(config, { id, amount_in_cents: 2000 });
  const rows = await everyPage(query => SubscriptionEvent.all(config, query), 'subscription_events');
  assert.strictEqual(rows.find(row => row.id === id).amount_in_cents, 2000);
  await SubscriptionEvent.disable(config, id);
  await SubscriptionEvent.enable(config, id);
  await SubscriptionEvent.deleteWithParams(config, { id });
  const left = await everyPage(query => SubscriptionEvent.all(config, query), 'subscription_events');
  assert.ok(!left.some(row => row.id === id));
});

// ---- metrics, activities, jobs

for (const metric of ['all', 'mrr', 'arr', 'arpa', 'asp', 'customerCount', 'customerChurnRate', 'mrrChurnRate', 'ltv']) {
  step(`metrics: ${metric}`, async () => {
    const { entries, summary } = await Metrics[metric](config, {
      'start-date': '2025-10-01', 'end-date': '2025-12-31', interval: 'month'
    });
    assert.ok(entries.length === 3 && summary);
  });
}
step('activities', async () => {
  const rows = await everyPage(query => Metrics.Activity.all(config, query));
  assert.ok(rows.length > 500);
  const own = await everyPage(query => Metrics.Customer.activities(config, rows[0]['customer-uuid'], query));
  assert.strictEqual(own.length, rows.filter(row => row['customer-uuid'] === rows[0]['customer-uuid']).length);
});
step('activities export', async () => {
  let job = await Metrics.ActivitiesExport.create(config, { type: 'churn' });
  for (let tries = 0; tries < 5 && !job.file_url; tries++) job = await Metrics.ActivitiesExport.retrieve(config, job.id);
  assert.strictEqual(job.status, 'succeeded');
});
step('json import', async () => {
  let job = await JsonImport.create(config, made.source, {
    external_id: 'import-1', plans: [{ external_id: 'iron', name: 'Iron', interval_count: 1, interval_unit: 'year' }]
  });
  for (let tries = 0; tries < 5 && job.status !== 'completed'; tries++) {
    job = await JsonImport.retrieve(config, made.source, 'import-1');
  }
  assert.strictEqual(job.status, 'completed');
  const plans = await everyPage(query => Plan.all(config, { ...query, data_source_uuid: made.source }), 'plans');
  assert.ok(plans.some(plan => plan.name === 'Iron'));
});

// ---- what goes last

step('invoice: delete', async () => {
  await Invoice.destroy(config, made.invoices[0].uuid);
  await isGone(Invoice.retrieve(config, made.invoices[0].uuid));
  await Invoice.destroyByExternalId(config, by('i-2'));
  await Invoice.destroyAll(config, made.source, made.customer);
  assert.deepStrictEqual(await everyPage(query => Invoice.all(config, made.customer, query), 'invoices'), []);
});
step('customer: delete', async () => {
  await Customer.destroy(config, made.customer);
  await isGone(Customer.retrieve(config, made.customer));
});
step('source: delete', async () => {
  await DataSource.destroy(config, made.source);
  await isGone(DataSource.retrieve(config, made.source));
});

step('nothing of the client is left out', async () => {
  assert.ok(known.length > 100);
  assert.deepStrictEqual(known.filter(name => !called.has(name)), []);
});

async function main () {
  let passed = 0;
  console.warn = () => {}; // the client's own words about what it calls deprecated
  await fetch(`${config.API_BASE}/control/switches`, { method: 'POST', body: '{"async_delay_ms":0}' });
  for (const { name, run } of steps) {
    try {
      await run();
      passed++;
    } catch (error) {
      const answer = error.response?.text ? `\n  ${error.response.text}` : '';
      console.log(`FAILED ${name}: ${error.message.split('\n').join('\n  ')}${answer}`);
    }
  }
  console.log(`${passed} passed, ${steps.length - passed} failed`);
  process.exitCode = passed === steps.length ? 0 : 1;
}

main();
