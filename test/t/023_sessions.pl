# Many sessions at once, connections that are altered under their statements,
# and sessions that may open few files.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

# 64 is the least that PostgreSQL takes
my $test = DynamormTest->new('sessions', conf => "max_connections = 80\nmax_files_per_process = 64");
my $node = $test->{node};
$test->create_tables(
	counter => q{id text OPTIONS (key 'partition'), n integer},
	thing => q{id text OPTIONS (key 'partition'), n integer});

sub asked
{
	my ($sql) = @_;
	my ($result, $stdout, $stderr) = $node->psql('postgres', $sql, on_error_stop => 0);
	return join "\n", grep { $_ ne '' } $stdout, $stderr;
}

# ---- 50 sessions ----

append_to_file("$node->{_basedir}/increment.sql",
	"UPDATE counter SET n = dyn_increment(n) WHERE id = 'x' AND dyn_upsert();\n"
	  . "SELECT n FROM counter WHERE id = 'x';\n");
$node->command_ok([ 'pgbench', '-n', '-c', 50, '-j', 2, '-t', 10,
	'-f', "$node->{_basedir}/increment.sql", 'postgres' ], '50 sessions, 10 increments each');
is(asked("SELECT n FROM counter WHERE id = 'x'"), '500', 'none is lost, none is done twice');

# ---- few files ----

# what this session holds
$node->safe_psql('postgres', q{
	CREATE FUNCTION descriptors() RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM pg_ls_dir('/proc/self/fd')$$;
	CREATE FUNCTION memory() RETURNS bigint LANGUAGE sql AS
	  $$SELECT total_bytes FROM pg_backend_memory_contexts WHERE name = 'TopMemoryContext'$$;
	INSERT INTO thing SELECT 'i' || i, 0 FROM generate_series(1, 200) i;
	ALTER SERVER dynamo OPTIONS (ADD max_concurrency '50')});
is(asked('UPDATE thing SET n = n + 1; SELECT sum(n) FROM thing'), '200',
	'200 writes, 50 at once, in a session that may open 64 files');

# more servers than the session could keep connections to
my $servers = 30;
foreach my $i (1 .. $servers)
{
	$node->safe_psql('postgres', qq{
		CREATE SERVER s$i FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint '$test->{endpoint}', region 'us-east-1');
		CREATE USER MAPPING FOR CURRENT_USER SERVER s$i OPTIONS (access_key_id 'test', secret_access_key 'test');
		CREATE FOREIGN TABLE thing_$i (id text OPTIONS (key 'partition'), n integer) SERVER s$i OPTIONS (table_name 'thing')});
}
my $all = join '; ', map { "SELECT n FROM thing_$_ WHERE id = 'i1'" } 1 .. $servers;
is(asked("$all; $all; SELECT descriptors() < 64"), join("\n", (1) x (2 * $servers), 't'),
	'connections that are not used make room for others');
is(asked('SELECT ' . join ' + ', map { "(SELECT count(*) FROM thing_$_)" } 1 .. $servers), 200 * $servers,
	'also those of the statement itself');

# ---- altered by this session ----

is(asked(q{
	SELECT count(*) FROM thing;
	DO $$
	BEGIN
	  FOR i IN 1 .. 100 LOOP
	    EXECUTE 'ALTER SERVER dynamo OPTIONS (SET max_concurrency ' || quote_literal(i) || ')';
	    PERFORM n FROM thing WHERE id = 'i1';
	    COMMIT;
	  END LOOP;
	END $$;
	SELECT descriptors() < 30}), "200\nt", 'connections that were altered are closed');
is(asked(q{
	BEGIN;
	DECLARE c CURSOR FOR SELECT n FROM thing;
	FETCH 2 FROM c;
	ALTER SERVER dynamo OPTIONS (SET max_concurrency '7');
	ALTER USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (SET access_key_id 'other');
	SELECT n FROM thing WHERE id = 'i1';
	FETCH 1 FROM c;
	MOVE ALL FROM c;
	COMMIT;
	SELECT n FROM thing WHERE id = 'i1'}), "1\n1\n1\n1\n1", 'a cursor goes on over an altered server');
$node->safe_psql('postgres', q{
	CREATE FUNCTION alter_server() RETURNS integer LANGUAGE plpgsql AS
	$$BEGIN EXECUTE 'ALTER SERVER dynamo OPTIONS (SET max_concurrency ''9'')'; RETURN 1; END$$});
is(asked("UPDATE thing SET n = n + alter_server(); SELECT sum(n) FROM thing"), '400', 'and so does an UPDATE, with its writes under way');
like(asked('BEGIN; DECLARE c CURSOR FOR SELECT n FROM thing; FETCH 1 FROM c; DROP SERVER dynamo CASCADE'),
	qr/ERROR:  cannot DROP (FOREIGN )?TABLE "thing" because it is being used by active queries/, 'a server in use cannot be dropped');
is(asked("BEGIN; SELECT n FROM thing WHERE id = 'i1'; DROP SERVER dynamo CASCADE; ROLLBACK; SELECT n FROM thing WHERE id = 'i1'") =~ s/psql.*|DETAIL.*|drop .*//gr =~ s/\n+/\n/gr,
	"2\n2\n", 'one that was dropped comes back with ROLLBACK');

# ---- altered by another session ----

$node->safe_psql('postgres', 'CREATE EXTENSION dblink');
my $first = $test->{endpoint};
$test->start_proxy;
my $second = $test->{endpoint};
my $connect = "SELECT dblink_connect('dbname=postgres host=' || split_part(current_setting('unix_socket_directories'), ',', 1) || ' port=' || current_setting('port'))";
sub elsewhere
{
	my ($sql) = @_;
	return "SELECT dblink_exec('$_')" foreach $sql =~ s/'/''/gr;
}
sub counts_at
{
	my ($endpoint) = @_;
	local $test->{endpoint} = $endpoint;
	my $counts = $test->counts;
	$test->reset_proxy;
	return join ' ', map { "$_ $counts->{$_}" } sort keys %$counts;
}
counts_at($first);
is(asked("$connect; BEGIN; SELECT n FROM thing WHERE id = 'i1';" . elsewhere("ALTER SERVER dynamo OPTIONS (SET endpoint '$second')")
	  . "; SELECT n FROM thing WHERE id = 'i1'; COMMIT"), "OK\n2\nALTER SERVER\n2", 'ALTER SERVER in another session');
is(counts_at($first), 'GetItem 1', 'before it');
is(counts_at($second), 'GetItem 1', 'and after it');
like(asked("$connect; SELECT n FROM thing WHERE id = 'i1';" . elsewhere("ALTER USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (DROP secret_access_key)")
	  . "; SELECT n FROM thing WHERE id = 'i1'"), qr/^OK\n2\nALTER USER MAPPING\n.*lacks option "secret_access_key"/s, 'ALTER USER MAPPING');
like(asked("$connect; SELECT n FROM thing_1 WHERE id = 'i1';" . elsewhere("DROP USER MAPPING FOR CURRENT_USER SERVER s1")
	  . "; SELECT n FROM thing_1 WHERE id = 'i1'"), qr/^OK\n2\nDROP USER MAPPING\n.*user mapping not found/s, 'DROP USER MAPPING');
like(asked("$connect; SELECT n FROM thing_2 WHERE id = 'i1';" . elsewhere("DROP SERVER s2 CASCADE")
	  . "; SELECT n FROM thing_2 WHERE id = 'i1'"), qr/^OK\n2\nDROP SERVER\n.*relation "thing_2" does not exist/s, 'DROP SERVER');
$node->safe_psql('postgres', "ALTER USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (ADD secret_access_key 'test')");

# ---- memory ----

is(asked(q{
	CREATE PROCEDURE work(times integer) LANGUAGE plpgsql AS $$
	BEGIN
	  FOR i IN 1 .. times LOOP
	    UPDATE thing SET n = n + 1 WHERE id = 'i1';
	    UPDATE thing SET n = n * 1 WHERE id = 'i2';
	    PERFORM n FROM thing WHERE id = 'i3';
	    BEGIN
	      INSERT INTO thing VALUES ('i4', 1);
	    EXCEPTION WHEN unique_violation THEN
	      NULL;
	    END;
	    COMMIT;
	  END LOOP;
	END $$;
	CALL work(30);
	SELECT memory() AS before, descriptors() AS open_before \gset
	CALL work(200);
	SELECT memory() - :before, descriptors() <= :open_before}), '0|t', 'statements leave no memory and no descriptors behind');

$test->drop_tables;
$node->stop;
done_testing();
