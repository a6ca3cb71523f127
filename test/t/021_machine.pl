# The services of the machine at their real addresses, and the names of hosts
# that regions and settings lead to.  In a network namespace of its own, where
# there are no other hosts: nothing of this can leave the machine.
use strict;
use warnings;

# before the test's modules take its standard output away
BEGIN
{
	my @namespace = qw(unshare --user --map-current-user --keep-caps --net);
	if (!$ENV{IN_NAMESPACE})
	{
		$ENV{IN_NAMESPACE} = 1;
		exec @namespace, $^X, (map { "-I$_" } @INC), $0
		  if system("@namespace ip link set lo up >/dev/null 2>&1") == 0;
		print "1..0 # SKIP a user of this machine cannot have a network namespace\n";
		exit 0;
	}
}

use File::Temp qw(tempdir);
use FindBin;
use HTTP::Tiny;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

system("ip link set lo up && ip address add $_ dev lo nodad") == 0 or die "ip failed\n"
  foreach qw(169.254.170.2/32 169.254.170.23/32 169.254.169.254/32 fd00:ec2::23/128 fd00:ec2::254/128);

my $program = "$FindBin::RealBin/../lib/credential_stub";
my $stub_pid = open(my $output, '-|', $program, 80) // die "could not start $program: $!";
(<$output> // '') =~ /^listening on 80$/ or die "the stub did not start\n";
my $http = HTTP::Tiny->new;

sub log_of_stub
{
	my $log = decode_json($http->get('http://127.0.0.1/__log')->{content});
	$http->post('http://127.0.0.1/__set', { content => '{}' });
	return join ' ', @{$log};
}

my $home = tempdir(CLEANUP => 1);
chmod 0755, $home;
append_to_file("$home/container_token", "container-token\n");
append_to_file("$home/config", <<"END");
[default]
services = mine

[services other]
dynamodb =
  endpoint_url = http://127.0.0.1:9

[services mine]
sts =
  endpoint_url = http://127.0.0.1:9
# a comment
dynamodb =
  # another
  something = else
  endpoint_url = http://127.0.0.1:81

[profile all]
endpoint_url = http://127.0.0.1:82
region = eu-west-1

[profile fips]
use_fips_endpoint = true
region = eu-west-1

[profile ignoring]
endpoint_url = http://127.0.0.1:82
ignore_configured_endpoint_urls = true
region = eu-west-1

[profile ipv6]
ec2_metadata_service_endpoint_mode = IPv6
END

my $node = PostgreSQL::Test::Cluster->new('machine');
$node->init;

# Restarts the server with these variables, and no others of Amazon's.
sub environment
{
	my (%variables) = @_;
	delete $ENV{$_} foreach grep { /^AWS_/ } keys %ENV;
	%ENV = (%ENV, HOME => $home, %variables);
	$node->stop if $node->{_pid};
	$node->start;
	return;
}

sub asked
{
	my ($stdout, $stderr);
	$node->psql('postgres',
		q{SELECT dyn_request('dynamo', 'ListTables', '{}') -> 'TableNames' ->> 0},
		stdout => \$stdout, stderr => \$stderr);
	return $stdout . $stderr;
}

# Where a request goes: nothing answers there.
sub endpoint
{
	my ($options, $profile) = @_;
	$node->safe_psql('postgres', "DROP SERVER IF EXISTS dynamo CASCADE;
		CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (max_attempts '1'" . ($options // '') . ');
		CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (access_key_id $$static$$, secret_access_key $$static-secret$$'
		  . ($profile ? ", profile '$profile')" : ')'));
	my $answer = asked();
	return $answer =~ /endpoint "([^"]*)"/ ? $1 : $answer;
}

# ---- services ----

environment();
$node->safe_psql('postgres', q{
	CREATE EXTENSION dynamorm_fdw;
	CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw
	  OPTIONS (endpoint 'http://127.0.0.1', region 'us-east-1', max_attempts '1');
	CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo});
like(asked(), qr/^instance\d+$/, 'the instance');
like(log_of_stub(), qr{^PUT /latest/api/token }, 'by version 2');
$node->safe_psql('postgres', q{ALTER USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (ADD profile 'ipv6', ADD credential_source 'instance')});
environment(AWS_CONFIG_FILE => "$home/config");
like(asked(), qr/^instance\d+$/, 'its other address');
$node->safe_psql('postgres', q{ALTER USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (DROP profile, DROP credential_source)});

environment(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI => '/v1/credentials', AWS_CONTAINER_AUTHORIZATION_TOKEN => 'container-token');
log_of_stub();
like(asked(), qr/^container\d+$/, 'the container, in ECS');
like(log_of_stub(), qr{^GET /v1/credentials DynamoDB}, 'by its path');
foreach my $host ('169.254.170.23', '[fd00:ec2::23]', 'localhost', '127.0.0.1')
{
	environment(AWS_CONTAINER_CREDENTIALS_FULL_URI => "http://$host/v1/credentials",
		AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE => "$home/container_token");
	like(asked(), qr/^container\d+$/, "a container at $host");
}
foreach my $uri ('http://169.254.169.254/x', 'http://127.0.0.1.example.com/x', 'http://169.254.170.2@192.0.2.1/x',
	'http://[::1].example.com/x', 'ftp://127.0.0.1/x', '//127.0.0.1/x')
{
	environment(AWS_CONTAINER_CREDENTIALS_FULL_URI => $uri);
	log_of_stub();
	like(asked(), qr/must be an https:|did not answer/, "not at $uri");
	is(log_of_stub(), '', 'which is not asked');
}

# ---- region ----

# only who may use the machine's identity has the instance asked
environment();
$node->safe_psql('postgres', 'ALTER SERVER dynamo OPTIONS (DROP region, DROP endpoint)');
like(asked(), qr{endpoint "https://dynamodb\.ap-south-1\.amazonaws\.com"}, 'the region of the instance');
like(endpoint(), qr/server "dynamo" has no region/, 'not for keys that a user brings');

# ---- endpoints ----

my %endpoint_of = (
	'eu-west-1' => 'dynamodb.eu-west-1.amazonaws.com',
	'cn-north-1' => 'dynamodb.cn-north-1.amazonaws.com.cn',
	'us-gov-west-1' => 'dynamodb.us-gov-west-1.amazonaws.com',
	'eusc-de-east-1' => 'dynamodb.eusc-de-east-1.amazonaws.eu',
	'us-iso-east-1' => 'dynamodb.us-iso-east-1.c2s.ic.gov',
	'us-isob-east-1' => 'dynamodb.us-isob-east-1.sc2s.sgov.gov');
is(endpoint(", region '$_'"), "https://$endpoint_of{$_}", "region $_") foreach sort keys %endpoint_of;
is(endpoint(", region 'local'"), 'http://localhost:8000', 'region local');

environment(AWS_USE_FIPS_ENDPOINT => 'true');
is(endpoint(", region 'us-east-2'"), 'https://dynamodb-fips.us-east-2.amazonaws.com', 'FIPS');
is(endpoint(", region 'us-gov-west-1'"), 'https://dynamodb.us-gov-west-1.amazonaws.com', 'which the plain one of GovCloud is');
environment(AWS_USE_DUALSTACK_ENDPOINT => 'true');
is(endpoint(", region 'us-east-2'"), 'https://dynamodb.us-east-2.api.aws', 'dual-stack');
is(endpoint(", region 'cn-north-1'"), 'https://dynamodb.cn-north-1.api.amazonwebservices.com.cn', 'dual-stack in China');
environment(AWS_USE_DUALSTACK_ENDPOINT => 'true', AWS_USE_FIPS_ENDPOINT => 'true');
is(endpoint(", region 'us-east-2'"), 'https://dynamodb-fips.us-east-2.api.aws', 'both');

environment(AWS_CONFIG_FILE => "$home/config", AWS_REGION => 'eu-west-1');
is(endpoint(), 'http://127.0.0.1:81', 'the section that "services" names');
is(endpoint('', 'all'), 'http://127.0.0.1:82', 'a profile\'s endpoint of all services');
is(endpoint('', 'ignoring'), 'https://dynamodb.eu-west-1.amazonaws.com', 'which can be ignored');
is(endpoint('', 'fips'), 'https://dynamodb-fips.eu-west-1.amazonaws.com', 'FIPS by a profile');
is(endpoint(", endpoint 'http://127.0.0.1:83'"), 'http://127.0.0.1:83', 'the option goes first');
environment(AWS_CONFIG_FILE => "$home/config", AWS_REGION => 'eu-west-1', AWS_ENDPOINT_URL => 'http://127.0.0.1:84',
	AWS_IGNORE_CONFIGURED_ENDPOINT_URLS => 'true');
is(endpoint(), 'https://dynamodb.eu-west-1.amazonaws.com', 'the environment\'s can be ignored too');

kill 'TERM', $stub_pid;
$node->stop;
done_testing();
