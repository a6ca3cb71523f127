//
// typeorm
//		Modules: npm
//
// Without synchronize, which adds a PRIMARY KEY: see its step.
//
import { DataSource, EntitySchema, In, LessThan, MoreThan } from 'typeorm';
import { database, saw, tried, whole } from './steps.mjs';

const Item = new EntitySchema({
  name: 'item',
  columns: {
    id: { type: 'text', primary: true, collation: 'C' },
    n: { type: 'bigint', default: 0 },
    price: { type: 'numeric', precision: 10, scale: 2, nullable: true },
    tags: { type: 'text', array: true, nullable: true },
    doc: { type: 'jsonb', nullable: true },
    at: { type: 'timestamptz', nullable: true },
    ok: { type: 'boolean', nullable: true },
    blob: { type: 'bytea', nullable: true },
    u: { type: 'uuid', nullable: true },
  },
  relations: { entries: { type: 'one-to-many', target: 'entry', inverseSide: 'item' } },
});
const Entry = new EntitySchema({
  name: 'entry',
  columns: {
    item_id: { type: 'text', primary: true, collation: 'C' },
    no: { type: 'integer', primary: true },
    what: { type: 'text', nullable: true },
  },
  relations: { item: { type: 'many-to-one', target: 'item', inverseSide: 'entries',
    joinColumn: { name: 'item_id' }, createForeignKeyConstraints: false } },
});

const source = new DataSource({ type: 'postgres', ...database,
  username: database.user, entities: [Item, Entry], synchronize: false,
  installExtensions: false, poolSize: 3 });
await source.initialize();
const items = source.getRepository('item');
const entries = source.getRepository('entry');

// nothing has loaded the library before
saw('first upsert', (await items.upsert({ id: 'first', n: 1 }, ['id'])).generatedMaps);

saw('create', await items.save(items.create(whole)));
saw('create', (await items.insert({ id: 'b' })).generatedMaps);
saw('read', await items.findOneBy({ id: 'a' }));
saw('read', await items.find({ select: { id: true }, where: { id: In(['a', 'b', 'none']) },
  order: { id: 'DESC' } }));
saw('read', await items.findAndCount({ select: { id: true, n: true },
  where: { n: MoreThan(0) }, order: { id: 'ASC' }, skip: 1, take: 1 }));
saw('read', await items.count(), await items.sum('n'), await items.existsBy({ id: 'none' }));

const a = await items.findOneBy({ id: 'a' });
a.price = '2.50';
a.doc = { l: 1 };
await items.save(a);
saw('update', (await items.update({ id: 'a' }, { ok: false })).affected,
  (await items.update({ n: LessThan(9) }, { ok: null })).affected);
saw('update', (await source.createQueryBuilder().update('item').set({ ok: true })
  .where('id = :id', { id: 'a' }).returning(['price', 'doc', 'ok']).execute()).raw);

saw('increment', (await items.increment({ id: 'a' }, 'n', 5)).affected,
  (await items.decrement({ id: 'a' }, 'n', 1)).affected);
saw('increment', (await source.createQueryBuilder().update('item')
  .set({ n: () => 'dyn_increment(n, 2)' }).where('id = :id', { id: 'a' })
  .returning('n').execute()).raw);

await items.upsert([{ id: 'a', n: 8 }, { id: 'new', n: 8 }], ['id']);
await items.upsert({ id: 'new', n: 8, ok: true },
  { conflictPaths: ['id'], skipUpdateIfNoValuesChanged: true });
saw('upsert', await items.find({ select: { id: true, n: true, ok: true },
  where: { n: '8' }, order: { id: 'ASC' } }));
saw('upsert', (await source.createQueryBuilder().insert().into('item')
  .values({ id: 'a', n: 9 }).orUpdate(['n'], ['id']).returning('n').execute()).raw);
saw('upsert', (await source.createQueryBuilder().insert().into('item')
  .values({ id: 'a' }).orIgnore().execute()).raw);

await tried('duplicate key', () => items.insert({ id: 'a' }));
await tried('check', () => items.update({ id: 'a' }, { n: -1 }));

await entries.save([...Array(10)].map((_, no) => ({ item_id: 'a', no })), { chunk: 4 });
saw('batch', (await items.findOne({ where: { id: 'a' }, relations: { entries: true },
  order: { entries: { no: 'DESC' } } })).entries.map((row) => row.no));
await tried('error in batch', () => entries.insert(
  [{ item_id: 'b', no: 1 }, { item_id: 'a', no: 1 }]));
saw('error in batch', await entries.countBy({ item_id: 'b' }));

await tried('row lock', () => source.transaction(async (manager) =>
  (await manager.findOne('item', { where: { id: 'a' },
    lock: { mode: 'pessimistic_write' } })).n));
await tried('rollback', () => source.transaction(async (manager) => {
  await manager.update('item', { id: 'new' }, { n: 100 });
  throw new RangeError('taken back');
}));
saw('rollback', (await items.findOneBy({ id: 'new' })).n);

saw('delete', (await entries.delete({ no: MoreThan(4) })).affected);
await items.remove(await items.findOneBy({ id: 'new' }));
saw('delete', await items.findOneBy({ id: 'new' }));
await tried('truncate', () => entries.clear().then(() => 'done'));
await entries.createQueryBuilder().delete().execute();
saw('delete', await entries.count());

const runner = source.createQueryRunner();
const table = await runner.getTable('item');
saw('introspection', table?.columns.map((column) => [column.name, column.type,
  column.isNullable, column.default, column.isArray]));
saw('primary key', table?.primaryColumns.map((column) => column.name));
await runner.release();
await tried('synchronize', () => source.synchronize().then(() => 'done'));
await source.destroy();
