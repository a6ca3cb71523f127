//
// pg
//		Modules: npm
//
import pg from 'pg';
import QueryStream from 'pg-query-stream';
import { saw, tried, whole } from './steps.mjs';

const client = new pg.Client();
await client.connect();

async function run(text, values, name) {
  const result = await client.query({ text, values, name });
  return result.rows.length > 0 ? result.rows : result.rowCount;
}

// the first statement of the session: nothing has loaded the library before
saw('first upsert', await run(
  "INSERT INTO item (id, n) VALUES ('first', 1) ON CONFLICT (id) " +
  'DO UPDATE SET n = excluded.n'));

saw('create', await run(
  'INSERT INTO item VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *',
  Object.values(whole)));
saw('read', await run('SELECT * FROM item WHERE id = $1', ['a']));
saw('read', await run('SELECT id FROM item WHERE id = ANY ($1) ORDER BY id',
  [['a', 'first', 'none']]));
saw('update', await run(
  "UPDATE item SET ok = false, doc = doc || '{\"l\": 1}' WHERE id = $1 RETURNING id, doc", ['a']),
  await run('UPDATE item SET ok = false WHERE n = $1', [1]));

const increment = 'UPDATE item SET n = n + $1 WHERE id = $2 RETURNING n';
for (let i = 0; i < 8; i++) await run(increment, [1, 'a'], 'increment');
saw('increment', await run(increment, [1, 'a'], 'increment'));
const pool = new pg.Pool({ max: 4 });

async function retried(statement) {
  for (;;) {
    try {
      return await pool.query(statement);
    } catch (error) {
      if (error.code !== '40001') throw error;
    }
  }
}

await Promise.all([...Array(20)].map(() =>
  retried("UPDATE item SET n = dyn_increment(n) WHERE id = 'a'")));
saw('increment', await run("SELECT n FROM item WHERE id = 'a'"));

const upsert = 'INSERT INTO item AS i (id, n) VALUES ($1, $2) ON CONFLICT (id) ' +
  'DO UPDATE SET id = excluded.id, n = i.n + excluded.n RETURNING id, n';
saw('upsert', await run(upsert, ['a', 10]), await run(upsert, ['new', 10]));

await tried('duplicate key', () => run("INSERT INTO item (id) VALUES ('a')"));
await tried('check', () => run("UPDATE item SET n = -1 WHERE id = 'a'"));
await tried('not null', () => run('INSERT INTO item (id) VALUES (NULL)'));

// several statements in one message are one transaction
saw('batch', (await client.query(
  "INSERT INTO entry VALUES ('b', 1), ('b', 2); UPDATE entry SET what = 'x' " +
  "WHERE item_id = 'b'; SELECT * FROM entry ORDER BY no")).map(
  (result) => [result.command, result.rowCount]));
await tried('error in batch', () => client.query(
  "INSERT INTO entry VALUES ('c', 1); INSERT INTO entry VALUES ('b', 1)"));
saw('error in batch', await run("SELECT count(*) FROM entry WHERE item_id = 'c'"));

await run('BEGIN');
await tried('row lock', () => run("SELECT n FROM item WHERE id = 'a' FOR UPDATE"));
await run('ROLLBACK');
await run('BEGIN');
await run("UPDATE item SET n = 100 WHERE id = 'new'");
await run('ROLLBACK');
saw('rollback', await run("SELECT n FROM item WHERE id = 'new'"));

const streamed = [];
for await (const row of client.query(new QueryStream(
  'SELECT no FROM generate_series(1, 9) g JOIN entry ON item_id = $1 AND no = g', ['b'])))
  streamed.push(row.no);
saw('stream', streamed.sort());

saw('delete', await run("DELETE FROM entry WHERE item_id = 'b' RETURNING no"),
  await run("DELETE FROM item WHERE id = 'none'"));
saw('introspection', (await client.query('SELECT * FROM item LIMIT 0')).fields.map(
  (field) => [field.name, field.dataTypeID]));
saw('table type', await run(
  "SELECT relkind FROM pg_class WHERE oid = 'item'::regclass"));

await pool.end();
await client.end();
