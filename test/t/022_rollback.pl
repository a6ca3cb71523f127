# What an error rolls back: the writes that stay are told beside the error.  And
# transactions that are to be prepared.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = DynamormTest->new('rollback', conf => 'max_prepared_transactions = 2');
$test->create_tables(rolled => q{id text OPTIONS (key 'partition'), n integer});
my $node = $test->{node};

# What psql says of statements, in order of the text.
sub said
{
	my ($sql) = @_;
	$node->psql('postgres', $sql, stderr => \my $stderr, on_error_stop => 0,
		extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	return join ' ', sort map { s/^psql:<stdin>:\d+: //r } split /\n/, $stderr;
}

sub stays
{
	my ($what, $sql, $error, $writes) = @_;
	my ($result, $stdout, $stderr) = $node->psql('postgres', $sql, on_error_stop => 0);
	like($stderr, qr/ERROR:  $error/, "$what fails");
	my @told = $stderr =~ /WARNING:  (\d+) DynamoDB writes? of the rolled back/g;
	is("@told", $writes, "and $writes writes stay");
	return;
}

$node->safe_psql('postgres', "INSERT INTO rolled VALUES ('a', 1), ('b', 1)");
stays('another statement', "BEGIN; UPDATE rolled SET n = 2 WHERE id = 'a'; SELECT 1 / 0; COMMIT", 'division', '1');
stays('a statement by itself', "INSERT INTO rolled VALUES ('c', 1), ('a', 1)", 'duplicate', '1');
stays('RETURNING', "UPDATE rolled SET n = 3 WHERE id = 'a' RETURNING 1 / (n - 3)", 'division', '1');
stays('a statement after a block', q{
	DO $$
	BEGIN
	  BEGIN
	    UPDATE rolled SET n = 4 WHERE id = 'a';
	  EXCEPTION WHEN raise_exception THEN
	    NULL;
	  END;
	  RAISE EXCEPTION 'after the block';
	END $$}, 'after the block', '1');
stays('a deferred constraint, at COMMIT', q{
	CREATE TABLE parent (id int PRIMARY KEY);
	CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
	BEGIN;
	INSERT INTO child VALUES (1);
	UPDATE rolled SET n = 5 WHERE id > '';
	COMMIT}, 'insert or update on table "child" violates', '3');
is($node->safe_psql('postgres', "SELECT string_agg(id || n, ' ' ORDER BY id) FROM rolled"), 'a5 b5 c5', 'as it was said');

# a session that is ended
my ($result, $stdout, $stderr) = $node->psql('postgres',
	"BEGIN; UPDATE rolled SET n = 6 WHERE id = 'a'; SELECT pg_terminate_backend(pg_backend_pid())", on_error_stop => 0);
like($stderr, qr/terminating connection/, 'a session that is ended');
like(slurp_file($node->logfile), qr/FATAL:  terminating connection.*WARNING:  1 DynamoDB write of the rolled back transaction stays/s,
	'leaves a warning in the log');

# two phases
stays('PREPARE TRANSACTION after a write', "BEGIN; UPDATE rolled SET n = 7 WHERE id = 'a'; PREPARE TRANSACTION 'p'",
	'cannot PREPARE a transaction that has written to DynamoDB', '1');
stays('and after one of a savepoint that was released',
	"BEGIN; SAVEPOINT s; UPDATE rolled SET n = 8 WHERE id = 'a'; RELEASE s; PREPARE TRANSACTION 'p'",
	'cannot PREPARE a transaction that has written to DynamoDB', '1');
is(said("BEGIN; UPDATE rolled SET n = 9 WHERE id = 'a'; PREPARE TRANSACTION 'p'"), 'ERROR:  0A000 WARNING:  01000', 'by their SQLSTATE');
is(said("BEGIN; SELECT * FROM rolled; PREPARE TRANSACTION 'p'; ROLLBACK PREPARED 'p'"), '', 'one that only reads is prepared');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_prepared_xacts'), '0', 'and none is left');

$test->drop_tables;
$node->stop;
done_testing();
