# A session that stands still between reading an item and writing it, while
# another one changes the item: whatever way the write takes, what is stored at
# the end is what an ordinary table holds after the one and then the other.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Session;
use Test::More;

my $test = DynamormTest->new('lost_update',
	conf => "session_preload_libraries = 'dynamorm_fdw'");
my $node = $test->{node};
my $has_transactions = ($ENV{DYNAMODB_ENGINE} // '') ne 'dynalite';

sub sql
{
	return $node->safe_psql('postgres', $_[0]);
}

# computes what DynamoDB cannot
sql('CREATE FUNCTION next(integer) RETURNS integer STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN $1 + 1; END $$');

# ---- a case ----

# The same table as a foreign and as an ordinary one; the columns that are not
# the key are the test's own.
sub make_tables
{
	my ($columns, %options) = @_;
	sql("DROP TABLE IF EXISTS twin; DROP FOREIGN TABLE IF EXISTS item CASCADE");
	@{ $test->{tables} } = ();
	$test->create_tables(item => "id text OPTIONS (key 'partition'), $columns");
	my $plain = $columns =~ s/OPTIONS \([^)]*\)//gr;
	sql("CREATE TABLE twin (id text PRIMARY KEY, $plain)");
	return;
}

# Statements name the table as TABLE.  The first one's request is held when the
# engine has answered it; what the second does then the first has not seen.
sub race
{
	my ($title, %case) = @_;
	sql("DELETE FROM item; DELETE FROM twin");
	foreach my $table ('item', 'twin')
	{
		sql($_ =~ s/TABLE/$table/gr) foreach @{ $case{rows} };
	}
	sql($case{prepare}) if $case{prepare};
	$test->reset_proxy;
	$test->fault({ kind => 'hold', when => 'after', operation => $case{held} });

	my $session = Session->new($node->connstr('postgres'));
	$session->send($case{first} =~ s/TABLE/item/gr . ";\n\\echo =done= :SQLSTATE");
	ok($test->wait_until_held, "$title: the first session has asked");
	sql($case{second} =~ s/TABLE/item/gr);
	$test->release;
	my $said = $session->read_until(qr/^=done= \w{5}\n/m, 60) // '';
	$session->finish;
	is($said =~ /^=done= (\w{5})/m ? $1 : '', $case{sqlstate} // '00000',
		"$title: SQLSTATE") or diag $said;

	if (!$case{no_twin})
	{
		my $second = $case{twin_second} // $case{second};
		sql($second =~ s/TABLE/twin/gr);
		sql($case{first} =~ s/TABLE/twin/gr) unless $case{sqlstate};
		is( sql('SELECT * FROM item ORDER BY 1'), sql('SELECT * FROM twin ORDER BY 1'),
			($case{mended} ? 'mended: ' : '') . "$title: nothing is lost");
	}
	return;
}

# ---- an assigned value that is there already ----

make_tables("a integer, b integer, c integer, CHECK (a > 0)");
my @row = ("INSERT INTO TABLE VALUES ('x', 1, 7, 0)");
my $set = 'SET a = next(a), b = 7';
my $interference = "UPDATE TABLE SET b = 9, c = a WHERE id = 'x'";

race('UPDATE of a key', mended => 1, held => 'GetItem', rows => \@row,
	first => "UPDATE TABLE $set WHERE id = 'x'", second => $interference);
race('UPDATE of a key, returning', mended => 1, held => 'GetItem', rows => \@row,
	first => "UPDATE TABLE $set WHERE id = 'x' RETURNING a, b, c", second => $interference);
race('UPDATE of a list of keys', mended => 1, held => 'BatchGetItem', rows => \@row,
	first => "UPDATE TABLE $set WHERE id IN ('x', 'y')", second => $interference);
race('UPDATE by a scan', held => 'Scan', rows => \@row,
	first => "UPDATE TABLE $set WHERE c = 0 OR c = 1", second => $interference);
race('UPDATE of an item that is not there', held => 'GetItem', rows => [],
	first => "UPDATE TABLE SET a = coalesce(next(a), 5), b = 7 WHERE id = 'x' AND dyn_upsert()",
	second => "INSERT INTO TABLE VALUES ('x', 1, 9, 1)", no_twin => 1);
is(sql('SELECT * FROM item'), 'x|2|7|1', 'UPDATE of an item that is not there: it is, by now');
race('ON CONFLICT', mended => 1, held => 'PutItem', rows => \@row,
	first => "INSERT INTO TABLE AS t VALUES ('x', 1, 1, 1) ON CONFLICT (id) DO UPDATE SET a = next(t.a), b = 7",
	second => $interference);
race('ON CONFLICT, with a WHERE', held => 'PutItem', rows => \@row,
	first => "INSERT INTO TABLE AS t VALUES ('x', 1, 1, 1) ON CONFLICT (id) DO UPDATE SET a = next(t.a), b = 7 WHERE t.c < 5",
	second => $interference);
race('ON CONFLICT, without the conflict any more', held => 'PutItem', rows => \@row,
	first => "INSERT INTO TABLE AS t VALUES ('x', 1, 1, 1) ON CONFLICT (id) DO UPDATE SET a = next(t.a), b = 7",
	second => "DELETE FROM TABLE WHERE id = 'x'");
race('row by row', held => 'GetItem', rows => \@row,
	first => "UPDATE TABLE t SET a = next(t.a), b = v.b FROM (VALUES ('x', 7), ('y', 8)) v(id, b) WHERE t.id = 'x' AND t.id = v.id",
	second => $interference);
race('row by row, of a scan', held => 'Scan', rows => \@row,
	first => "UPDATE TABLE t SET a = next(t.a), b = v.b FROM (VALUES (1, 7), (2, 7)) v(a, b) WHERE t.a = v.a",
	second => $interference);
race('DELETE of a key', held => 'GetItem', rows => \@row,
	first => "DELETE FROM TABLE WHERE id = 'x' AND next(c) = 1", second => $interference);
race('DELETE by a scan', held => 'Scan', rows => \@row,
	first => "DELETE FROM TABLE WHERE next(c) = 1", second => $interference);
race('DELETE row by row', held => 'GetItem', rows => \@row,
	first => "DELETE FROM TABLE t USING (VALUES ('x', 0), ('y', 0)) v(id, c) WHERE t.id = 'x' AND t.id = v.id AND t.c = v.c",
	second => $interference);
race('a view with a check option', held => 'GetItem', rows => \@row,
	prepare => 'CREATE OR REPLACE VIEW item_view AS SELECT * FROM item WHERE a < 100 WITH CHECK OPTION;'
	  . 'CREATE OR REPLACE VIEW twin_view AS SELECT * FROM twin WHERE a < 100 WITH CHECK OPTION',
	first => "UPDATE TABLE_view $set WHERE id = 'x'", second => $interference);
sql('DROP VIEW item_view, twin_view');
race('a row trigger', held => 'GetItem', rows => \@row, sqlstate => '40001',
	prepare => 'CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;'
	  . 'CREATE TRIGGER pass BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION pass()',
	first => "UPDATE TABLE $set WHERE id = 'x'", second => "DELETE FROM TABLE WHERE id = 'x'; INSERT INTO TABLE VALUES ('x', 1, 9, 1)");

# ---- one that is generated ----

make_tables("a integer, g integer GENERATED ALWAYS AS (a / 1000) STORED");
race('a generated column', mended => 1, held => 'PutItem', rows => [ "INSERT INTO TABLE VALUES ('x', 1)" ],
	first => "INSERT INTO TABLE AS t VALUES ('x', 1) ON CONFLICT (id) DO UPDATE SET a = next(t.a)",
	second => q[SELECT dyn_request('dynamo', 'UpdateItem', '{"TableName": "item", "Key": {"id": {"S": "x"}}, "UpdateExpression": "SET g = :v", "ExpressionAttributeValues": {":v": {"N": "99"}}}')],
	twin_second => 'SELECT 1');

# ---- documents ----

make_tables("a integer, rest jsonb OPTIONS (document 'true')");
race('the document column in ON CONFLICT', mended => 1, held => 'PutItem',
	rows => [ q[INSERT INTO TABLE VALUES ('x', 1, '{"p": 1, "q": 2}')] ],
	first => q[INSERT INTO TABLE AS t VALUES ('x', 1, '{"p": 1, "q": 3}') ON CONFLICT (id) DO UPDATE SET a = next(t.a), rest = excluded.rest],
	second => q[UPDATE TABLE SET rest['p'] = '9' WHERE id = 'x']);
race('the document column in UPDATE', held => 'GetItem',
	rows => [ q[INSERT INTO TABLE VALUES ('x', 1, '{"p": 1, "q": 2}')] ],
	first => q[UPDATE TABLE SET a = next(a), rest = '{"p": 1, "q": 3}' WHERE id = 'x'],
	second => q[UPDATE TABLE SET rest['p'] = '9' WHERE id = 'x']);

make_tables("a integer, doc jsonb, CHECK (a > 0)");
sub doc_of_x
{
	return sql(q[SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "item", "Key": {"id": {"S": "x"}}, "ConsistentRead": true}') -> 'Item' -> 'doc']);
}
my $change_doc = q[SELECT dyn_request('dynamo', 'UpdateItem', '{"TableName": "item", "Key": {"id": {"S": "x"}}, "UpdateExpression": "SET doc = :v", "ExpressionAttributeValues": {":v": {"M": {"s": %s}}}}')];
race('a document that keeps a set', held => 'GetItem', no_twin => 1,
	rows => [ q[INSERT INTO TABLE VALUES ('x', 1)] ],
	prepare => sprintf($change_doc, '{"SS": ["u", "v"]}'),
	first => q[UPDATE TABLE SET a = next(a), doc = '{"s": ["u", "v"], "t": 1}' WHERE id = 'x'],
	second => sprintf($change_doc, '{"L": [{"S": "w"}]}'));
is(doc_of_x(), '{"M": {"s": {"L": [{"S": "u"}, {"S": "v"}]}, "t": {"N": "1"}}}',
	'mended: a set that is not stored any more is not kept');

# ---- another key ----

SKIP:
{
	skip 'no transactions', 1 unless $has_transactions;
	make_tables("a integer, b integer, c integer, CHECK (a > 0)");
	my $move = "UPDATE TABLE $set, id = 'z' WHERE id = 'x'";
	race('a key change', held => 'GetItem', rows => \@row, first => $move, second => $interference);
	race('a key change of a scan', held => 'Scan', rows => \@row,
		first => "UPDATE TABLE $set, id = 'z' WHERE c = 0 OR c = 1", second => $interference);
	race('a key change, row by row', held => 'GetItem', rows => \@row,
		first => "UPDATE TABLE t SET a = next(t.a), b = v.b, id = 'z' FROM (VALUES ('x', 7), ('y', 8)) v(id, b) WHERE t.id = 'x' AND t.id = v.id",
		second => $interference);

	# an index holds a part of the item, and an old one
	sql(q[SELECT dyn_request('dynamo', 'CreateTable', '{"TableName": "with_index", "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}],
		"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
		"GlobalSecondaryIndexes": [{"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
			"Projection": {"ProjectionType": "KEYS_ONLY"}}]}')]);
	sql(q[CREATE FOREIGN TABLE with_index (id text OPTIONS (key 'partition'), g text) SERVER dynamo OPTIONS (consistent_read 'false')]);
	push @{ $test->{tables} }, 'with_index';
	sql("INSERT INTO with_index SELECT 'other' || i, repeat('g', 1000) FROM generate_series(1, 200) i");
	sql(q[SELECT dyn_request('dynamo', 'PutItem', '{"TableName": "with_index", "Item": {"id": {"S": "x"}, "g": {"S": "h"}, "unmapped": {"S": "kept"}}}')]);
	like(sql("EXPLAIN UPDATE with_index SET id = id || 'y' WHERE g = 'h'"), qr/using index by_g/, 'candidates come from an index');
	$node->psql('postgres', "UPDATE with_index SET id = id || 'y' WHERE g = 'h'");
	is(sql(q[SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "with_index", "Key": {"id": {"S": "xy"}}}') -> 'Item' -> 'unmapped' ->> 'S']),
		'kept', 'mended: a key change keeps what an index does not hold');
}

$test->drop_tables;
done_testing();
