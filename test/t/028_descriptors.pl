# File descriptors of a session: those of many servers, of many requests at
# once, and of a process that may have few.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Session;
use Test::More;

my $SERVERS = 400;
my $ROWS = 8;

my $test = DynamormTest->new('descriptors');
my $node = $test->{node};
$test->create_tables(
	thing => q{id text OPTIONS (key 'partition'), n integer},
	many => q{id text OPTIONS (key 'partition'), n integer});
$node->safe_psql('postgres', qq{
	INSERT INTO thing SELECT 'i' || i, 0 FROM generate_series(1, $ROWS) i;
	CREATE TABLE local (id integer, filler text);
	INSERT INTO local SELECT i, 'x' FROM generate_series(1, 1000) i;
	CREATE FUNCTION descriptors() RETURNS bigint LANGUAGE sql AS \$\$SELECT count(*) FROM pg_ls_dir('/proc/self/fd')\$\$;
	DO \$\$
	BEGIN
	  FOR i IN 1 .. $SERVERS LOOP
	    EXECUTE format('CREATE SERVER s%s FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint %L, region %L, max_attempts %L, request_timeout %L)', i, '$test->{endpoint}', 'us-east-1', 3, 8000);
	    EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER s%s OPTIONS (access_key_id %L, secret_access_key %L)', i, 'test', 'test');
	    EXECUTE format('CREATE FOREIGN TABLE x%s (id text OPTIONS (key %L), n integer) SERVER s%s OPTIONS (table_name %L)', i, 'partition', i, 'thing');
	  END LOOP;
	END \$\$;
	CREATE FUNCTION ask(first integer, last integer) RETURNS bigint LANGUAGE plpgsql AS \$\$
	DECLARE
	  sum bigint := 0;
	  one bigint;
	BEGIN
	  FOR i IN first .. last LOOP
	    EXECUTE 'SELECT n + 1 FROM x' || i || ' WHERE id = ''i1''' INTO one;
	    sum := sum + one;
	  END LOOP;
	  RETURN sum;
	END \$\$;
	CREATE SERVER wide FOREIGN DATA WRAPPER dynamorm_fdw
	  OPTIONS (endpoint '$test->{endpoint}', region 'us-east-1', max_concurrency '1000');
	CREATE USER MAPPING FOR CURRENT_USER SERVER wide OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE FOREIGN TABLE wide (id text OPTIONS (key 'partition'), n integer) SERVER wide OPTIONS (table_name 'many')});

# The server is started anew where few files may be open: the proxy, which
# has a descriptor for each of its sockets, is not.
sub restart_with_limit
{
	my ($limit, $conf) = @_;
	system('prlimit', '--pid', $$, "--nofile=$limit:") == 0 or die 'prlimit failed';
	$node->append_conf('postgresql.conf', $conf) if $conf;
	$node->restart;
	return;
}

sub session
{
	return Session->new($node->connstr('postgres'), @_);
}

# What a session says to a statement, its errors too.
sub said
{
	my ($session, $sql) = @_;
	my $result = $session->run($sql);
	return defined $result ? $result->{text} =~ s/\n\z//r : 'the session has ended';
}

# The descriptors of a backend: number => what it is.
sub open_files
{
	my ($session) = @_;
	my %file;
	foreach my $path (glob "/proc/$session->{backend}/fd/*")
	{
		my $target = readlink $path;
		$file{$1} = $target if defined $target && $path =~ /(\d+)$/;
	}
	return \%file;
}

sub sockets
{
	my ($session) = @_;
	return join ' ', sort grep { /^socket/ } values %{ open_files($session) };
}

# Each looks at files that the session does not have open.
sub local_works
{
	my ($session) = @_;
	return said($session, q{DISCARD PLANS; SELECT count(*), max(filler) FROM local;
		CREATE TEMP TABLE kept AS SELECT * FROM local; CREATE INDEX ON kept (id);
		SELECT filler FROM kept WHERE id = 7; DROP TABLE kept});
}
my $works = "1000|x\nx";

restart_with_limit(1024);

# ---- one server ----

my $session = session('SET plan_cache_mode = force_custom_plan');
said($session, "SELECT n FROM thing WHERE id = 'i1'");
my $before = sockets($session);
$test->reset_proxy;
is(said($session, q{DO $$BEGIN FOR i IN 1 .. 1000 LOOP PERFORM n FROM thing WHERE id = 'i1'; END LOOP; END$$}), '',
	'1,000 requests, one after the other');
is_deeply($test->counts, { GetItem => 1000 }, 'and no other');
is(sockets($session), $before, 'go over one connection');
note scalar(keys %{ open_files($session) }) . ' descriptors after one server';
$session->finish;

# ---- many servers ----

$session = session();

# The first of the servers that a statement fails on; 0: none.
sub first_failing
{
	my ($sql, $answer, $last) = @_;
	foreach my $i (1 .. $last)
	{
		return $i if said($session, $sql =~ s/#/$i/r) ne $answer;
	}
	return 0;
}

is(first_failing('UPDATE x# SET n = n + 1', '', 80), 0, 'mended: a session runs out of descriptors after some servers');
is(local_works($session), $works, 'and then local tables cannot be read');
my $count = keys %{ open_files($session) };
cmp_ok($count, '<', 400, 'mended: sockets that are kept alive are counted');
note "$count descriptors after $ROWS writes at each of 80 servers, each a transaction";
$session->finish;

$session = session();
is(said($session, 'SELECT max(n) FROM thing'), 80, 'each server was written to');
$node->safe_psql('postgres', 'UPDATE thing SET n = 150');
is(first_failing("SELECT n FROM x# WHERE id = 'i1'", 150, $SERVERS), 0, "$SERVERS servers, each in a transaction of its own");
is(local_works($session), $works, 'and local tables');
$count = keys %{ open_files($session) };
cmp_ok($count, '<', 250, 'mended: idle connections are closed when a transaction ends');
note "$count descriptors after one request to each of $SERVERS servers, each a transaction";
is(said($session, 'SELECT ask(1, 20)'), 20 * 151, 'connections that were closed are opened again');
$session->finish;

$session = session();
is(said($session, "BEGIN; SELECT ask(1, $SERVERS)"), $SERVERS * 151, 'mended: a transaction cannot use many servers');
$count = keys %{ open_files($session) };
cmp_ok($count, '<', 400, 'nor has it that many descriptors');
note "$count descriptors within a transaction that has used $SERVERS servers";
is(local_works($session), $works, 'local tables work in it');
is(said($session, 'COMMIT; SELECT ask(1, 3)'), 3 * 151, 'and after it');
$count = keys %{ open_files($session) };
cmp_ok($count, '<', 250, 'when it has given some back');
note "$count descriptors after it";
$session->finish;

# ---- cursors, which have a request under way ----

# The first page says that there is another one, after the first item, and that
# one that there is a third: which is asked for when the second has come.
my @first = split /\n/, $node->safe_psql('postgres', 'SELECT id FROM thing LIMIT 2');
sub open_cursor
{
	my ($session, $i) = @_;
	$test->reset_proxy;
	$test->fault(map { { kind => 'same_page', operation => 'Scan', key => { id => { S => $_ } } } } @first);
	return said($session, "DECLARE c$i CURSOR FOR SELECT n FROM x$i; MOVE $ROWS FROM c$i; FETCH 1 FROM c$i");
}

$session = session();
said($session, 'BEGIN; SELECT n FROM x1 LIMIT 1');
is(open_cursor($session, 1), 150, 'a cursor');
is(said($session, 'SELECT ask(2, 80); FETCH 1 FROM c1'), join("\n", 79 * 151, 150), 'goes on after many servers');
is($test->counts->{Scan}, 3, 'without asking again');
is(said($session, 'MOVE ALL FROM c1; COMMIT; SELECT ask(1, 2)'), 302, 'to its end');
$session->finish;

# ---- many requests at once ----

$session = session();
is(said($session, q{BEGIN; INSERT INTO wide SELECT 'i' || i, 0 FROM generate_series(1, 1000) i; UPDATE wide SET n = n + 1}), '',
	'1,000 writes at once');
$count = keys %{ open_files($session) };
cmp_ok($count, '<', 450, 'mended: max_concurrency takes all descriptors');
note "$count descriptors while max_concurrency is 1000";
is(local_works($session), $works, 'and local tables work');
is(said($session, 'SELECT count(*), sum(n) FROM wide; COMMIT'), '1000|1000', 'all are done, once');
is(said($session, 'SELECT ask(1, 3)'), 3 * 151, 'and there is room for others');
$session->finish;

# ---- the kernel has no more ----

$session = session();
said($session, 'SELECT ask(1, 10)');
my $open = open_files($session);
my $lowest = 0;
$lowest++ while exists $open->{$lowest};
system('prlimit', '--pid', $session->{backend}, "--nofile=$lowest:") == 0 or die 'prlimit failed';
is(said($session, 'SELECT ask(11, 14)'), 4 * 151, 'mended: a connection that the kernel has no descriptors for');
system('prlimit', '--pid', $session->{backend}, '--nofile=1024:') == 0 or die 'prlimit failed';
is(said($session, 'SELECT ask(1, 20)'), 20 * 151, 'and the session goes on');
$session->finish;

# ---- few ----

# the least that PostgreSQL takes
restart_with_limit(1024, 'max_files_per_process = 64');
$session = session();
is(said($session, "SELECT ask(1, 40)"), 40 * 151, 'mended: servers in a transaction that may open 64 files');
is(said($session, 'SELECT ' . join ' + ', map { "(SELECT count(*) FROM x$_)" } 1 .. 30), 30 * $ROWS,
	'mended: 30 servers in a statement');
is(local_works($session), $works, 'and local tables');
is(said($session, 'UPDATE wide SET n = n + 1; SELECT sum(n) FROM wide'), 2000, 'many requests at once');
cmp_ok(scalar(keys %{ open_files($session) }), '<', 64, 'within the limit');
is(said($session, 'BEGIN'), '', 'cursors with requests under way');
my $said = '';
foreach my $i (1 .. 20)
{
	$said = open_cursor($session, $i);
	last if $said ne '150';
}
like($said, qr/53000: could not get file descriptors to connect to DynamoDB endpoint.*HINT:  .*max_files_per_process/s,
	'keep what they have, and an error says so');
is(said($session, "ROLLBACK"), '', 'until they are closed');
is(said($session, 'SELECT ask(1, 20)'), 20 * 151, 'for others then');
$session->finish;

$test->reset_proxy;
$test->drop_tables;
$node->stop;
done_testing();
