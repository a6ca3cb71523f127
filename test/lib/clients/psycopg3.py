#
# psycopg3
#		Packages: python3-psycopg
#
import datetime
import decimal
import random
import threading
import time
import uuid

import psycopg
from psycopg.types.json import Jsonb

from steps import saw, tried

conn = psycopg.connect('', autocommit=True)


def run(statement, parameters=None, **options):
    cur = conn.execute(statement, parameters, **options)
    return cur.fetchall() if cur.description else cur.rowcount


# the first statement of the session: nothing has loaded the library before
saw('first upsert', run(
    'INSERT INTO item (id, n) VALUES (%s, 1) ON CONFLICT (id) '
    'DO UPDATE SET n = excluded.n', ('first',)))

WHOLE = ('a', 1, decimal.Decimal('1.10'), ['x', 'y'], Jsonb({'k': [1, None]}),
         datetime.datetime(2026, 1, 2, 3, 4, 5, 6, datetime.timezone.utc), True,
         b'\x00\xff', uuid.UUID(int=7))
saw('create', run(
    'INSERT INTO item VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING *',
    WHOLE))
saw('read', run('SELECT * FROM item WHERE id = %s', ('a',)))
saw('read', conn.cursor(binary=True).execute(
    'SELECT * FROM item WHERE id = %b', ('a',)).fetchall())
saw('read', run('SELECT id FROM item WHERE id = ANY (%s) ORDER BY id',
                (['a', 'first', 'none'],)))

# prepared by itself after five times
for prepared in range(12):
    update = run('UPDATE item SET n = n + %s WHERE id = %s RETURNING n', (1, 'a'))
    upsert = run('INSERT INTO item AS i (id, n) VALUES (%s, %s) ON CONFLICT (id) '
                 'DO UPDATE SET n = i.n + excluded.n, id = excluded.id RETURNING n',
                 ('up', 2))
    select = run('SELECT n FROM item WHERE id = %s', ('up',))
    several = run('SELECT count(*) FROM item WHERE id = ANY (%s)', (['a', 'up'],))
saw('prepared', update, upsert, select, several)
for no in range(1, 9):
    run('INSERT INTO entry VALUES (%s, %s, %s)', ('p', no, 'x'))
for no in range(8):
    page = run('SELECT no FROM entry WHERE item_id = %s AND no > %s '
               'ORDER BY no LIMIT %s', ('p', no, 2))
saw('prepared', page)

with conn.pipeline():
    for _ in range(10):
        run_later = conn.execute('UPDATE item SET n = n + 1 WHERE id = %s', ('a',))
saw('pipeline', run('SELECT n FROM item WHERE id = %s', ('a',)))


def failing_pipeline():
    with conn.pipeline():
        for key in ('q1', 'q2', 'a', 'q3'):
            conn.execute('INSERT INTO item (id) VALUES (%s)', (key,))


tried('error in pipeline', failing_pipeline)
saw('error in pipeline', run("SELECT id FROM item WHERE id LIKE 'q%' ORDER BY id"))

cur = conn.cursor()
cur.executemany('INSERT INTO entry VALUES (%s, %s, %s) RETURNING no',
                [('m', no, None) for no in range(3)], returning=True)
returned = [cur.fetchone()]
while cur.nextset():
    returned.append(cur.fetchone())
saw('batch', returned, cur.rowcount)

with cur.copy('COPY entry FROM STDIN') as copy:
    for no in range(20):
        copy.write_row(('c', no, 'line %d' % no))
with cur.copy('COPY entry FROM STDIN (FORMAT binary)') as copy:
    copy.set_types(['text', 'int4', 'text'])
    copy.write_row(('c', 20, 'binary'))
with cur.copy("COPY (SELECT * FROM entry WHERE item_id = 'c' AND no > 18 "
              'ORDER BY no) TO STDOUT') as copy:
    saw('copy', list(copy.rows()))

with conn.transaction():
    with conn.cursor('server') as server:
        server.itersize = 5
        server.execute("SELECT no FROM entry WHERE item_id = 'c' ORDER BY no DESC")
        saw('cursor', [no for no, in server][:6])
saw('cursor', sum(no for no, in conn.cursor().stream(
    "SELECT no FROM entry WHERE item_id = 'c'")))

error = tried('duplicate key', lambda: run("INSERT INTO item (id) VALUES ('a')"))
tried('check', lambda: run("UPDATE item SET n = -1 WHERE id = 'a'"))
tried('not null', lambda: run('INSERT INTO item (id) VALUES (NULL)'))

with conn.transaction():
    run("UPDATE item SET n = 1 WHERE id = 'a'")
    try:
        with conn.transaction():
            run("SELECT n FROM item WHERE id = 'a'")
            raise psycopg.Rollback
    except psycopg.Rollback:
        pass
    run("UPDATE item SET n = n + 1 WHERE id = 'a'")
saw('transaction', run("SELECT n FROM item WHERE id = 'a'"))

with conn.transaction(force_rollback=True):
    saw('rollback', run("UPDATE item SET n = 100 WHERE id = 'a'"))
saw('rollback', run("SELECT n FROM item WHERE id = 'a'"))

tried('row lock', lambda: run("SELECT n FROM item WHERE id = 'up' FOR UPDATE"))
tried('skip locked', lambda: run(
    "SELECT n FROM item WHERE id = 'up' FOR UPDATE SKIP LOCKED"))


# as the README has it
def in_transaction(conn, work, tries=10):
    for left in reversed(range(tries)):
        try:
            with conn.transaction():
                return work(conn)
        except RETRIED:
            if left == 0:
                raise
            time.sleep(random.uniform(0, 0.1))


# two that took the same number meet at its entry, too
RETRIED = (psycopg.errors.SerializationFailure, psycopg.errors.UniqueViolation)


def take_number(conn):
    n, = conn.execute("UPDATE item SET n = n + 1 WHERE id = 'number' RETURNING n").fetchone()
    conn.execute('INSERT INTO entry VALUES (%s, %s, %s)', ('numbered', n, 'taken'))
    return n


def take_numbers():
    with psycopg.connect('', autocommit=True) as other:
        for _ in range(10):
            in_transaction(other, take_number, 100)


run("INSERT INTO item (id) VALUES ('number')")
takers = [threading.Thread(target=take_numbers) for _ in range(4)]
for taker in takers:
    taker.start()
for taker in takers:
    taker.join()
saw('numbers', run("SELECT n FROM item WHERE id = 'number'"), run(
    "SELECT count(*), max(no) FROM entry WHERE item_id = 'numbered'"))


# what the client has heard before the error does not count
def transfer(first, second):
    with conn.pipeline():
        conn.execute("UPDATE item SET n = n - 5 WHERE id = %s", (first,))
        conn.execute("INSERT INTO item (id, n) VALUES (%s, 5)", (second,))


run("INSERT INTO item (id, n) VALUES ('full', 10)")
tried('transfer in pipeline', lambda: transfer('full', 'empty'))
tried('transfer in pipeline', lambda: transfer('full', 'empty'))
tried('transfer in pipeline', lambda: transfer('empty', 'other'))
saw('transfer in pipeline', run(
    "SELECT id, n FROM item WHERE id IN ('full', 'empty', 'other') ORDER BY id"))

saw('delete', run("DELETE FROM entry WHERE item_id = 'c' AND no BETWEEN 3 AND 7"))
saw('delete', run("DELETE FROM item WHERE id = 'a' RETURNING id"))

cur = conn.execute('SELECT * FROM item WHERE false')
saw('introspection', [(c.name, c.type_code) for c in cur.description])
saw('table type', run(
    "SELECT relkind::text FROM pg_class WHERE oid = 'item'::regclass"))
