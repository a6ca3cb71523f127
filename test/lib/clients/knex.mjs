//
// knex
//		Modules: npm
//
import makeKnex from 'knex';
import { database, saw, tried, whole } from './steps.mjs';

const knex = makeKnex({ client: 'pg', connection: database, pool: { min: 0, max: 3 } });

// the first statement of the session: nothing has loaded the library before
saw('first upsert', await knex('item').insert({ id: 'first', n: 1 })
  .onConflict('id').merge().returning(['id', 'n']));

saw('create', await knex('item').insert(whole).returning('*'));
saw('read', await knex('item').where({ id: 'a' }).first());
saw('read', await knex('item').whereIn('id', ['a', 'first', 'none'])
  .orderBy('id').pluck('id'));
saw('read', await knex('item').count('* as count').sum('n as sum').first());
saw('read', await knex('item').whereRaw("doc @> '{\"k\": [1]}'").select('id'));

saw('update', await knex('item').where('n', '<', 2).update({ ok: false }));
saw('update', await knex('item').where({ id: 'a' }).update(
  { doc: knex.jsonSet('doc', '$.l', '2') }, ['doc']));

saw('increment', await knex('item').where({ id: 'a' }).increment('n', 5));
saw('increment', await knex('item').where({ id: 'a' })
  .update({ n: knex.raw('dyn_increment(n, 2)') }, 'n'));

const upsert = (id) => knex('item').insert({ id, n: 8 }).onConflict('id');
saw('upsert', await upsert('a').merge().returning(['id', 'n']),
  await upsert('new').merge().returning(['id', 'n']));
saw('upsert', await upsert('a').merge(['n']).returning(['id', 'n']),
  await upsert('a').merge({ n: knex.raw('item.n + excluded.n') }).returning('n'),
  await upsert('a').ignore().returning('n'));

await tried('duplicate key', () => knex('item').insert({ id: 'a' }));
await tried('check', () => knex('item').where({ id: 'a' }).update({ n: -1 }));
await tried('not null', () => knex('item').insert({ id: null }));

const entries = [...Array(10)].map((_, no) => ({ item_id: 'a', no }));
await knex.batchInsert('entry', entries, 3);
saw('batch', await knex('entry').where({ item_id: 'a' }).andWhereBetween('no', [3, 5])
  .orderBy('no', 'desc').pluck('no'));
await tried('error in batch', () => knex.batchInsert('entry',
  [{ item_id: 'b', no: 1 }, { item_id: 'a', no: 1 }], 1));
saw('error in batch', await knex('entry').where({ item_id: 'b' }).count());

await tried('row lock', () => knex.transaction((trx) =>
  trx('item').where({ id: 'a' }).forUpdate().pluck('n')));
await tried('rollback', () => knex.transaction(async (trx) => {
  await trx('item').where({ id: 'new' }).update({ n: 100 });
  throw new RangeError('taken back');
}));
saw('rollback', await knex('item').where({ id: 'new' }).pluck('n'));

const streamed = [];
for await (const row of knex('entry').where({ item_id: 'a' }).orderBy('no').stream())
  streamed.push(row.no);
saw('stream', streamed);

saw('delete', await knex('entry').where({ item_id: 'a' }).andWhere('no', '>', 4).del(),
  await knex('item').where({ id: 'new' }).del('id'));
saw('introspection', await knex('item').columnInfo());
saw('introspection', await knex.schema.hasTable('item'),
  await knex.schema.hasColumn('item', 'doc'));
await knex.destroy();
