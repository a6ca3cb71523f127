# pg_dump
#		Its dumps, and pg_restore's way back.
#
# shellcheck shell=bash source=test/lib/clients/common/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/steps.sh"

# A dump without what differs each time.
schema_of()
{
  pg_dump -s "$1" | grep -Ev '^(\\(un)?restrict|--)'
}

restored()
{
  pg_restore -d "$PGDATABASE" "${@:2}" 2>&1 |
    sed -nE 's/.*((ERROR|DETAIL): )/\1/; s/(duplicate key value) .*/\1/
             /^(ERROR|DETAIL)|errors ignored/p' | lines "$1"
  saw "$1" 'SELECT id, n, tags, doc, blob FROM item ORDER BY id' \
    'SELECT count(*), sum(no) FROM entry'
}

psql -X -q -o /dev/null <<'SQL'
COMMENT ON COLUMN item.n IS 'how often';
CREATE VIEW busy AS SELECT id FROM item WHERE n > 5;
CREATE FUNCTION bump(key text) RETURNS bigint BEGIN ATOMIC
  INSERT INTO item AS i (id, n) VALUES (key, 1)
    ON CONFLICT (id) DO UPDATE SET n = i.n + 1 RETURNING n;
END;
GRANT SELECT ON item TO PUBLIC;
INSERT INTO item VALUES ('a', 1, 1.10, '{x,NULL}', '{"k": [1, null]}',
  '2026-01-02 03:04:05.000006Z', true, '\x00ff', '00000000-0000-0000-0000-000000000007');
SELECT bump('b'), bump('b');
INSERT INTO entry SELECT 'a', g, 'line ' || g FROM generate_series(1, 30) g;
SQL

createdb "${PGDATABASE}_again"
schema_of "$PGDATABASE" >schema
psql -X -q -v ON_ERROR_STOP=1 -d "${PGDATABASE}_again" -f schema >/dev/null 2>errors
lines schema <errors
schema_of "${PGDATABASE}_again" | diff schema - && echo 'schema: the same after it was loaded'
dropdb "${PGDATABASE}_again"

pg_dump -Fc --include-foreign-data=dynamo -f dump
pg_dump -a --inserts --on-conflict-do-nothing --include-foreign-data=dynamo -f inserts
pg_dump -a -t entry --column-inserts --rows-per-insert=7 \
  --include-foreign-data=dynamo -f rows

saw delete 'DELETE FROM item' 'DELETE FROM entry'
restored restore -a dump
saw delete "DELETE FROM entry WHERE no < 20"
psql -X -q -v VERBOSITY=terse -f inserts >/dev/null 2>errors
lines inserts <errors
saw inserts 'SELECT count(*), sum(no) FROM entry'

saw truncate 'TRUNCATE entry' 'DELETE FROM entry'
psql -X -q -v ON_ERROR_STOP=1 -f rows >/dev/null
saw 'rows per insert' 'SELECT count(*), sum(no) FROM entry'

saw truncate 'TRUNCATE item, entry' 'DELETE FROM item' 'DELETE FROM entry'
restored 'restore without triggers' -a --disable-triggers dump
saw delete "DELETE FROM item WHERE id = 'a'"
restored 'restore over rows' -a -1 -t item dump

saw 'plain dump' 'SELECT count(*) FROM item'
pg_dump -a -t item | grep '^COPY' | lines 'plain dump'
exit 0
