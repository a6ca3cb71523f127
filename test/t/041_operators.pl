# What operators look at: what sessions wait for, the statistics of all of them,
# and the log.  (Hints of throttling: t/034_service_answers.)
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use Session;
use Test::More;

# It accepts connections, by its kernel, and says nothing.
my $silent = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1') or die "cannot listen: $!";
$ENV{AWS_CONTAINER_CREDENTIALS_FULL_URI} = 'http://127.0.0.1:' . $silent->sockport . '/keys';

my $test = DynamormTest->new('operators', conf => q{
shared_preload_libraries = 'dynamorm_fdw'
compute_query_id = on
dynamorm_fdw.max_stat_operations = 100
log_statement = none
log_min_error_statement = panic});
my $node = $test->{node};
my $has_transactions = ($ENV{DYNAMODB_ENGINE} // '') ne 'dynalite';

sub sql
{
	return $node->safe_psql('postgres', $_[0]);
}

# The statement's result and its error.
sub run
{
	my ($sql) = @_;
	my ($out, $err) = ('', '');
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0,
		extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	return "$err$out";
}

$test->create_tables(counter => "id text OPTIONS (key 'partition'), n bigint");
sql(q{INSERT INTO counter VALUES ('a', 0), ('b', 0);
	CREATE USER MAPPING FOR PUBLIC SERVER dynamo OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE SERVER lost FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint 'http://127.0.0.1:1', region 'us-east-1');
	CREATE USER MAPPING FOR CURRENT_USER SERVER lost OPTIONS (credential_source 'container');
	CREATE FOREIGN TABLE lost (id text OPTIONS (key 'partition')) SERVER lost;
	CREATE ROLE plain; CREATE ROLE watcher; GRANT pg_read_all_stats TO watcher;
	GRANT SELECT, UPDATE ON counter TO plain});

# ---- what a session waits for ----

my $has_names = sql('SHOW server_version_num') >= 170000;
my $session = Session->new($node->connstr('postgres'));

# It waits for that after the statements have been sent, and then ends.
sub waits_for
{
	my ($title, $name, $end, @statements) = @_;
	my $event = $has_names ? $name : 'Extension';
	$session->run($_) foreach @statements[0 .. $#statements - 1];
	$session->send("$statements[-1];\n\\echo =done= :SQLSTATE :ROW_COUNT");
	ok($node->poll_query_until('postgres',
			"SELECT wait_event_type || ' ' || wait_event FROM pg_stat_activity WHERE pid = $session->{backend}",
			"Extension $event"), "$title: $event");
	$end->();
	$session->read_until(qr/^=done= .*\n/m) // die "the session has ended\n";
	$test->reset_proxy;
	return;
}

sub release { $test->release; return }
sub cancel { sql("SELECT pg_cancel_backend($session->{backend})"); return }

$test->fault({ kind => 'hold', operation => 'GetItem' });
waits_for('an answer', 'DynamoDBRequest', \&release, "SELECT n FROM counter WHERE id = 'a'");
$test->fault({ kind => 'error', code => 'ThrottlingException', operation => 'GetItem', count => 0, retry_after => 5000 });
waits_for('a retry', 'DynamoDBRetry', \&cancel, "SELECT n FROM counter WHERE id = 'a'");
waits_for('credentials', 'DynamoDBCredentials', \&cancel, 'SELECT * FROM lost');
if ($has_transactions)
{
	$test->fault({ kind => 'hold', operation => 'TransactWriteItems' });
	waits_for('COMMIT', 'DynamoDBCommit', \&release, "SET dynamorm_fdw.transaction_mode = 'atomic'", 'BEGIN',
		"UPDATE counter SET n = n + 1 WHERE id = 'a'", 'COMMIT');
	$session->run('RESET dynamorm_fdw.transaction_mode');
}

# ---- the statistics of all sessions ----

sub asked
{
	my ($columns, $where) = @_;
	return sql("SELECT $columns FROM (SELECT * FROM dyn_stat_operations ORDER BY operation, queryid = 0) o WHERE operation <> 'DescribeTable' AND table_name = 'counter'"
		  . ($where ? " AND $where" : ''));
}

sql('SELECT dyn_stat_operations_reset()');
is(sql('SELECT count(*) FROM dyn_stat_operations'), '0', 'nothing after a reset');
$test->fault({ kind => 'error', code => 'ThrottlingException', operation => 'GetItem' });
sql("SELECT n FROM counter WHERE id = 'a'");
sql("UPDATE counter SET n = n + 1 WHERE id = 'b'");
is(asked('database, server, operation, calls, requests, retries, throttles, unknown_outcomes, read_units, write_units'),
	"postgres|dynamo|GetItem|1|2|1|1|0|1|0\npostgres|dynamo|UpdateItem|1|1|0|0|0|0|1",
	'what other sessions have asked for');
is(asked('role = current_user AND role_id = current_user::regrole AND mean_time > 0 AND mean_time <= max_time AND total_time >= max_time'),
	"t\nt", 'whose, and the times');
sql("BEGIN; UPDATE counter SET n = n + 1 WHERE id = 'b'; ROLLBACK");
is(asked('calls, write_units', "operation = 'UpdateItem'"), '2|2', 'a transaction that is rolled back counts');
run("UPDATE counter SET n = n / 0 WHERE id = 'a'");
is(asked('sum(calls)', "operation = 'GetItem'"), '2', 'so does a statement that fails');

# in a transaction that goes on, when it has gone on for a while
$session->run('BEGIN');
my $seen = 0;
for (1 .. 600)
{
	$session->run("SELECT n FROM counter WHERE id = 'a'");
	last if $seen = asked('calls', "operation = 'GetItem' AND calls > 2");
	select(undef, undef, undef, 0.05);
}
ok($seen, 'a transaction under way is seen');
$session->run('COMMIT');

# what is given up when the session is ended
sql('SELECT dyn_stat_operations_reset()');
$test->fault({ kind => 'hold', operation => 'UpdateItem' });
$session->send("UPDATE counter SET n = n + 1 WHERE id = 'a';");
ok($test->wait_until_held, 'a session waits');
sql("SELECT pg_terminate_backend($session->{backend})");
ok($node->poll_query_until('postgres', 'SELECT calls, unknown_outcomes FROM dyn_stat_operations', '1|1'),
	'and is ended: what it leaves is counted');
$session->finish;
$test->reset_proxy;

# by statement
sql('SELECT dyn_stat_operations_reset()');
my $statement = "SELECT n FROM counter WHERE id = 'a'";
my $id = sql("EXPLAIN (VERBOSE) $statement") =~ /Query Identifier: (-?\d+)/ ? $1 : 'none';
sql($statement);
sql("SET compute_query_id = off; $statement");
is(asked("CASE queryid WHEN $id THEN 'the statement' WHEN 0 THEN 'none' END, calls"),
	"the statement|1\nnone|1", 'by the id of the statement') or diag asked('*');

# who sees what
sql("SET SESSION AUTHORIZATION plain; $statement");
is(sql('SET SESSION AUTHORIZATION plain; SELECT DISTINCT role FROM dyn_stat_operations'), 'plain', 'a role sees its own');
is(sql('SET SESSION AUTHORIZATION watcher; SELECT count(DISTINCT role) FROM dyn_stat_operations'), '2', 'pg_read_all_stats sees all');
like(run('SET SESSION AUTHORIZATION plain; SELECT dyn_stat_operations_reset()'), qr/ERROR:  42501$/m, 'PUBLIC resets nothing');
is(sql('SET SESSION AUTHORIZATION plain; SELECT dyn_stat_reset(); SELECT count(*) > 0 FROM dyn_stat_operations'), "\nt",
	'a session that begins anew does so alone');

# in a copy of the database servers have the same numbers
sql('CREATE DATABASE other TEMPLATE postgres');
is($node->safe_psql('other', "SELECT bool_and(database = 'postgres'), count(server), count(server_id) > 0 FROM dyn_stat_operations"),
	't|0|t', 'servers have names in their own database alone');

# more than there is room for
sql('SELECT dyn_stat_operations_reset()');
sql(join '; ', map { 'SELECT n' . ', n' x $_ . " FROM counter WHERE id = 'a'" } 1 .. 120);
is(sql("SELECT count(*), count(queryid) FILTER (WHERE database IS NULL AND operation = '(other)'), sum(calls) FROM dyn_stat_operations WHERE operation <> 'DescribeTable'"),
	'101|1|120', 'the oldest make room, and are counted on') or diag sql('SELECT * FROM dyn_stat_operations');
is(sql("SELECT count(*) FROM dyn_stat_operations WHERE queryid = $id"), '0', 'none of an old one');
is(sql('SET SESSION AUTHORIZATION plain; SELECT count(*) FROM dyn_stat_operations'), '0', 'they are for few to see');
like(run('SET dynamorm_fdw.max_stat_operations = 200'), qr/ERROR:  55P02$/m, 'the room is the same until a restart');

# ---- the log ----

my $offset = -s $node->logfile;
$test->fault({ kind => 'error', code => 'ThrottlingException', operation => 'GetItem' });
sql(q{SET dynamorm_fdw.log_min_duration = 0;
	SELECT n FROM counter WHERE id = 'secret 1';
	DO $$ BEGIN PERFORM n FROM counter WHERE id = 'secret 2'; END $$;
	SET dynamorm_fdw.log_min_duration = 3600000;
	SELECT n FROM counter WHERE id = 'secret 3';
	RESET dynamorm_fdw.log_min_duration;
	SELECT n FROM counter WHERE id = 'secret 4'});
my $log = slurp_file($node->logfile, $offset);
my $took = qr/LOG:  DynamoDB request took [0-9.]+ ms:/;
like($log, qr/$took GetItem on table "counter", attempts: 2(, request id \S+)?\n/, 'a slow request and its attempts');
is(scalar(() = $log =~ /$took GetItem/g), 2, 'those that the setting means');
unlike($log, qr/secret|STATEMENT|CONTEXT/, 'never a value, nor what may hold one');
like(run('SET SESSION AUTHORIZATION plain; SET dynamorm_fdw.log_min_duration = 0'), qr/ERROR:  42501$/m, 'not for every user to set');

$offset = -s $node->logfile;
$test->fault({ kind => 'stall', operation => 'GetItem' });
run("SET dynamorm_fdw.log_min_duration = 0; INSERT INTO counter VALUES ('a'); SET statement_timeout = '200ms'; $statement");
$log = slurp_file($node->logfile, $offset);
like($log, qr/$took PutItem on table "counter", attempts: 1(, request id \S+)?, condition failed\n/, 'how it has ended');
like($log, qr/$took GetItem on table "counter", attempts: 1, given up\n/, 'or that it was cancelled');

$test->reset_proxy;
$test->drop_tables;
done_testing();
