# Limits of capacity units a second: who sets them, what waits, and for whom.
#
# No time is measured: a debt of hundreds of units at one unit a second is there
# until somebody raises the limit, and a rate of a million never makes one wait.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Session;
use Test::More;

my $test = DynamormTest->new('unit_limit', conf => q{
shared_preload_libraries = 'dynamorm_fdw'
restart_after_crash = on});
my $node = $test->{node};
my $event = $node->safe_psql('postgres', 'SHOW server_version_num') >= 170000 ? 'DynamoDBLimit' : 'Extension';
my $has_transactions = ($ENV{DYNAMODB_ENGINE} // '') ne 'dynalite';

sub sql
{
	return $node->safe_psql('postgres', $_[0]);
}

# The statement's result and its error.
sub run
{
	my ($sql, $options) = @_;
	my ($out, $err) = ('', '');
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0,
		connstr => $node->connstr('postgres') . ($options // ''),
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return "$err$out";
}

$test->create_tables(
	big => "id text OPTIONS (key 'partition'), body text",
	small => "id text OPTIONS (key 'partition'), n int",
	written => "id text OPTIONS (key 'partition'), body text");
sql(q{INSERT INTO big SELECT i::text, repeat('x', 100000) FROM generate_series(1, 8) i;
	INSERT INTO small VALUES ('a', 0);
	CREATE USER MAPPING FOR PUBLIC SERVER dynamo OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE ROLE plain LOGIN; CREATE ROLE other;
	GRANT other TO plain; GRANT SELECT ON big, small TO plain, other});

# The session waits for units, and is ended by that.
sub waits
{
	my ($title, $session, $statement, $for) = @_;
	$for //= "Extension $event";
	$session->send("$statement;\n\\echo =done= :SQLSTATE :ROW_COUNT");
	ok($node->poll_query_until('postgres',
			"SELECT wait_event_type || ' ' || wait_event FROM pg_stat_activity WHERE pid = $session->{backend}",
			$for), "$title: waits");
	sql("SELECT pg_cancel_backend($session->{backend})");
	my $text = $session->read_until(qr/^=done= .*\n/m) // die "the session has ended\n";
	like($text, qr/^=done= 57014 /m, "$title: and is cancelled");
	unlike($text, qr/WARNING/, "$title: of which nothing is in doubt");
	return;
}

sub passes
{
	my ($title, $session, $statement) = @_;
	is(($session->run($statement) // {})->{sqlstate}, '00000', "$title: passes");
	return;
}

sub waited
{
	my ($session) = @_;
	return $session->run('SELECT coalesce(sum(limit_waits), 0) FROM dyn_stat_requests WHERE (limit_waits > 0) = (limit_time > 0)')->{text};
}

# ---- who sets it ----

like(run("ALTER FOREIGN TABLE big OPTIONS (read_units_per_second '0')"), qr/ERROR:  HV024: .*from 1 to 2147483647/s,
	'a limit is at least one unit');
foreach my $setting (qw(read_units_per_second write_units_per_second max_read_units))
{
	my $name = "dynamorm_fdw.$setting";
	like(run("SET $name = 0", ' user=plain'), qr/ERROR:  42501:/, "$setting is not for every user");
	like(run("ALTER ROLE plain SET $name = 0", ' user=plain'), qr/ERROR:  42501:/, '... nor for his role');
	like(run("RESET $name", ' user=plain'), qr/ERROR:  42501:/, '... nor to be taken back');
	like(run("SHOW $name", " user=plain options='-c $name=7'"), qr/permission denied to set parameter/, '... nor when he connects');
}
sql('GRANT SET ON PARAMETER dynamorm_fdw.max_read_units TO plain');
is(run('SET dynamorm_fdw.max_read_units = 5; SHOW dynamorm_fdw.max_read_units', ' user=plain'), '5', 'but for whom it is granted');

# ---- of a table ----

my ($first, $second) = map { Session->new($node->connstr('postgres')) } 1, 2;

sql("ALTER FOREIGN TABLE big OPTIONS (read_units_per_second '1')");
passes('a Scan without a debt', $first, 'SELECT count(*) FROM big');
is(waited($first), "0\n", 'and has not waited');
waits('a read of another session', $second, "SELECT id FROM big WHERE id = '1'");
is(waited($second), "1\n", 'which its statistics tell');
waits('dyn_request() for the table', $second,
	q(SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "big", "Key": {"id": {"S": "1"}}}')));
passes('a write of it', $second, "UPDATE big SET body = 'y' WHERE id = '8'");
passes('another table', $second, "SELECT * FROM small WHERE id = 'a'");
passes('what tells no units', $second, q(SELECT dyn_request('dynamo', 'DescribeTable', '{"TableName": "big"}')));
waits('one of several tables', $first, 'SELECT id FROM big UNION ALL SELECT id FROM small', 'IPC AppendReady');

is(sql("SELECT sum(limit_waits) >= 3, bool_or(limit_time > 0) FROM dyn_stat_operations WHERE table_name = 'big'"),
	't|t', 'the statistics of all sessions');
is(sql("SELECT coalesce(sum(limit_waits), 0) FROM dyn_stat_operations WHERE table_name = 'small'"), '0', 'those of other tables');

sql("ALTER FOREIGN TABLE big OPTIONS (SET read_units_per_second '1000000')");
passes('a raised limit, at once', $second, "SELECT id FROM big WHERE id = '1'");
sql("ALTER FOREIGN TABLE big OPTIONS (SET read_units_per_second '1')");
passes('a lowered one, without a debt', $second, 'SELECT count(*) FROM big');
waits('and with one', $first, "SELECT id FROM big WHERE id = ANY (ARRAY['1', '2'])");
sql('ALTER FOREIGN TABLE big OPTIONS (DROP read_units_per_second)');
passes('a limit that is dropped', $first, "SELECT id FROM big WHERE id = '1'");

# ---- writes ----

sql("ALTER FOREIGN TABLE written OPTIONS (write_units_per_second '1')");
passes('a large item', $first, "INSERT INTO written VALUES ('large', repeat('x', 300000))");
waits('an INSERT', $second, "INSERT INTO written VALUES ('b')");
waits('an INSERT of many', $second, 'INSERT INTO written SELECT i::text FROM generate_series(1, 100) i');
waits('an UPDATE', $second, "UPDATE written SET body = 'y' WHERE id = 'large'");
waits('TRUNCATE', $second, 'TRUNCATE written');
if ($has_transactions)
{
	waits('a change of the key', $second, "UPDATE written SET id = 'c' WHERE id = 'large'");
	$second->run($_) foreach "SET dynamorm_fdw.transaction_mode = 'atomic'", 'BEGIN', "INSERT INTO written VALUES ('d')";
	waits('COMMIT', $second, 'COMMIT');
	$second->run($_) foreach 'SET dynamorm_fdw.commit_timeout = 100', 'BEGIN', "INSERT INTO written VALUES ('e')";
	like($second->run('COMMIT')->{text}, qr/ERROR:  53400: a limit of capacity units a second .*HINT:  .*write_units_per_second/s,
		'COMMIT for which there is no room in time');
	$second->run($_) foreach 'RESET dynamorm_fdw.commit_timeout', 'BEGIN', "INSERT INTO small VALUES ('b', 1)";
	passes('COMMIT that is about another table', $second, 'COMMIT');
	$second->run('RESET dynamorm_fdw.transaction_mode');
}
is(sql('SELECT id, length(body) FROM written'), 'large|300000', 'what waited has written nothing');

# ---- of a role ----

sql('ALTER ROLE plain SET dynamorm_fdw.read_units_per_second = 1');
my ($limited, $same) = map { Session->new($node->connstr('postgres') . ' user=plain') } 1, 2;
passes('a Scan of the role', $limited, 'SELECT count(*) FROM big');
waits('any table of the role', $limited, 'SELECT * FROM small');
waits('another session of the role', $same, "SELECT n FROM small WHERE id = 'a'");
$same->run('SET ROLE other');
waits('as another role', $same, 'SELECT * FROM small');
passes('another user', $first, 'SELECT * FROM small');
is($limited->run('SHOW dynamorm_fdw.read_units_per_second')->{text}, "1\n", 'the limit is the role\'s');
$_->finish foreach $limited, $same;

# ---- after a crash, all begin anew ----

sql("ALTER FOREIGN TABLE big OPTIONS (read_units_per_second '1000000')");
passes('what is left of a debt', $first, 'SELECT count(*) FROM big');
sql("ALTER FOREIGN TABLE big OPTIONS (SET read_units_per_second '1')");
passes('a Scan before a crash', $first, 'SELECT count(*) FROM big');
waits('its debt', $second, 'SELECT * FROM big LIMIT 1');
kill 'KILL', $first->{backend};
$_->finish foreach $first, $second;
ok($node->poll_query_until('postgres', 'SELECT 1', '1'), 'the server comes back');
$first = Session->new($node->connstr('postgres'));
passes('and nobody owes units', $first, 'SELECT count(*) FROM big');
waits('but for new debts', $first, 'SELECT * FROM big LIMIT 1');
$first->finish;

# ---- without the library at the start ----

$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
($first, $second) = map { Session->new($node->connstr('postgres')) } 1, 2;
my $warned = $first->run('SELECT count(*) FROM big')->{text};
like($warned, qr/^WARNING:  01000: limits of capacity units a second hold for this session alone\nHINT:  .*shared_preload_libraries/m,
	'a WARNING tells whose limit it is');
waits('the session', $first, "SELECT id FROM big WHERE id = '1'");
passes('another one', $second, "SELECT id FROM big WHERE id = '1'");
is(waited($second), "0\n", 'has its own limit');
$_->finish foreach $first, $second;

# a user who connects before the library is loaded cannot choose another value
sql('ALTER ROLE plain SET dynamorm_fdw.max_read_units = 5; REVOKE SET ON PARAMETER dynamorm_fdw.max_read_units FROM plain');
unlike(run('SELECT count(*) FROM small; SHOW dynamorm_fdw.max_read_units', " user=plain options='-c dynamorm_fdw.max_read_units=7'"),
	qr/^7$/m, 'a value that may not be set is not kept');

sql("ALTER FOREIGN TABLE big OPTIONS (DROP read_units_per_second)");
sql("ALTER FOREIGN TABLE written OPTIONS (DROP write_units_per_second)");
$test->drop_tables;
done_testing();
