# What a cursor has yet to read is read before its session changes it: what a
# cancel, a rollback and a failing request make of that.
# Needs: item_count
use strict;
use warnings;

use FindBin;
use IO::Handle;
use IO::Socket::UNIX;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Session;
use Test::More;

my $test = DynamormTest->new('read_ahead');
my $node = $test->{node};
my $rows = 80;

$test->create_tables(item => "p text OPTIONS (key 'partition'), k bigint OPTIONS (key 'sort'), n bigint, pad text");
$node->safe_psql('postgres', "INSERT INTO item SELECT 'a', i, i, repeat('x', 30000) FROM generate_series(1, $rows) i");

# Sends some statements, and returns what they have said.
sub said
{
	my ($session, @statements) = @_;
	$session->send(join(";\n", @statements) . ";\n\\echo =done=");
	my $said = $session->read_until(qr/^=done=\n/m, 60) // '';
	$said =~ s/^=done=\n//m;
	return $said;
}

sub begin
{
	$test->reset_proxy;
	my $session = Session->new($node->connstr('postgres'));
	$session->send('\set VERBOSITY verbose');
	like(said($session, 'BEGIN', 'DECLARE c CURSOR FOR SELECT n FROM item WHERE p = \'a\' ORDER BY k', 'FETCH c', 'SAVEPOINT s'),
		qr/^1$/m, 'a cursor has its first row');
	return $session;
}

sub rest_of_cursor
{
	my ($session) = @_;
	my @rest = said($session, 'FETCH ALL FROM c') =~ /^(\d+)$/mg;
	return "@rest";
}

my $all_but_first = join ' ', 2 .. $rows;

# ---- a cancel while reading ahead ----

my $session = begin();
$test->fault({ kind => 'hold', operation => 'Query' });
$session->send("UPDATE item SET n = -1 WHERE p = 'a' AND k = $rows;\n\\echo =done= :SQLSTATE");
ok($test->wait_until_held, 'before the write, the next page is asked for');
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%SET n = -1%' AND pid <> pg_backend_pid()");
like($session->read_until(qr/^=done= \w{5}\n/m, 60) // '', qr/57014/, 'a cancel is heard');
is($test->counts->{UpdateItem} // 0, 0, 'and nothing is written');
$test->release;
$test->reset_proxy;
said($session, 'ROLLBACK TO s');
like(said($session, "UPDATE item SET n = n + 1000 WHERE p = 'a' AND k = $rows RETURNING n"), qr/^1080$/m,
	'the statement can be run again');
is(rest_of_cursor($session), $all_but_first, 'and the cursor reads what was there before');
said($session, 'COMMIT');
$session->finish;
is($node->safe_psql('postgres', "UPDATE item SET n = k WHERE p = 'a' AND k = $rows RETURNING n"), $rows, 'the write was done');

# ---- the write stands in a subtransaction that is rolled back ----

$session = begin();
like(said($session, "UPDATE item SET n = 0 WHERE p = 'a' AND k > 60 AND k < 63", 'ROLLBACK TO s'),
	qr/2 DynamoDB writes of the rolled back subtransaction stay/, 'some rows are written');
is($test->counts->{Query}, 4, 'the two pages that are left are read ahead, and those rows themselves');
is(rest_of_cursor($session), $all_but_first, 'the cursor reads what was there before');
said($session, 'COMMIT');
$session->finish;
$node->safe_psql('postgres', "UPDATE item SET n = k WHERE p = 'a' AND k > 60 AND k < 63");

# ---- an error of reading ahead is the cursor's, and not the write's ----

$session = begin();
$test->fault({ kind => 'error', operation => 'Query', code => 'AccessDeniedException', message => 'not any more' });
my $wrote = said($session, "UPDATE item SET n = 0 WHERE p = 'a' AND k = $rows");
unlike($wrote, qr/ERROR/, 'the write is done all the same');
like(said($session, 'FETCH 1 FROM c'), qr/ERROR:  42501: .*CONTEXT:  reading cursor "c" ahead of a write/s,
	'the error is told when the cursor is fetched from');
said($session, 'ROLLBACK');
$session->finish;
is($node->safe_psql('postgres', "SELECT n FROM item WHERE p = 'a' AND k = $rows"), 0, 'the write was done');

# ---- what cannot meet the write costs no request ----

$session = begin();
my $pages = $test->counts->{Query};
said($session, "UPDATE item SET n = n WHERE p = 'a' AND k = 1", "UPDATE item SET n = 1 WHERE p = 'b' AND k = 1 AND dyn_upsert()");
is($test->counts->{Query}, $pages, 'another partition, and what the cursor has passed, are not read ahead for');
said($session, 'ROLLBACK');
$session->finish;

# ---- a parallel scan of a portal whose workers are gone ----

# The messages of the extended protocol, by which a portal has a name and stays
# when it has been run to its end; psql has no command for it.
sub message
{
	my ($socket, $type, $text) = @_;
	print $socket $type . pack('N', 4 + length $text) . $text;
	return;
}

# What the server says until it is ready again: types and texts.
sub answers
{
	my ($socket) = @_;
	my $said = '';
	$socket->flush;
	while (read($socket, my $head, 5) == 5)
	{
		my ($type, $length) = unpack 'a N', $head;
		read $socket, my $text, $length - 4;
		$said .= "$type$text\n";
		return $said if $type eq 'Z';
	}
	return "$said(the session is gone)";
}

sub query
{
	my ($socket, $text) = @_;
	message($socket, 'Q', "$text\0");
	return answers($socket);
}

$test->reset_proxy;
$test->create_tables(heavy => "id bigint OPTIONS (key 'partition'), n bigint, pad text");
$node->safe_psql('postgres', "INSERT INTO heavy SELECT i, i, repeat('x', 600) FROM generate_series(1, 20000) i");
$node->safe_psql('postgres', 'CREATE TABLE small WITH (parallel_workers = 0) AS SELECT generate_series(1, 2000) AS id; ANALYZE small');
my $socket = IO::Socket::UNIX->new(Peer => $node->host . '/.s.PGSQL.' . $node->port) or die "no socket: $!";
my $user = $node->safe_psql('postgres', 'SELECT current_user');
print $socket pack('N N', 8 + length("user\0$user\0database\0postgres\0\0"), 196608) . "user\0$user\0database\0postgres\0\0";
like(answers($socket), qr/^Z/m, 'a session of the extended protocol');
query($socket, $_)
	foreach 'SET parallel_setup_cost = 0', 'SET parallel_tuple_cost = 0', 'SET max_parallel_workers = 0', 'BEGIN';
my $parallel = 'SELECT heavy.id FROM heavy JOIN small ON small.id = heavy.n LIMIT 1';
like(query($socket, "EXPLAIN $parallel"), qr/Parallel Foreign Scan on heavy/, 'whose query reads in parallel');
message($socket, 'P', "\0$parallel\0" . pack('n', 0));
message($socket, 'B', "portal\0\0" . pack('n n n', 0, 0, 0));
message($socket, 'E', "portal\0" . pack('N', 0));
message($socket, 'S', '');
like(answers($socket), qr/^CSELECT 1/m, 'and is run to its end');
like(query($socket, "UPDATE heavy SET n = 0 WHERE id IN (3, 30)"), qr/^CUPDATE 2/m,
	'mended: a write after it looked at what it shared with its workers');
like(query($socket, 'COMMIT'), qr/^CCOMMIT/m, 'and the session goes on');
close $socket;

$test->drop_tables;
done_testing();
