//
// aws_sdk
//		Modules: npm
//
//		aws_sdk.mjs MEASURE WARM_UP COUNT
//
//		What test/bench measures, by the AWS SDK for JavaScript: prints wall time
//		and CPU time in nanoseconds.
//
import { BatchGetItemCommand, BatchWriteItemCommand, DynamoDBClient,
  GetItemCommand, UpdateItemCommand, paginateScan,
} from '@aws-sdk/client-dynamodb';

const AT_ONCE = 16;
const [ITEM, COUNTER, LOADED] = ['item', 'page_view', 'loaded'];
const client = new DynamoDBClient({ endpoint: process.env.DYNAMODB_ENDPOINT,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });

const range = (first, end) =>
  Array.from({ length: end - first }, (_, i) => first + i);
const key = (number) => ({ id: { S: `item-${String(number).padStart(6, '0')}` } });
const loaded = (number) => ({ ...key(number), seq: { N: String(number) },
  name: { S: `a name of some length, ${number * 7}` },
  price: { N: `${number % 1000}.01` }, active: { BOOL: number % 2 === 1 },
  created: { S: '2026-01-01T00:00:00.000000Z' },
  tags: { SS: [`tag ${number % 10}`, 'common'] } });

const updateOne = (item) => client.send(new UpdateItemCommand({
  TableName: ITEM, Key: { id: item.id }, UpdateExpression: 'SET seq = :new',
  ConditionExpression: 'seq = :old', ExpressionAttributeValues: {
    ':old': item.seq, ':new': { N: String(Number(item.seq.N) + 1) } } }));

const measures = {
  async increment(count) {
    for (let i = 0; i < count; i++) {
      await client.send(new UpdateItemCommand({ TableName: COUNTER,
        Key: { id: { S: 'x' } }, UpdateExpression: 'ADD view_count :1',
        ExpressionAttributeValues: { ':1': { N: '1' } },
        ReturnValues: 'ALL_NEW' }));
    }
  },
  async read(count) {
    for (let i = 0; i < count; i++) {
      await client.send(new GetItemCommand({ TableName: ITEM, Key: key(1),
        ConsistentRead: true }));
    }
  },
  async scan(count) {
    let found = 0;
    for await (const page of paginateScan({ client }, { TableName: ITEM })) {
      found += page.Items.length;
    }
    if (found !== count) throw new Error(`${found} items`);
  },
  async copy(count) {
    for (let first = 0; first < count; first += 25) {
      await client.send(new BatchWriteItemCommand({ RequestItems: {
        [LOADED]: range(first, Math.min(first + 25, count)).map((number) =>
          ({ PutRequest: { Item: loaded(number) } })) } }));
    }
  },
  async update() {
    for await (const page of paginateScan({ client }, { TableName: ITEM })) {
      const items = page.Items[Symbol.iterator]();
      await Promise.all(range(0, AT_ONCE).map(async () => {
        for (const item of items) await updateOne(item);
      }));
    }
  },
  async join(count) {
    for (let first = 0; first < count; first += 100) {
      await client.send(new BatchGetItemCommand({ RequestItems: { [ITEM]: {
        Keys: range(first, Math.min(first + 100, count)).map((number) =>
          key(number % 1000)), ConsistentRead: true } } }));
    }
  },
};

const [measure, warmUp, count] = process.argv.slice(2);
if (Number(warmUp)) await measures[measure](Number(warmUp));
const wall = process.hrtime.bigint();
const cpu = process.cpuUsage();
await measures[measure](Number(count));
const spent = process.cpuUsage(cpu);
console.log(`${process.hrtime.bigint() - wall} ${
  (spent.user + spent.system) * 1000}`);
process.exit(0);
