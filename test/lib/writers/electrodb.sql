--
-- electrodb
--		Keys in lower case, each entity's name in __edb_e__.
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
  pk         text OPTIONS (key 'partition', template '$shop#userid_{user_id:lower}') COLLATE "C",
  sk         text OPTIONS (key 'sort', template '$user_1') COLLATE "C",
  gsi1pk     text OPTIONS (template '$shop#email_{email:lower}') COLLATE "C",
  gsi1sk     text OPTIONS (template '$user_1') COLLATE "C",
  entity     text OPTIONS (attribute_name '__edb_e__', template 'user'),
  model      text OPTIONS (attribute_name '__edb_v__', template '1')
) SERVER dynamo OPTIONS (table_name :'table');
CREATE FOREIGN TABLE orders (
  user_id    text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  order_id   integer OPTIONS (attribute_name 'orderId') NOT NULL,
  status     text COLLATE "C" NOT NULL,
  total      numeric,
  placed_at  timestamptz(3) OPTIONS (attribute_name 'placedAt') NOT NULL,
  created_at timestamptz(3) OPTIONS (attribute_name 'createdAt', type 'N', unit 'ms', created_at 'true'),
  updated_at timestamptz(3) OPTIONS (attribute_name 'updatedAt', type 'N', unit 'ms', updated_at 'true'),
  pk         text OPTIONS (key 'partition', template '$shop#userid_{user_id:lower}') COLLATE "C",
  sk         text OPTIONS (key 'sort', template '$order_1#orderid_{order_id:06}') COLLATE "C",
  gsi1pk     text OPTIONS (template '$shop#status_{status:lower}') COLLATE "C",
  gsi1sk     text OPTIONS (template '$order_1#placedat_{placed_at:lower}#userid_{user_id:lower}') COLLATE "C",
  entity     text OPTIONS (attribute_name '__edb_e__', template 'order'),
  model      text OPTIONS (attribute_name '__edb_v__', template '1')
) SERVER dynamo OPTIONS (table_name :'table', consistent_read 'false');
CREATE FOREIGN TABLE lines (
  user_id  text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  order_id integer OPTIONS (attribute_name 'orderId') NOT NULL,
  line_no  integer OPTIONS (attribute_name 'lineNo') NOT NULL,
  sku      text,
  quantity integer,
  pk       text OPTIONS (key 'partition', template '$shop#userid_{user_id:lower}') COLLATE "C",
  sk       text OPTIONS (key 'sort', template '$line_1#orderid_{order_id:06}#lineno_{line_no:02}') COLLATE "C",
  entity   text OPTIONS (attribute_name '__edb_e__', template 'line'),
  model    text OPTIONS (attribute_name '__edb_v__', template '1')
) SERVER dynamo OPTIONS (table_name :'table');
CREATE FOREIGN TABLE invoices (
  user_id    text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
  invoice_id text OPTIONS (attribute_name 'invoiceId') COLLATE "C" NOT NULL,
  order_id   integer OPTIONS (attribute_name 'orderId'),
  paid       boolean,
  pk         text OPTIONS (key 'partition', template '$shop#userid_{user_id:lower}') COLLATE "C",
  sk         text OPTIONS (key 'sort', template '$invoice_1#invoiceId_{invoice_id}') COLLATE "C",
  entity     text OPTIONS (attribute_name '__edb_e__', template 'invoice'),
  model      text OPTIONS (attribute_name '__edb_v__', template '1')
) SERVER dynamo OPTIONS (table_name :'table');

\ir common/changes.sql
