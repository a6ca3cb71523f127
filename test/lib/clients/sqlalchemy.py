#
# sqlalchemy
#		Packages: python3-sqlalchemy python3-psycopg2
#
# The key is named by hand: a foreign table has no PRIMARY KEY to reflect.
#
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Session, declarative_base, relationship

from steps import saw, tried

engine = sa.create_engine('postgresql+psycopg2://')
Base = declarative_base()


class Item(Base):
    __table__ = sa.Table('item', Base.metadata,
                         sa.Column('id', sa.Text, primary_key=True),
                         autoload_with=engine)
    entries = relationship('Entry', order_by='Entry.no', viewonly=True)


class Entry(Base):
    __tablename__ = 'entry'
    item_id = sa.Column(sa.ForeignKey('item.id'), primary_key=True)
    no = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
    what = sa.Column(sa.Text)


def upsert(key, n):
    statement = pg.insert(Item.__table__).values(id=key, n=n)
    return statement.on_conflict_do_update(
        index_elements=['id'],
        set_={'id': statement.excluded.id,
              'n': Item.n + statement.excluded.n}).returning(Item.n)


# the first statement of a session: nothing has loaded the library before
with sa.create_engine('postgresql+psycopg2://').begin() as conn:
    saw('first upsert', conn.execute(upsert('first', 1)).scalar())

session = Session(engine, future=True)
session.add_all([Item(id='a', n=1, tags=['x', 'y'], doc={'k': [1, None]}, ok=True),
                 Item(id='b'), Entry(item_id='a', no=1), Entry(item_id='a', no=2)])
session.commit()
saw('create', session.get(Item, 'b').n)

a = session.get(Item, 'a')
saw('read', a.n, a.tags, a.doc, a.ok, [entry.no for entry in a.entries])
saw('read', session.scalars(sa.select(Item.id).where(Item.id.in_(['a', 'none']))).all())
saw('read', session.scalars(sa.select(Item.id).where(
    Item.doc['k'][0].as_integer() == 1)).all())
saw('read', session.scalars(sa.select(Item.id).where(Item.tags.any('x'))).all())
saw('read', session.execute(sa.select(Item.id, sa.func.count(Entry.no)).join(
    Entry, isouter=True).group_by(Item.id).order_by(Item.id)).all().__repr__())

a.price = 3
a.doc = {'k': 'changed'}
session.commit()
saw('update', session.get(Item, 'a').price, session.get(Item, 'a').doc)
saw('update', session.query(Item).filter(Item.n >= 1).update({'ok': False}))
session.commit()

a.n = Item.n + 5
session.commit()
saw('increment', a.n)
saw('increment', session.execute(sa.update(Item).where(Item.id == 'a').values(
    n=sa.func.dyn_increment(Item.n, 2)).returning(Item.n).execution_options(
        synchronize_session=False)).scalar())
session.commit()

saw('upsert', session.execute(upsert('a', 10)).scalar())
saw('upsert', session.execute(upsert('new', 10)).scalar())
saw('upsert', session.execute(pg.insert(Item.__table__).values(
    id='new').on_conflict_do_nothing()).rowcount)
session.merge(Item(id='new', n=11))
session.merge(Item(id='newer', n=12))
session.commit()
saw('merge', session.execute(sa.select(Item.id, Item.n).where(
    Item.id.in_(['new', 'newer'])).order_by(Item.id)).all().__repr__())


def duplicate():
    session.add(Item(id='a'))
    session.commit()


session.expunge_all()
tried('duplicate key', duplicate)
session.rollback()

session.bulk_insert_mappings(Entry, [
    {'item_id': 'bulk', 'no': no} for no in range(20)])
session.bulk_update_mappings(Entry, [
    {'item_id': 'bulk', 'no': no, 'what': 'w%d' % no} for no in range(10)])
session.commit()
saw('batch', session.execute(sa.select(
    sa.func.count(), sa.func.count(Entry.what)).where(
        Entry.item_id == 'bulk')).one().__repr__())
# as version 2.0 inserts many
saw('batch', session.execute(sa.text(
    "INSERT INTO entry (item_id, no) SELECT p0::text, p1::integer FROM (VALUES "
    "('v', 1, 0), ('v', 2, 1), ('v', 3, 2)) AS imp_sen(p0, p1, sen_counter) "
    'ORDER BY sen_counter RETURNING no')).scalars().all())
session.commit()

for options in ({}, {'nowait': True}, {'read': True}, {'key_share': True},
                {'read': True, 'key_share': True}, {'of': Item}):
    tried('row lock', lambda: session.execute(sa.select(Item.n).where(
        Item.id == 'a').with_for_update(**options)).scalar())
    session.rollback()


def locked_change(key):
    locked = session.get(Item, key, with_for_update=True)
    locked.n += 1
    session.commit()
    return locked.n


def locked_join():
    return session.execute(sa.select(Item.id, Entry.no).join(Entry).where(
        Item.id == 'a').order_by(Entry.no).with_for_update(of=Item)).all().__repr__()


tried('locked change', lambda: locked_change('b'))
session.rollback()
tried('locked join', locked_join)
session.rollback()

session.execute(sa.update(Item).where(Item.id == 'b').values(n=100))
session.rollback()
saw('rollback', session.get(Item, 'b').n)

session.delete(session.get(Item, 'a'))
session.commit()
saw('delete', session.get(Item, 'a'))
saw('delete', session.query(Entry).filter(Entry.item_id == 'bulk', Entry.no > 4).delete())
session.commit()


class Versioned(Base):
    __table__ = sa.Table('item', sa.MetaData(), sa.Column('id', sa.Text, primary_key=True),
                         autoload_with=engine)
    __mapper_args__ = {'version_id_col': __table__.c.n}


def stale():
    session.execute(sa.update(Item).where(Item.id == 'v').values(n=9))
    row.ok = False
    session.flush()


row = Versioned(id='v')
session.add(row)
session.commit()
row.ok = True
session.commit()
saw('version', row.n)
tried('version', stale)
session.rollback()

inspector = sa.inspect(engine)
saw('introspection', [(c['name'], str(c['type']), c['nullable'], c['default'])
                      for c in inspector.get_columns('item')])
saw('check constraints', inspector.get_check_constraints('item'))
saw('primary key', inspector.get_pk_constraint('item'))
saw('names of tables', sorted(inspector.get_table_names()),
    sorted(inspector.get_foreign_table_names()))
