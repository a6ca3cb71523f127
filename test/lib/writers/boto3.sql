--
-- boto3
--		Several columns in one key, times by isoformat().
--
CREATE FOREIGN TABLE sessions (
  pk      text OPTIONS (attribute_name 'PK', key 'partition', template 'TENANT#{tenant}#USER#{user_no}') COLLATE "C",
  tenant  text OPTIONS (attribute_name 'PK') COLLATE "C",
  user_no integer OPTIONS (attribute_name 'PK'),
  at      timestamptz OPTIONS (attribute_name 'SK', key 'sort', template 'SESSION#{}', format 'isoformat'),
  seen    timestamptz OPTIONS (format 'isoformat', template '{}'),
  uid     uuid OPTIONS (format 'hex'),
  flag    boolean OPTIONS (type 'S', format 'Y,N'),
  payload json OPTIONS (type 'S'),
  hits    integer,
  kind    text OPTIONS (attribute_name 'type', template 'session')
) SERVER dynamo OPTIONS (table_name :'table', consistent_read 'false');

\if :change
UPDATE sessions SET flag = false, seen = '2024-04-01 12:00Z', hits = hits + 1
  WHERE tenant = 'acme' AND user_no = 2 AND at = '2024-01-15 09:30Z';
CALL one_request('UpdateItem', :ROW_COUNT);
UPDATE sessions SET payload = '{"a": [true, null]}', seen = '2024-04-01 12:00:00.5Z'
  WHERE tenant = 'acme' AND user_no = 2 AND at = '2024-01-15 10:00:00.12Z';
CALL one_request('UpdateItem', :ROW_COUNT);
INSERT INTO sessions (tenant, user_no, at, seen, uid, flag, payload, hits) VALUES ('acme', 2, '2024-03-01 08:00Z',
  '2024-03-01 08:05Z', '00000000-0000-0000-0000-00000000000b', true, '{"new": 1}', 0);
CALL one_request('PutItem', :ROW_COUNT);
DELETE FROM sessions WHERE tenant = 'acme' AND user_no = 2 AND at = '2024-02-01 23:59:59.999999Z';
CALL one_request('DeleteItem', :ROW_COUNT);
\endif

SELECT at, seen, uid, flag, payload, hits FROM sessions
  WHERE tenant = 'acme' AND user_no = 2 AND at = '2024-01-15 10:00:00.12Z';
CALL one_request('GetItem', :ROW_COUNT);
SELECT at, uid FROM sessions WHERE tenant = 'acme' AND user_no = 2 AND at >= '2024-01-15 10:00Z' ORDER BY at DESC;
CALL one_request('Query', :ROW_COUNT, 2);
SELECT tenant, user_no, at FROM sessions WHERE NOT flag AND seen > '2024-01-01Z' ORDER BY seen;
CALL one_request('Query', :ROW_COUNT, 2);
SELECT count(*), count(DISTINCT user_no) FROM sessions;
