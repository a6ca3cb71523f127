//
// dynamodb-onetable
//		Modules: npm
//
//		Keys by value templates, some of them with constants only.  A user's email
//		is unique: OneTable guards it by an item of its own, which no SQL writes;
//		the changes leave emails alone, so these items must stay as they are.
//
import { Table } from 'dynamodb-onetable';
import { client, run } from './writer.mjs';

const pk = { type: String, value: 'USER#${userId}' };
const id = { type: String, required: true };
const number = { type: Number, required: true };

const schema = {
  format: 'onetable:1.1.0',
  version: '1.0.0',
  indexes: {
    primary: { hash: 'PK', sort: 'SK' },
    GS1: { hash: 'GS1PK', sort: 'GS1SK', project: 'all' },
  },
  models: {
    User: {
      PK: pk,
      SK: { type: String, value: 'PROFILE' },
      GS1PK: { type: String, value: 'EMAIL#${email}' },
      GS1SK: { type: String, value: 'USER' },
      userId: id,
      email: { type: String, required: true, unique: true },
      tags: { type: Set },
      address: { type: Object, schema: { street: { type: String },
        city: { type: Object, schema: { name: { type: String }, zip: { type: String } } } } },
      balance: { type: Number },
      active: { type: Boolean },
    },
    Order: {
      PK: pk,
      SK: { type: String, value: 'ORDER#${orderId:6:0}' },
      GS1PK: { type: String, value: 'STATUS#${status}' },
      GS1SK: { type: String, value: '${placedAt}' },
      userId: id,
      orderId: number,
      status: { type: String, required: true },
      total: { type: Number },
      placedAt: { type: Date, required: true },
    },
    Line: {
      PK: pk,
      SK: { type: String, value: 'LINE#${orderId:6:0}#${lineNo:2:0}' },
      userId: id,
      orderId: number,
      lineNo: number,
      sku: { type: String },
      quantity: { type: Number },
    },
    Invoice: {
      PK: pk,
      SK: { type: String, value: 'INVOICE#${invoiceId}' },
      userId: id,
      invoiceId: id,
      orderId: { type: Number },
      paid: { type: Boolean },
    },
  },
  params: { isoDates: true, timestamps: true, typeField: '_type' },
};

function open(name) {
  const table = new Table({ client, name, schema, partial: true });
  const [User, Order, Line, Invoice] = ['User', 'Order', 'Line', 'Invoice'].map(
    (model) => table.getModel(model));
  const scan = (model) => model.scan({}, { hidden: false });
  return {
    putUser: ({ tags, ...user }) => User.create(tags ? { ...user, tags: new Set(tags) } : user),
    putOrder: (order) => Order.create(order),
    putLine: (line) => Line.create(line),
    putInvoice: (invoice) => Invoice.create(invoice),
    shipOrder: (key, total) => Order.update({ ...key, status: 'shipped' },
      { add: { total } }),
    deleteLine: (key) => Line.remove(key),
    deactivateUser: (userId, tag) => User.update({ userId, active: false },
      { add: { tags: new Set([tag]) } }),
    getUser: (userId) => User.get({ userId }),
    getOrder: ({ userId, orderId }) => Order.get({ userId, orderId }),
    linesOf: ({ userId, orderId }) => Line.find({ userId,
      SK: { begins: `LINE#${String(orderId).padStart(6, '0')}#` } }),
    invoicesOf: (userId) => Invoice.find({ userId }),
    ordersByStatus: (status) => Order.find(
      { status, GS1SK: { '>=': '2024-01-01T00:00:00.000Z' } }, { index: 'GS1' }),
    all: async () => ({ users: await scan(User), orders: await scan(Order),
      lines: await scan(Line), invoices: await scan(Invoice) }),
  };
}

await run({
  key: ['PK', 'SK'],
  indexName: 'GS1',
  indexKey: ['GS1PK', 'GS1SK'],
  stamps: ['created', 'updated'],
  open,
});
