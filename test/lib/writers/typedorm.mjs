//
// TypeDORM
//		Modules: npm
//
//		Classes with decorators, applied here by hand, since this is no TypeScript.
//		TypeDORM has no padding, so an order's number is there as a padded string, too.
//		Tags are a list: it has no sets.  A user's email is unique: TypeDORM guards it by an item of its own,
//		which no SQL writes; the changes leave emails alone, so these items must stay
//		as they are.
//
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { client, run } from './writer.mjs';

// what it has for "import" lacks the endings of file names
const require = createRequire(import.meta.url);
const { AUTO_GENERATE_ATTRIBUTE_STRATEGY: STRATEGY, Attribute, AutoGenerateAttribute,
  Entity, INDEX_TYPE, Table } = require('@typedorm/common');
const { createConnection } = require('@typedorm/core');
const { DocumentClientV3 } = require('@typedorm/document-client');

// What a compiler of TypeScript makes of "@decorator() name: type".
function property(of, name, type, decorator) {
  Reflect.defineMetadata('design:type', type, of.prototype, name);
  decorator(of.prototype, name);
}

function entity(name, options, attributes) {
  const of = { [name]: class { constructor(item) { Object.assign(this, item); } } }[name];
  for (const [attribute, type] of Object.entries(attributes))
    property(of, attribute, type.type ?? type, Attribute(type.options));
  property(of, 'createdAt', String,
    AutoGenerateAttribute({ strategy: STRATEGY.ISO_DATE }));
  property(of, 'updatedAt', Number,
    AutoGenerateAttribute({ strategy: STRATEGY.EPOCH_DATE, autoUpdate: true }));
  Entity({ name: name.toLowerCase(), ...options })(of);
  return of;
}

const User = entity('User', {
  primaryKey: { partitionKey: 'USER#{{userId}}', sortKey: 'USER#{{userId}}' },
}, { userId: String, email: { type: String, options: { unique: true } }, tags: Array,
  address: Object, balance: Number, active: Boolean });
const Order = entity('Order', {
  primaryKey: { partitionKey: 'USER#{{userId}}', sortKey: 'ORDER#{{orderNo}}' },
  indexes: { GSI1: { type: INDEX_TYPE.GSI, partitionKey: 'STATUS#{{status}}',
    sortKey: 'ORDER#{{placedAt}}#{{orderNo}}' } },
}, { userId: String, orderId: Number, orderNo: String, status: String, total: Number,
  placedAt: String });
const Line = entity('Line', {
  primaryKey: { partitionKey: 'USER#{{userId}}', sortKey: 'LINE#{{orderNo}}#{{lineNo}}' },
}, { userId: String, orderId: Number, orderNo: String, lineNo: Number, sku: String,
  quantity: Number });
const Invoice = entity('Invoice', {
  primaryKey: { partitionKey: 'USER#{{userId}}', sortKey: 'INVOICE#{{invoiceId}}' },
}, { userId: String, invoiceId: String, orderId: Number, paid: Boolean });

const number6 = (value) => String(value).padStart(6, '0');
const numbered = (item) => ({ ...item, orderNo: number6(item.orderId) });
const orderKey = ({ userId, orderId }) => ({ userId, orderNo: number6(orderId) });

function open(name) {
  const table = new Table({ name, partitionKey: 'PK', sortKey: 'SK',
    indexes: { GSI1: { type: INDEX_TYPE.GSI, partitionKey: 'GSI1PK', sortKey: 'GSI1SK' } } });
  const connection = createConnection({ table, entities: [User, Order, Line, Invoice],
    documentClient: new DocumentClientV3(client) });
  const { entityManager: manager, scanManager } = connection;
  const find = async (...query) => (await manager.find(...query)).items;
  const scan = async (of) => (await scanManager.find(of)).items;
  return {
    putUser: (user) => manager.create(new User(user)),
    putOrder: (order) => manager.create(new Order(
      { ...numbered(order), placedAt: order.placedAt.toISOString() })),
    putLine: (line) => manager.create(new Line(numbered(line))),
    putInvoice: (invoice) => manager.create(new Invoice(invoice)),
    shipOrder: (key, total) => manager.update(Order, orderKey(key),
      { status: 'shipped', total: { ADD: total } }),
    deleteLine: (key) => manager.delete(Line,
      { ...orderKey(key), lineNo: key.lineNo }),
    deactivateUser: (userId, tag) => manager.update(User, { userId },
      { active: false, tags: { LIST_APPEND: [tag] } }),
    getUser: (userId) => manager.findOne(User, { userId }),
    getOrder: (key) => manager.findOne(Order, orderKey(key)),
    linesOf: ({ userId, orderId }) => find(Line, { userId },
      { keyCondition: { BEGINS_WITH: `LINE#${number6(orderId)}#` } }),
    invoicesOf: (userId) => find(Invoice, { userId },
      { keyCondition: { BEGINS_WITH: 'INVOICE#' } }),
    ordersByStatus: (status) => find(Order, { status }, { queryIndex: 'GSI1',
      keyCondition: { GE: 'ORDER#2024-01-01T00:00:00.000Z' } }),
    all: async () => ({ users: await scan(User), orders: await scan(Order),
      lines: await scan(Line), invoices: await scan(Invoice) }),
  };
}

await run({
  key: ['PK', 'SK'],
  indexName: 'GSI1',
  indexKey: ['GSI1PK', 'GSI1SK'],
  stamps: ['createdAt', 'updatedAt'],
  open,
});
