# Joins with a large DynamoDB table: what is chosen, how many requests that are,
# and what becomes of them when something goes wrong.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

# what is chosen is a matter of how many items there are
Test::More::plan(skip_all => 'the engine counts no items')
  if ($ENV{DYNAMODB_ENGINE} // '') eq 'dynalite';

my $test = DynamormTest->new('batch_join');
my $node = $test->{node};
$test->create_tables(
	customer => "id text OPTIONS (key 'partition'), n integer, note text",
	visit => "customer text OPTIONS (key 'partition'), "
	  . "seq integer OPTIONS (key 'sort'), note text");

# 8 MB in each, so that reading all of it is not the cheapest way; of customers
# so many that it is not where an engine does not tell the bytes, either
my $put = q{
	DO $$
	DECLARE
	  items jsonb;
	BEGIN
	  FOR batch IN 1..%d LOOP
	    SELECT jsonb_agg(jsonb_build_object('PutRequest', jsonb_build_object('Item', %s)))
	      INTO items FROM generate_series(batch * 25 - 24, batch * 25) g;
	    PERFORM dyn_request('dynamo', 'BatchWriteItem',
	      jsonb_build_object('RequestItems', jsonb_build_object('%s', items)));
	  END LOOP;
	END $$};
my $note = q{'note', jsonb_build_object('S', repeat('x', %d))};
$node->safe_psql('postgres', sprintf $put, 480,
	"jsonb_build_object('id', jsonb_build_object('S', 'c' || g), "
	  . "'n', jsonb_build_object('N', g::text), " . sprintf($note, 700) . ')', 'customer');
$node->safe_psql('postgres', sprintf $put, 120,
	"jsonb_build_object('customer', jsonb_build_object('S', 'c' || g / 10), "
	  . "'seq', jsonb_build_object('N', g::text), " . sprintf($note, 2700) . ')', 'visit');
$node->safe_psql('postgres', q{
	CREATE TABLE orders AS SELECT g AS n, 'c' || g AS customer_id FROM generate_series(1, 1000) g;
	CREATE TABLE many AS SELECT g AS n, 'c' || g AS customer_id FROM generate_series(1, 100000) g;
	CREATE TABLE few (customer_id text);
	INSERT INTO few VALUES ('c1'), ('c2'), ('c30'), ('none'), (NULL);
	ANALYZE orders;
	ANALYZE many;});

sub requests { my %counts = %{ $test->counts }; delete $counts{DescribeTable}; return \%counts }

sub plan { return $node->safe_psql('postgres', "EXPLAIN (COSTS OFF) $_[0]") }

# The result of a statement in a fresh session, and the requests it has sent.
sub runs
{
	my ($sql, $result, $expected, $title) = @_;
	$test->reset_proxy;
	is($node->safe_psql('postgres', $sql), $result, $title);
	is_deeply(requests(), $expected, "$title: requests");
	return;
}

my $join = 'SELECT count(*), sum(c.n) FROM orders o JOIN customer c ON c.id = o.customer_id';
like(plan($join), qr/Batch Join/, '1,000 rows: plan');
runs($join, '1000|500500', { BatchGetItem => 10 }, '1,000 rows');
runs('SELECT count(*), count(c.n) FROM few LEFT JOIN customer c ON c.id = few.customer_id',
	'5|3', { BatchGetItem => 1 }, 'a table without statistics');
like(plan('SELECT * FROM many JOIN customer c ON c.id = many.customer_id'),
	qr/Hash Join.*Scan on customer/s, '100,000 rows: the table is read whole');
runs('SELECT n FROM (SELECT m.n FROM many m JOIN customer c ON c.id = m.customer_id LIMIT 1) x',
	'1', { BatchGetItem => 1 }, 'LIMIT stops early');

# the partition key alone
like(plan('SELECT * FROM few JOIN visit v ON v.customer = few.customer_id'),
	qr/Nested Loop.*Query on visit/s, 'on the partition key: plan')
  if $node->safe_psql('postgres', 'ANALYZE few') eq '';
runs('SELECT count(*), count(v.seq) FROM few LEFT JOIN visit v ON v.customer = few.customer_id',
	'32|30', { Query => 4 }, 'on the partition key');

# UPDATE ... FROM: the items are read in batches, and written one by one
runs('WITH u AS (UPDATE customer SET n = customer.n + 1 FROM orders o WHERE customer.id = o.customer_id AND o.n <= 200 RETURNING 1) SELECT count(*) FROM u',
	'200', { BatchGetItem => 2, UpdateItem => 200 }, 'UPDATE ... FROM');

# a busy DynamoDB
$test->reset_proxy;
$test->fault({ kind => 'status', operation => 'BatchGetItem', status => 400, skip => 2,
		body => { __type => 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', message => 'slow down' } });
is($node->safe_psql('postgres', $join), '1000|500700', 'a throttled request is repeated');
is_deeply(requests(), { BatchGetItem => 11 }, 'a throttled request is repeated: requests');

# an answer that does not come
$test->reset_proxy;
$test->fault({ kind => 'stall', operation => 'BatchGetItem', skip => 1 });
my ($status, $output, $error) = $node->psql('postgres', "SET statement_timeout = '1s'; $join");
like($error, qr/canceling statement due to statement timeout/, 'a stalled join can be cancelled');

$test->reset_proxy;
$test->drop_tables;
done_testing();
