# Rows of a join that are updated or deleted are written several at once: how
# many, what becomes of rows that others change meanwhile, of rows that share a
# key, and of those under way when one fails.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Session;
use Test::More;

my $test = DynamormTest->new('concurrent_write');
my $node = $test->{node};
my $has_transactions = ($ENV{DYNAMODB_ENGINE} // '') ne 'dynalite';

sub sql
{
	return $node->safe_psql('postgres', $_[0]);
}

$test->create_tables(item => "id text OPTIONS (key 'partition'), n bigint");
sql('CREATE TABLE change (id text, n bigint, to_id text)');

# Rows of change in order, joined to items by a loop over either.
my $in_order = 'SET enable_hashjoin = off; SET enable_mergejoin = off; SET dynamorm_fdw.enable_batch_join = off;';
my $change = '(SELECT * FROM change ORDER BY n OFFSET 0) c';

sub fresh
{
	my ($count) = @_;
	sql("DELETE FROM item; DELETE FROM change");
	sql("INSERT INTO item SELECT 'k' || i, i FROM generate_series(1, $count) i");
	sql("INSERT INTO change SELECT 'k' || i, i, 'x' || i FROM generate_series(1, $count) i");
	$test->reset_proxy;
	return;
}

# Numbers the rows of change as a Scan gives the items, so that a join has one
# order whichever side it loops over; the keys in that order.
sub number_by_scan
{
	sql('UPDATE change SET n = s.n FROM (SELECT id, row_number() OVER () AS n FROM item) s WHERE s.id = change.id');
	return split /\n/, sql('SELECT id FROM change ORDER BY n');
}

# Runs a statement whose first requests are held before the engine gets them,
# does something else meanwhile, and returns what the statement has said.
sub held
{
	my ($statement, $operation, $count, $meanwhile) = @_;
	$test->fault({ kind => 'hold', operation => $operation, count => $count });
	my $session = Session->new($node->connstr('postgres'));
	$session->send("\\set QUIET off\n$in_order $statement;\n\\echo =done= :SQLSTATE");
	ok($test->wait_until_held($count), "$count requests are under way");
	$meanwhile->($session) if $meanwhile;
	$test->release;
	my $said = $session->read_until(qr/^=done= \w{5}\n/m, 60) // '';
	$session->finish;
	return $said;
}

# ---- how many ----

fresh(40);
like(held("UPDATE item t SET n = t.n + 100 FROM $change WHERE c.id = t.id", 'UpdateItem', 16),
	qr/^UPDATE 40$/m, 'UPDATE ... FROM writes 16 rows at once');
is($test->counts->{UpdateItem}, 40, 'each once');
is(sql('SELECT count(*), sum(n) FROM item'), '40|4820', 'all of them');

$test->reset_proxy;
like(held("DELETE FROM item t USING $change WHERE c.id = t.id AND c.n > 10", 'DeleteItem', 16),
	qr/^DELETE 30$/m, 'DELETE ... USING too');
is(sql('SELECT count(*) FROM item'), '10', 'they are gone');

# ---- others change rows meanwhile ----

fresh(6);
like(held("UPDATE item t SET n = t.n + c.n FROM $change WHERE c.id = t.id AND t.n < 50", 'UpdateItem', 6,
		sub {
			sql("DELETE FROM item WHERE id IN ('k1', 'k2')");
			sql("UPDATE item SET n = 40 WHERE id = 'k3'");
			sql("UPDATE item SET n = 60 WHERE id = 'k4'");
		}),
	qr/^UPDATE 3$/m, 'rows that are gone, or do not qualify any more, are not counted');
is(sql('SELECT id, n FROM item ORDER BY id'), "k3|43\nk4|60\nk5|10\nk6|12",
	'what was changed meanwhile is computed anew');

fresh(3);
sql("INSERT INTO change VALUES ('k1', 10, ''), ('k2', 11, '')");
like(held("UPDATE item t SET n = c.n FROM $change WHERE c.id = t.id", 'UpdateItem', 3,
		sub { sql("DELETE FROM item WHERE id = 'k1'"); }),
	qr/^UPDATE 2$/m, 'a second row for an item waits for the first');
is(sql('SELECT id, n FROM item ORDER BY id'), "k2|2\nk3|3", 'the first one counts');

# ---- one fails ----

fresh(5);
my ($out, $err);
$test->fault({ kind => 'reset_after', operation => 'UpdateItem', count => 2 });
$node->psql('postgres', "\\set VERBOSITY verbose\n$in_order UPDATE item t SET n = t.n + 100 FROM $change WHERE c.id = t.id",
	stdout => \$out, stderr => \$err);
my $key = qr/\{"id": "k\d"\}/;
like($err, qr/ERROR:  40003: the outcome of the write is unknown/, 'two answers are lost: 40003');
like($err, qr/item $key\..*Before that, the statement wrote 3 items\.  The outcome is unknown of the write of $key too\./,
	'the detail names both and counts the others');
is($test->counts->{UpdateItem}, 5, 'each was sent once');
is(sql('SELECT sum(n) FROM item'), '515', 'all had been done');

fresh(5);
number_by_scan();
$test->reset_proxy;
$node->psql('postgres', "$in_order UPDATE item t SET n = 1 / (4 - c.n) FROM $change WHERE c.id = t.id",
	stdout => \$out, stderr => \$err);
like($err, qr/ERROR:  division by zero\nDETAIL:  Before that, the statement wrote 3 items\./,
	'an error in computing the next row finds none under way');
is($test->counts->{UpdateItem}, 3, 'the others were written');

fresh(3);
my $said = held("UPDATE item t SET n = 0 FROM $change WHERE c.id = t.id", 'UpdateItem', 3,
	sub { sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%SET n = 0 FROM%' AND pid <> pg_backend_pid()"); });
like($said, qr/57014/, 'a cancel is heard');

# ---- keys that change ----

SKIP:
{
	skip 'the engine has no transactions', 12 unless $has_transactions;

	fresh(20);
	like(held("UPDATE item t SET id = c.to_id FROM $change WHERE c.id = t.id", 'TransactWriteItems', 16),
		qr/^UPDATE 20$/m, 'keys change 16 at once');
	is(sql("SELECT count(*), sum(n) FROM item WHERE id LIKE 'x%'"), '20|210', 'all of them');

	# one row gets the key of the other, which gets a third: in either order
	fresh(2);
	my ($first, $second) = number_by_scan();
	sql("UPDATE change SET to_id = CASE id WHEN '$first' THEN 'z' ELSE '$first' END");
	sql("$in_order UPDATE item t SET id = c.to_id FROM $change WHERE c.id = t.id");
	is(sql('SELECT id FROM item ORDER BY id'), "$first\nz", 'a key that another row has given up is waited for');
	fresh(2);
	($first, $second) = number_by_scan();
	sql("UPDATE change SET to_id = CASE id WHEN '$first' THEN '$second' ELSE 'z' END");
	$test->reset_proxy;
	$node->psql('postgres', "$in_order UPDATE item t SET id = c.to_id FROM $change WHERE c.id = t.id", stderr => \$err);
	like($err, qr/duplicate key value/, 'one that another row has is taken');
	is($test->counts->{TransactWriteItems}, 1, 'and the other row, which waited, is not written');
	is(sql('SELECT id, n FROM item ORDER BY id'), "k1|1\nk2|2", 'nothing is');

	# Each is read before it goes.  While nobody knows where the older one does,
	# the younger one, which is read already, waits.
	fresh(2);
	($first, $second) = number_by_scan();
	sql("UPDATE change SET to_id = CASE id WHEN '$first' THEN '$second' ELSE 'z' END");
	$test->reset_proxy;
	$test->fault({ kind => 'hold', operation => 'GetItem', contains => qq("$first") });
	my $session = Session->new($node->connstr('postgres'));
	$session->send("$in_order UPDATE item t SET id = c.to_id FROM $change WHERE c.id = t.id;\n\\echo =done=");
	ok($test->wait_until_held && $test->wait_for_requests('GetItem', 2), 'one is read, the other being read');
	select(undef, undef, undef, 0.3);
	is($test->counts->{TransactWriteItems} // 0, 0, 'mended: the younger one goes before anybody knows where the older one does');
	$test->release;
	like($session->read_until(qr/^=done=/m, 60) // '', qr/duplicate key value/, 'in the order of the rows, the key is taken');
	$session->finish;

	fresh(20);
	like(held("UPDATE item SET id = id || 'y' WHERE n > 0", 'TransactWriteItems', 16),
		qr/^UPDATE 20$/m, 'without a join too');
}

$test->drop_tables;
done_testing();
