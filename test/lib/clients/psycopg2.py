#
# psycopg2
#		Packages: python3-psycopg2
#
import datetime
import decimal
import io
import uuid

import psycopg2
import psycopg2.extensions
import psycopg2.extras

from steps import saw, tried

psycopg2.extras.register_uuid()
conn = psycopg2.connect('')
conn.autocommit = True
cur = conn.cursor()


def run(statement, parameters=None):
    cur.execute(statement, parameters)
    return cur.fetchall() if cur.description else cur.rowcount


def rolled_back(*statements):
    """In a transaction that ends with ROLLBACK; what the last one returned."""
    conn.autocommit = False
    try:
        return [run(statement) for statement in statements][-1]
    finally:
        conn.rollback()
        conn.autocommit = True


# the first statement of the session: nothing has loaded the library before
saw('first upsert', run(
    "INSERT INTO item (id, n) VALUES ('first', 1) ON CONFLICT (id) "
    'DO UPDATE SET n = excluded.n'))

saw('create', run(
    'INSERT INTO item VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING *',
    ('a', 1, decimal.Decimal('1.10'), ['x', 'y'],
     psycopg2.extras.Json({'k': [1, None]}),
     datetime.datetime(2026, 1, 2, 3, 4, 5, 6, datetime.timezone.utc), True,
     psycopg2.Binary(b'\x00\xff'), uuid.UUID(int=7))))
saw('create', run('INSERT INTO item (id, n) VALUES (%s, DEFAULT) RETURNING n',
                  ('b',)))

saw('read', run('SELECT * FROM item WHERE id = %s', ('a',)))
saw('read', run('SELECT id FROM item WHERE id IN %s ORDER BY id',
                (('a', 'b', 'none'),)))
saw('read', run('SELECT id FROM item WHERE id = ANY (%s) ORDER BY id DESC',
                (['a', 'b', 'none'],)))
saw('read', run('SELECT count(*), sum(n) FROM item'))

saw('update', run("UPDATE item SET price = 2, ok = NULL, doc = doc || '{\"l\": 2}' "
                  'WHERE id = %s RETURNING price, ok, doc', ('a',)))
saw('update', run('UPDATE item SET n = 5 WHERE n < 2'))
saw('update', run("UPDATE item SET n = 5 WHERE id = 'none'"))

# as PostgREST says a PATCH
saw('update', run(
    'WITH source AS (UPDATE item SET n = b.n FROM (SELECT * FROM '
    "json_populate_record(NULL::item, %s)) b WHERE item.id = 'b' RETURNING item.*) "
    'SELECT count(*), min(n) FROM source', ('{"n": 5}',)))

saw('increment', run("UPDATE item SET n = n + 1 WHERE id = 'a' RETURNING n"))
saw('increment', run("UPDATE item SET n = dyn_increment(n, 2) WHERE id = 'a' "
                     'RETURNING n'))
cur.executemany('UPDATE item SET n = n + %s WHERE id = %s', [(1, 'a')] * 10)
saw('increment', run("SELECT n FROM item WHERE id = 'a'"))

for key in ('a', 'new'):
    # as PostgREST says it: every column, the key among them
    saw('upsert', run(
        'INSERT INTO item (id, n) SELECT id, n FROM json_populate_recordset('
        "NULL::item, %s) ON CONFLICT (id) DO UPDATE SET id = excluded.id, "
        'n = excluded.n RETURNING id, n, (xmax = 0) AS inserted',
        ('[{"id": "%s", "n": 8}]' % key,)))
saw('upsert', run("INSERT INTO item (id, n) VALUES ('new', 9) "
                  'ON CONFLICT DO NOTHING'))

tried('duplicate key', lambda: run("INSERT INTO item (id) VALUES ('a')"))
tried('check', lambda: run("UPDATE item SET n = -1 WHERE id = 'a'"))
tried('not null', lambda: run('INSERT INTO item (id) VALUES (NULL)'))

psycopg2.extras.execute_values(
    cur, 'INSERT INTO entry VALUES %s', [('a', i, 'v') for i in range(30)])
psycopg2.extras.execute_batch(
    cur, 'INSERT INTO entry VALUES (%s, %s, %s)',
    [('b', i, 'b') for i in range(30)])
saw('batch', run('SELECT item_id, count(*), max(no) FROM entry GROUP BY 1 ORDER BY 1'))

cur.copy_from(io.StringIO('c\t1\tx\nc\t2\t\\N\n'), 'entry')
cur.copy_expert('COPY entry FROM STDIN (FORMAT csv)', io.StringIO('c,3,"q,r"\n'))
out = io.StringIO()
cur.copy_expert("COPY (SELECT * FROM entry WHERE item_id = 'c' ORDER BY no) TO STDOUT",
                out)
saw('copy', out.getvalue())
tried('copy to', lambda: cur.copy_to(io.StringIO(), 'entry'))

conn.autocommit = False
named = conn.cursor('reader', scrollable=True)
named.itersize = 10
named.execute("SELECT no FROM entry WHERE item_id = 'a' ORDER BY no")
saw('cursor', named.fetchmany(3), named.rownumber)
named.scroll(20, mode='absolute')
saw('cursor', named.fetchone())
named.scroll(-5)
saw('cursor', named.fetchone())
conn.rollback()
held = conn.cursor('held', withhold=True)
held.execute("SELECT no FROM entry WHERE item_id = 'b' ORDER BY no")
conn.commit()
saw('cursor', len(held.fetchall()))
held.close()
conn.rollback()
conn.autocommit = True

# rows that are deleted while they are read
conn.autocommit = False
reader = conn.cursor('deleting')
reader.itersize = 5
reader.execute("SELECT no FROM entry WHERE item_id = 'b'")
saw('delete', sum(run('DELETE FROM entry WHERE item_id = %s AND no = %s', ('b', no))
                  for no, in reader))
conn.commit()
conn.autocommit = True
saw('delete', run("DELETE FROM entry WHERE item_id = 'a' AND no >= 25 RETURNING no") and
    run("SELECT count(*) FROM entry WHERE item_id = 'a'"))

tried('ctid', lambda: run(
    "DELETE FROM entry WHERE ctid IN (SELECT ctid FROM entry WHERE item_id = 'a' LIMIT 3)"))
saw('ctid', run('SELECT count(*) FROM entry'))

# as SQLAlchemy and others use it for a version
tried('xmin', lambda: run(
    "UPDATE item SET ok = true WHERE id = 'b' AND xmin = "
    "(SELECT xmin FROM item WHERE id = 'b') RETURNING ok"))
tried('current of', lambda: rolled_back(
    "DECLARE c CURSOR FOR SELECT * FROM item WHERE id = 'b'", 'FETCH c',
    'UPDATE item SET ok = false WHERE CURRENT OF c RETURNING ok'))

for strength in ('UPDATE', 'NO KEY UPDATE', 'SHARE', 'KEY SHARE', 'UPDATE NOWAIT'):
    tried('row lock', lambda: rolled_back(
        "SELECT n FROM item WHERE id = 'a' FOR " + strength))
tried('skip locked', lambda: rolled_back(
    "SELECT n FROM item WHERE id = 'a' FOR UPDATE SKIP LOCKED"))

tried('rollback', lambda: rolled_back("UPDATE item SET n = 100 WHERE id = 'b'"))
saw('rollback', run("SELECT n FROM item WHERE id = 'b'"))
tried('error in transaction', lambda: rolled_back(
    "UPDATE item SET n = 50 WHERE id = 'b'",
    "INSERT INTO item (id) VALUES ('a')"))
saw('error in transaction', run("SELECT n FROM item WHERE id = 'b'"))
tried('savepoint', lambda: rolled_back(
    'SAVEPOINT s', "SELECT n FROM item WHERE id = 'b'",
    'ROLLBACK TO s', "SELECT count(*) FROM item WHERE id = 'a'"))

conn.set_session(isolation_level='SERIALIZABLE', autocommit=True)
tried('serializable', lambda: run("UPDATE item SET n = 1 WHERE id = 'b'"))
conn.set_session(isolation_level='DEFAULT', readonly=True, autocommit=True)
tried('read only', lambda: run("UPDATE item SET n = 2 WHERE id = 'b'"))
conn.set_session(readonly=False, autocommit=True)


def two_phases():
    conn.autocommit = False
    conn.tpc_begin(conn.xid(1, 'global', 'branch'))
    try:
        run("UPDATE item SET n = 3 WHERE id = 'b'")
        conn.tpc_prepare()
    finally:
        conn.tpc_rollback()
        conn.autocommit = True


tried('two phases', two_phases)

saw('introspection', run(
    'SELECT column_name, data_type, is_nullable, column_default '
    "FROM information_schema.columns WHERE table_name = 'item' ORDER BY ordinal_position"))
cur.execute('SELECT * FROM item WHERE false')
saw('introspection', [(c.name, c.type_code) for c in cur.description][:3])
saw('table type', run(
    "SELECT table_type FROM information_schema.tables WHERE table_name = 'item'"))
