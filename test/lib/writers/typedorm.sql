--
-- TypeDORM
--		Each entity's name in __en; an order's number is a padded string, too.
--		Tags are a list.  The items that guard unique emails are no rows.
--
CREATE FOREIGN TABLE users (
  user_id    text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  email      text NOT NULL,
  tags       text[],
  address    jsonb,
  balance    numeric,
  active     boolean,
  created_at timestamptz(3) OPTIONS (attribute_name 'createdAt', created_at 'true'),
  updated_at timestamptz(0) OPTIONS (attribute_name 'updatedAt', type 'N', updated_at 'true'),
  pk         text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk         text OPTIONS (attribute_name 'SK', key 'sort', template 'USER#{user_id}') COLLATE "C",
  entity     text OPTIONS (attribute_name '__en', template 'user')
) SERVER dynamo OPTIONS (table_name :'table');
CREATE FOREIGN TABLE orders (
  user_id    text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  order_id   integer OPTIONS (attribute_name 'orderId') NOT NULL,
  order_no   text OPTIONS (attribute_name 'orderNo', template '{order_id:06}') COLLATE "C",
  status     text COLLATE "C" NOT NULL,
  total      numeric,
  placed_at  timestamptz(3) OPTIONS (attribute_name 'placedAt') NOT NULL,
  created_at timestamptz(3) OPTIONS (attribute_name 'createdAt', created_at 'true'),
  updated_at timestamptz(0) OPTIONS (attribute_name 'updatedAt', type 'N', updated_at 'true'),
  pk         text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk         text OPTIONS (attribute_name 'SK', key 'sort', template 'ORDER#{order_id:06}') COLLATE "C",
  gsi1pk     text OPTIONS (attribute_name 'GSI1PK', template 'STATUS#{status}') COLLATE "C",
  gsi1sk     text OPTIONS (attribute_name 'GSI1SK', template 'ORDER#{placed_at}#{order_id:06}') COLLATE "C",
  entity     text OPTIONS (attribute_name '__en', template 'order')
) SERVER dynamo OPTIONS (table_name :'table', consistent_read 'false');
CREATE FOREIGN TABLE lines (
  user_id    text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  order_id   integer OPTIONS (attribute_name 'orderId') NOT NULL,
  order_no   text OPTIONS (attribute_name 'orderNo', template '{order_id:06}') COLLATE "C",
  line_no    integer OPTIONS (attribute_name 'lineNo') NOT NULL,
  sku        text,
  quantity   integer,
  created_at timestamptz(3) OPTIONS (attribute_name 'createdAt', created_at 'true'),
  updated_at timestamptz(0) OPTIONS (attribute_name 'updatedAt', type 'N', updated_at 'true'),
  pk         text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk         text OPTIONS (attribute_name 'SK', key 'sort', template 'LINE#{order_id:06}#{line_no}') COLLATE "C",
  entity     text OPTIONS (attribute_name '__en', template 'line')
) SERVER dynamo OPTIONS (table_name :'table');
CREATE FOREIGN TABLE invoices (
  user_id    text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  invoice_id text OPTIONS (attribute_name 'invoiceId') COLLATE "C" NOT NULL,
  order_id   integer OPTIONS (attribute_name 'orderId'),
  paid       boolean,
  created_at timestamptz(3) OPTIONS (attribute_name 'createdAt', created_at 'true'),
  updated_at timestamptz(0) OPTIONS (attribute_name 'updatedAt', type 'N', updated_at 'true'),
  pk         text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk         text OPTIONS (attribute_name 'SK', key 'sort', template 'INVOICE#{invoice_id}') COLLATE "C",
  entity     text OPTIONS (attribute_name '__en', template 'invoice')
) SERVER dynamo OPTIONS (table_name :'table');

\set add_tag 'tags || ARRAY[''left'']'
\ir common/changes.sql
