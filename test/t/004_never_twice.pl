# A write is sent once, whatever happens to its answer: neither we nor libcurl
# send it again.  What may be repeated is.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = DynamormTest->new('never_twice');
my $node = $test->{node};
$test->create_tables(
	counter => "id text OPTIONS (key 'partition'), n bigint");
$node->safe_psql('postgres', "INSERT INTO counter VALUES ('x', 0)");

my $update = "UPDATE counter SET n = n + 1 WHERE id = 'x'";

# The first statement makes the connection, so that the second reuses it: that
# is where libcurl would repeat by itself.  Returns what psql wrote to stderr.
sub update_on_reused_connection
{
	my ($sql, @faults) = @_;
	my ($out, $err) = ('', '');
	$test->reset_proxy;
	$test->fault(map { +{ skip => 1, operation => 'UpdateItem', %$_ } } @faults);
	$node->safe_psql('postgres', "DELETE FROM counter WHERE id = 'y'");
	$node->psql('postgres',
		"UPDATE counter SET n = 0 WHERE id = 'x'; $sql;",
		stdout => \$out, stderr => \$err, on_error_stop => 0,
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err;
}

sub value
{
	return $node->safe_psql('postgres',
		"SELECT n FROM counter WHERE id = 'x'");
}

# fault, what it leaves in the table
my @lost = (
	[ { kind => 'reset_before' }, 0, 'connection lost before the write' ],
	[ { kind => 'reset_after' }, 1, 'connection lost after the write' ],
	[ { kind => 'status', status => 500, when => 'before' }, 0,
		'HTTP 500 without the write' ],
	[ { kind => 'status', status => 500, when => 'after' }, 1,
		'HTTP 500 after the write' ],
	[ { kind => 'status', status => 503, when => 'after' }, 1,
		'HTTP 503 after the write' ]);

foreach my $case (@lost)
{
	my ($fault, $left, $title) = @$case;
	foreach my $statement (
		[ "$update", 2, 'pushed' ],
		[ 'UPDATE counter SET n = (n * 1) + 1 WHERE id = \'x\'', 2, 'computed' ])
	{
		my ($sql, $requests, $path) = @$statement;
		my $err = update_on_reused_connection($sql, $fault);
		like($err,
			qr/ERROR:  40003: the outcome of the write is unknown.*"counter", item \{"id": "x"\}.*HINT:  It may or may not have been applied/s,
			"$title, $path: 40003 names table and key");
		is($test->counts->{UpdateItem}, $requests, "$title, $path: sent once");
		is(value(), $left, "$title, $path: applied at most once");
	}
}

# what was certainly not done is repeated: throttling
my $throttled = update_on_reused_connection($update,
	{ kind => 'status', status => 400, when => 'before',
		body => '{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow down"}' });
is($throttled, '', 'a throttled write succeeds in the end');
is($test->counts->{UpdateItem}, 3, 'by a second try');
is(value(), 1, 'and is applied once');

# reads are repeated
$test->reset_proxy;
$test->fault({ kind => 'reset_before', operation => 'GetItem', skip => 1 },
	{ kind => 'status', status => 500, operation => 'GetItem', skip => 2 });
is( $node->safe_psql('postgres',
		"SELECT n FROM counter WHERE id = 'x'; SELECT n FROM counter WHERE id = 'x'"),
	"1\n1", 'a read survives a lost connection and a 500');

# an INSERT too is never sent again: no false 'duplicate key'
$test->reset_proxy;
$test->fault({ kind => 'reset_after', operation => 'PutItem' });
my ($out, $err) = ('', '');
$node->psql('postgres', "INSERT INTO counter VALUES ('new', 1)",
	stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($err, qr/40003/, 'INSERT with a lost answer: 40003');
is($test->counts->{PutItem}, 1, 'sent once');

$test->drop_tables;
done_testing();
