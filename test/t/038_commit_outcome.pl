# What becomes of a COMMIT whose request fails, is lost, delayed or interrupted:
# it is carried out once or not at all, and what is said of it is true.  With a
# commit_table all of it is known at the end.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time sleep);

plan skip_all => 'the engine has no transactions'
  if ($ENV{DYNAMODB_ENGINE} // '') eq 'dynalite';

my $test = DynamormTest->new('commit_outcome');
my $node = $test->{node};
$test->create_tables(
	account => "id text OPTIONS (key 'partition'), n bigint",
	marker => "id text OPTIONS (key 'partition'), state text, token text, at text, expires bigint");
# the same items by a server that leaves markers
$node->safe_psql('postgres', qq(
	INSERT INTO account VALUES ('a', 0), ('b', 0);
	CREATE SERVER marked FOREIGN DATA WRAPPER dynamorm_fdw
	  OPTIONS (endpoint '$test->{endpoint}', region 'us-east-1', commit_table 'marker', transaction_mode 'atomic');
	CREATE USER MAPPING FOR CURRENT_USER SERVER marked OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE FOREIGN TABLE marked_account (id text OPTIONS (key 'partition'), n bigint)
	  SERVER marked OPTIONS (table_name 'account');
	CREATE FOREIGN TABLE plain_account (id text OPTIONS (key 'partition'), n bigint)
	  SERVER dynamo OPTIONS (table_name 'account', transaction_mode 'atomic');));

my $value = 0;		# of both items
my ($out, $err, $seconds);

# Adds 1 to both items by COMMIT; "in" is the table.
sub add
{
	my ($table, %more) = @_;
	my $timeout = $more{timeout} // 5000;
	my $update = "UPDATE $table SET n = n + 1 WHERE id IN ('a', 'b');";
	my $began = time;
	$node->psql('postgres',
		"SET dynamorm_fdw.commit_timeout = $timeout; " . ($more{before} // '') . "\n"
		  . ($more{inside} ? "DO \$\$ BEGIN $update COMMIT; END \$\$" : $update),
		stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	$seconds = time - $began;
	return;
}

# All or nothing, and as often as that.
sub both_are
{
	my ($expected, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$value = $expected;
	return is($node->safe_psql('postgres',
			"SELECT string_agg(n::text, '|' ORDER BY id) FROM account WHERE id IN ('a', 'b')"),
		"$expected|$expected", $name);
}

sub state_of
{
	my ($function, $token) = @_;
	return $node->safe_psql('postgres', "SELECT $function('$token')");
}

sub fault
{
	$test->reset_proxy;
	return $test->fault(map { { operation => 'TransactWriteItems', %$_ } } @_);
}

my $forever = 0;

# ---- all is well ----

add('marked_account');
both_are(1, 'a COMMIT');
my $token = $node->safe_psql('postgres', 'SELECT token FROM (SELECT substr(id, 3) AS token FROM marker) m');
is(state_of(dyn_transaction_status => $token), 'committed', 'its token tells');
is(state_of(dyn_transaction_resolve => $token), 'committed', 'and cannot be sealed any more');

add('marked_account', before => "SET dynamorm_fdw.idempotency_key = 'order 1';");
both_are(2, 'one with an idempotency key');
add('marked_account', before => "SET dynamorm_fdw.idempotency_key = 'order 1';");
like($err, qr/ERROR:  23505: .*"order 1".*token [0-9a-f]{32}/s, 'a second one with the key');
both_are(2, 'writes nothing');

$node->psql('postgres', "BEGIN; INSERT INTO marked_account SELECT 'i' || i, i FROM generate_series(1, 99) i;
	SET LOCAL dynamorm_fdw.idempotency_key = 'order 2'; COMMIT",
	stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($err, qr/ERROR:  54000: .*at most 98 items/, 'a key that is set after the last item');
both_are(2, 'nothing was done');

$node->psql('postgres', "CREATE FUNCTION add_once() RETURNS void LANGUAGE plpgsql SET dynamorm_fdw.idempotency_key = 'order 3'
	  AS \$\$ BEGIN UPDATE marked_account SET n = n + 1 WHERE id IN ('a', 'b'); END \$\$;
	SELECT add_once()",
	stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($err, qr/ERROR:  55000: .*not set at COMMIT/, 'a key that ends with a function');
both_are(2, 'nothing was done');

# ---- answers that are lost ----

fault({ kind => 'reset_after', count => 11 });
add('plain_account', timeout => 120000);
is($err, '', '11 lost answers are more than max_attempts');
is($test->counts->{TransactWriteItems}, 12, 'and the twelfth tells');
both_are(3, 'it was done once');

fault({ kind => 'reset_after', count => $forever });
add('plain_account', timeout => 1000);
like($err, qr/ERROR:  08007: .*Transaction token [0-9a-f]{32}/s, 'no answer ever');
cmp_ok($seconds, '<', 4, 'it is bounded by commit_timeout');
both_are(4, 'it was done');
add('marked_account', timeout => 1000);
is($err, '', 'the marker tells what no answer does');
both_are(5, 'it was done');

# ---- a request that never arrives ----

fault({ kind => 'stall', count => $forever });
add('plain_account', timeout => 500);
like($err, qr/ERROR:  08007: /, 'without a marker nobody knows');
add('marked_account', timeout => 500);
like($err, qr/ERROR:  40001: .*Transaction token ([0-9a-f]{32})/s, 'with one it is sealed');
is(state_of(dyn_transaction_status => $err =~ /token ([0-9a-f]{32})/), 'aborted', 'which stays');
both_are(5, 'nothing was done');

$test->reset_proxy;
$test->fault({ kind => 'stall', operation => 'TransactWriteItems', count => $forever },
	{ kind => 'stall', operation => 'PutItem', count => $forever });
add('marked_account', timeout => 500);
like($err, qr/ERROR:  08007: .*Transaction token ([0-9a-f]{32})/s, 'no seal can be put either');
cmp_ok($seconds, '>', 5, 'which is tried for 5 seconds');
my ($unknown) = $err =~ /token ([0-9a-f]{32})/;
$test->reset_proxy;
is(state_of(dyn_transaction_status => $unknown), 'unknown', 'so it is unknown');
is(state_of(dyn_transaction_resolve => $unknown), 'aborted', 'until it is resolved');

# ---- refusals ----

fault({ kind => 'error', code => 'TransactionInProgressException', when => 'after', count => $forever });
add('plain_account', timeout => 1800);
# time may end while it is asked once more
like($err, qr/ERROR:  08007: .*(?:TransactionInProgressException|There was no answer in time)/s,
	'in progress for ever');
cmp_ok($test->counts->{TransactWriteItems}, '<=', 4, 'it is asked every half second');
both_are(6, 'it was done');

my @conflict = (kind => 'cancelled', reasons => [ 'TransactionConflict', 'None' ], count => $forever);
fault({@conflict});
add('plain_account', timeout => 500);
like($err, qr/ERROR:  40001: .*HINT:  Retry the transaction/s, 'conflicts for ever');
both_are(6, 'nothing was done');

my $lost = { kind => 'reset_after' };
fault($lost, { kind => 'cancelled', reasons => [ 'ConditionalCheckFailed', 'None' ], count => $forever });
add('plain_account');
like($err, qr/ERROR:  08007: /, 'a refusal after doubt settles nothing');
both_are(7, 'it was done');
fault($lost, { kind => 'cancelled', reasons => [ 'None', 'None', 'ConditionalCheckFailed' ], count => $forever });
add('marked_account');
is($err, '', 'one on its own marker does');
both_are(8, 'it was done');
fault({ kind => 'reset_before' },
	{ kind => 'cancelled', reasons => [ 'ConditionalCheckFailed', 'None', 'None' ], count => 1 });
add('marked_account');
like($err, qr/ERROR:  40001: /, 'and any, if it was not done and is sealed');
both_are(8, 'nothing was done');

# ---- interrupts ----

fault({ kind => 'stall', when => 'after', count => $forever });
add('plain_account', timeout => 30000, inside => 1, before => "SET statement_timeout = '700ms';");
like($err, qr/ERROR:  08007: .*canceling statement due to statement timeout/s, 'a timeout in doubt');
unlike($err, qr/WARNING/, 'is told once');
both_are(9, 'it was done');

fault({@conflict});
add('plain_account', timeout => 30000, inside => 1, before => "SET statement_timeout = '700ms';");
like($err, qr/ERROR:  57014: /, 'one between definite answers');
unlike($err, qr/WARNING/, 'is only that');
both_are(9, 'nothing was done');

# What a function does to the backend while it waits for an operation.
sub interrupt
{
	my ($function, $operation, $table, $timeout) = @_;
	my $message = '';
	my $psql = IPC::Run::start(
		[ $node->installed_command('psql'), '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'),
			'-c', "SET dynamorm_fdw.commit_timeout = $timeout",
			'-c', "UPDATE $table SET n = n + 1 WHERE id IN ('a', 'b')" ],
		'>', \my $nothing, '2>', \$message);
	$test->wait_for_requests($operation, 1);
	sleep 0.2;
	$node->safe_psql('postgres',
		"SELECT $function(pid) FROM pg_stat_activity WHERE query LIKE 'UPDATE $table%' AND pid <> pg_backend_pid()");
	$psql->finish;
	return $message;
}

foreach my $phase ([ 'in doubt', 'TransactWriteItems', 'plain_account', 30000 ],
	[ 'while it is sealed', 'PutItem', 'marked_account', 300 ])
{
	my ($name, @where) = @$phase;
	my @stalls = map { { kind => 'stall', operation => $_, count => $forever } } qw(TransactWriteItems PutItem);

	$test->reset_proxy;
	$test->fault(@stalls);
	my $message = interrupt('pg_cancel_backend', @where);
	like($message, qr/ERROR:  08007: .*Transaction token .*canceling statement/s, "a cancel $name");
	unlike($message, qr/WARNING/, 'is told once');

	$test->reset_proxy;
	$test->fault(@stalls);
	$message = interrupt('pg_terminate_backend', @where);
	like($message, qr/WARNING:  08007: .*Transaction token .*FATAL:  57P01/s, "a termination $name");
	is(scalar(() = $message =~ /WARNING/g), 1, 'is told once');
}
$test->reset_proxy;
both_are(9, 'nothing was done');

# ---- a seal that comes first ----

$node->psql('postgres', q(
	BEGIN;
	UPDATE marked_account SET n = n + 1 WHERE id = 'a';
	SELECT dyn_transaction_resolve(dyn_transaction_token());
	COMMIT;), stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
is($out, 'aborted', 'a transaction can be sealed before its COMMIT');
like($err, qr/ERROR:  40001: could not commit/, 'which then fails');
both_are(9, 'nothing was done');

# ---- the timeout of 17 that ends the session ----

if ($node->pg_version >= 17)
{
	fault({ kind => 'stall', when => 'after', count => $forever });
	add('plain_account', timeout => 30000, before => "SET transaction_timeout = '700ms';");
	like($err, qr/WARNING:  08007: .*Transaction token .*FATAL:  25P04/s, 'transaction_timeout in doubt');
	is(scalar(() = $err =~ /WARNING/g), 1, 'is told once');
	$test->reset_proxy;
	both_are(10, 'it was done');

	fault({@conflict});
	add('plain_account', timeout => 30000, before => "SET transaction_timeout = '700ms';");
	like($err, qr/FATAL:  25P04: /, 'transaction_timeout between definite answers');
	unlike($err, qr/WARNING/, 'is only that');
	$test->reset_proxy;
	both_are(10, 'nothing was done');
}

$node->safe_psql('postgres', q(DROP FOREIGN TABLE marked_account, plain_account; DROP SERVER marked CASCADE;));
$test->drop_tables;
done_testing();
