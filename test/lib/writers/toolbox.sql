--
-- dynamodb-toolbox
--		Each entity's name in _et.  Lines are numbered without zeros, below the
--		key of their order; what an invoice is of is only in its key.
--
CREATE FOREIGN TABLE users (
  user_id  text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  email    text NOT NULL,
  tags     text[] OPTIONS (type 'SS'),
  address  jsonb,
  balance  numeric,
  active   boolean,
  created  timestamptz(3) OPTIONS (attribute_name '_ct', created_at 'true'),
  modified timestamptz(3) OPTIONS (attribute_name '_md', updated_at 'true'),
  pk       text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk       text OPTIONS (attribute_name 'SK', key 'sort', template 'PROFILE') COLLATE "C",
  entity   text OPTIONS (attribute_name '_et', template 'User')
) SERVER dynamo OPTIONS (table_name :'table');
CREATE FOREIGN TABLE orders (
  user_id   text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  order_id  integer OPTIONS (attribute_name 'orderId') NOT NULL,
  status    text COLLATE "C" NOT NULL,
  total     numeric,
  placed_at timestamptz(3) OPTIONS (attribute_name 'placedAt') NOT NULL,
  version   integer OPTIONS (version 'true'),
  created   timestamptz(3) OPTIONS (attribute_name '_ct', created_at 'true'),
  modified  timestamptz(3) OPTIONS (attribute_name '_md', updated_at 'true'),
  pk        text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk        text OPTIONS (attribute_name 'SK', key 'sort', template 'ORDER#{order_id:06}') COLLATE "C",
  gsi1pk    text OPTIONS (attribute_name 'GSI1PK', template 'STATUS#{status}') COLLATE "C",
  gsi1sk    text OPTIONS (attribute_name 'GSI1SK', template '{placed_at}') COLLATE "C",
  entity    text OPTIONS (attribute_name '_et', template 'Order')
) SERVER dynamo OPTIONS (table_name :'table', consistent_read 'false');
CREATE FOREIGN TABLE lines (
  user_id  text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  order_id integer OPTIONS (attribute_name 'orderId') NOT NULL,
  line_no  integer OPTIONS (attribute_name 'lineNo') NOT NULL,
  sku      text,
  quantity integer,
  pk       text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk       text OPTIONS (attribute_name 'SK', key 'sort', template 'ORDER#{order_id:06}#LINE#{line_no}') COLLATE "C",
  entity   text OPTIONS (attribute_name '_et', template 'Line')
) SERVER dynamo OPTIONS (table_name :'table');
CREATE FOREIGN TABLE invoices (
  user_id    text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{}') COLLATE "C",
  invoice_id text OPTIONS (attribute_name 'SK', key 'sort', template 'INVOICE#{}') COLLATE "C",
  order_id   integer OPTIONS (attribute_name 'oid'),
  paid       boolean,
  entity     text OPTIONS (attribute_name '_et', template 'Invoice')
) SERVER dynamo OPTIONS (table_name :'table');

\ir common/changes.sql
