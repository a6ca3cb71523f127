# ON CONFLICT DO UPDATE: nothing is lost among sessions, nothing sent twice,
# and what a session needs for it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = DynamormTest->new('on_conflict');
my $node = $test->{node};
$test->create_tables(
	counter => "id text OPTIONS (key 'partition'), n integer, name text");

# ---- a new session ----

my $insert = "INSERT INTO counter (id, n) VALUES ('x', 1) ON CONFLICT (id) DO UPDATE SET n = counter.n + excluded.n";
my ($stdout, $stderr);
$node->psql('postgres', $insert, stdout => \$stdout, stderr => \$stderr,
	extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($stderr, qr/42P10/, 'the first statement of a session is refused by core');
$node->safe_psql('postgres', "SELECT 1 FROM counter WHERE id = 'x'; $insert");
is($node->safe_psql('postgres', 'SELECT n FROM counter'), '1',
	'after any other use of a table it is not');
$node->safe_psql('postgres',
	"ALTER DATABASE postgres SET session_preload_libraries = 'dynamorm_fdw'");
$node->safe_psql('postgres', $insert);
is($node->safe_psql('postgres', 'SELECT n FROM counter'), '2',
	'nor with the library loaded for all sessions');

# ---- many sessions ----

my @running;
foreach my $session (1 .. 10)
{
	my %one = (in => '', out => '', err => '');
	$one{run} = IPC::Run::start(
		[ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'), '-c', q(
			DO $$
			BEGIN
			  FOR i IN 1..50 LOOP
			    INSERT INTO counter (id, n) VALUES ('c' || i % 5, 1)
			      ON CONFLICT (id) DO UPDATE SET n = counter.n + excluded.n;
			    INSERT INTO counter (id, n, name) VALUES ('d' || i % 5, 1, 'new')
			      ON CONFLICT (id) DO UPDATE SET n = counter.n + excluded.n, name = 'old';
			  END LOOP;
			END $$) ],
		'<', \$one{in}, '>', \$one{out}, '2>', \$one{err});
	push @running, \%one;
}
foreach my $one (@running)
{
	$one->{run}->finish;
	is($one->{err}, '', 'a session without errors');
}
is( $node->safe_psql('postgres',
		"SELECT left(id, 1), count(*), sum(n) FROM counter WHERE id <> 'x' GROUP BY 1 ORDER BY 1"),
	"c|5|500\nd|5|500", 'nothing is lost, in one request or two');

# ---- a lost answer ----

foreach my $case (
	[ UpdateItem => $insert ],
	[ PutItem => "INSERT INTO counter (id, n, name) VALUES ('y', 1, 'new') ON CONFLICT (id) DO UPDATE SET name = 'old'" ])
{
	my ($operation, $statement) = @$case;
	$test->reset_proxy;
	$test->fault({ kind => 'reset_after', operation => $operation });
	$node->psql('postgres', $statement, stdout => \$stdout, stderr => \$stderr,
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($stderr, qr/40003: the outcome of the write is unknown/, "$operation: an unknown outcome");
	is($test->counts->{$operation}, 1, 'which is not repeated');
}
$test->reset_proxy;

$test->drop_tables;
done_testing();
