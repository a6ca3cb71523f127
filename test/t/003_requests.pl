# One statement that names the whole key is one request, and no read.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = DynamormTest->new('requests');
my $node = $test->{node};
$test->create_tables(
	counter => "id text OPTIONS (key 'partition'), n bigint, note text",
	event => "stream text OPTIONS (key 'partition'), "
	  . "seq integer OPTIONS (key 'sort'), kind text");

# dynalite never sends the old item: there it has to be read
my $dynalite = ($ENV{DYNAMODB_ENGINE} // '') eq 'dynalite';

# Runs the statements in a fresh session, and checks which requests were sent.
sub sends
{
	my ($expected, $title, $sql, $output) = @_;
	$test->reset_proxy;
	my $out = $node->safe_psql('postgres', $sql);
	is_deeply($test->counts, $expected, $title);
	is($out, $output, "$title: result") if defined $output;
	return;
}

sends({ PutItem => 1 }, 'INSERT of one row',
	"INSERT INTO counter VALUES ('x', 1)");
sends({ UpdateItem => 1 }, 'UPDATE',
	"UPDATE counter SET n = n + 1 WHERE id = 'x'", '');
sends({ UpdateItem => 1 }, 'UPDATE RETURNING',
	"UPDATE counter SET n = n + 1 WHERE id = 'x' RETURNING n", '3');
sends({ UpdateItem => 1 }, 'UPDATE RETURNING *',
	"UPDATE counter SET note = 'a' WHERE id = 'x' RETURNING *", 'x|3|a');
sends({ UpdateItem => 1 }, 'UPDATE with a condition',
	"UPDATE counter SET n = n + 1 WHERE id = 'x' AND n >= 3 RETURNING n", '4');
sends({ UpdateItem => 1 }, 'UPDATE whose condition fails',
	"UPDATE counter SET n = n + 1 WHERE id = 'x' AND n > 99 RETURNING n", '')
  unless $dynalite;
# a session knows that its engine sends the old item with a failed condition
# when it has seen one
my $fails = "UPDATE counter SET n = n + 1 WHERE id = 'x' AND n < 0";
sends({ UpdateItem => 2 }, 'UPDATE of no item',
	"$fails; UPDATE counter SET n = n + 1 WHERE id = 'none'", '')
  unless $dynalite;
sends({ UpdateItem => 1 }, 'dyn_increment in SET',
	"UPDATE counter SET n = dyn_increment(n) WHERE id = 'x' RETURNING n", '5');
sends({ UpdateItem => 1 }, 'dyn_upsert of a new item',
	"UPDATE counter SET n = dyn_increment(n) WHERE id = 'y' AND dyn_upsert()"
	  . ' RETURNING n',
	'1');
sends({ UpdateItem => 1 }, 'dyn_increment as a function',
	q{SELECT dyn_increment('counter', '{"id": "y"}', 'n')}, '2');
sends({ GetItem => 1 }, 'SELECT of one row',
	"SELECT n FROM counter WHERE id = 'x'", '5');
sends({}, 'an impossible key',
	"UPDATE counter SET n = 1 WHERE id = ''", '');

# in plpgsql: custom plans first, then the generic one
sends({ UpdateItem => 20 }, 'UPDATE in a loop', <<'SQL', '');
DO $$
DECLARE
  i integer;
  total bigint;
BEGIN
  FOR i IN 1..20 LOOP
    UPDATE counter SET n = n + i WHERE id = 'x' RETURNING n INTO total;
  END LOOP;
END $$
SQL
sends({ GetItem => 1 }, 'its sum',
	"SELECT n FROM counter WHERE id = 'x'", '215');
sends({ UpdateItem => 20 }, 'UPDATE in a loop, by key', <<'SQL', '');
DO $$
DECLARE
  i integer;
BEGIN
  FOR i IN 1..20 LOOP
    UPDATE counter SET n = dyn_increment(n, i) WHERE id = 'k' || i AND dyn_upsert();
  END LOOP;
END $$
SQL
sends({ UpdateItem => 20, DeleteItem => 20 }, 'two statements in a loop',
	<<'SQL', '');
DO $$
DECLARE
  i integer;
BEGIN
  FOR i IN 1..20 LOOP
    UPDATE counter SET note = i::text WHERE id = 'k' || i;
    DELETE FROM counter WHERE id = 'k' || i AND n = i;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'not deleted: %', i;
    END IF;
  END LOOP;
END $$
SQL

# partition and sort key
sends({ BatchExecuteStatement => 1 }, 'INSERT of three rows',
	"INSERT INTO event SELECT 's', g, 'new' FROM generate_series(1, 3) g");
sends({ UpdateItem => 1 }, 'UPDATE by both keys',
	"UPDATE event SET kind = 'old' WHERE stream = 's' AND seq = 2"
	  . ' RETURNING kind',
	'old');
sends({ DeleteItem => 1 }, 'DELETE by both keys',
	"DELETE FROM event WHERE stream = 's' AND seq = 2", '');
sends({ DeleteItem => 1 }, 'DELETE RETURNING',
	"DELETE FROM event WHERE stream = 's' AND seq = 3 RETURNING kind", 'new');
sends({ UpdateItem => 1, DeleteItem => 1 }, 'DELETE of no item',
	"$fails; DELETE FROM event WHERE stream = 's' AND seq = 3", '')
  unless $dynalite;

$test->reset_proxy;
$test->drop_tables;
done_testing();
