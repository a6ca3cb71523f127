//
// drizzle
//		Modules: npm
//
import { and, asc, between, count, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, boolean, check, customType, integer, jsonb, numeric, pgTable,
  primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { saw, tried, whole } from './steps.mjs';

const bytea = customType({ dataType: () => 'bytea' });
const item = pgTable('item', {
  id: text().primaryKey(),
  n: bigint({ mode: 'number' }).default(0),
  price: numeric({ precision: 10, scale: 2 }),
  tags: text().array(),
  doc: jsonb(),
  at: timestamp({ withTimezone: true }),
  ok: boolean(),
  blob: bytea(),
  u: uuid(),
}, (table) => [check('item_n_check', sql`${table.n} >= 0`)]);
const entry = pgTable('entry', {
  item_id: text().notNull(),
  no: integer().notNull(),
  what: text(),
}, (table) => [primaryKey({ columns: [table.item_id, table.no] })]);

const pool = new pg.Pool({ max: 3 });
const db = drizzle({ client: pool, schema: { item, entry } });

const upsert = (id) => db.insert(item).values({ id, n: 8 }).onConflictDoUpdate({
  target: item.id,
  set: { id: sql`excluded.id`, n: sql`${item.n} + excluded.n` },
}).returning({ id: item.id, n: item.n });

// the first statement of the session: nothing has loaded the library before
saw('first upsert', await upsert('first'));

saw('create', await db.insert(item).values(whole).returning());
saw('create', (await db.insert(item).values({ id: 'b' })).rowCount);
saw('read', await db.select().from(item).where(eq(item.id, 'a')));
saw('read', await db.query.item.findFirst({ where: eq(item.id, 'b'), columns: { n: true } }));
saw('read', await db.select({ id: item.id }).from(item)
  .where(inArray(item.id, ['a', 'b', 'none'])).orderBy(asc(item.id)));
saw('read', await db.$count(item), await db.select({ no: count(entry.no), id: item.id })
  .from(item).leftJoin(entry, eq(entry.item_id, item.id)).groupBy(item.id)
  .orderBy(item.id));

saw('update', (await db.update(item).set({ ok: false }).where(lt(item.n, 9))).rowCount);
saw('update', await db.update(item).set({ price: '2.50', doc: { l: 1 } })
  .where(eq(item.id, 'a')).returning({ price: item.price, doc: item.doc }));

saw('increment', await db.update(item).set({ n: sql`${item.n} + 5` })
  .where(eq(item.id, 'a')).returning({ n: item.n }));
saw('increment', await db.update(item).set({ n: sql`dyn_increment(${item.n}, 2)` })
  .where(eq(item.id, 'a')).returning({ n: item.n }));

saw('upsert', await upsert('a'), await upsert('new'));
saw('upsert', (await db.insert(item).values({ id: 'a' }).onConflictDoNothing()).rowCount);

await tried('duplicate key', () => db.insert(item).values({ id: 'a' }));
await tried('check', () => db.update(item).set({ n: -1 }).where(eq(item.id, 'a')));

await db.insert(entry).values([...Array(10)].map((_, no) => ({ item_id: 'a', no })));
saw('batch', await db.select({ no: entry.no }).from(entry).where(and(
  eq(entry.item_id, 'a'), between(entry.no, 3, 6))).orderBy(desc(entry.no)).limit(2));
const prepared = db.select({ no: entry.no }).from(entry)
  .where(gt(entry.no, sql.placeholder('no'))).prepare('later');
saw('batch', (await prepared.execute({ no: 7 })).length);

await tried('row lock', () => db.transaction((tx) =>
  tx.select({ n: item.n }).from(item).where(eq(item.id, 'a')).for('update')));
await tried('rollback', () => db.transaction(async (tx) => {
  await tx.update(item).set({ n: 100 }).where(eq(item.id, 'b'));
  tx.rollback();
}));
saw('rollback', await db.select({ n: item.n }).from(item).where(eq(item.id, 'b')));

saw('delete', (await db.delete(entry).where(gt(entry.no, 4))).rowCount,
  await db.delete(item).where(eq(item.id, 'new')).returning({ id: item.id }));
saw('introspection', (await db.execute(sql`SELECT column_name, udt_name, is_nullable
  FROM information_schema.columns WHERE table_name = 'item' ORDER BY ordinal_position`)).rows);
await pool.end();
