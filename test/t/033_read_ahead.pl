# What a cursor has yet to read is read before its session changes it: what a
# cancel, a rollback and a failing request make of that.
use strict;
use warnings;

use FindBin;
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

$test->drop_tables;
done_testing();
