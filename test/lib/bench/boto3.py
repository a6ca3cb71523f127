#
# boto3
#		Packages: python3-boto3
#
#		boto3.py MEASURE WARM_UP COUNT
#
#		What test/bench measures, by the AWS SDK for Python: prints wall time and
#		CPU time in nanoseconds.
#
import concurrent.futures
import os
import sys
import time

import boto3
import botocore.config

AT_ONCE = 16
ITEM, COUNTER, LOADED = 'item', 'page_view', 'loaded'
client = boto3.client(
    'dynamodb', endpoint_url=os.environ['DYNAMODB_ENDPOINT'],
    region_name='us-east-1', aws_access_key_id='test',
    aws_secret_access_key='test',
    config=botocore.config.Config(max_pool_connections=AT_ONCE))


def key(number):
    return {'id': {'S': f'item-{number:06}'}}


def loaded(number):
    return {**key(number), 'seq': {'N': str(number)},
            'name': {'S': f'a name of some length, {number * 7}'},
            'price': {'N': f'{number % 1000}.01'},
            'active': {'BOOL': number % 2 == 1},
            'created': {'S': '2026-01-01T00:00:00.000000Z'},
            'tags': {'SS': [f'tag {number % 10}', 'common']}}


def increment(count):
    for _ in range(count):
        client.update_item(
            TableName=COUNTER, Key={'id': {'S': 'x'}},
            UpdateExpression='ADD view_count :1',
            ExpressionAttributeValues={':1': {'N': '1'}},
            ReturnValues='ALL_NEW')


def read(count):
    for _ in range(count):
        client.get_item(TableName=ITEM, Key=key(1), ConsistentRead=True)


def scan(count):
    found = 0
    for page in client.get_paginator('scan').paginate(TableName=ITEM):
        found += len(page['Items'])
    assert found == count


def copy(count):
    for first in range(0, count, 25):
        client.batch_write_item(RequestItems={LOADED: [
            {'PutRequest': {'Item': loaded(number)}}
            for number in range(first, min(first + 25, count))]})


def update_one(item):
    client.update_item(
        TableName=ITEM, Key={'id': item['id']},
        UpdateExpression='SET seq = :new',
        ConditionExpression='seq = :old',
        ExpressionAttributeValues={
            ':old': item['seq'], ':new': {'N': str(int(item['seq']['N']) + 1)}})


def update(count):
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for page in client.get_paginator('scan').paginate(TableName=ITEM):
            list(pool.map(update_one, page['Items']))


def join(count):
    for first in range(0, count, 100):
        client.batch_get_item(RequestItems={ITEM: {
            'Keys': [key(number % 1000)
                     for number in range(first, min(first + 100, count))],
            'ConsistentRead': True}})


def run(measure, count):
    globals()[measure](count)


MEASURE, WARM_UP, COUNT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if WARM_UP:
    run(MEASURE, WARM_UP)
wall, cpu = time.monotonic_ns(), time.process_time_ns()
run(MEASURE, COUNT)
print(time.monotonic_ns() - wall, time.process_time_ns() - cpu)
