# An endpoint that is named, not numbered: libcurl then has a resolver thread,
# and sockets of its own that come and go.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Socket qw(inet_ntoa);
use Sys::Hostname;
use Test::More;

# "localhost" would not do: libcurl knows it without asking
my $name = hostname();
my $address = gethostbyname($name);
plan skip_all => "$name does not resolve to 127.0.0.1, where the proxy is"
  unless defined $address && inet_ntoa($address) eq '127.0.0.1';

my $test = DynamormTest->new('host_name');
my $node = $test->{node};
$test->create_tables(
	counter => "id text OPTIONS (key 'partition'), n bigint");
$node->safe_psql('postgres', "INSERT INTO counter VALUES ('x', 0)");

(my $endpoint = $test->{endpoint}) =~ s/127\.0\.0\.1/$name/;
$node->safe_psql('postgres',
	"ALTER SERVER dynamo OPTIONS (SET endpoint '$endpoint', ADD request_timeout '3000')");

# new connections one after the other, and many at once
foreach my $session (1 .. 3)
{
	is( $node->safe_psql('postgres',
			"UPDATE counter SET n = n + 1 WHERE id = 'x' RETURNING n;"),
		$session, "session $session increments over a named host");
}
$node->safe_psql('postgres',
	"INSERT INTO counter SELECT i::text, 0 FROM generate_series(1, 200) i");
is( $node->safe_psql('postgres',
		"UPDATE counter SET n = n + 1 WHERE id <> 'x'; SELECT sum(n), count(*) FROM counter"),
	'203|201', 'many writes at once');

$test->drop_tables;
done_testing();
