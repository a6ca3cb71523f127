# A table of 100,000 items: what is asked of it, and how much comes.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = DynamormTest->new('large_table');
my $node = $test->{node};
$test->create_tables(large => "stream text OPTIONS (key 'partition') COLLATE \"C\", "
	  . "seq integer OPTIONS (key 'sort'), n integer, kind text, pad text");

# 100 partitions of 1,000 items of about 120 bytes; past the proxy
$node->safe_psql('postgres', qq(
	CREATE SERVER engine FOREIGN DATA WRAPPER dynamorm_fdw
	  OPTIONS (endpoint '$ENV{DYNAMODB_ENDPOINT}', region 'us-east-1');
	CREATE USER MAPPING FOR CURRENT_USER SERVER engine
	  OPTIONS (access_key_id 'test', secret_access_key 'test');));
my $fill = <<'SQL';
DO $$
DECLARE
  requests jsonb;
BEGIN
  FOR batch IN %d .. %d LOOP
    SELECT jsonb_agg(jsonb_build_object('PutRequest', jsonb_build_object('Item', jsonb_build_object(
        'stream', jsonb_build_object('S', 's' || i / 1000), 'seq', jsonb_build_object('N', (i %% 1000)::text),
        'n', jsonb_build_object('N', i::text), 'kind', jsonb_build_object('S', 'kind ' || i %% 7),
        'pad', jsonb_build_object('S', repeat('x', 60))))))
      INTO requests FROM generate_series(batch * 25, batch * 25 + 24) i;
    IF dyn_request('engine', 'BatchWriteItem', jsonb_build_object('RequestItems', jsonb_build_object('large', requests))) -> 'UnprocessedItems' <> '{}' THEN
      RAISE 'not all items were written';
    END IF;
  END LOOP;
END $$;
SQL
my @fillers = map {
	my ($sql, $error) = (sprintf($fill, 2000 * $_, 2000 * $_ + 1999), '');
	{ run => IPC::Run::start([ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'), '-c', $sql ],
			'<', \undef, '2>', \$error), error => \$error }
} 0, 1;
foreach my $filler (@fillers)
{
	$filler->{run}->finish;
	unlike(${ $filler->{error} }, qr/ERROR/, 'filled');
}

# Checks the result, the requests (undef: as many as it takes), and the bytes of
# their answers.
sub asks
{
	my ($title, $sql, $output, $expected, $most) = @_;
	$test->reset_proxy;
	is($node->safe_psql('postgres', $sql), $output, "$title: result");
	my $counts = $test->counts;
	my ($operation) = grep { $_ ne 'DescribeTable' } keys %$counts;
	my $bytes = $test->bytes->{ $operation // '' } // 0;
	delete $counts->{DescribeTable};
	is_deeply($counts, $expected, "$title: requests") if $expected;
	cmp_ok($bytes, '<', $most, "$title: bytes");
	note("$title: $bytes bytes");
	return;
}

asks('one item', "SELECT n FROM large WHERE stream = 's7' AND seq = 7", 7007, { GetItem => 1 }, 500);
asks('LIMIT 10', 'SELECT count(*) FROM (SELECT * FROM large LIMIT 10) s', 10, { Scan => 1 }, 100_000);
asks('the last of a partition', "SELECT seq FROM large WHERE stream = 's7' ORDER BY seq DESC LIMIT 1", 999, { Query => 1 }, 1_000);
asks('its largest', "SELECT max(seq) FROM large WHERE stream = 's7'", 999, { Query => 1 }, 1_000);

# pages of 1 MB, in as many segments as the size asks for
$test->reset_proxy;
is($node->safe_psql('postgres', 'SELECT count(*), count(n) FROM large'), '100000|100000', 'all of it');
my ($pages, $all) = ($test->counts->{Scan}, $test->bytes->{Scan});
cmp_ok($pages, '>=', 8, 'is several pages');
asks('count(*)', 'SELECT count(*) FROM large', 100000, { Scan => $pages }, 1_000 * $pages);
asks('what matches nothing', 'SELECT * FROM large WHERE n = -1', '', undef, 1_000 * $pages);
# dynoxide counts the item for which a page has no room
my $twice = ($ENV{DYNAMODB_ENGINE} // '') eq 'dynoxide' ? $pages - 1 : 0;
my ($scanned) = $node->safe_psql('postgres', 'EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM large WHERE n = -1') =~
  /Items Scanned: (\d+)\n *Items Returned: 0\n/;
cmp_ok($scanned // 0, '>=', 100000, 'it has been looked for on every page');
cmp_ok($scanned // 0, '<=', 100000 + $twice, 'and nowhere twice');
note("all of it: $pages requests, $all bytes");

my $keys = join ', ', map { "('s" . $_ % 100 . "', $_)" } 1 .. 250;
asks('a list of 250 keys', "SELECT count(*) FROM large WHERE (stream, seq) IN ($keys)", 250, { BatchGetItem => 3 }, 60_000);
asks('a join with 1,000 rows',
	"SELECT count(*), sum(l.n) - sum(g.i) FROM (SELECT i, 's' || i / 1000 AS stream, i % 1000 AS seq FROM generate_series(5000, 95000, 90) i LIMIT 1000) g"
	  . ' JOIN large l ON l.stream = g.stream AND l.seq = g.seq', '1000|0', { BatchGetItem => 10 }, 250_000);

$test->reset_proxy;
$test->drop_tables;
$node->stop;
done_testing();
