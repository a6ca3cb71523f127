#
# django
#		Packages: python3-django python3-psycopg2
#
import os
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.models import F, Func, Sum, Value
from django.db.models.functions import Coalesce

from steps import saw, tried

settings.configure(
    DATABASES={'default': {'ENGINE': 'django.db.backends.postgresql',
                           'NAME': os.environ['PGDATABASE']}},
    DEFAULT_AUTO_FIELD='django.db.models.AutoField', USE_TZ=True)
django.setup()


class Item(models.Model):
    id = models.TextField(primary_key=True)
    n = models.BigIntegerField(default=0)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    doc = models.JSONField(null=True)
    at = models.DateTimeField(null=True)
    ok = models.BooleanField(null=True)
    blob = models.BinaryField(null=True)
    u = models.UUIDField(null=True)

    class Meta:
        app_label = 'clients'
        db_table = 'item'
        managed = False


items = Item.objects


def raw(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


# as bulk_create(update_conflicts=True) of version 4.1 says it; the first
# statement of the session: nothing has loaded the library before
saw('first upsert', raw(
    "INSERT INTO item (id, n) VALUES ('first', 1), ('second', 2) "
    'ON CONFLICT(id) DO UPDATE SET n = EXCLUDED.n'))

items.create(id='a', n=1, price='1.10', doc={'k': [1, None]}, ok=True, blob=b'\x00\xff')
Item(id='b').save()
saw('create', items.count())

saw('read', list(items.filter(pk='a').values()))
saw('read', sorted(items.in_bulk(['a', 'b', 'none'])))
saw('read', list(items.filter(doc__k__0=1).values_list('id', flat=True)))
saw('read', list(items.filter(id__startswith='se').order_by('-id').values_list('id', flat=True)))
saw('read', [item.id for item in items.order_by('id').iterator(chunk_size=2)])
saw('read', items.aggregate(Sum('n')), items.filter(ok__isnull=True).exists())
saw('read', [item.id for item in items.order_by('id')[1:3]])

item = items.get(pk='a')
item.price = 2
item.save()
saw('update', items.filter(pk='a').update(ok=False), items.get(pk='a').price)
saw('update', items.filter(n__lt=2).update(ok=True))
items.get(pk='b').save(update_fields=['ok'])

items.filter(pk='a').update(n=F('n') + 5)
items.filter(pk='a').update(n=Coalesce(F('n'), Value(0)) + 1)
items.filter(pk='a').update(n=Func(F('n'), Value(2), function='dyn_increment'))
saw('increment', items.get(pk='a').n)

saw('get or create', [(item.id, created) for item, created in (
    items.get_or_create(pk='a'), items.get_or_create(pk='c', defaults={'n': 3}))])

tried('update or create', lambda: items.update_or_create(
    pk='c', defaults={'n': 4})[1])
tried('update or create', lambda: items.update_or_create(
    pk='d', defaults={'n': 4})[1])

items.bulk_create([Item(id='bulk%d' % i, n=i) for i in range(10)], batch_size=3)
items.bulk_create([Item(id='bulk%d' % i, n=100) for i in range(12)], ignore_conflicts=True)
saw('batch', list(items.filter(id__startswith='bulk').order_by('id').values_list('id', 'n')))
bulk = list(items.filter(id__startswith='bulk'))
for item in bulk:
    item.n += 1000
items.bulk_update(bulk, ['n'], batch_size=5)
saw('batch', items.filter(n__gt=999).count())

tried('duplicate key', lambda: items.create(id='a'))


def in_transaction():
    with transaction.atomic():
        try:
            with transaction.atomic():
                items.create(id='a')
        except django.db.IntegrityError:
            items.create(id='after error')


in_transaction()
saw('savepoint', items.filter(pk='after error').exists())

tried('check', lambda: items.filter(pk='a').update(n=-1))


def locked(**options):
    with transaction.atomic():
        return items.select_for_update(**options).get(pk='a').n


tried('row lock', locked)
tried('row lock', lambda: locked(nowait=True))
tried('row lock', lambda: locked(no_key=True))
tried('skip locked', lambda: locked(skip_locked=True))


def locked_change():
    with transaction.atomic():
        locked = items.select_for_update().get(pk='b')
        locked.n += 5
        locked.save()
        with transaction.atomic():
            items.filter(pk='b').update(n=F('n') + 1)
            transaction.set_rollback(True)
    return items.get(pk='b').n


tried('locked change', locked_change)


def locked_range():
    with transaction.atomic():
        return [item.id for item in items.select_for_update().filter(
            id__in=['a', 'b', 'none']).order_by('-id')[:1]]


tried('locked range', locked_range)


def rolled_back():
    with transaction.atomic():
        items.filter(pk='b').update(n=100)
        transaction.set_rollback(True)


rolled_back()
saw('rollback', items.get(pk='b').n)

saw('delete', items.get(pk='c').delete()[0], items.filter(id__startswith='bulk').delete()[0])
saw('explain', 'item' in items.filter(pk='a').explain())

with connection.cursor() as cursor:
    saw('introspection', [
        (column.name, column.type_code, column.null_ok)
        for column in connection.introspection.get_table_description(cursor, 'item')])
    saw('names of tables', sorted(
        table.name for table in connection.introspection.get_table_list(cursor)
        if table.type == 't'))
    saw('primary key', connection.introspection.get_primary_key_column(cursor, 'item'))
print('inspectdb: ', end='', flush=True)
call_command('inspectdb', 'item', stdout=open('inspected', 'w'))
print([line.strip() for line in open('inspected') if ' = models.' in line
       and 'id = ' not in line])
