//
// electrodb
//		Modules: npm
//
//		Keys in lower case but for the invoices', order numbers padded to six
//		digits, an index of the orders by status and time.
//
import { Entity } from 'electrodb';
import { client, run } from './writer.mjs';

const pk = (...composite) => ({ field: 'pk', composite });
const sk = (...composite) => ({ field: 'sk', composite });

const stamps = {
  createdAt: { type: 'number', readOnly: true, required: true,
    default: () => Date.now(), set: () => Date.now() },
  updatedAt: { type: 'number', watch: '*', required: true,
    default: () => Date.now(), set: () => Date.now() },
};
const number = (length) => ({ type: 'number', required: true,
  padding: { length, char: '0' } });
const string = { type: 'string', required: true };

const entity = (table, name, attributes, indexes) => new Entity(
  { model: { service: 'shop', entity: name, version: '1' }, attributes, indexes },
  { client, table });

function entities(table) {
  const user = entity(table, 'user', {
    userId: string,
    email: string,
    tags: { type: 'set', items: 'string' },
    address: { type: 'map', properties: {
      street: { type: 'string' },
      city: { type: 'map', properties: {
        name: { type: 'string' }, zip: { type: 'string' } } } } },
    balance: { type: 'number' },
    active: { type: 'boolean' },
    ...stamps,
  }, {
    primary: { pk: pk('userId'), sk: sk() },
    byEmail: { index: 'gsi1', pk: { field: 'gsi1pk', composite: ['email'] },
      sk: { field: 'gsi1sk', composite: [] } },
  });
  const order = entity(table, 'order', {
    userId: string, orderId: number(6), status: string,
    total: { type: 'number' }, placedAt: string, ...stamps,
  }, {
    primary: { pk: pk('userId'), sk: sk('orderId') },
    byStatus: { index: 'gsi1', pk: { field: 'gsi1pk', composite: ['status'] },
      sk: { field: 'gsi1sk', composite: ['placedAt', 'userId'] } },
  });
  const line = entity(table, 'line', {
    userId: string, orderId: number(6), lineNo: number(2), sku: string,
    quantity: { type: 'number' },
  }, { primary: { pk: pk('userId'), sk: sk('orderId', 'lineNo') } });
  const invoice = entity(table, 'invoice', {
    userId: string, invoiceId: string, orderId: { type: 'number' },
    paid: { type: 'boolean' },
  }, { primary: { pk: pk('userId'), sk: { ...sk('invoiceId'), casing: 'none' } } });
  return { user, order, line, invoice };
}

const data = async (query) => (await query.go()).data;

function open(table) {
  const { user, order, line, invoice } = entities(table);
  return {
    putUser: (item) => user.put(item).go(),
    putOrder: (item) => order.create(
      { ...item, placedAt: item.placedAt.toISOString() }).go(),
    putLine: (item) => line.put(item).go(),
    putInvoice: (item) => invoice.create(item).go(),
    shipOrder: (key, total) => order.patch(key).set({ status: 'shipped' })
      .add({ total }).go(),
    deleteLine: (key) => line.remove(key).go(),
    deactivateUser: (userId, tag) => user.patch({ userId })
      .set({ active: false }).add({ tags: [tag] }).go(),
    getUser: (userId) => data(user.get({ userId })),
    getOrder: ({ userId, orderId }) => data(order.get({ userId, orderId })),
    linesOf: (key) => data(line.query.primary(key)),
    invoicesOf: (userId) => data(invoice.query.primary({ userId })),
    ordersByStatus: (status) => data(order.query.byStatus({ status })
      .gte({ placedAt: '2024-01-01T00:00:00.000Z' })),
    all: async () => ({
      users: await data(user.scan), orders: await data(order.scan),
      lines: await data(line.scan), invoices: await data(invoice.scan) }),
  };
}

await run({
  key: ['pk', 'sk'],
  indexName: 'gsi1',
  indexKey: ['gsi1pk', 'gsi1sk'],
  stamps: ['createdAt', 'updatedAt'],
  arraySets: ['tags'],
  open,
});
