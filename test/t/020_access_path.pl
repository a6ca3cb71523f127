# Reads by the requests that they send, and what the engine cannot show:
# indexes that lag, indexes whose keys have several attributes, scans that wait
# for each other.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use POSIX ();
use PostgreSQL::Test::Utils;
use Session;
use Stub;
use Test::More;

my $test = DynamormTest->new('access_path');
my $node = $test->{node};
$test->create_tables(
	point => "id text OPTIONS (key 'partition'), n integer",
	series => "name text OPTIONS (key 'partition'), at integer OPTIONS (key 'sort'), n integer",
	heavy => "id integer OPTIONS (key 'partition'), n integer, pad text");
$node->safe_psql('postgres', "INSERT INTO point SELECT g, g FROM generate_series(1, 500) g;"
	  . "INSERT INTO series SELECT 'a', g, g % 10 FROM generate_series(1, 500) g;"
	  . "INSERT INTO heavy SELECT g, g % 4, repeat('x', 390000) FROM generate_series(1, 12) g;");

sub sends
{
	my ($expected, $title, $sql, $output) = @_;
	$test->reset_proxy;
	is($node->safe_psql('postgres', $sql), $output, "$title: result");
	is_deeply($test->counts, $expected, $title);
	return;
}

# ---- requests, each in a session of its own ----

sends({ GetItem => 1 }, 'one item', "SELECT n FROM point WHERE id = '7'", 7);
sends({ Scan => 1 }, 'LIMIT 10', 'SELECT count(*) FROM (SELECT * FROM point LIMIT 10) s', 10);
sends({ DescribeTable => 1, Query => 1 }, 'the last of a partition',
	"SELECT at FROM series WHERE name = 'a' ORDER BY at DESC LIMIT 1", 500);
sends({ DescribeTable => 1, Query => 1 }, 'max of the sort key', "SELECT max(at) FROM series WHERE name = 'a'", 500);
sends({ DescribeTable => 1, Query => 1 }, 'EXISTS', "SELECT EXISTS (SELECT FROM series WHERE name = 'a' AND at > 100)", 't');
sends({ DescribeTable => 1, Scan => 1 }, 'count(*)', 'SELECT count(*) FROM point', 500);

# two items of 390 kB are more than half a page, three more than one
$test->reset_proxy;
is($node->safe_psql('postgres', 'SELECT count(*) FROM heavy WHERE n = 77'), 0, 'nothing matches');
cmp_ok($test->counts->{Scan}, '>=', 4, 'every page is read');

# ---- scans that wait together ----

my $branches = 'SELECT count(*) FROM (SELECT n FROM point UNION ALL SELECT n FROM series UNION ALL SELECT n FROM heavy) s';

# How many Scans are under way when none is answered; then all are.
sub under_way
{
	my ($sql, $count) = @_;
	$test->reset_proxy;
	$test->fault({ kind => 'hold', operation => 'Scan', count => 0 });
	my $session = Session->new($node->connstr('postgres'));
	$session->run('SET enable_async_append = off') if $count == 1;
	$session->send("$sql;\n\\echo =done=");
	ok($test->wait_until_held($count), "$count under way");
	my $scans = $test->counts->{Scan};
	$test->reset_proxy;
	$test->release;
	like($session->read_until(qr/^=done=$/m), qr/^1012$/m, 'rows of all branches');
	$session->finish;
	return $scans;
}

is(under_way($branches, 3), 3, 'branches are read at once');
is(under_way($branches, 1), 1, 'or in turn');

$test->fault({ kind => 'status', status => 400, error => 'ThrottlingException', operation => 'Scan', count => 2 });
is($node->safe_psql('postgres', $branches), 1012, 'a branch that is throttled');
$test->reset_proxy;

$test->fault({ kind => 'stall', operation => 'Scan', count => 0 });
my ($status, $out, $error) = $node->psql('postgres', "SET statement_timeout = '1s'; $branches");
like($error, qr/statement timeout/, 'branches that stall are cancelled');
$test->reset_proxy;

# ---- an index that lags behind its table ----

my %key = map { $_ => { S => $_ } } qw(id g);
my %lagging = (
	TableName => 'lagging', TableStatus => 'ACTIVE', ItemCount => 100000, TableSizeBytes => 10000000,
	KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
	AttributeDefinitions => [ map { { AttributeName => $_, AttributeType => 'S' } } qw(id g a b c d) ],
	GlobalSecondaryIndexes => [
		{
			IndexName => 'by_g', IndexStatus => 'ACTIVE', ItemCount => 100000, IndexSizeBytes => 10000000,
			KeySchema => [ { AttributeName => 'g', KeyType => 'HASH' } ], Projection => { ProjectionType => 'ALL' }
		},
		{
			IndexName => 'by_four', IndexStatus => 'ACTIVE', ItemCount => 100000, IndexSizeBytes => 10000000,
			KeySchema => [
				(map { { AttributeName => $_, KeyType => 'HASH' } } qw(a b)),
				(map { { AttributeName => $_, KeyType => 'RANGE' } } qw(c d)) ],
			Projection => { ProjectionType => 'ALL' }
		},
		{
			IndexName => 'by_d', IndexStatus => 'CREATING', Backfilling => JSON::PP::true,
			KeySchema => [ { AttributeName => 'd', KeyType => 'HASH' } ], Projection => { ProjectionType => 'ALL' }
		} ]);
my $stub = Stub->new(
	DescribeTable => { Table => \%lagging },
	Scan => { Count => 0, ScannedCount => 0, Items => [] },
	Query => { Count => 2, ScannedCount => 2, Items => [ { id => { S => '1' }, g => { S => 'x' }, n => { N => '1' } }, { id => { S => '1' }, g => { S => 'x' }, n => { N => '2' } } ] },
	GetItem => { Item => { id => { S => '1' }, g => { S => 'y' } } },
	UpdateItem => { __type => 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message => 'The conditional request failed', Item => { id => { S => '1' }, g => { S => 'y' }, n => { N => '1' } } },
	DeleteItem => { __type => 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message => 'The conditional request failed' });
$node->safe_psql('postgres', qq(
	CREATE SERVER stub FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint '$stub->{endpoint}', region 'us-east-1');
	CREATE USER MAPPING FOR CURRENT_USER SERVER stub OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE FOREIGN TABLE lagging (id text OPTIONS (key 'partition'), g text, n integer, a text, b text,
	  c text COLLATE "C", d text COLLATE "C") SERVER stub OPTIONS (consistent_read 'false');));

# An expression with its names and values.
sub readable
{
	my ($request, $member) = @_;
	my $text = $request->{$member} // '';
	$text =~ s/(#\w+)/$request->{ExpressionAttributeNames}{$1}/ge;
	$text =~ s/(:\w+)/(values %{ $request->{ExpressionAttributeValues}{$1} })[0]/ge;
	return $text;
}

is($node->safe_psql('postgres', "UPDATE lagging SET n = 5 WHERE g = 'x' RETURNING id"), '', 'an index says what is no longer so: nothing is changed');
my @updates = $stub->requests('UpdateItem');
is(scalar @updates, 1, 'an item that the index has twice is written once');
like(readable($updates[0], 'ConditionExpression'), qr/\bg = x\b/, 'what the index says is a condition of the write');
is($node->safe_psql('postgres', "DELETE FROM lagging WHERE g = 'x' RETURNING id"), '', 'the same of a DELETE');
$stub->forget;
is($node->safe_psql('postgres', "ALTER FOREIGN TABLE lagging OPTIONS (SET consistent_read 'true'); SELECT count(*) FROM lagging WHERE g = 'x'"), 0, 'a consistent read');
is_deeply([ $stub->requests ], [ 'DescribeTable', 'Scan' ], 'it does not ask the index');
$node->safe_psql('postgres', "ALTER FOREIGN TABLE lagging OPTIONS (SET consistent_read 'false')");
$stub->forget;
$node->safe_psql('postgres', "SELECT id FROM lagging WHERE d = 'x'");
is_deeply([ $stub->requests ], [ 'DescribeTable', 'Scan' ], 'an index that is being filled is not asked');

# ---- keys of several attributes ----

sub asks
{
	my ($where, $title, $index, $condition) = @_;
	$stub->forget;
	$node->safe_psql('postgres', "SELECT id FROM lagging WHERE $where");
	my ($query) = $stub->requests('Query');
	my ($scan) = $stub->requests('Scan');
	ok($scan && !$query, "$title: a Scan"), return unless $index;
	is($query->{IndexName}, $index, "$title: the index");
	is(readable($query, 'KeyConditionExpression'), $condition, "$title: its key");
	return $query;
}

asks("a = '1' AND b = '2' AND c > '3' AND d IS NOT NULL", 'both of the partition, a range of the first of the sort key', 'by_four', 'a = 1 AND b = 2 AND c > 3');
asks("a = '1' AND b = '2' AND c = '3' AND d LIKE '4%'", 'and the second', 'by_four', 'a = 1 AND b = 2 AND c = 3 AND begins_with(d, 4)');
my $gap = asks("a = '1' AND b = '2' AND c IS NOT NULL AND d = '4'", 'a gap in the sort key', 'by_four', 'a = 1 AND b = 2');
ok(!exists $gap->{FilterExpression}, 'a filter does not name the key');
asks("a = '1' AND c = '3' AND d = '4'", 'half of the partition key', undef);
asks("a = '1' AND b = '2' AND c = '3'", 'an item may lack the last attribute', undef);

is( $node->safe_psql('postgres', "EXPLAIN (COSTS OFF) SELECT id FROM lagging WHERE a = '1' AND b = '2' AND c = '3' AND d > '' ORDER BY d DESC LIMIT 3") =~ /ScanIndexForward: false/ ? 1 : 0,
	1, 'its order');

$test->reset_proxy;
$test->drop_tables;
done_testing();
