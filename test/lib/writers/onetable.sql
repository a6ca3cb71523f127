--
-- dynamodb-onetable
--		Each model's name in _type.  The items of type _Unique are no rows.
--
CREATE FOREIGN TABLE users (
  user_id text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  email   text NOT NULL,
  tags    text[] OPTIONS (type 'SS'),
  address jsonb,
  balance numeric,
  active  boolean,
  created timestamptz(3) OPTIONS (created_at 'true'),
  updated timestamptz(3) OPTIONS (updated_at 'true'),
  pk      text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk      text OPTIONS (attribute_name 'SK', key 'sort', template 'PROFILE') COLLATE "C",
  gs1pk   text OPTIONS (attribute_name 'GS1PK', template 'EMAIL#{email}') COLLATE "C",
  gs1sk   text OPTIONS (attribute_name 'GS1SK') COLLATE "C" NOT NULL DEFAULT 'USER',
  type    text OPTIONS (attribute_name '_type', template 'User')
) SERVER dynamo OPTIONS (table_name :'table', consistent_read 'false');
CREATE FOREIGN TABLE orders (
  user_id   text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  order_id  integer OPTIONS (attribute_name 'orderId') NOT NULL,
  status    text COLLATE "C" NOT NULL,
  total     numeric,
  placed_at timestamptz(3) OPTIONS (attribute_name 'placedAt') NOT NULL,
  created   timestamptz(3) OPTIONS (created_at 'true'),
  updated   timestamptz(3) OPTIONS (updated_at 'true'),
  pk        text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk        text OPTIONS (attribute_name 'SK', key 'sort', template 'ORDER#{order_id:06}') COLLATE "C",
  gs1pk     text OPTIONS (attribute_name 'GS1PK', template 'STATUS#{status}') COLLATE "C",
  gs1sk     text OPTIONS (attribute_name 'GS1SK', template '{placed_at}') COLLATE "C",
  type      text OPTIONS (attribute_name '_type', template 'Order')
) SERVER dynamo OPTIONS (table_name :'table', consistent_read 'false');
CREATE FOREIGN TABLE lines (
  user_id  text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  order_id integer OPTIONS (attribute_name 'orderId') NOT NULL,
  line_no  integer OPTIONS (attribute_name 'lineNo') NOT NULL,
  sku      text,
  quantity integer,
  created  timestamptz(3) OPTIONS (created_at 'true'),
  updated  timestamptz(3) OPTIONS (updated_at 'true'),
  pk       text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk       text OPTIONS (attribute_name 'SK', key 'sort', template 'LINE#{order_id:06}#{line_no:02}') COLLATE "C",
  type     text OPTIONS (attribute_name '_type', template 'Line')
) SERVER dynamo OPTIONS (table_name :'table');
CREATE FOREIGN TABLE invoices (
  user_id    text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  invoice_id text OPTIONS (attribute_name 'invoiceId') COLLATE "C" NOT NULL,
  order_id   integer OPTIONS (attribute_name 'orderId'),
  paid       boolean,
  created    timestamptz(3) OPTIONS (created_at 'true'),
  updated    timestamptz(3) OPTIONS (updated_at 'true'),
  pk         text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk         text OPTIONS (attribute_name 'SK', key 'sort', template 'INVOICE#{invoice_id}') COLLATE "C",
  type       text OPTIONS (attribute_name '_type', template 'Invoice')
) SERVER dynamo OPTIONS (table_name :'table');

\ir common/changes.sql

SELECT user_id, tags FROM users WHERE email = 'bo@example.com';
CALL one_request('Query', :ROW_COUNT);
