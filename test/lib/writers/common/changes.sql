--
-- What every SQL file does to its users, orders, lines and invoices, and what
-- it reads then.  add_tag, where tags are no set: how one is added.
--
\if :{?add_tag}
\else
\set add_tag 'dyn_set_add(tags, ARRAY[''left''])'
\endif

\if :change
UPDATE orders SET status = 'shipped', total = total + 5.1 WHERE user_id = 'ann' AND order_id = 12;
CALL one_request('UpdateItem', :ROW_COUNT);
INSERT INTO orders (user_id, order_id, status, total, placed_at)
  VALUES ('zoë', 3, 'open', 20, '2024-03-01 08:30:00.5Z');
CALL one_request('PutItem', :ROW_COUNT);
DELETE FROM lines WHERE user_id = 'ann' AND order_id = 12 AND line_no = 2;
CALL one_request('DeleteItem', :ROW_COUNT);
UPDATE users SET active = false, tags = :add_tag WHERE user_id = 'ann';
CALL one_request('UpdateItem', :ROW_COUNT);
INSERT INTO invoices (user_id, invoice_id, order_id, paid) VALUES ('Bo#2', 'I-3', 1, false);
CALL one_request('PutItem', :ROW_COUNT);
\endif

SELECT user_id, email, tags, address, balance, active FROM users WHERE user_id = 'ann';
CALL one_request('GetItem', :ROW_COUNT);
SELECT user_id, order_id, status, total, placed_at FROM orders WHERE user_id = 'ann' AND order_id = 12;
CALL one_request('GetItem', :ROW_COUNT);
SELECT order_id, total FROM orders WHERE user_id = 'ann' AND order_id >= 12 ORDER BY order_id DESC;
CALL one_request('Query', :ROW_COUNT, 2);
SELECT line_no, sku, quantity FROM lines WHERE user_id = 'ann' AND order_id = 12 ORDER BY line_no;
CALL one_request('Query', :ROW_COUNT, 2);
SELECT invoice_id, order_id, paid FROM invoices WHERE user_id = 'Bo#2' ORDER BY invoice_id;
CALL one_request('Query', :ROW_COUNT, 2);
SELECT user_id, order_id, placed_at FROM orders WHERE status = 'open' AND placed_at >= '2024-01-01Z';
CALL one_request('Query', :ROW_COUNT, 3);
SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM orders),
  (SELECT count(*) FROM lines), (SELECT count(*) FROM invoices);
SELECT dyn_stat_reset() \g /dev/null
