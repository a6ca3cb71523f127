# A backfill that is killed, cancelled, or loses answers, changes each row once,
# and goes on where it was.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Session;
use Test::More;
use Time::HiRes qw(sleep);

# A server whose session is killed comes up again.
my $test = DynamormTest->new('backfill', conf => 'restart_after_crash = on');
my $node = $test->{node};
my $rows = 1000;

$test->create_tables(item => q{id text OPTIONS (key 'partition'), n integer, state text, job text});
$node->safe_psql('postgres', "INSERT INTO item SELECT 'i' || i, 0 FROM generate_series(1, $rows) i");

sub session
{
	return Session->new($node->connstr('postgres'), '\set VERBOSITY verbose');
}

# Calls it, and waits to its end, however long that takes where much else runs.
sub result
{
	my ($session, $job, %options) = @_;
	$session->send(call($job, %options) . ";\n\\echo =done= :SQLSTATE");
	my $text = $session->read_until(qr/^=done= \w+\n/m, 900) // '=done= nothing';
	my ($state) = $text =~ /=done= (\w+)/;
	return { sqlstate => $state, text => $text };
}

sub call
{
	my ($job, %options) = @_;
	my ($segments, $size) = ($options{segments} // 2, $options{piece_size} // 50);
	my $progress = $options{progress} // 'NULL';
	return "CALL dyn_backfill('UPDATE item SET n = n + 1', '$job', job_column => 'job', "
	  . "segments => $segments, piece_size => $size, progress => $progress)";
}

# What the view tells of a job.
sub told
{
	my ($job, $columns) = @_;
	return $node->safe_psql('postgres', "SELECT $columns FROM dyn_backfill_jobs WHERE job = '$job'");
}

sub is_changed_once
{
	my ($job, $n, $what) = @_;
	is($node->safe_psql('postgres', 'SELECT count(*), min(n), max(n), count(*) FILTER (WHERE job = ' . "'$job'" . ') FROM item'),
		"$rows|$n|$n|$rows", "$what: every row was changed once");
	return;
}

# Lets go on what came late, and waits until the engine has dealt with it.
sub release
{
	my ($late) = @_;
	$test->release;
	for (1 .. 600)
	{
		return 1 if $test->ask_proxy(GET => '/__held')->{Delivered} >= $late;
		sleep 0.05;
	}
	return 0;
}

# ---- killed ----

sub kill_backend
{
	my ($session) = @_;
	kill 'KILL', $session->{backend};
	$session->finish;
	ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $session->{backend}"),
		'the server is up again');
	return;
}

# Each kill comes at another moment, in another piece.
my %moment = (
	'while it writes' => sub {
		my ($session, $round) = @_;
		$test->fault({ kind => 'hold', operation => 'UpdateItem', skip => 110 + 7 * $round, count => 0 });
		$session->send(call('killed') . ';');
		ok($test->wait_until_held, 'writes are under way');
	},
	'while it reads' => sub {
		my ($session) = @_;
		$test->fault({ kind => 'hold', operation => 'Scan', skip => 2 });
		$session->send(call('killed') . ';');
		ok($test->wait_until_held, 'a page is under way');
	},
	'before it commits' => sub {
		my ($session) = @_;
		my $locker = session();
		$locker->run('BEGIN');
		$locker->run('SELECT FROM dyn_backfill_place FOR UPDATE');
		$session->send(call('killed') . ';');
		ok($node->poll_query_until('postgres', "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $session->{backend}"),
			'a piece has been written, and not saved');
		$locker->finish;
	});

# The row that is locked must be there before.
$test->fault({ kind => 'hold', operation => 'UpdateItem', skip => 150, count => 0 });
my $first = session();
$first->send(call('killed') . ';');
$test->wait_until_held;
is(told('killed', 'state, calls, segments, segments_done, pids'), "running|1|2|0|{$first->{backend}}", 'it is running');
kill_backend($first);
is(told('killed', 'state, calls, pids'), 'interrupted|1|', 'it is not');

my $round = 0;
my $before = 0;
foreach my $moment ('while it writes', 'before it commits', 'while it writes', 'while it reads', 'before it commits')
{
	note($moment);
	$test->reset_proxy;
	my $session = session();
	$moment{$moment}->($session, $round++);
	kill_backend($session);
	my $scanned = told('killed', 'items_scanned');
	cmp_ok($scanned, '>=', $before, "killed $moment, it is no further back");
	$before = $scanned;
}
cmp_ok($before, '>', 300, '... but further');
$test->reset_proxy;
my $session = session();
is(result($session, 'killed')->{sqlstate}, '00000', 'it goes on to its end');
is(told('killed', 'state, calls, segments_done, items_scanned'), "done|7|2|$rows", 'it has looked at each row');
cmp_ok(told('killed', 'rows_changed'), '<', $rows, 'what killed sessions had changed of a piece is not counted');
is_changed_once('killed', 1, 'killed');
is(result($session, 'killed')->{sqlstate}, '00000', 'once more');
is_changed_once('killed', 1, 'once more');

# ---- answers that are lost ----

$test->fault(
	{ kind => 'reset_after', operation => 'UpdateItem', skip => 30 },
	{ kind => 'late', operation => 'UpdateItem', skip => 90 },
	{ kind => 'reset_before', operation => 'UpdateItem', skip => 300, count => 3 });
my $result = result($session, 'lost', progress => "'0'");
is($result->{sqlstate}, '00000', 'writes of unknown outcome do not end it');
my @warnings = $result->{text} =~ /^(?:psql:.*?: )?WARNING:  (40003: a piece of backfill "lost" is run again: .*)$/mg;
cmp_ok(scalar @warnings, '>=', 3, 'but are told');
like($warnings[0], qr/the outcome of the write is unknown/, '... with what it was');
my @notices = $result->{text} =~ /NOTICE:  00000: (backfill "lost": .*)/g;
like($notices[5], qr/^backfill "lost": \d+ items looked at, \d+ rows changed, \d of 2 segments done, \d+(\.5)? read units and \d+(\.5)? write units used, \d+ items a second, about \d\d:\d\d:\d\d left$/,
	'its progress is told');
is_changed_once('lost', 2, 'lost answers');
ok(release(1), 'a write arrives when all is over');
is_changed_once('lost', 2, 'a late write');

$test->fault({ kind => 'reset_before', operation => 'UpdateItem', count => 0 });
$result = result($session, 'hopeless');
is($result->{sqlstate}, '40003', 'it does not try for ever');
$test->reset_proxy;
is(result($session, 'hopeless')->{sqlstate}, '00000', 'until it is called again');
is_changed_once('hopeless', 3, 'hopeless');

# ---- cancelled ----

$test->fault({ kind => 'hold', operation => 'UpdateItem', skip => 220, count => 0 });
$session->send(call('cancelled') . ";\n\\echo =cancelled= :SQLSTATE");
ok($test->wait_until_held, 'writes are under way');
kill 'INT', $session->{backend};
like($session->read_until(qr/^=cancelled= \w+\n/m, 60), qr/=cancelled= 57014/, 'it is cancelled');
is(told('cancelled', 'state, items_scanned, rows_changed'), 'interrupted|200|200', 'its place is that of the last piece');
$test->reset_proxy;
is(result($session, 'cancelled')->{sqlstate}, '00000', 'it goes on');
is(told('cancelled', 'state, items_scanned'), "done|$rows", '... from there');
is_changed_once('cancelled', 4, 'cancelled');

# ---- several sessions ----

$test->fault({ kind => 'hold', operation => 'UpdateItem', skip => 10, count => 5 });
$session->send(call('shared') . ";\n\\echo =ended= :SQLSTATE");
ok($test->wait_until_held(5), 'one session is at the first segment');
my $other = session();
$result = result($other, 'shared');
is($result->{sqlstate}, '00000', 'another one does the second');
like($result->{text}, qr/NOTICE:  00000: other sessions are working at what is left of backfill "shared"/, '... and says so');
is(told('shared', 'state, segments_done, calls, pids'), "running|1|2|{$session->{backend}}", 'which the view tells');
$result = result($other, 'shared');
is($result->{sqlstate}, '55006', 'for a third there is none');
is($other->run(q{SELECT dyn_backfill_forget('shared')})->{sqlstate}, '55006', 'it cannot be forgotten');
$test->release;
like($session->read_until(qr/^=ended= \w+\n/m, 60), qr/=ended= 00000/, 'the first one ends');
is(told('shared', 'state, items_scanned, rows_changed'), "done|$rows|$rows", 'and then it is done');
is_changed_once('shared', 5, 'shared');

# a session that goes on for itself leaves its segment to others
$test->fault({ kind => 'error', code => 'AccessDeniedException', message => 'no', operation => 'UpdateItem', skip => 250, count => 0 });
is(result($session, 'denied')->{sqlstate}, '42501', 'an error ends it');
is(told('denied', 'state, calls'), 'interrupted|1', 'it has left its segment');
$test->reset_proxy;
is(result($other, 'denied')->{sqlstate}, '00000', 'which another session takes');
is_changed_once('denied', 6, 'denied');

# ---- pages that end before the piece ----

$test->fault({ kind => 'empty_page', operation => 'Scan', skip => 1, count => 3 });
is(result($session, 'empty')->{sqlstate}, '00000', 'empty pages are not the end');
is_changed_once('empty', 7, 'empty pages');

# ---- a limit of units a second ----

# of one unit, for four writes that are ready at once
$test->create_tables(few => q{id text OPTIONS (key 'partition'), n integer});
$node->safe_psql('postgres', q{INSERT INTO few SELECT 'i' || i, 0 FROM generate_series(1, 4) i;
	ALTER FOREIGN TABLE few OPTIONS (ADD write_units_per_second '1')});
$session->run('SELECT dyn_stat_reset()');
is($session->run(q{CALL dyn_backfill('UPDATE few SET n = 1 WHERE n = 0', 'few', segments => 1, progress => NULL)})->{sqlstate},
	'00000', 'with a limit');
is($session->run(q{SELECT sum(limit_waits) > 0 FROM dyn_stat_requests WHERE operation = 'UpdateItem'})->{text}, "t\n",
	'writes have waited for their turn');
is($node->safe_psql('postgres', 'SELECT sum(n) FROM few'), '4', '... and were done');

# ---- dumped ----

$test->fault({ kind => 'hold', operation => 'UpdateItem', skip => 220, count => 0 });
$session->send(call('dumped') . ";\n\\echo =cancelled= :SQLSTATE");
ok($test->wait_until_held, 'writes are under way');
kill 'INT', $session->{backend};
$session->read_until(qr/^=cancelled= \w+\n/m, 60);
$session->finish;
$other->finish;
$test->reset_proxy;
my $file = "$node->{_basedir}/dump.sql";
$node->command_ok([ 'pg_dump', '-f', $file, '-d', $node->connstr('postgres') ], 'the database is dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $file, '-d', $node->connstr('restored') ], '... and restored');
is($node->safe_psql('restored', "SELECT state, items_scanned FROM dyn_backfill_jobs WHERE job = 'dumped'"),
	'interrupted|200', 'the place is there');
$node->safe_psql('restored', call('dumped'));
$node->safe_psql('restored', call('after the dump'));
is($node->safe_psql('restored', "SELECT state, items_scanned FROM dyn_backfill_jobs WHERE job = 'dumped'"),
	"done|$rows", 'and it goes on from there');
is_changed_once('after the dump', 9, 'dumped');

$test->drop_tables;
$node->stop;
done_testing();
