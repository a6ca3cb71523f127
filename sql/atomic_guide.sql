--
-- The Atomic Operations Guide, said in SQL: every example, what it becomes,
-- and the result it must have.
-- Needs: transactions
--
CREATE FOREIGN TABLE page_view (
    id text OPTIONS (key 'partition'),
    view_count bigint
) SERVER dynamo;
CREATE FOREIGN TABLE inventory (
    sku text OPTIONS (key 'partition'),
    quantity integer,
    available integer,
    reserved integer
) SERVER dynamo;
CREATE FOREIGN TABLE account (
    id text OPTIONS (key 'partition'),
    balance numeric
) SERVER dynamo;
CREATE FOREIGN TABLE rate_limit (
    pk text OPTIONS (attribute_name 'PK', key 'partition'),
    sk text OPTIONS (attribute_name 'SK', key 'sort'),
    request_count bigint OPTIONS (attribute_name 'RequestCount'),
    window_start timestamptz,
    ttl timestamptz(0) OPTIONS (type 'N')
) SERVER dynamo OPTIONS (table_name 'RateLimit');
CREATE FOREIGN TABLE user_tags (
    user_id text OPTIONS (key 'partition'),
    tags text[] OPTIONS (type 'SS'),
    name text
) SERVER dynamo;
CREATE FOREIGN TABLE audit_log (
    entity_id text OPTIONS (key 'partition'),
    events text[]
) SERVER dynamo;
CREATE FOREIGN TABLE document (
    id text OPTIONS (key 'partition'),
    content text,
    version integer OPTIONS (version 'true')
) SERVER dynamo;
CREATE FOREIGN TABLE product (
    sku text OPTIONS (key 'partition'),
    quantity integer,
    sold_count integer,
    reserved integer,
    available integer,
    last_sold date
) SERVER dynamo;
CREATE FOREIGN TABLE orders (
    id text OPTIONS (key 'partition'),
    status text,
    payment_id text
) SERVER dynamo;
CREATE FOREIGN TABLE game_score (
    player_id text OPTIONS (key 'partition'),
    total_score numeric,
    games_played integer,
    recent_scores integer[],
    last_played timestamptz,
    high_score integer
) SERVER dynamo;
CREATE FOREIGN TABLE stats (
    id text OPTIONS (key 'partition'),
    page_views bigint,
    unique_visitors bigint
) SERVER dynamo;

SELECT dyn_create_table(t::regclass)
  FROM unnest(ARRAY['page_view', 'inventory', 'account', 'rate_limit',
                    'user_tags', 'audit_log', 'document', 'product', 'orders',
                    'game_score', 'stats']) t;

-- Increment: one UpdateItem, ADD; absent counts as 0
INSERT INTO page_view VALUES ('page-123', NULL);
EXPLAIN (COSTS OFF)
UPDATE page_view SET view_count = dyn_increment(view_count) WHERE id = 'page-123';
UPDATE page_view SET view_count = dyn_increment(view_count) WHERE id = 'page-123';
UPDATE page_view SET view_count = dyn_increment(view_count) WHERE id = 'page-123'
  RETURNING *;

-- Decrement: ADD -1
INSERT INTO inventory VALUES ('ABC123', 10, 8, NULL);
EXPLAIN (COSTS OFF)
UPDATE inventory SET quantity = dyn_decrement(quantity) WHERE sku = 'ABC123';
UPDATE inventory SET quantity = dyn_decrement(quantity) WHERE sku = 'ABC123'
  RETURNING *;

-- Add and subtract decimals: exact
INSERT INTO account VALUES ('acc-456', 0.10), ('from', 150), ('to', 0);
UPDATE account SET balance = dyn_add(balance, 100.50) WHERE id = 'acc-456'
  RETURNING *;
EXPLAIN (COSTS OFF)
UPDATE account SET balance = balance - 50.25 WHERE id = 'acc-456';
UPDATE account SET balance = balance - 50.25 WHERE id = 'acc-456' RETURNING *;

-- Rate limiter: creates the window's item at the first call, counts to the
-- limit, then returns no row; one request each
PREPARE hit(text, text, timestamptz, timestamptz, bigint) AS
UPDATE rate_limit SET request_count = dyn_increment(request_count),
       window_start = coalesce(window_start, $3),
       ttl = coalesce(ttl, $4)
 WHERE pk = $1 AND sk = $2 AND dyn_upsert()
   AND (request_count IS NULL OR request_count < $5)
RETURNING request_count;
EXPLAIN (COSTS OFF)
EXECUTE hit('USER#1', 'W#10', '2026-01-01 10:00Z', '2026-01-01 11:00Z', 3);
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
EXECUTE hit('USER#1', 'W#10', '2026-01-01 10:00Z', '2026-01-01 11:00Z', 3);
EXECUTE hit('USER#1', 'W#10', '2026-01-01 10:00Z', '2026-01-01 11:00Z', 3);
EXECUTE hit('USER#1', 'W#10', '2026-01-01 10:00Z', '2026-01-01 11:00Z', 3);
EXECUTE hit('USER#1', 'W#10', '2026-01-01 10:00Z', '2026-01-01 11:00Z', 3);
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
-- the next window starts anew
EXECUTE hit('USER#1', 'W#11', '2026-01-01 11:00Z', '2026-01-01 12:00Z', 3);
SET timezone = 'UTC';
SELECT * FROM rate_limit ORDER BY sk;

-- Add to set: creates the set
INSERT INTO user_tags VALUES ('user-123', NULL, 'Ann');
EXPLAIN (COSTS OFF)
UPDATE user_tags SET tags = dyn_set_add(tags, ARRAY['premium','verified'])
 WHERE user_id = 'user-123';
UPDATE user_tags SET tags = dyn_set_add(tags, ARRAY['premium','verified'])
 WHERE user_id = 'user-123' RETURNING *;
UPDATE user_tags SET tags = dyn_set_add(tags, ARRAY['trial','premium'])
 WHERE user_id = 'user-123' RETURNING *;

-- Remove from set: the last element gone, the attribute is gone
EXPLAIN (COSTS OFF)
UPDATE user_tags SET tags = dyn_set_delete(tags, ARRAY['trial'])
 WHERE user_id = 'user-123';
UPDATE user_tags SET tags = dyn_set_delete(tags, ARRAY['trial'])
 WHERE user_id = 'user-123' RETURNING *;
UPDATE user_tags SET tags = dyn_set_delete(tags, ARRAY['premium','verified'])
 WHERE user_id = 'user-123' RETURNING *;

-- Append to list: works on an absent list
INSERT INTO audit_log VALUES ('order-456', NULL);
EXPLAIN (COSTS OFF)
UPDATE audit_log SET events = events || ARRAY['shipped','delivered']
 WHERE entity_id = 'order-456';
UPDATE audit_log SET events = events || ARRAY['shipped','delivered']
 WHERE entity_id = 'order-456' RETURNING *;
UPDATE audit_log SET events = dyn_list_append(events, ARRAY['returned'])
 WHERE entity_id = 'order-456' RETURNING *;

-- Prepend to list
UPDATE audit_log SET events = ARRAY['payment_received'] || events
 WHERE entity_id = 'order-456' RETURNING *;
UPDATE audit_log SET events = dyn_list_prepend(events, ARRAY['created'])
 WHERE entity_id = 'order-456' RETURNING *;

-- Set list element
EXPLAIN (COSTS OFF)
UPDATE audit_log SET events[1] = 'payment_confirmed'
 WHERE entity_id = 'order-456';
UPDATE audit_log SET events[1] = 'payment_confirmed'
 WHERE entity_id = 'order-456' RETURNING *;
UPDATE audit_log SET events = dyn_list_set(events, 0, 'created')
 WHERE entity_id = 'order-456' RETURNING *;

-- Remove list element
EXPLAIN (COSTS OFF)
UPDATE audit_log SET events = dyn_list_remove(events, 2)
 WHERE entity_id = 'order-456';
UPDATE audit_log SET events = dyn_list_remove(events, 2)
 WHERE entity_id = 'order-456' RETURNING *;

-- Optimistic lock: of two writers with version 5 one gets UPDATE 0
INSERT INTO document VALUES ('doc-789', 'first', 5);
EXPLAIN (COSTS OFF)
UPDATE document SET content = 'x' WHERE id = 'doc-789' AND version = 5;
UPDATE document SET content = 'x' WHERE id = 'doc-789' AND version = 5;
UPDATE document SET content = 'y' WHERE id = 'doc-789' AND version = 5;
SELECT * FROM document;

-- Conditional update: UPDATE 0 if short
INSERT INTO product VALUES ('ABC123', 7, 0, 1, 9);
EXPLAIN (COSTS OFF)
UPDATE product SET reserved = reserved + 5 WHERE sku = 'ABC123' AND available >= 5;
UPDATE product SET reserved = reserved + 5 WHERE sku = 'ABC123' AND available >= 5;
UPDATE product SET reserved = reserved + 5 WHERE sku = 'ABC123' AND available >= 50;
SELECT reserved, available FROM product;

-- Several conditions: AND, OR, NOT mean what SQL says
INSERT INTO orders VALUES ('order-123', 'pending', NULL);
EXPLAIN (COSTS OFF)
UPDATE orders SET status = 'cancelled'
 WHERE id = 'order-123' AND status = 'pending' AND payment_id IS NOT NULL;
UPDATE orders SET status = 'cancelled'
 WHERE id = 'order-123' AND status = 'pending' AND payment_id IS NOT NULL;
UPDATE orders SET payment_id = 'p-1'
 WHERE id = 'order-123' AND NOT (status = 'shipped' OR payment_id = 'p-0');
UPDATE orders SET payment_id = 'p-1' WHERE id = 'order-123' AND payment_id IS NULL;
UPDATE orders SET payment_id = 'p-2'
 WHERE id = 'order-123' AND NOT (status = 'shipped' OR payment_id = 'p-0');
UPDATE orders SET status = 'cancelled'
 WHERE id = 'order-123' AND status = 'pending' AND payment_id IS NOT NULL;
SELECT * FROM orders;

-- Several operations: one UpdateItem with SET and ADD
INSERT INTO game_score VALUES ('player-456');
EXPLAIN (COSTS OFF)
UPDATE game_score SET total_score = dyn_add(total_score, 100),
       games_played = dyn_increment(games_played),
       recent_scores = recent_scores || 100,
       last_played = now(),
       high_score = coalesce(high_score, 100)
 WHERE player_id = 'player-456';
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
UPDATE game_score SET total_score = dyn_add(total_score, 100),
       games_played = dyn_increment(games_played),
       recent_scores = recent_scores || 100,
       last_played = now(),
       high_score = coalesce(high_score, 100)
 WHERE player_id = 'player-456'
RETURNING total_score, games_played, recent_scores, last_played = now() AS now,
          high_score;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');

-- Return updated values: all columns of ALL_NEW
UPDATE product SET quantity = dyn_decrement(quantity),
       sold_count = dyn_increment(sold_count), last_sold = '2026-03-04'
 WHERE sku = 'ABC123' RETURNING *;

-- Initialise and count: creates, then counts
EXPLAIN (COSTS OFF)
UPDATE stats SET page_views = dyn_increment(page_views),
       unique_visitors = coalesce(unique_visitors, 0)
 WHERE id = 'daily' AND dyn_upsert();
UPDATE stats SET page_views = dyn_increment(page_views),
       unique_visitors = coalesce(unique_visitors, 0)
 WHERE id = 'daily' AND dyn_upsert();
UPDATE stats SET page_views = dyn_increment(page_views),
       unique_visitors = coalesce(unique_visitors, 0)
 WHERE id = 'daily' AND dyn_upsert() RETURNING *;

-- Reserve inventory: all or nothing in one request
PREPARE reserve(text, integer) AS
UPDATE inventory SET available = available - $2,
       reserved = coalesce(reserved, 0) + $2
 WHERE sku = $1 AND available >= $2;
EXECUTE reserve('ABC123', 5);
EXECUTE reserve('ABC123', 5);
SELECT * FROM inventory;

-- Transfer: both or neither, in one TransactWriteItems
SET dynamorm_fdw.transaction_mode = 'atomic';
EXPLAIN (COSTS OFF)
UPDATE account SET balance = balance - 100 WHERE id = 'from' AND balance >= 100;
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
BEGIN;
UPDATE account SET balance = balance - 100 WHERE id = 'from' AND balance >= 100;
UPDATE account SET balance = balance + 100 WHERE id = 'to';
COMMIT;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
-- not enough: the row count tells, and nothing is sent
BEGIN;
UPDATE account SET balance = balance - 100 WHERE id = 'from' AND balance >= 100;
ROLLBACK;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SELECT * FROM account ORDER BY id COLLATE "C";
RESET dynamorm_fdw.transaction_mode;

-- Condition failed is a row count, not an error
DO $$
BEGIN
  UPDATE account SET balance = balance - 100 WHERE id = 'from' AND balance >= 100;
  IF NOT FOUND THEN
    RAISE NOTICE 'insufficient funds';
  END IF;
END $$;

-- Item not found: UPDATE 0, nothing created
UPDATE account SET balance = 1 WHERE id = 'nobody';
SELECT count(*) FROM account WHERE id = 'nobody';

-- For one-liners
SELECT dyn_increment('page_view', '{"id": "page-123"}', 'view_count');
SELECT dyn_increment('page_view', '{"id": "new"}', 'view_count', 5);
SELECT dyn_decrement('page_view', '{"id": "new"}', 'view_count');

SELECT dyn_drop_table(t::regclass)
  FROM unnest(ARRAY['page_view', 'inventory', 'account', 'rate_limit',
                    'user_tags', 'audit_log', 'document', 'product', 'orders',
                    'game_score', 'stats']) t;
DROP FOREIGN TABLE page_view, inventory, account, rate_limit, user_tags,
     audit_log, document, product, orders, game_score, stats;
