# Key changes under faults and among each other: each is applied once.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'the engine has no transactions'
  if ($ENV{DYNAMODB_ENGINE} // '') eq 'dynalite';

my $test = DynamormTest->new('key_change');
my $node = $test->{node};
$test->create_tables(
	moving => "pk text OPTIONS (key 'partition'), sk integer OPTIONS (key 'sort'), n integer");
$node->safe_psql('postgres', "INSERT INTO moving VALUES ('a', 1, 0)");

# ---- an answer that is lost: the request is repeated with its token ----

$test->reset_proxy;
$test->fault({ kind => 'reset_after', operation => 'TransactWriteItems' });
is( $node->safe_psql('postgres',
		"UPDATE moving SET sk = sk + 1, n = n + 1 WHERE pk = 'a' AND sk = 1 RETURNING sk, n"),
	'2|1', 'a lost answer');
is($test->counts->{TransactWriteItems}, 2, 'is asked for again');
is($node->safe_psql('postgres', 'SELECT * FROM moving'), 'a|2|1',
	'and the change was made once');

# ---- an answer that never comes ----

$test->reset_proxy;
$node->safe_psql('postgres', "ALTER SERVER dynamo OPTIONS (ADD max_attempts '2', ADD request_timeout '500')");
$test->fault({ kind => 'reset_after', operation => 'TransactWriteItems', count => 0 });
my ($stdout, $stderr);
$node->psql('postgres', "UPDATE moving SET sk = 3 WHERE pk = 'a' AND sk = 2",
	stdout => \$stdout, stderr => \$stderr, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($stderr, qr/40003: the outcome of the DynamoDB transaction is unknown/, 'is an unknown outcome');

# ---- a transaction that is in progress for ever ----

$test->reset_proxy;
$test->fault({ kind => 'error', code => 'TransactionInProgressException', when => 'after',
	operation => 'TransactWriteItems', count => 0 });
$node->psql('postgres', "UPDATE moving SET sk = 4 WHERE pk = 'a' AND sk = 3",
	stdout => \$stdout, stderr => \$stderr, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($stderr, qr/40003: the outcome of the DynamoDB transaction is unknown.*TransactionInProgressException/s,
	'mended: a transaction in progress, given up, is an unknown outcome and no conflict');
is($test->counts->{TransactWriteItems}, 2, 'it was asked for as often as it may be');
$test->reset_proxy;
is($node->safe_psql('postgres', 'SELECT sk FROM moving'), '4', 'and this one was carried out');
$node->safe_psql('postgres', 'ALTER SERVER dynamo OPTIONS (DROP max_attempts, DROP request_timeout)');

# ---- a conflict with another transaction ----

$test->fault({ kind => 'status', operation => 'TransactWriteItems', status => 400,
	body => { __type => 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
		Message => 'x', CancellationReasons => [ { Code => 'TransactionConflict' }, { Code => 'None' } ] } });
is( $node->safe_psql('postgres', "UPDATE moving SET sk = 10 WHERE pk = 'a' RETURNING sk"),
	'10', 'a conflict is waited for');

# ---- many at once ----

my $sessions = 8;
my @running;
foreach my $session (1 .. $sessions)
{
	my %one = (in => '', out => '', err => '');
	$one{run} = IPC::Run::start(
		[ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'), '-c', q(
			DO $$
			DECLARE moved integer; total integer := 0;
			BEGIN
			  FOR i IN 1..10 LOOP
			    BEGIN
			      UPDATE moving SET sk = sk + 1, n = n + 1 WHERE pk = 'a';
			      GET DIAGNOSTICS moved = ROW_COUNT;
			      total := total + moved;
			    EXCEPTION WHEN unique_violation THEN NULL;
			    END;
			  END LOOP;
			  RAISE NOTICE 'moved %', total;
			END $$) ],
		'<', \$one{in}, '>', \$one{out}, '2>', \$one{err});
	push @running, \%one;
}
my $moved = 0;
foreach my $one (@running)
{
	$one->{run}->finish;
	$one->{err} =~ /moved (\d+)/ ? ($moved += $1) : diag($one->{err});
}
is( $node->safe_psql('postgres', 'SELECT count(*), max(sk) - 10 FROM moving'),
	"1|$moved", "$moved moves by $sessions sessions, each counted once");
cmp_ok($moved, '>=', 10, 'of which some came through');

$test->drop_tables;
done_testing();
