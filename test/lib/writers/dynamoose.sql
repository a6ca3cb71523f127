--
-- dynamoose
--		Times are milliseconds.  The type Combine joins attributes, constants among
--		them.
--
CREATE FOREIGN TABLE users (
  user_id    text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  email      text NOT NULL,
  tags       text[] OPTIONS (type 'SS'),
  address    jsonb,
  balance    numeric,
  active     boolean,
  created_at timestamptz(3) OPTIONS (attribute_name 'createdAt', type 'N', unit 'ms', created_at 'true'),
  updated_at timestamptz(3) OPTIONS (attribute_name 'updatedAt', type 'N', unit 'ms', updated_at 'true'),
  pk         text OPTIONS (key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk         text OPTIONS (key 'sort', template 'PROFILE') COLLATE "C",
  kind       text OPTIONS (template 'user')
) SERVER dynamo OPTIONS (table_name :'table');
CREATE FOREIGN TABLE orders (
  user_id     text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  order_id    integer OPTIONS (attribute_name 'orderId') NOT NULL,
  status      text COLLATE "C" NOT NULL,
  total       numeric,
  placed_at   timestamptz(3) OPTIONS (attribute_name 'placedAt', type 'N', unit 'ms') NOT NULL,
  created_at  timestamptz(3) OPTIONS (attribute_name 'createdAt', type 'N', unit 'ms', created_at 'true'),
  updated_at  timestamptz(3) OPTIONS (attribute_name 'updatedAt', type 'N', unit 'ms', updated_at 'true'),
  pk          text OPTIONS (key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk          text OPTIONS (key 'sort', template 'ORDER#{order_id:06}') COLLATE "C",
  kind_status text OPTIONS (attribute_name 'kindStatus', template 'order#{status}') COLLATE "C",
  kind        text OPTIONS (template 'order')
) SERVER dynamo OPTIONS (table_name :'table', consistent_read 'false');
CREATE FOREIGN TABLE lines (
  user_id    text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  order_id   integer OPTIONS (attribute_name 'orderId') NOT NULL,
  line_no    integer OPTIONS (attribute_name 'lineNo') NOT NULL,
  sku        text,
  quantity   integer,
  created_at timestamptz(3) OPTIONS (attribute_name 'createdAt', type 'N', unit 'ms', created_at 'true'),
  updated_at timestamptz(3) OPTIONS (attribute_name 'updatedAt', type 'N', unit 'ms', updated_at 'true'),
  pk         text OPTIONS (key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk         text OPTIONS (key 'sort', template 'LINE#{order_id:06}#{line_no:02}') COLLATE "C",
  kind       text OPTIONS (template 'line')
) SERVER dynamo OPTIONS (table_name :'table');
CREATE FOREIGN TABLE invoices (
  user_id    text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  invoice_id text OPTIONS (attribute_name 'invoiceId') COLLATE "C" NOT NULL,
  order_id   integer OPTIONS (attribute_name 'orderId'),
  paid       boolean,
  created_at timestamptz(3) OPTIONS (attribute_name 'createdAt', type 'N', unit 'ms', created_at 'true'),
  updated_at timestamptz(3) OPTIONS (attribute_name 'updatedAt', type 'N', unit 'ms', updated_at 'true'),
  pk         text OPTIONS (key 'partition', template 'USER#{user_id}') COLLATE "C",
  sk         text OPTIONS (key 'sort', template 'INVOICE#{invoice_id}') COLLATE "C",
  kind       text OPTIONS (template 'invoice')
) SERVER dynamo OPTIONS (table_name :'table');

\ir common/changes.sql
