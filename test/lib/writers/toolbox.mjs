//
// dynamodb-toolbox
//		Modules: npm
//
//		Keys computed from attributes, or with prefix() around one; an index by
//		link(), which an update of its attribute has to repeat.
//
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { $add, DeleteItemCommand, Entity, GetItemCommand, PutItemCommand, QueryCommand,
  ScanCommand, Table, UpdateItemCommand, boolean, item, map, number, prefix, set, string,
} from 'dynamodb-toolbox';
import { client, run } from './writer.mjs';

const key = {
  partitionKey: { name: 'PK', type: 'string' },
  sortKey: { name: 'SK', type: 'string' },
};
const number6 = (value) => String(value).padStart(6, '0');

const userSchema = item({
  userId: string().key(),
  email: string().required(),
  tags: set(string()).optional(),
  address: map({ street: string(),
    city: map({ name: string(), zip: string() }) }).optional(),
  balance: number().optional(),
  active: boolean().optional(),
});

const orderSchema = item({
  userId: string().key(),
  orderId: number().key(),
  status: string().required(),
  total: number().optional(),
  placedAt: string().required(),
  version: number().default(1).updateDefault(() => $add(1)),
}).and((order) => ({
  GSI1PK: string().hidden()
    .putLink(({ status }) => `STATUS#${status}`)
    .updateLink(({ status }) => (status === undefined ? undefined : `STATUS#${status}`)),
  GSI1SK: string().hidden().putLink(({ placedAt }) => placedAt)
    .updateLink(({ placedAt }) => placedAt),
}));

const lineSchema = item({
  userId: string().key(),
  orderId: number().key(),
  lineNo: number().key(),
  sku: string(),
  quantity: number(),
});

// the values are only in the key
const invoiceSchema = item({
  userId: string().key().savedAs('PK').transform(prefix('USER')),
  invoiceId: string().key().savedAs('SK').transform(prefix('INVOICE')),
  orderId: number().savedAs('oid'),
  paid: boolean(),
});

function entities(name) {
  const table = new Table({
    ...key,
    name,
    documentClient: DynamoDBDocumentClient.from(client),
    indexes: { GSI1: { type: 'global',
      partitionKey: { name: 'GSI1PK', type: 'string' },
      sortKey: { name: 'GSI1SK', type: 'string' } } },
  });
  const PK = (userId) => `USER#${userId}`;
  return {
    table,
    User: new Entity({ name: 'User', table, schema: userSchema,
      computeKey: ({ userId }) => ({ PK: PK(userId), SK: 'PROFILE' }) }),
    Order: new Entity({ name: 'Order', table, schema: orderSchema,
      computeKey: ({ userId, orderId }) => (
        { PK: PK(userId), SK: `ORDER#${number6(orderId)}` }) }),
    Line: new Entity({ name: 'Line', table, schema: lineSchema, timestamps: false,
      computeKey: ({ userId, orderId, lineNo }) => (
        { PK: PK(userId), SK: `ORDER#${number6(orderId)}#LINE#${lineNo}` }) }),
    Invoice: new Entity({ name: 'Invoice', table, schema: invoiceSchema,
      timestamps: false }),
  };
}

function open(name) {
  const { table, User, Order, Line, Invoice } = entities(name);
  const put = (entity, what) => entity.build(PutItemCommand).item(what).send();
  const get = async (entity, what) => (
    await entity.build(GetItemCommand).key(what).send()).Item;
  const query = async (what, ...of) => (
    await table.build(QueryCommand).query(what).entities(...of).send()).Items;
  const scan = async (entity) => (
    await table.build(ScanCommand).entities(entity).send()).Items;
  return {
    putUser: ({ tags, ...user }) => put(User, tags ? { ...user, tags: new Set(tags) } : user),
    putOrder: (order) => put(Order, { ...order, placedAt: order.placedAt.toISOString() }),
    putLine: (line) => put(Line, line),
    putInvoice: (invoice) => put(Invoice, invoice),
    shipOrder: (order, total) => Order.build(UpdateItemCommand)
      .item({ ...order, status: 'shipped', total: $add(total) }).send(),
    deleteLine: (line) => Line.build(DeleteItemCommand).key(line).send(),
    deactivateUser: (userId, tag) => User.build(UpdateItemCommand)
      .item({ userId, active: false, tags: $add(new Set([tag])) }).send(),
    getUser: (userId) => get(User, { userId }),
    getOrder: ({ userId, orderId }) => get(Order, { userId, orderId }),
    linesOf: ({ userId, orderId }) => query({ partition: `USER#${userId}`,
      range: { beginsWith: `ORDER#${number6(orderId)}#LINE#` } }, Line),
    invoicesOf: (userId) => query({ partition: `USER#${userId}`,
      range: { beginsWith: 'INVOICE#' } }, Invoice),
    ordersByStatus: (status) => query({ index: 'GSI1', partition: `STATUS#${status}`,
      range: { gte: '2024-01-01T00:00:00.000Z' } }, Order),
    all: async () => ({ users: await scan(User), orders: await scan(Order),
      lines: await scan(Line), invoices: await scan(Invoice) }),
  };
}

await run({
  key: ['PK', 'SK'],
  indexName: 'GSI1',
  indexKey: ['GSI1PK', 'GSI1SK'],
  stamps: ['_ct', '_md', 'created', 'modified'],
  open,
});
