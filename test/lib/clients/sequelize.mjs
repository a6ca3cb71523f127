//
// sequelize
//		Modules: npm
//
import { DataTypes, Op, Sequelize } from 'sequelize';
import { database, saw, tried, whole } from './steps.mjs';

const sequelize = new Sequelize({ ...database, username: database.user,
  dialect: 'postgres', logging: false, pool: { max: 3 },
  define: { timestamps: false, freezeTableName: true } });

const Item = sequelize.define('item', {
  id: { type: DataTypes.TEXT, primaryKey: true },
  n: { type: DataTypes.BIGINT, defaultValue: 0 },
  price: DataTypes.DECIMAL(10, 2),
  tags: DataTypes.ARRAY(DataTypes.TEXT),
  doc: DataTypes.JSONB,
  at: DataTypes.DATE,
  ok: DataTypes.BOOLEAN,
  blob: DataTypes.BLOB,
  u: DataTypes.UUID,
});
const Entry = sequelize.define('entry', {
  item_id: { type: DataTypes.TEXT, primaryKey: true },
  no: { type: DataTypes.INTEGER, primaryKey: true },
  what: DataTypes.TEXT,
});
Item.hasMany(Entry, { foreignKey: 'item_id', constraints: false });

const plain = (rows) => rows.map((row) => row.get({ plain: true }));

// the first statement of the session: nothing has loaded the library before
saw('first upsert', (await Item.upsert({ id: 'first', n: 1 }))[0].get({ plain: true }));

saw('create', (await Item.create(whole)).get({ plain: true }));
saw('read', (await Item.findByPk('a')).get({ plain: true }));
saw('read', plain(await Item.findAll({ attributes: ['id'],
  where: { id: { [Op.in]: ['a', 'first', 'none'] } }, order: [['id', 'DESC']] })));
saw('read', await Item.findAndCountAll({ attributes: ['id'], where: { n: { [Op.gt]: 0 } },
  order: ['id'], limit: 1, raw: true }));
saw('read', await Item.count(), await Item.sum('n'), await Item.max('price'));
saw('read', plain(await Item.findAll({ attributes: ['id'],
  where: { doc: { [Op.contains]: { k: [1] } }, tags: { [Op.contains]: ['x'] } } })));

const a = await Item.findByPk('a');
a.price = '2.50';
a.doc = { l: 1 };
await a.save();
saw('update', await a.update({ ok: false }).then((row) => row.ok));
saw('update', await Item.update({ ok: true }, { where: { n: { [Op.lt]: 9 } } }));
saw('update', (await Item.update({ ok: null }, { where: { id: 'a' },
  returning: true }))[1][0].price);

await a.increment('n', { by: 5 });
await Item.decrement('n', { by: 1, where: { id: 'a' } });
await Item.update({ n: sequelize.fn('dyn_increment', sequelize.col('n'), 2) },
  { where: { id: 'a' } });
saw('increment', (await a.reload()).n);

for (const id of ['a', 'new'])
  saw('upsert', (await Item.upsert({ id, n: 8 }))[0].get('n'));
saw('upsert', plain(await Item.bulkCreate([{ id: 'a', n: 9 }, { id: 'newer', n: 9 }],
  { updateOnDuplicate: ['n'] })).map((row) => [row.id, row.n]));
saw('upsert', await Item.findOrCreate({ where: { id: 'newer' }, defaults: { n: 1 } })
  .then(([row, created]) => [row.n, created]));

const error = await tried('duplicate key', () => Item.create({ id: 'a' }));
saw('duplicate key', error.fields, error.errors.map((one) => one.message));
await tried('check', () => Item.update({ n: -1 }, { where: { id: 'a' } }));

saw('batch', (await Entry.bulkCreate([...Array(10)].map(
  (_, no) => ({ item_id: 'a', no })))).length);
saw('batch', (await Item.findAll({ where: { id: 'a' }, include: Entry,
  order: [[Entry, 'no', 'DESC']] }))[0].entries.map((row) => row.no));
await tried('error in batch', () => Entry.bulkCreate(
  [{ item_id: 'b', no: 1 }, { item_id: 'a', no: 1 }]));
saw('error in batch', await Entry.count({ where: { item_id: 'b' } }));
saw('batch', (await Entry.bulkCreate([{ item_id: 'a', no: 1 }, { item_id: 'c', no: 1 }],
  { ignoreDuplicates: true })).length,
  await Entry.count({ where: { item_id: ['a', 'c'] } }));

await tried('row lock', () => sequelize.transaction(async (transaction) =>
  (await Item.findByPk('a', { transaction, lock: true })).n));
await tried('rollback', () => sequelize.transaction(async (transaction) => {
  await Item.update({ n: 100 }, { where: { id: 'new' }, transaction });
  throw new RangeError('taken back');
}));
saw('rollback', (await Item.findByPk('new')).n);

saw('delete', await Entry.destroy({ where: { no: { [Op.gt]: 4 } } }));
await a.destroy();
saw('delete', await Item.findByPk('a'));
await tried('truncate', () => Entry.truncate().then(() => 'done'));
await Entry.destroy({ where: {} });
saw('delete', await Entry.count());

// tables that are there are left alone
await tried('sync', () => sequelize.sync().then(() => 'done'));
const columns = await sequelize.getQueryInterface().describeTable('item');
for (const name of Object.keys(columns)) delete columns[name].primaryKey;
saw('introspection', columns);
saw('primary key', Object.entries(
  await sequelize.getQueryInterface().describeTable('item'))
  .filter(([, column]) => column.primaryKey).map(([name]) => name));
saw('names of tables', (await sequelize.getQueryInterface().showAllTables())
  .map((table) => table.tableName ?? table).sort());
await sequelize.close();
