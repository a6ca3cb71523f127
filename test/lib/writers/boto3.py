#
# boto3
#		Packages: python3-boto3
#
#		What Python makes of values by itself: times by isoformat(), which has no
#		fraction where it is zero, a uuid's hex, Y and N, JSON in strings.  The
#		actions are those of common/writer.mjs.
#
import datetime
import decimal
import json
import os
import sys
import uuid

import boto3
from boto3.dynamodb.conditions import Attr, Key

UTC = datetime.timezone.utc
ACTION, TABLE = sys.argv[1:]
dynamodb = boto3.resource(
    'dynamodb', endpoint_url=os.environ['DYNAMODB_ENDPOINT'],
    region_name='us-east-1', aws_access_key_id='test',
    aws_secret_access_key='test')


def session_key(tenant, user_no, at):
    return {'PK': f'TENANT#{tenant}#USER#{user_no}',
            'SK': f'SESSION#{at.isoformat()}'}


def session(tenant, user_no, at, uid, flag, payload, hits):
    return {**session_key(tenant, user_no, at), 'type': 'session',
            'uid': uuid.UUID(int=uid).hex, 'flag': 'Y' if flag else 'N',
            'payload': json.dumps(payload), 'hits': hits,
            'seen': (at + datetime.timedelta(minutes=5)).isoformat()}


def time(*fields):
    return datetime.datetime(*fields, tzinfo=UTC)


FIRST = time(2024, 1, 15, 9, 30)
SECOND = time(2024, 1, 15, 10, 0, 0, 120000)
THIRD = time(2024, 2, 1, 23, 59, 59, 999999)
FOURTH = time(2024, 3, 1, 8)
SESSIONS = [
    session('acme', 2, FIRST, 7, True, {'from': 'Zürich', 'to': [1, 2.5]}, 1),
    session('acme', 2, SECOND, 2 ** 127 + 1, False, None, 2),
    session('acme', 2, THIRD, 9, True, [], 3),
    session('acme', 10, FIRST, 10, True, {}, 4),
]
# what is no session
OTHERS = [
    {'PK': 'TENANT#acme#USER#2', 'SK': 'PROFILE', 'type': 'profile',
     'roles': {'admin', 'auditor'}, 'balance': decimal.Decimal('12.50')},
    {'PK': 'TENANT#acme#USER#2', 'SK': 'SESSION#2024-01-15T09:45:00+00:00',
     'type': 'draft', 'flag': 'Y'},
    {'PK': 'TENANT#acme', 'SK': 'SESSION#none', 'type': 'tenant'},
]


def create():
    dynamodb.create_table(
        TableName=TABLE, BillingMode='PAY_PER_REQUEST',
        KeySchema=[{'AttributeName': 'PK', 'KeyType': 'HASH'},
                   {'AttributeName': 'SK', 'KeyType': 'RANGE'}],
        AttributeDefinitions=[
            {'AttributeName': name, 'AttributeType': 'S'}
            for name in ('PK', 'SK', 'type', 'seen')],
        GlobalSecondaryIndexes=[
            {'IndexName': 'byType', 'Projection': {'ProjectionType': 'ALL'},
             'KeySchema': [{'AttributeName': 'type', 'KeyType': 'HASH'},
                           {'AttributeName': 'seen', 'KeyType': 'RANGE'}]}])


def write(table):
    with table.batch_writer() as batch:
        for item in SESSIONS + OTHERS:
            batch.put_item(Item=item)


def change(table):
    is_session = Attr('type').eq('session')
    table.update_item(
        Key=session_key('acme', 2, FIRST), ConditionExpression=is_session,
        UpdateExpression='SET flag = :flag, seen = :seen, hits = hits + :one',
        ExpressionAttributeValues={
            ':flag': 'N', ':seen': time(2024, 4, 1, 12).isoformat(), ':one': 1})
    table.update_item(
        Key=session_key('acme', 2, SECOND), ConditionExpression=is_session,
        UpdateExpression='SET payload = :payload, seen = :seen',
        ExpressionAttributeValues={
            ':payload': json.dumps({'a': [True, None]}),
            ':seen': time(2024, 4, 1, 12, 0, 0, 500000).isoformat()})
    table.put_item(
        Item=session('acme', 2, FOURTH, 11, True, {'new': 1}, 0),
        ConditionExpression=Attr('PK').not_exists())
    table.delete_item(
        Key=session_key('acme', 2, THIRD), ConditionExpression=is_session)


def read_session(item):
    return {**item, 'uid': str(uuid.UUID(item['uid'])),
            'at': datetime.datetime.fromisoformat(item['SK'].split('#')[1]),
            'seen': datetime.datetime.fromisoformat(item['seen']),
            'flag': {'Y': True, 'N': False}[item['flag']],
            'payload': json.loads(item['payload'])}


def plain(value):
    if isinstance(value, set):
        return sorted(value)
    return repr(value)


def show(step, items):
    for item in items:
        print(step + ': ' + json.dumps(item, default=plain, sort_keys=True))
    if not items:
        print(step + ': nothing')


def read(table):
    for at in (FIRST, SECOND, THIRD, FOURTH):
        item = table.get_item(Key=session_key('acme', 2, at)).get('Item')
        show('session', [read_session(item)] if item else [])
    for user_no in (2, 10):
        found = table.query(
            KeyConditionExpression=Key('PK').eq(f'TENANT#acme#USER#{user_no}')
            & Key('SK').gte(f'SESSION#{SECOND.isoformat()}'))
        show(f'since, of {user_no}', [read_session(i) for i in found['Items']])
    found = table.query(
        IndexName='byType', FilterExpression=Attr('flag').eq('N'),
        KeyConditionExpression=Key('type').eq('session')
        & Key('seen').gt(time(2024, 1, 1).isoformat()))
    show('N by time', [read_session(item) for item in found['Items']])
    items = sorted(table.scan()['Items'], key=lambda i: (i['PK'], i['SK']))
    show('all sessions', [
        read_session(i) for i in items if i['type'] == 'session'])
    show('stored', items)


if ACTION == 'write':
    create()
    write(dynamodb.Table(TABLE))
elif ACTION == 'change':
    change(dynamodb.Table(TABLE))
else:
    read(dynamodb.Table(TABLE))
