//
// dynamoose
//		Modules: npm
//
//		Several models in one table, with keys that the program spells; the
//		partition key of the index is of dynamoose's own type Combine, its sort key
//		a Date, which is stored as milliseconds.
//
import dynamoose from 'dynamoose';
import { client, run } from './writer.mjs';

const number6 = (value) => String(value).padStart(6, '0');
const pk = ({ userId }) => `USER#${userId}`;
const keys = {
  user: (user) => ({ pk: pk(user), sk: 'PROFILE' }),
  order: (order) => ({ pk: pk(order), sk: `ORDER#${number6(order.orderId)}` }),
  line: (line) => ({ pk: pk(line),
    sk: `LINE#${number6(line.orderId)}#${String(line.lineNo).padStart(2, '0')}` }),
  invoice: (invoice) => ({ pk: pk(invoice), sk: `INVOICE#${invoice.invoiceId}` }),
};

const schema = (kind, attributes) => new dynamoose.Schema({
  pk: { type: String, hashKey: true },
  sk: { type: String, rangeKey: true },
  kind: { type: String, default: kind, forceDefault: true },
  userId: String,
  ...attributes,
}, { timestamps: true });

const schemas = {
  user: schema('user', {
    email: String,
    tags: { type: Set, schema: [String] },
    address: { type: Object, schema: { street: String,
      city: { type: Object, schema: { name: String, zip: String } } } },
    balance: Number,
    active: Boolean,
  }),
  order: schema('order', {
    orderId: Number,
    status: String,
    total: Number,
    placedAt: Date,
    kindStatus: {
      type: { value: 'Combine',
        settings: { attributes: ['kind', 'status'], separator: '#' } },
      index: { name: 'byStatus', type: 'global', rangeKey: 'placedAt' } },
  }),
  line: schema('line', { orderId: Number, lineNo: Number, sku: String, quantity: Number }),
  invoice: schema('invoice', { invoiceId: String, orderId: Number, paid: Boolean }),
};

function open(table) {
  dynamoose.aws.ddb.set(client);
  const models = Object.fromEntries(Object.entries(schemas).map(
    ([kind, of]) => [kind, dynamoose.model(kind, of)]));
  new dynamoose.Table(table, Object.values(models),
    { create: false, update: false, waitForActive: false });
  const { user, order, line, invoice } = models;
  const put = (kind, item) => models[kind].create({ ...keys[kind](item), ...item });
  const get = async (kind, key) => (await models[kind].get(keys[kind](key)))?.toJSON();
  const all = async (request) => (await request.exec()).map((item) => item.toJSON());
  const scan = (kind) => all(models[kind].scan('kind').eq(kind));
  const below = (model, userId, prefix) => all(
    model.query('pk').eq(pk({ userId })).where('sk').beginsWith(prefix));
  return {
    putUser: ({ tags, ...item }) => put('user', tags ? { ...item, tags: new Set(tags) } : item),
    putOrder: (item) => put('order', item),
    putLine: (item) => put('line', item),
    putInvoice: (item) => put('invoice', item),
    shipOrder: (key, total) => order.update(keys.order(key),
      { $SET: { kind: 'order', status: 'shipped' }, $ADD: { total } }),
    deleteLine: (key) => line.delete(keys.line(key)),
    deactivateUser: (userId, tag) => user.update(keys.user({ userId }),
      { $SET: { active: false }, $ADD: { tags: new Set([tag]) } }),
    getUser: (userId) => get('user', { userId }),
    getOrder: (key) => get('order', key),
    linesOf: ({ userId, orderId }) => below(line, userId, `LINE#${number6(orderId)}#`),
    invoicesOf: (userId) => below(invoice, userId, 'INVOICE#'),
    ordersByStatus: (status) => all(order.query('kindStatus').eq(`order#${status}`)
      .where('placedAt').ge(Date.parse('2024-01-01T00:00:00.000Z'))),
    all: async () => ({ users: await scan('user'), orders: await scan('order'),
      lines: await scan('line'), invoices: await scan('invoice') }),
  };
}

await run({
  key: ['pk', 'sk'],
  indexName: 'byStatus',
  indexKey: ['kindStatus', 'placedAt'],
  numberKeys: ['placedAt'],
  stamps: ['createdAt', 'updatedAt'],
  open,
});
