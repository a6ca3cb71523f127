# A statement that waits for an answer can be cancelled: at once, with a
# warning that names what was being written, and the session goes on.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $test = DynamormTest->new('cancel');
my $node = $test->{node};
$test->create_tables(
	counter => "id text OPTIONS (key 'partition'), n bigint");

# what is said of a write in flight
my $unknown = qr/WARNING:  40003: .*"counter", item \{"id": "x"\}/s;
my $update = "UPDATE counter SET n = n + 1 WHERE id = 'x'";

sub value
{
	return $node->safe_psql('postgres',
		"SELECT n FROM counter WHERE id = 'x'");
}

sub stall_next
{
	my ($operation, $when) = @_;
	$test->reset_proxy;
	$test->fault({ kind => 'stall', operation => $operation, when => $when });
	return;
}

# Runs the statements in one session, with the SQLSTATE of what fails and the
# time since the session's start before each message.
sub run_timed
{
	my ($sql) = @_;
	my ($out, $err) = ('', '');
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err,
		on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return ($out, $err);
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
	stall_next('UpdateItem', $when);
	my ($out, $err) = run_timed(<<"SQL");
SELECT n FROM counter WHERE id = 'x';
SET statement_timeout = 300;
\\timing on
$update;
\\timing off
SET statement_timeout = 0;
SELECT 'read ' || n FROM counter WHERE id = 'x';
SQL
	my $expected = $when eq 'before' ? 0 : 1;
	like($err, qr/ERROR:  57014:/, "timeout, stalled $when: error 57014");
	like($err, $unknown, "timeout, stalled $when: a warning names the key");
	my $elapsed = first_timing($out);
	ok($elapsed >= 250 && $elapsed < 400,
		"timeout, stalled $when: in time ($elapsed ms)");
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
		'>', \$out, '2>', \$err);
	ok($test->wait_for_requests($operation, 1), "$operation is under way");
	$node->safe_psql('postgres', <<'SQL');
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
 WHERE application_name = 'stalled';
SQL
	my $cancelled = time;
	IPC::Run::pump($session) while $session->pumpable && $err !~ /57014/;
	my $elapsed = int((time - $cancelled) * 1000);
	$session->finish;
	like($err, qr/ERROR:  57014:/, "cancel of $operation: error 57014");
	cmp_ok($elapsed, '<', 100, "cancel of $operation: in time");
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
		'>', \$out, '2>', \$err);
	$test->wait_for_requests('UpdateItem', 1);
	my $stopped = time;
	$node->stop('fast');
	cmp_ok(time - $stopped, '<', 5, 'the server stops while an answer stalls');
	$session->finish;
	like($err, qr/57P01/, 'termination: error 57P01');
	like($err, $unknown, 'termination: a warning');
	$node->start;
}

$test->reset_proxy;
$test->drop_tables;
done_testing();
