# No update is lost and none is applied twice, however many sessions write to
# one item: in one request, and on the computed path.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $sessions = 20;
my $updates = 100;

my $test = DynamormTest->new('concurrency');
my $node = $test->{node};
$test->create_tables(
	counter => "id text OPTIONS (key 'partition'), n bigint",
	doubled => "id text OPTIONS (key 'partition'), n integer, twice integer GENERATED ALWAYS AS (n * 2) STORED");

# Lets all sessions run the same statement, and returns what they returned.
# A session that gave up after too many rounds (40001) wrote nothing: it tries
# again, as an application would.
sub run_sessions
{
	my ($set) = @_;
	my $script = "$PostgreSQL::Test::Utils::tmp_check/update.sql";
	my $update = "UPDATE counter SET n = $set WHERE id = 'x' RETURNING n;\n";

	open my $file, '>', $script or die "could not write $script: $!";
	print $file "\\set VERBOSITY sqlstate\n";
	print $file $update, "\\if :ERROR\n$update\\endif\n" x 5
	  for 1 .. $updates;
	close $file;

	my (@harnesses, @out, @err);
	foreach my $i (0 .. $sessions - 1)
	{
		($out[$i], $err[$i]) = ('', '');
		push @harnesses,
		  IPC::Run::start(
			[ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', $script ],
			'>', \$out[$i], '2>', \$err[$i]);
	}
	$_->finish foreach @harnesses;
	return (join('', @out), join('', @err));
}

foreach my $case (
	[ 'n + 1', 'in one request' ],
	[ '(n * 1)::bigint + 1', 'on the computed path' ])
{
	my ($set, $title) = @$case;
	my $total = $sessions * $updates;

	$node->safe_psql('postgres', "DELETE FROM counter WHERE id = 'x'");
	$node->safe_psql('postgres', "INSERT INTO counter VALUES ('x', 0)");
	my ($out, $err) = run_sessions($set);
	my %seen;
	$seen{$_}++ foreach split /\n/, $out;

	my $repeated = () = $err =~ /ERROR:  40001/g;
	note("$title: $repeated statements had to be repeated");
	unlike($err, qr/ERROR:  (?!40001)/, "$title: no error");
	is($node->safe_psql('postgres', "SELECT n FROM counter WHERE id = 'x'"),
		$total, "$title: no update was lost");
	is(scalar(keys %seen), $total, "$title: all values are different");
	is_deeply([ grep { $seen{$_} > 1 } keys %seen ], [],
		"$title: no value was returned twice");
}

# A row that the executor hands over is computed anew when it was changed
# meanwhile, and so is what is generated from it.
$node->safe_psql('postgres', "INSERT INTO doubled VALUES ('x', 1)");
$test->reset_proxy;
$test->fault({ kind => 'delay', operation => 'UpdateItem', milliseconds => 1500 });
my %slow = (out => '', err => '');
$slow{run} = IPC::Run::start(
	[ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'),
		'-c', "UPDATE doubled SET n = n + 1 WHERE id = 'x' RETURNING n, twice" ],
	'<', \undef, '>', \$slow{out}, '2>', \$slow{err});
$test->wait_for_requests(UpdateItem => 1);
$node->safe_psql('postgres', "UPDATE doubled SET n = 10 WHERE id = 'x'");
$slow{run}->finish;
is($slow{out} . $slow{err}, "11|22\n", 'a generated column follows the row that was changed meanwhile');
is($node->safe_psql('postgres', 'SELECT * FROM doubled'), 'x|11|22', 'and is stored so');

$test->drop_tables;
done_testing();
