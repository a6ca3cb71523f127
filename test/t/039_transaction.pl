# Transactions in mode "atomic" of two sessions: what COMMIT finds changed, and
# what it does not mind; and what else takes part in them.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Session;
use Test::More;

plan skip_all => 'the engine has no transactions'
  if ($ENV{DYNAMODB_ENGINE} // '') eq 'dynalite';

my $test = DynamormTest->new('transaction',
	conf => "session_preload_libraries = 'dynamorm_fdw'");
my $node = $test->{node};

sub sql
{
	return $node->safe_psql('postgres', $_[0]);
}

$test->create_tables(account =>
	"id text OPTIONS (key 'partition'), balance integer, note text, n integer");
sql("ALTER FOREIGN TABLE account OPTIONS (ADD transaction_mode 'atomic')");

my @sessions = map { Session->new($node->connstr('postgres')) } 1 .. 2;

sub fill
{
	sql("DELETE FROM account; INSERT INTO account VALUES ('a', 100, 'old', 1), ('b', 0, 'old', 1)");
	$test->reset_proxy;
	return;
}

# Both sessions begin, run their statements, and commit, the first one first.
# Returns the SQLSTATEs of the COMMITs, and what the second one said.
sub overlap
{
	my ($first, $second) = @_;
	fill();
	foreach my $i (0, 1)
	{
		$sessions[$i]->run('BEGIN');
		foreach my $statement (@{ ($first, $second)[$i] })
		{
			my $result = $sessions[$i]->run($statement);
			is($result->{sqlstate}, '00000', $statement)
			  or diag $result->{text};
		}
	}
	my @results = map { $_->run('COMMIT') } @sessions;
	return ($results[0]{sqlstate}, $results[1]{sqlstate}, $results[1]{text});
}

sub commits
{
	my ($title, $expected, $first, $second, $pattern) = @_;
	my ($one, $other, $text) = overlap($first, $second);
	is($one, '00000', "$title: the first one commits");
	is($other, $expected, "$title: the second one") or diag $text;
	like($text, $pattern, "$title: it says why") if $pattern;
	return;
}

# ---- what is seen, and what is not ----

commits('two blind increments', '00000',
	["UPDATE account SET balance = balance + 1 WHERE id = 'a'"],
	["UPDATE account SET balance = balance + 1 WHERE id = 'a'"]);
is(sql("SELECT balance FROM account WHERE id = 'a'"), 102, 'both are there');
commits('two increments, whose values are shown', '40001',
	["UPDATE account SET balance = balance + 1 WHERE id = 'a' RETURNING balance"],
	["UPDATE account SET balance = balance + 1 WHERE id = 'a' RETURNING balance"],
	qr/could not commit because an item of table "account" was changed meanwhile.*Item \{"id": "a"\}\.\n/s);
is(sql("SELECT balance FROM account WHERE id = 'a'"), 101, 'one is there');
$_->run('SET dynamorm_fdw.report_conditions = on') foreach @sessions;
commits('a value that was looked at', '40001',
	["UPDATE account SET balance = balance + 1 WHERE id = 'a'"],
	["UPDATE account SET balance = balance + 1 WHERE id = 'a'", "SELECT balance FROM account WHERE id = 'a'"],
	qr/Column "balance" has changed since it was read/);
commits('a condition that is still true', '00000',
	["UPDATE account SET balance = balance - 40 WHERE id = 'a' AND balance >= 40"],
	["UPDATE account SET balance = balance - 40 WHERE id = 'a' AND balance >= 40"]);
commits('a condition that is not any more', '40001',
	["UPDATE account SET balance = balance - 60 WHERE id = 'a' AND balance >= 60"],
	["UPDATE account SET balance = balance - 60 WHERE id = 'a' AND balance >= 60"],
	qr/Column "balance" has changed/);
commits('another column', '00000',
	["UPDATE account SET note = 'new' WHERE id = 'a'"],
	["UPDATE account SET balance = 5 WHERE id = 'a' RETURNING balance, n"]);
is(sql("SELECT balance, note FROM account WHERE id = 'a'"), '5|new', 'both columns are written');
commits('a returned column', '40001',
	["UPDATE account SET note = 'new' WHERE id = 'a'"],
	["UPDATE account SET balance = 5 WHERE id = 'a' RETURNING note"],
	qr/Column "note" has changed/);
commits('a value set back to what it was', '00000',
	["UPDATE account SET balance = 1 WHERE id = 'a'"],
	["UPDATE account SET balance = 1, note = 'x' WHERE id = 'a'", "UPDATE account SET balance = 100 WHERE id = 'a'"]);
is(sql("SELECT balance, note FROM account WHERE id = 'a'"), '100|x', 'it is written');
commits('the same in one statement', '00000',
	["UPDATE account SET balance = 1 WHERE id = 'a'"],
	["UPDATE account SET balance = 100, note = 'x' WHERE id = 'a' RETURNING id"]);
is(sql("SELECT balance, note FROM account WHERE id = 'a'"), '100|x', 'it is written, too');
commits('what was shown before a rollback', '40001',
	["UPDATE account SET n = 9 WHERE id = 'a'"],
	["UPDATE account SET note = 'y' WHERE id = 'a'", 'SAVEPOINT s',
		"UPDATE account SET balance = n WHERE id = 'a' RETURNING n", 'ROLLBACK TO s']);
commits('an item that is gone', '40001',
	["DELETE FROM account WHERE id = 'b'"],
	["UPDATE account SET balance = 5 WHERE id = 'b'"],
	qr/It is not there any more/);
commits('an item that was made', '23505',
	["INSERT INTO account VALUES ('c', 1)"],
	["INSERT INTO account VALUES ('c', 2)"],
	qr/Key \(id\)=\(c\) already exists/);
commits('one made where a duplicate does not matter', '40001',
	["INSERT INTO account VALUES ('c', 1)"],
	["INSERT INTO account VALUES ('c', 2) ON CONFLICT DO NOTHING"]);
commits('one made by an upsert', '00000',
	["INSERT INTO account VALUES ('c', 1)"],
	["INSERT INTO account VALUES ('c', 2) ON CONFLICT (id) DO UPDATE SET balance = account.balance + excluded.balance"]);
is(sql("SELECT balance FROM account WHERE id = 'c'"), 3, 'it is updated');
commits('a key that moves', '40001',
	["UPDATE account SET n = 2 WHERE id = 'a'"],
	["UPDATE account SET id = 'z' WHERE id = 'a'"]);
commits('a key that was taken', '23505',
	["INSERT INTO account VALUES ('z', 1)"],
	["UPDATE account SET id = 'z' WHERE id = 'a'"]);
commits('a row that makes a request unique', '23505',
	["INSERT INTO account VALUES ('request-1')", "UPDATE account SET balance = balance - 1 WHERE id = 'a'"],
	["INSERT INTO account VALUES ('request-1')", "UPDATE account SET balance = balance - 1 WHERE id = 'a' RETURNING balance"]);
is(sql("SELECT balance FROM account WHERE id = 'a'"), 99, 'it was done once');
commits('rows that did not qualify', '00000',
	["UPDATE account SET balance = 50 WHERE id = 'b'"],
	["UPDATE account SET note = 'rich' WHERE balance >= 100"]);

# ---- what else takes part ----

# DynamoDB's part is committed before PostgreSQL's fails
fill();
my $result = $sessions[0]->run(<<'SQL');
BEGIN;
CREATE TEMP TABLE parent (id int PRIMARY KEY) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE child (id int REFERENCES parent) ON COMMIT PRESERVE ROWS;
UPDATE account SET balance = 1 WHERE id = 'a';
COMMIT
SQL
like($result->{text}, qr/unsupported ON COMMIT and foreign key combination/, 'PostgreSQL cannot commit');
like($result->{text}, qr/WARNING: .*the DynamoDB part of the rolled back transaction is committed/, 'the user is told');
is(sql("SELECT balance FROM account WHERE id = 'a'"), 1, 'it is');

sub with_postgres_fdw
{
	# postgres_fdw commits after us, and nothing if we fail
	sql(<<"SQL");
CREATE EXTENSION postgres_fdw;
CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '@{[ $node->host ]}', port '@{[ $node->port ]}', dbname 'postgres');
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback OPTIONS (user '@{[ $node->safe_psql('postgres', 'SELECT current_user') ]}');
CREATE TABLE local_note (id int);
CREATE FOREIGN TABLE remote_note (id int) SERVER loopback OPTIONS (table_name 'local_note');
SQL
	foreach my $order ('before', 'after')
	{
		my @remote = ('INSERT INTO remote_note VALUES (1)');
		my @ours = ("UPDATE account SET balance = balance + 1 WHERE id = 'a' RETURNING balance");
		sql('TRUNCATE local_note');
		commits("postgres_fdw, $order", '40001',
			["UPDATE account SET balance = 7 WHERE id = 'a'"],
			[ $order eq 'before' ? (@remote, @ours) : (@ours, @remote, "UPDATE account SET n = 3 WHERE id = 'b'") ]);
		is(sql('SELECT count(*) FROM local_note'), 0, "the remote row is not there ($order)");
	}

	# another server's postgres_fdw comes to our tables, at REPEATABLE READ
	sql(<<"SQL");
CREATE FOREIGN TABLE chained (id text, balance integer, note text, n integer) SERVER loopback OPTIONS (table_name 'account');
SQL
	fill();
	$sessions[0]->run($_) foreach 'BEGIN', "UPDATE chained SET balance = balance - 30 WHERE id = 'a' AND balance >= 30";
	is($sessions[0]->run("SELECT balance FROM chained WHERE id = 'a'")->{text}, "70\n", 'mended: chained: it sees its own write');
	is($sessions[0]->run("SELECT balance FROM chained WHERE id = 'b' FOR UPDATE")->{text}, "0\n", 'chained: a row lock');
	$sessions[0]->run("UPDATE chained SET balance = 30 WHERE id = 'b'");
	is(sql("SELECT string_agg(balance::text, ' ' ORDER BY id) FROM account"), '100 0', 'chained: nothing is written before COMMIT');
	is($sessions[0]->run('COMMIT')->{sqlstate}, '00000', 'chained: COMMIT');
	is(sql("SELECT string_agg(balance::text, ' ' ORDER BY id) FROM account"), '70 30', 'chained: it is written');
	commits('chained', '40001',
		["UPDATE account SET balance = 7 WHERE id = 'a'"],
		["SELECT balance FROM chained WHERE id = 'a' FOR UPDATE", "UPDATE chained SET balance = 8 WHERE id = 'a'"],
		qr/could not commit because an item of table "account" was changed meanwhile/);
	return;
}

SKIP:
{
	skip 'postgres_fdw is not there', 1
	  unless sql("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'");
	with_postgres_fdw();
}

# in a procedure each COMMIT is one
fill();
sql(<<'SQL');
CREATE PROCEDURE steps() LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account SET balance = 1 WHERE id = 'a';
  COMMIT;
  UPDATE account SET balance = 2 WHERE id = 'a';
  ROLLBACK;
  UPDATE account SET note = 'end' WHERE id = 'a';
END $$;
SQL
sql('CALL steps()');
is(sql("SELECT balance, note FROM account WHERE id = 'a'"), '1|end', 'a procedure');

# a deferred constraint trigger writes before COMMIT is sent
sql(<<'SQL');
CREATE TABLE journal (id int);
CREATE FUNCTION write_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account SET n = NEW.id WHERE id = 'b';
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER write_late AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION write_late();
SQL
$test->reset_proxy;
sql("BEGIN; INSERT INTO journal VALUES (42); UPDATE account SET balance = 3 WHERE id = 'a'; COMMIT");
is($test->counts->{TransactWriteItems}, 1, 'with a deferred trigger it is one transaction');
is(sql("SELECT n FROM account WHERE id = 'b'"), 42, 'of both');

$_->finish foreach @sessions;
$test->drop_tables;
done_testing();
