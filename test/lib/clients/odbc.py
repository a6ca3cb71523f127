#
# odbc
#		Packages: python3-pyodbc odbc-postgresql
#
import datetime
import decimal
import os

import pyodbc

from steps import saw

CONNECTION = 'Driver={PostgreSQL Unicode};Servername=%s;Port=%s;Database=%s;Uid=%s' % (
    os.environ['PGHOST'], os.environ['PGPORT'], os.environ['PGDATABASE'], os.environ['PGUSER'])


def tried(step, action):
    """A step that may be an error: either is what it saw."""
    try:
        saw(step, action())
    except pyodbc.Error as error:
        state, message = error.args
        words = message.split('] ')[-1].split(';')[0] if state == '0A000' else ''
        saw(step, type(error).__name__, state, words)


conn = pyodbc.connect(CONNECTION, autocommit=True)


def run(statement, *parameters):
    cur = conn.execute(statement, *parameters)
    return [tuple(row) for row in cur.fetchall()] if cur.description else cur.rowcount


# the first statement of the session: nothing has loaded the library before
saw('first upsert', run(
    "INSERT INTO item (id, n) VALUES ('first', 1) ON CONFLICT (id) "
    'DO UPDATE SET n = excluded.n'))

saw('create', run(
    'INSERT INTO item (id, n, price, doc, at, ok, blob, u) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    'a', 1, decimal.Decimal('1.10'), '{"k": [1, null]}',
    datetime.datetime(2026, 1, 2, 3, 4, 5, 6), True, b'\x00\xff',
    '00000000-0000-0000-0000-000000000007'))
saw('create', run("INSERT INTO item (id) VALUES ('b') RETURNING n"))
saw('read', run('SELECT * FROM item WHERE id = ?', 'a'))
saw('read', run("SELECT id FROM item WHERE id IN (?, ?) ORDER BY id", 'a', 'none'))
saw('read', run('SELECT count(*), sum(n) FROM item'))
saw('update', run('UPDATE item SET price = ?, ok = NULL WHERE id = ?',
                  decimal.Decimal('2.5'), 'a'),
    run('UPDATE item SET ok = ? WHERE n < ?', False, 9))
for _ in range(6):
    run('UPDATE item SET n = n + ? WHERE id = ?', 1, 'a')
saw('increment', run('UPDATE item SET n = dyn_increment(n, ?) WHERE id = ? RETURNING n', 2, 'a'))
for key in ('a', 'new'):
    saw('upsert', run(
        'INSERT INTO item AS i (id, n) VALUES (?, ?) ON CONFLICT (id) DO UPDATE '
        'SET id = excluded.id, n = i.n + excluded.n RETURNING id, n', key, 10))

tried('check', lambda: run("UPDATE item SET n = -1 WHERE id = 'a'"))
tried('not null', lambda: run('INSERT INTO item (id) VALUES (NULL)'))
tried('duplicate key', lambda: run("INSERT INTO item (id) VALUES ('a')"))

cur = conn.cursor()
cur.executemany('INSERT INTO entry VALUES (?, ?, ?)', [('a', no, 'x') for no in range(10)])
saw('batch', run("SELECT count(*), max(no) FROM entry WHERE item_id = 'a'"))
cur.fast_executemany = True
cur.executemany('INSERT INTO entry VALUES (?, ?, ?)', [('f', no, 'x') for no in range(10)])
saw('batch', run("SELECT count(*), max(no) FROM entry WHERE item_id = 'f'"))

conn.autocommit = False
tried('row lock', lambda: run("SELECT n FROM item WHERE id = 'a' FOR UPDATE"))
conn.rollback()
run("UPDATE item SET n = 100 WHERE id = 'b'")
conn.rollback()
conn.autocommit = True
saw('rollback', run("SELECT n FROM item WHERE id = 'b'"))

saw('delete', run("DELETE FROM entry WHERE item_id = 'a' AND no > 4"),
    run("DELETE FROM item WHERE id = 'b' RETURNING id"))

saw('introspection', [(c.column_name, c.type_name, c.is_nullable, c.column_def)
                      for c in cur.columns(table='item')])
saw('primary key', [c.column_name for c in cur.primaryKeys('item')])
saw('table type', [(t.table_name, t.table_type) for t in cur.tables(table='item')])
