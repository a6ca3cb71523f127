//
// kysely
//		Modules: npm
//
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { saw, tried, whole } from './steps.mjs';

const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ max: 3 }) }) });

const upsert = (id) => db.insertInto('item').values({ id, n: 8 })
  .onConflict((oc) => oc.column('id').doUpdateSet((eb) => ({
    id: eb.ref('excluded.id'), n: eb('item.n', '+', eb.ref('excluded.n')) })))
  .returning(['id', 'n']).executeTakeFirst();

// the first statement of the session: nothing has loaded the library before
saw('first upsert', await upsert('first'));

saw('create', await db.insertInto('item').values(whole).returningAll().execute());
saw('read', await db.selectFrom('item').selectAll().where('id', '=', 'a').execute());
saw('read', await db.selectFrom('item').select('id')
  .where('id', 'in', ['a', 'first', 'none']).orderBy('id').execute());
saw('read', await db.selectFrom('item').select((eb) => [
  eb.fn.countAll().as('count'), eb.fn.sum('n').as('sum')]).execute());
saw('read', await db.selectFrom('item').select('id').where(
  (eb) => eb.ref('doc', '->').key('k').at(0), '=', '1').execute());

const counts = (result) => [result.numUpdatedRows, result.numDeletedRows,
  result.numInsertedOrUpdatedRows].filter((count) => count !== undefined);
saw('update', counts(await db.updateTable('item').set({ ok: false })
  .where('n', '<', 9).executeTakeFirst()));
saw('update', await db.updateTable('item').set({ price: '2.50' })
  .where('id', '=', 'a').returning(['price', 'ok']).execute());

saw('increment', await db.updateTable('item')
  .set((eb) => ({ n: eb('n', '+', 5) })).where('id', '=', 'a').returning('n').execute());
saw('increment', await db.updateTable('item')
  .set({ n: sql`dyn_increment(n, 2)` }).where('id', '=', 'a').returning('n').execute());

saw('upsert', await upsert('a'), await upsert('new'));
saw('upsert', counts(await db.insertInto('item').values({ id: 'a' })
  .onConflict((oc) => oc.doNothing()).executeTakeFirst()));

await tried('duplicate key', () => db.insertInto('item').values({ id: 'a' }).execute());
await tried('check', () => db.updateTable('item').set({ n: -1 })
  .where('id', '=', 'a').execute());

await db.insertInto('entry').values(
  [...Array(10)].map((_, no) => ({ item_id: 'a', no }))).execute();
saw('batch', await db.selectFrom('entry').select('no').where('item_id', '=', 'a')
  .orderBy('no', 'desc').limit(3).execute());
saw('batch', counts(await db.updateTable('entry')
  .from(sql`(VALUES (1, 'one'), (2, 'two'))`.as(sql`v(no, what)`))
  .set({ what: sql`v.what` }).where('item_id', '=', 'a')
  .whereRef('entry.no', '=', sql`v.no`).executeTakeFirst()));
await tried('error in batch', () => db.insertInto('entry')
  .values([{ item_id: 'b', no: 1 }, { item_id: 'a', no: 1 }]).execute());

await tried('merge', async () => counts(await db.mergeInto('item')
  .using('entry', 'entry.item_id', 'item.id').whenNotMatched().thenDoNothing()
  .executeTakeFirst()));
await tried('row lock', () => db.transaction().execute((trx) => trx.selectFrom('item')
  .select('n').where('id', '=', 'a').forUpdate().execute()));
await tried('rollback', () => db.transaction().execute(async (trx) => {
  await trx.updateTable('item').set({ n: 100 }).where('id', '=', 'new').execute();
  throw new RangeError('taken back');
}));
saw('rollback', await db.selectFrom('item').select('n').where('id', '=', 'new').execute());

saw('delete', counts(await db.deleteFrom('entry').where('no', '>', 4).executeTakeFirst()),
  await db.deleteFrom('item').where('id', '=', 'new').returning('id').execute());
for (const table of await db.introspection.getTables())
  if (table.name === 'item')
    saw('introspection', table.columns.map((column) => [column.name, column.dataType,
      column.isNullable, column.hasDefaultValue]));
await tried('drop', () => db.schema.dropTable('entry').execute());
await db.destroy();
