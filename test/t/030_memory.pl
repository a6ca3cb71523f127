# What a row costs in memory that a statement writes: next to nothing, for the
# statement must only know again which items it has written.  Memory is measured
# from within the statement, by the rows themselves, so that nothing depends on
# time.  At length: bash test/memory.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Stub;
use Test::More;

my $rows = $ENV{MEMORY_ROWS} || 8000;
my $bytes_of_row = 64;

# The rows that note it.  (The first note costs what a session's first costs.)
my ($first, $last) = (int($rows / 4), $rows - 100);

# ---- a table of so many items, whatever is written to it ----

sub item
{
	my ($n) = @_;
	return qq({"id":{"S":"key number $n"},"n":{"N":"$n"},"g":{"S":"all"}});
}

sub page
{
	my (undef, $body) = @_;
	my $first = $body =~ /"ExclusiveStartKey":\{[^}]*"key number (\d+)"/ ? $1 + 1 : 1;
	my $last = $first + 999 < $rows ? $first + 999 : $rows;
	my $count = $last - $first + 1;
	my $next = $last < $rows ? qq(,"LastEvaluatedKey":{"id":{"S":"key number $last"},"g":{"S":"all"}}) : '';
	return qq({"Count":$count,"ScannedCount":$count,"Items":[) . join(',', map { item($_) } $first .. $last) . "]$next}";
}

sub key_number
{
	my ($body) = @_;
	return $body =~ /"key number (\d+)"/ ? $1 : die "no key in $body";
}

my $stub = Stub->new(
	-unlogged => 1,
	DescribeTable => {
		Table => {
			TableName => 'rows', TableStatus => 'ACTIVE', ItemCount => $rows, TableSizeBytes => 50 * $rows,
			KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
			AttributeDefinitions => [ map { { AttributeName => $_, AttributeType => 'S' } } qw(id g) ],
			GlobalSecondaryIndexes => [ {
				IndexName => 'by_g', IndexStatus => 'ACTIVE', ItemCount => $rows, IndexSizeBytes => 50 * $rows,
				KeySchema => [ { AttributeName => 'g', KeyType => 'HASH' } ], Projection => { ProjectionType => 'ALL' } } ] } },
	PutItem => sub { '{}' },
	DeleteItem => sub { '{"Attributes":' . item(key_number($_[1])) . '}' },
	UpdateItem => sub { '{"Attributes":' . item(key_number($_[1])) . '}' },
	BatchGetItem => sub { '{"Responses":{"rows":[' . join(',', map { item($_) } $_[1] =~ /"key number (\d+)"/g) . ']}}' },
	Query => \&page,
	Scan => \&page);

my $test = DynamormTest->new('memory');
my $node = $test->{node};
my $columns = "id text OPTIONS (key 'partition'), n integer, m integer, g text";
$node->safe_psql('postgres', qq(
	CREATE SERVER stub FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint '$stub->{endpoint}', region 'us-east-1');
	CREATE USER MAPPING FOR CURRENT_USER SERVER stub OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE FOREIGN TABLE rows ($columns) SERVER stub OPTIONS (consistent_read 'false');
	CREATE TABLE notes (row_number integer, all_contexts bigint, most bigint);
	CREATE FUNCTION kilobytes(what text) RETURNS bigint LANGUAGE sql VOLATILE AS
	  \$\$ SELECT substring(pg_read_file('/proc/self/status') FROM what || ':\\s*(\\d+) kB')::bigint \$\$;
	-- notes, with some rows, what the session takes, and is 0
	CREATE FUNCTION note(row_number integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS \$\$
	BEGIN
	  IF row_number IN (1, $first, $last) THEN
	    -- the most was there before; shared memory and files are not the statement's
	    INSERT INTO notes SELECT row_number, sum(used_bytes), kilobytes('VmHWM') - kilobytes('RssFile') - kilobytes('RssShmem') FROM pg_backend_memory_contexts;
	  END IF;
	  RETURN 0;
	END \$\$;
	CREATE TABLE source AS SELECT g AS i FROM generate_series(1, $rows) g;
	ANALYZE source;));

# Of many rows a hash join in little memory makes so many batches that their
# buffers alone take more than what is measured here.
my $work_mem = $ENV{MEMORY_ROWS} ? '4MB' : '64kB';

# Runs the statement, in which note(x) notes row x, in a session of its own.  What
# may take work_mem has taken it before the first row notes.
sub takes
{
	my ($title, $statement) = @_;
	my $plain = $title =~ s/^mended: //r;
	return if $ENV{MEMORY_STATEMENTS} && $title !~ /$ENV{MEMORY_STATEMENTS}/;
	my ($status, $output, $error) = $node->psql('postgres',
		"LOAD 'dynamorm_fdw'; SET max_parallel_workers_per_gather = 0; SET jit = off; SET work_mem = '$work_mem'; TRUNCATE notes; $statement");
	is($error, '', "$plain: it is done");
	my ($count, $growth, $most) = split /\|/, $node->safe_psql('postgres',
		"SELECT count(DISTINCT row_number), max(all_contexts) FILTER (WHERE row_number = $last) - max(all_contexts) FILTER (WHERE row_number = $first), coalesce(max(most), 0) FROM notes");
	is($count, 3, "$plain: three rows note it");
	my $of_row = ($growth || 0) / ($last - $first);
	cmp_ok($of_row, '<=', $bytes_of_row, "$title: bytes of a row");
	my $figures = sprintf '%s: %d rows, %.1f bytes each; the session had %d MB at most', $plain, $rows, $of_row, $most / 1024;
	$ENV{MEMORY_ROWS} ? diag($figures) : note($figures);
	cmp_ok($most, '<', 100 * 1024, "$plain: kB at most") if $ENV{MEMORY_ROWS};
	return;
}

my $insert = "INSERT INTO rows (id, n) SELECT 'key number ' || i, note(i) FROM source";
my $others = "(SELECT i, 'key number ' || i AS id FROM source) s";
my $upsert = "INSERT INTO rows (id, n) SELECT 'key number ' || i, i FROM source ON CONFLICT (id) DO UPDATE";

takes('a row of INSERT ... ON CONFLICT DO UPDATE costs as much as its key', "$insert ON CONFLICT (id) DO UPDATE SET m = 0");
takes('mended: the same, one by one and by a PutItem first', "$upsert SET m = rows.m * 2 RETURNING note(n)");
takes('mended: a row of UPDATE ... FROM costs as much as its key', "UPDATE rows SET m = note(s.i) FROM $others WHERE rows.id = s.id");
takes('mended: a row of DELETE ... USING costs as much as its key', "DELETE FROM rows USING $others WHERE rows.id = s.id AND note(s.i) = 0");
takes('mended: a row of UPDATE through an index costs as much as its key', "UPDATE rows SET m = note(n) WHERE g = 'all'");

takes('a plain INSERT ... SELECT', $insert);
takes('INSERT ... ON CONFLICT DO NOTHING', "$insert ON CONFLICT DO NOTHING");
takes('INSERT ... SELECT from the table itself', "INSERT INTO rows (id, n) SELECT 'new ' || id, note(n) FROM rows");
takes('UPDATE of all items', 'UPDATE rows SET m = note(n)');
takes('DELETE of all items', 'DELETE FROM rows WHERE note(n) = 0');

$node->stop;
done_testing();
