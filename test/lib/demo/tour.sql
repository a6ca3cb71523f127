-- # Eight things to do with one request, or one transaction
--
-- Each foreign table below is a DynamoDB table; dyn_create_table makes it.
-- Before each statement stands the request that it becomes, as EXPLAIN
-- shows it. Where the mode is atomic, that is what it reads, and what COMMIT
-- sends for it.

-- # 1. Rate limit
--
-- Three requests per user and window. The first call creates the window's
-- item, as a Go program would write it (PK = 'USER#1', SK = 'WINDOW#...');
-- the fourth gets no row back.

CREATE FOREIGN TABLE rate_limit (
  user_id       text           OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{}'),
  window_start  timestamptz(0) OPTIONS (attribute_name 'SK', key 'sort', template 'WINDOW#{}'),
  request_count bigint         OPTIONS (attribute_name 'requestCount'),
  expires       timestamptz(0) OPTIONS (attribute_name 'ttl', type 'N')
) SERVER dynamo OPTIONS (table_name 'RateLimit');

SELECT dyn_create_table('rate_limit');

UPDATE rate_limit
   SET request_count = dyn_increment(request_count),
       expires = coalesce(expires, now() + '1 hour')
 WHERE user_id = '1' AND window_start = date_trunc('hour', now())
   AND dyn_upsert()
   AND (request_count IS NULL OR request_count < 3)
RETURNING request_count;

-- again (2), and again (3), and once more: over the limit

-- @ again

-- @ again

-- @ again

-- # 2. Inventory
--
-- All or nothing: five pieces are reserved only if five are available.

CREATE FOREIGN TABLE inventory (
  sku text OPTIONS (key 'partition'), available integer, reserved integer
) SERVER dynamo;

SELECT dyn_create_table('inventory');

INSERT INTO inventory VALUES ('ABC123', 8, NULL);

UPDATE inventory
   SET available = available - 5, reserved = coalesce(reserved, 0) + 5
 WHERE sku = 'ABC123' AND available >= 5
RETURNING *;

-- a second time there are only three left: UPDATE 0

-- @ again

-- # 3. Counters
--
-- Numbers and sets grow on the server; whoever comes first creates the item.

CREATE FOREIGN TABLE stats (
  id text OPTIONS (key 'partition'), page_views bigint,
  visitors text[] OPTIONS (type 'SS'), last_seen timestamptz
) SERVER dynamo;

SELECT dyn_create_table('stats');

UPDATE stats
   SET page_views = dyn_increment(page_views),
       visitors = dyn_set_add(visitors, ARRAY['ann', 'bob']),
       last_seen = now()
 WHERE id = 'daily' AND dyn_upsert()
RETURNING page_views, visitors;

SELECT dyn_increment('stats', '{"id": "daily"}', 'page_views', 10);

-- # 4. Bank transfer
--
-- Exact decimals, no overdraft, and both or neither: COMMIT sends the two as
-- one TransactWriteItems, and once. It does not fail because somebody else
-- used an account meanwhile, as long as the balance suffices.

CREATE FOREIGN TABLE account (
  id text OPTIONS (key 'partition'), balance numeric
) SERVER dynamo OPTIONS (transaction_mode 'atomic');

SELECT dyn_create_table('account');

INSERT INTO account VALUES ('from', 150.25), ('to', 0);

SELECT dyn_stat_reset();

BEGIN;

UPDATE account SET balance = balance - 100.10
 WHERE id = 'from' AND balance >= 100.10;

UPDATE account SET balance = balance + 100.10 WHERE id = 'to';

COMMIT;

-- what that took

SELECT operation, calls FROM dyn_stat_requests
 WHERE operation IN ('GetItem', 'UpdateItem', 'TransactWriteItems');

SELECT * FROM account;

-- what is rolled back was never written

BEGIN;

DELETE FROM account;

ROLLBACK;

SELECT count(*) FROM account;

-- # 5. Game score
--
-- Four attributes in one request; the high score only ever rises.

CREATE FOREIGN TABLE game_score (
  player_id text OPTIONS (key 'partition'), total_score numeric,
  games_played integer, recent_scores integer[], high_score integer
) SERVER dynamo;

SELECT dyn_create_table('game_score');

INSERT INTO game_score VALUES ('player-456');

UPDATE game_score
   SET total_score = dyn_add(total_score, 100),
       games_played = dyn_increment(games_played),
       recent_scores = recent_scores || 100
 WHERE player_id = 'player-456'
RETURNING *;

UPDATE game_score SET high_score = 100
 WHERE player_id = 'player-456' AND (high_score IS NULL OR high_score < 100)
RETURNING high_score;

-- # 6. Distributed lock
--
-- A lease with a fence that grows with every owner.

CREATE FOREIGN TABLE lock (
  name text OPTIONS (key 'partition'), owner text,
  expires_at timestamptz OPTIONS (type 'N', unit 'us'), fence bigint
) SERVER dynamo;

SELECT dyn_create_table('lock');

UPDATE lock
   SET owner = 'me', expires_at = now() + '30 s', fence = dyn_increment(fence)
 WHERE name = 'job' AND dyn_upsert()
   AND (owner IS NULL OR expires_at < now() OR owner = 'me')
RETURNING fence;

-- somebody else comes too early: no row

UPDATE lock
   SET owner = 'you', expires_at = now() + '30 s', fence = dyn_increment(fence)
 WHERE name = 'job' AND dyn_upsert()
   AND (owner IS NULL OR expires_at < now() OR owner = 'you')
RETURNING fence;

-- What is done under the lock is done only while it is held: the transaction
-- prolongs it on condition that the fence is still ours. Had somebody else
-- taken it by then, COMMIT would have written nothing.

BEGIN;

SET LOCAL dynamorm_fdw.transaction_mode = 'atomic';

UPDATE lock SET expires_at = now() + '30 s'
 WHERE name = 'job' AND owner = 'me' AND fence = 1;

UPDATE inventory SET available = available + 10 WHERE sku = 'ABC123';

COMMIT;

UPDATE lock SET owner = NULL, expires_at = NULL
 WHERE name = 'job' AND owner = 'me' AND fence = 1;

-- # 7. Audit trail
--
-- Numbers without gaps: taking one, and the entry that has it, are one
-- transaction. A list grows at its end.

CREATE FOREIGN TABLE stream (
  name text OPTIONS (key 'partition'), last bigint
) SERVER dynamo OPTIONS (transaction_mode 'atomic');

CREATE FOREIGN TABLE audit (
  stream text OPTIONS (key 'partition'), seq bigint OPTIONS (key 'sort'),
  what text, at timestamptz OPTIONS (created_at 'true')
) SERVER dynamo OPTIONS (transaction_mode 'atomic');

CREATE FOREIGN TABLE audit_log (
  entity_id text OPTIONS (key 'partition'), events text[]
) SERVER dynamo;

SELECT dyn_create_table('stream'), dyn_create_table('audit'),
       dyn_create_table('audit_log');

WITH next AS (
  UPDATE stream SET last = dyn_increment(last)
   WHERE name = 'order-456' AND dyn_upsert() RETURNING name, last)
INSERT INTO audit SELECT name, last, 'shipped' FROM next
RETURNING seq;

-- @ again

-- 2 is taken now

-- @ fails
INSERT INTO audit (stream, seq, what) VALUES ('order-456', 2, 'lost');

INSERT INTO audit_log VALUES ('order-456', ARRAY['ordered']);

UPDATE audit_log SET events = events || ARRAY['packed', 'shipped']
 WHERE entity_id = 'order-456'
RETURNING events;

-- # 8. Requests that are done once
--
-- A request leaves a row in the transaction that does it. The second time
-- that row is there, and nothing is done.

CREATE FOREIGN TABLE request (
  id text OPTIONS (key 'partition'),
  expires timestamptz(0) OPTIONS (type 'N', ttl 'true') DEFAULT now() + '7 days'
) SERVER dynamo OPTIONS (transaction_mode 'atomic');

SELECT dyn_create_table('request');

BEGIN;

INSERT INTO request (id) VALUES ('req-1');

UPDATE account SET balance = balance + 10 WHERE id = 'to';

COMMIT;

BEGIN;

-- @ fails
INSERT INTO request (id) VALUES ('req-1');

ROLLBACK;

SELECT * FROM account;
