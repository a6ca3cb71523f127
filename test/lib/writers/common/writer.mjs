//
// writer.mjs
//		The program of a library, with an action and a table:
//
//	write     makes the table and writes to it through the library
//	change    does through the library what the SQL file does
//	read      prints what the library reads, and the items as they are stored
//
//		Attributes that the library stamps by itself are printed without their
//		digits, but with whether they are from before or after "write" ended.
//
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import * as shop from './shop.mjs';

const [action, table] = process.argv.slice(2);

export const client = new DynamoDB({
  endpoint: process.env.DYNAMODB_ENDPOINT,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

// A table with a partition key, a sort key and one index; keys are strings, but
// for those that numberKeys names.
async function createTable({ key, indexKey, indexName, numberKeys = [] }) {
  const schema = (names) => names.map((AttributeName, i) => (
    { AttributeName, KeyType: i ? 'RANGE' : 'HASH' }));
  await client.createTable({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: schema(key),
    AttributeDefinitions: [...key, ...indexKey].map((AttributeName) => (
      { AttributeName, AttributeType: numberKeys.includes(AttributeName) ? 'N' : 'S' })),
    GlobalSecondaryIndexes: [{ IndexName: indexName, KeySchema: schema(indexKey),
      Projection: { ProjectionType: 'ALL' } }],
  });
}

async function write(writer) {
  for (const user of shop.users) await writer.putUser(user);
  for (const order of shop.orders) await writer.putOrder(order);
  for (const line of shop.lines) await writer.putLine(line);
  for (const invoice of shop.invoices) await writer.putInvoice(invoice);
  // some stamps are whole seconds, rounded one way or the other
  await setTimeout(1000);
  writeFileSync(`${table}.written`, String(Date.now()));
  await setTimeout(1000);
}

async function change(writer) {
  await writer.shipOrder({ userId: 'ann', orderId: 12 }, 5.1);
  await writer.putOrder(shop.newOrder);
  await writer.deleteLine({ userId: 'ann', orderId: 12, lineNo: 2 });
  await writer.deactivateUser('ann', 'left');
  await writer.putInvoice(shop.newInvoice);
}

// ---- what is printed ----

function maskedStamp(value) {
  const written = Number(readFileSync(`${table}.written`));
  const stamp = value.S ?? value.N ?? value;
  let time = stamp instanceof Date ? stamp.getTime() : Number(stamp);
  if (Number.isNaN(time)) time = Date.parse(stamp);
  if (time < 1e11) time *= 1000;
  const shape = JSON.stringify(value).replace(/\d/g, '0');
  return `${value.constructor.name} ${shape} ${time > written ? 'after' : 'before'}`;
}

// Names in order; sets, which have none, sorted, those as well that the library
// reads as arrays.
function plain(value, definition = {}) {
  const { stamps = [], arraySets = [] } = definition;
  if (value instanceof Set) return { set: [...value].sort() };
  if (value instanceof Date) return { date: value.toISOString() };
  if (Array.isArray(value)) return value.map((element) => plain(element, definition));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [
    name, stamps.includes(name) && value[name] !== undefined
      ? maskedStamp(value[name])
      : /^[SNB]S$/.test(name) ? [...value[name]].sort()
      : arraySets.includes(name) && Array.isArray(value[name]) ? [...value[name]].sort()
      : plain(value[name], definition)]));
}

function lines(items, definition) {
  const told = items.map((item) => JSON.stringify(plain(item, definition)));
  return told.length > 0 ? told : ['nothing'];
}

async function read(writer, definition) {
  const print = (step, told) => told.forEach((line) => console.log(`${step}: ${line}`));
  const show = (step, items) => print(step, lines(items, definition));
  for (const { userId } of shop.users) show('user', [await writer.getUser(userId)]);
  for (const order of [...shop.orders, shop.newOrder])
    show('order', [await writer.getOrder(order)]);
  for (const orderId of [12, 13])
    show(`lines of ${orderId}`, await writer.linesOf({ userId: 'ann', orderId }));
  for (const userId of ['ann', 'Bo#2'])
    show('invoices', await writer.invoicesOf(userId));
  for (const status of ['open', 'shipped'])
    show(`${status} by time`, await writer.ordersByStatus(status));
  for (const [kind, items] of Object.entries(await writer.all()))
    print(`all ${kind}`, lines(items, definition).sort());
  const { Items } = await client.scan({ TableName: table });
  const keyOf = (item) => definition.key.map((name) => item[name].S).join('\0');
  show('stored', Items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)));
}

// The definition has the names of the table's keys, of the stamps and of sets
// that are read as arrays, and open(), which makes the writer of a table.
export async function run(definition) {
  const writer = await definition.open(table);
  if (action === 'write') {
    await createTable(definition);
    await write(writer);
  } else if (action === 'change') {
    await change(writer);
  } else {
    await read(writer, definition);
  }
}
