# A statement that waits for an answer can be cancelled, with a warning that
# names what was being written, and the session goes on.  The answer never
# comes, and nobody but the interrupt ends the wait; test/cancel tells how soon
# it does.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = DynamormTest->new('cancel');
my $node = $test->{node};
$test->create_tables(
	counter => "id text OPTIONS (key 'partition'), n bigint");

# nothing else ends the wait within the hour
$node->safe_psql('postgres', q(
	ALTER SERVER dynamo OPTIONS (ADD request_timeout '3600000')));

# what is said of a write in flight
my $unknown = qr/WARNING:  40003: .*"counter", item \{"id": "x"\}/s;
my $update = "UPDATE counter SET n = n + 1 WHERE id = 'x'";

sub value
{
	return $node->safe_psql('postgres',
		"SELECT n FROM counter WHERE id = 'x'");
}

# The end of a test that would hang.
sub patience
{
	return IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default);
}

sub stall_next
{
	my ($operation, $when) = @_;
	$test->reset_proxy;
	$test->fault({ kind => 'stall', operation => $operation, when => $when });
	return;
}

# Runs the statements in one session, with the SQLSTATE of what fails.
sub run_all
{
	my ($sql) = @_;
	my ($out, $err) = ('', '');
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err,
		timeout => $PostgreSQL::Test::Utils::timeout_default,
		on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return ($out, $err);
}

# Lets a statement run into its timeout while the update stalls.  On a machine
# so busy that the time was over before the request had left, with more of it.
sub run_into_timeout
{
	my ($when) = @_;
	for (my $timeout = 300;; $timeout *= 2)
	{
		stall_next('UpdateItem', $when);
		my ($out, $err) = run_all(<<"SQL");
SELECT n FROM counter WHERE id = 'x';
SET statement_timeout = $timeout;
\\timing on
$update;
\\timing off
SET statement_timeout = 0;
SELECT 'read ' || n FROM counter WHERE id = 'x';
SQL
		return ($timeout, $out, $err) if $test->counts->{UpdateItem};
	}
}

# The milliseconds of the statement that psql's \timing reported first.
sub first_timing
{
	my ($out) = @_;
	return $out =~ /^Time: ([\d.]+) ms/m ? $1 : undef;
}

$node->safe_psql('postgres', "INSERT INTO counter VALUES ('x', 0)");

foreach my $when ('before', 'after')
{
	my ($timeout, $out, $err) = run_into_timeout($when);
	my $expected = $when eq 'before' ? 0 : 1;
	like($err, qr/ERROR:  57014:/, "timeout, stalled $when: error 57014");
	like($err, $unknown, "timeout, stalled $when: a warning names the key");
	cmp_ok(first_timing($out), '>=', $timeout - 50,
		"timeout, stalled $when: not before its time");
	like($out, qr/^read $expected$/m,
		"timeout, stalled $when: the next statement works");
}

# a cancel request by another session
foreach my $case (
	[ UpdateItem => $update ],
	[ GetItem => "SELECT n FROM counter WHERE id = 'x'" ],
	[ Scan => 'SELECT max(n) FROM counter' ])
{
	my ($operation, $sql) = @$case;
	my ($out, $err) = ('', '');

	stall_next($operation, 'before');
	my $session = IPC::Run::start(
		[
			'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d',
			$node->connstr('postgres'),
			'-c', "SET application_name = 'stalled'",
			'-c', $sql,
			'-c', "SELECT 'alive'",
		],
		'>', \$out, '2>', \$err, patience());
	ok($test->wait_for_requests($operation, 1), "$operation is under way");
	$node->safe_psql('postgres', <<'SQL');
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
 WHERE application_name = 'stalled';
SQL
	$session->finish;
	like($err, qr/ERROR:  57014:/, "cancel of $operation: error 57014");
	if ($operation eq 'UpdateItem')
	{
		like($err, $unknown, 'cancel of a write: a warning');
	}
	else
	{
		unlike($err, qr/WARNING/, "cancel of $operation: no warning");
	}
	like($out, qr/alive/, "cancel of $operation: the session lives");
}

$test->reset_proxy;
is(value(), 1, 'one of the writes had been done, the others not');

# the end of a session that waits
{
	my ($out, $err) = ('', '');
	stall_next('UpdateItem', 'before');
	my $session = IPC::Run::start(
		[
			'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d',
			$node->connstr('postgres'), '-c', $update
		],
		'>', \$out, '2>', \$err, patience());
	$test->wait_for_requests('UpdateItem', 1);
	$node->stop('fast');		# dies if the server does not stop
	$session->finish;
	like($err, qr/57P01/, 'termination: error 57P01');
	like($err, $unknown, 'termination: a warning');
	$node->start;
}

$test->reset_proxy;
$test->drop_tables;
done_testing();
