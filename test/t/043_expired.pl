# An item that has expired is replaced by one session while another, which has
# seen it as gone, is about to do the same: neither change is lost.  And what
# COMMIT finds of such items.
# Needs: transactions old_item
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Session;
use Test::More;

my $test = DynamormTest->new('expired', conf => "session_preload_libraries = 'dynamorm_fdw'");
my $node = $test->{node};
my $first = Session->new($node->connstr('postgres'));
my $second = Session->new($node->connstr('postgres'));

# By the second session.
sub sql
{
	my ($statement) = @_;
	my $result = $second->run($statement);
	is($result->{sqlstate}, '00000', 'the second session is told nothing') or diag "$statement: $result->{text}";
	return $result->{text} =~ s/\n\z//r;
}

# DynamoDB is not told of the time to live, so that nothing is deleted
$test->create_tables(stored => "id text OPTIONS (key 'partition') COLLATE \"C\", n integer, note text, extra integer, expires bigint");
sql(q(CREATE FOREIGN TABLE item (id text OPTIONS (key 'partition') COLLATE "C", n integer, note text,
  expires bigint OPTIONS (ttl 'true', hide_expired 'true')) SERVER dynamo OPTIONS (table_name 'stored')));
my $over = 'extract(epoch FROM now())::bigint - 86400';

sub fresh
{
	sql('DELETE FROM stored');
	sql("INSERT INTO stored VALUES ('x', 7, 'old', 1, $over)");
	$test->reset_proxy;
	return;
}

sub stored { return sql("SELECT id, n, note, extra FROM stored ORDER BY id") }

# ---- in mode "immediate" ----

# The first statement's request is held when the engine has answered it.
sub race
{
	my ($title, %case) = @_;
	fresh();
	$test->fault({ kind => 'hold', when => 'after', operation => $case{held} });
	$first->send("$case{first};\n\\echo =done= :SQLSTATE");
	ok($test->wait_until_held, "$title: the first session has asked");
	sql($case{second});
	$test->release;
	my $said = $first->read_until(qr/^=done= \w{5}\n/m, 60) // '';
	is($said =~ /^=done= (\w{5})/m ? $1 : '', $case{sqlstate} // '00000', "$title: SQLSTATE") or diag $said;
	is(stored(), $case{stored}, "$title: nothing is lost, and nothing is left");
	return;
}

my $hit = "UPDATE item SET n = dyn_increment(n) WHERE id = 'x' AND dyn_upsert()";
my $computed = "UPDATE item SET n = coalesce(n, 0) * 2 + length(id) WHERE id = 'x' AND dyn_upsert()";
my $conflict = "INSERT INTO item (id, n) VALUES ('x', 1) ON CONFLICT (id) DO UPDATE SET n = item.n + excluded.n";
my $insert = "INSERT INTO item (id, n) VALUES ('x', 5)";

race('upsert', held => 'UpdateItem', first => $hit, second => $insert, stored => 'x|6||');
race('upsert, twice', held => 'UpdateItem', first => $hit, second => $hit, stored => 'x|2||');
race('computed upsert', held => 'GetItem', first => $computed, second => $insert, stored => 'x|11||');
race('ON CONFLICT', held => 'UpdateItem', first => $conflict, second => $insert, stored => 'x|6||');
race('upsert of what is deleted', held => 'UpdateItem', first => $hit, second => "DELETE FROM stored WHERE id = 'x'", stored => 'x|1||');
race('upsert of what lives again', held => 'UpdateItem', first => $hit, second => "UPDATE stored SET expires = NULL WHERE id = 'x'", stored => 'x|8|old|1');
race('upsert of what has expired at another time', held => 'UpdateItem', first => $hit, second => "UPDATE stored SET expires = expires + 1 WHERE id = 'x'", stored => 'x|1||');

# One of a kind that the statement has let expire itself is looked at before it
# is written again: it is there, or others have deleted it.
sql(q(CREATE FOREIGN TABLE kind (id text OPTIONS (key 'partition') COLLATE "C", n integer,
  expires bigint OPTIONS (ttl 'true', hide_expired 'true'), note text OPTIONS (template 'kind')) SERVER dynamo OPTIONS (table_name 'stored')));
foreach my $deleted (0, 1)
{
	fresh();
	$test->fault({ kind => 'hold', operation => 'GetItem' });
	$first->send("INSERT INTO kind VALUES ('y', 1, $over), ('y', 2, NULL) ON CONFLICT DO NOTHING RETURNING n;\n\\echo =done= :SQLSTATE :ROW_COUNT");
	ok($test->wait_until_held, 'the second row of a key asks for the first');
	sql("DELETE FROM stored WHERE id = 'y'") if $deleted;
	$test->release;
	like($first->read_until(qr/^=done= \w{5} \d+\n/m, 60) // '', $deleted ? qr/^=done= 00000 2$/m : qr/^=done= 00000 1$/m, 'and is inserted only if that is deleted');
	is(stored(), "x|7|old|1\ny|" . ($deleted ? 2 : 1) . '|kind|', 'as is stored');
}

# a row that expires between its read and its write is not written
fresh();
sql("INSERT INTO stored VALUES ('y', 7, 'old', 1, NULL)");
$test->fault({ kind => 'hold', when => 'after', operation => 'GetItem' });
$first->send("UPDATE item SET n = n * 2 + length(id) WHERE id = 'y';\n\\echo =done= :ROW_COUNT");
ok($test->wait_until_held, 'a row is read');
sql("UPDATE stored SET expires = $over WHERE id = 'y'");
$test->release;
like($first->read_until(qr/^=done= \d+\n/m, 60) // '', qr/^=done= 0$/m, 'a row that expires before it is written is none');
is(stored(), "x|7|old|1\ny|7|old|1", 'and stays as it is');

# ---- in mode "atomic" ----

# What the second session does is done before COMMIT.
sub commit
{
	my ($title, %case) = @_;
	fresh();
	sql("INSERT INTO stored VALUES ('y', 7, 'old', 1, extract(epoch FROM now())::bigint + 86400)");
	foreach my $statement ('BEGIN', @{ $case{first} })
	{
		my $result = $first->run($statement);
		is($result->{sqlstate}, '00000', "$title: $statement") or diag $result->{text};
	}
	sql($case{second}) if $case{second};
	my $result = $first->run('COMMIT');
	is($result->{sqlstate}, $case{sqlstate} // '00000', "$title: COMMIT") or diag $result->{text};
	is(stored(), $case{stored}, "$title: what is stored");
	return;
}

$first->run("SET dynamorm_fdw.transaction_mode = 'atomic'");
my $untouched = 'y|7|old|1';
commit('INSERT', first => [$insert], stored => "x|5||\n$untouched");
commit('INSERT, deleted meanwhile', first => [$insert], second => "DELETE FROM stored WHERE id = 'x'", stored => "x|5||\n$untouched");
commit('INSERT, still over', first => [$insert], second => "UPDATE stored SET expires = expires + 1 WHERE id = 'x'", stored => "x|5||\n$untouched");
commit('INSERT, replaced meanwhile', first => [$insert], second => "INSERT INTO item VALUES ('x', 6)", sqlstate => '23505', stored => "x|6||\n$untouched");
commit('INSERT, the setting changed', first => [ $insert, 'SET LOCAL dynamorm_fdw.show_expired = on' ], stored => "x|5||\n$untouched");
commit('upsert', first => [$hit], stored => "x|1||\n$untouched");
commit('upsert, replaced meanwhile', first => [$hit], second => $insert, sqlstate => '40001', stored => "x|5||\n$untouched");
commit('a changed key', first => ["UPDATE item SET id = 'x' WHERE id = 'y'"], stored => 'x|7|old|1');
commit('a changed key, taken meanwhile', first => ["UPDATE item SET id = 'x' WHERE id = 'y'"], second => $insert, sqlstate => '23505', stored => "x|5||\n$untouched");
commit('UPDATE of a row that expires meanwhile', first => ["UPDATE item SET n = 1 WHERE id = 'y' RETURNING n"], second => "UPDATE stored SET expires = $over WHERE id = 'y'",
	sqlstate => '40001', stored => "x|7|old|1\n$untouched");
commit('blind UPDATE of a row that expires meanwhile', first => ["UPDATE item SET n = dyn_increment(n) WHERE id = 'y'"], second => "UPDATE stored SET expires = $over WHERE id = 'y'",
	sqlstate => '40001', stored => "x|7|old|1\n$untouched");
commit('blind UPDATE of a row that lives longer', first => ["UPDATE item SET n = dyn_increment(n) WHERE id = 'y'"], second => "UPDATE stored SET expires = NULL WHERE id = 'y'",
	stored => "x|7|old|1\ny|8|old|1");
commit('a lock on a row that expires meanwhile', first => [ "SELECT id FROM item WHERE id = 'y' FOR KEY SHARE", "INSERT INTO item (id) VALUES ('z')" ], second => "UPDATE stored SET expires = $over WHERE id = 'y'",
	sqlstate => '40001', stored => "x|7|old|1\n$untouched");

$_->finish foreach $first, $second;
$test->drop_tables;
done_testing();
