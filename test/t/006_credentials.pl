# Where keys come from: each source of the AWS SDKs against a stub of its
# protocol, renewal, and who may use the machine's own identity.
use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use HTTP::Tiny;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $program = "$FindBin::RealBin/../lib/credential_stub";
my $stub_pid = open(my $output, '-|', $program) // die "could not start $program: $!";
(<$output> // '') =~ /^listening on (\d+)/ or die "the stub did not start\n";
my $base = "http://127.0.0.1:$1";
my $http = HTTP::Tiny->new;

sub set_stub
{
	my ($what) = @_;
	my $answer = $http->post("$base/__set", { content => encode_json($what // {}) });
	$answer->{success} or die "stub: $answer->{content}\n";
	return;
}

sub stub_log
{
	return join ' ', @{ decode_json($http->get("$base/__log")->{content}) };
}

# ---- the files of the machine ----

my $home = tempdir(CLEANUP => 1);
chmod 0755, $home;
mkdir "$home/.aws";
append_to_file("$home/web_token", "web token\n");
append_to_file("$home/container_token", "container-token\n");
append_to_file("$home/print", <<"END");
#!/bin/sh
test "\$1" = "two words" || exit 1
echo '{"Version": 1, "AccessKeyId": "printed", "SecretAccessKey": "printed-secret"}'
END
append_to_file("$home/sleep", "#!/bin/sh\nsleep 30\n");
chmod 0755, "$home/print", "$home/sleep";
append_to_file("$home/.aws/credentials", <<"END");
# a comment
[default]
aws_access_key_id = filed
aws_secret_access_key = filed-secret   # another

[half]
AWS_ACCESS_KEY_ID = filed
END
append_to_file("$home/.aws/config", <<"END");
[default]
aws_access_key_id = of-the-wrong-file
region = eu-central-1
services = these
  [indented]

[profile assuming]
role_arn = arn:aws:iam::1:role/of-profile
source_profile = default
external_id = outside/1
role_session_name = named

[profile from-container]
role_arn = arn:aws:iam::1:role/of-container
credential_source = EcsContainer

[profile circle]
role_arn = arn:aws:iam::1:role/a
source_profile = circle-2

[profile circle-2]
role_arn = arn:aws:iam::1:role/b
source_profile = circle

[profile printing]
credential_process = $home/print "two words"

[profile failing]
credential_process = $home/print one

[profile sleeping]
credential_process = $home/sleep

[profile missing]
credential_process = /nowhere/at/all

[profile signing-in]
sso_session = x

[profile web]
role_arn = arn:aws:iam::1:role/of-web
web_identity_token_file = $home/web_token
END

# ---- the server ----

my $node = PostgreSQL::Test::Cluster->new('credentials');
$node->init;
# the statements that set the keys would be in the log by themselves
$node->append_conf('postgresql.conf', 'log_statement = none');

# Restarts the server with these variables, and no others of Amazon's.
sub environment
{
	my (%variables) = @_;
	delete $ENV{$_} foreach grep { /^AWS_/ } keys %ENV;
	%ENV = (%ENV, HOME => $home, AWS_EC2_METADATA_SERVICE_ENDPOINT => $base,
		AWS_ENDPOINT_URL_STS => $base, %variables);
	$node->stop if $node->{_pid};
	$node->start;
	return;
}

sub mapping
{
	my ($options, $user) = @_;
	$user //= 'CURRENT_USER';
	$node->safe_psql('postgres', "DROP USER MAPPING IF EXISTS FOR $user SERVER dynamo;
		CREATE USER MAPPING FOR $user SERVER dynamo" . ($options ? " OPTIONS ($options)" : ''));
	return;
}

my $ask = q{SELECT array_to_string(ARRAY(SELECT jsonb_array_elements_text(dyn_request('dynamo', 'ListTables', '{}') -> 'TableNames')), ' ')};

sub asked
{
	my ($sql) = @_;
	my ($stdout, $stderr);
	$node->psql('postgres', $sql // $ask, stdout => \$stdout, stderr => \$stderr,
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $stdout . $stderr;
}

environment();
$node->safe_psql('postgres', qq(
	CREATE EXTENSION dynamorm_fdw;
	CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw
	  OPTIONS (endpoint '$base', region 'us-east-1', max_attempts '2');
	CREATE ROLE app LOGIN;
	GRANT USAGE ON FOREIGN SERVER dynamo TO app;
	GRANT EXECUTE ON FUNCTION dyn_request TO app;));

# ---- static ----

mapping("access_key_id 'static', secret_access_key 'static-secret'");
is(asked(), 'static none', 'static keys');
mapping("access_key_id 'static', secret_access_key 'wrong'");
like(asked(), qr/28000: DynamoDB refused the signature/, 'a wrong secret');
unlike(asked(), qr/wrong/, 'which is not shown');
set_stub();
mapping("access_key_id 'unknown', secret_access_key 'static-secret'");
like(asked(), qr/28000: DynamoDB does not know the access key/, 'an unknown key');
is(stub_log(), 'DynamoDB unknown', 'keys that cannot be renewed are sent once');

mapping("access_key_id 'static', secret_access_key 'static-secret', role_arn 'arn:aws:iam::1:role/x', external_id 'e', role_session_name 's'");
set_stub();
like(asked(), qr{^role\d+ role\d+/token\+=$}, 'a role assumed with static keys');
like(stub_log(), qr{^STS AssumeRole arn:aws:iam::1:role/x s e DynamoDB role\d+$}, 'is asked for once');

# ---- files ----

mapping('');
is(asked(), 'filed none', 'the default profile');
mapping("profile 'assuming'");
set_stub();
like(asked(), qr{^role\d+ }, 'a profile that assumes a role');
like(stub_log(), qr{^STS AssumeRole arn:aws:iam::1:role/of-profile named outside/1 }, 'with what it says');
mapping("profile 'circle'");
like(asked(), qr/28000: could not get credentials.*Profile "circle" is its own source_profile, by way of others\./s, 'profiles in a circle');
mapping("profile 'half'");
like(asked(), qr/28000: .*Profile "half" gave no access key/s, 'half a key');
mapping("profile 'nobody'");
like(asked(), qr/28000: .*no credentials in profile "nobody"/s, 'a profile that is not there');
mapping("profile 'signing-in'");
like(asked(), qr/28000: .*signs in with a browser/s, 'a profile that needs a browser');
mapping("profile 'web'");
like(asked(), qr{^role\d+ }, 'a profile with a web identity');

# ---- processes ----

mapping("credential_source 'process', profile 'printing'");
is(asked(), 'printed none', 'a process');
mapping("profile 'printing'");
is(asked(), 'printed none', 'a process by its profile');
mapping("profile 'failing'");
like(asked(), qr/28000: .*credential_process failed\./s, 'a process that fails');
mapping("profile 'missing'");
like(asked(), qr/28000: .*could not be started: No such file/s, 'a process that is not there');
mapping("profile 'sleeping'");
like(asked("SET statement_timeout = '300ms'; $ask"), qr/57014/, 'a process that never ends can be cancelled');
mapping("profile 'printing'");
is(asked(), 'printed none', 'and the next one works');

# ---- the environment ----

environment(AWS_ACCESS_KEY_ID => 'environment', AWS_SECRET_ACCESS_KEY => 'environment-secret');
mapping('');
is(asked(), 'environment none', 'the environment goes before the files');
mapping("profile 'default'");
is(asked(), 'filed none', 'but not before a profile that is named');
mapping("access_key_id 'static', secret_access_key 'static-secret'");
is(asked(), 'static none', 'nor before static keys');

# who may use it
mapping('', 'app');
my $as_app = "SET ROLE app; $ask";
like(asked($as_app), qr/28000: user mapping for server "dynamo" has no credentials/, 'not for everyone');
like(asked("SET ROLE app; ALTER USER MAPPING FOR app SERVER dynamo OPTIONS (ADD credentials_required 'false')"),
	qr/42501/, 'nor for those who would like it');
$node->safe_psql('postgres', "ALTER USER MAPPING FOR app SERVER dynamo OPTIONS (ADD credentials_required 'false')");
is(asked($as_app), 'environment none', 'but for those whom a superuser lets');
$node->safe_psql('postgres', "DROP USER MAPPING FOR app SERVER dynamo; CREATE USER MAPPING FOR PUBLIC SERVER dynamo; DROP USER MAPPING FOR CURRENT_USER SERVER dynamo");
like(asked("$ask; SET ROLE app; $ask"), qr/^environment none.*28000: user mapping/s,
	'not by a connection that a superuser has opened');
$node->safe_psql('postgres', 'DROP USER MAPPING FOR PUBLIC SERVER dynamo');

# ---- web identity, container, instance ----

append_to_file("$home/empty", '');
my @no_files = (AWS_SHARED_CREDENTIALS_FILE => "$home/empty", AWS_CONFIG_FILE => "$home/empty");
environment(@no_files, AWS_WEB_IDENTITY_TOKEN_FILE => "$home/web_token", AWS_ROLE_ARN => 'arn:aws:iam::1:role/web',
	AWS_ROLE_SESSION_NAME => 'pod');
mapping('');
set_stub();
like(asked(), qr{^role\d+ }, 'web identity');
like(stub_log(), qr{^STS AssumeRoleWithWebIdentity arn:aws:iam::1:role/web pod - }, 'unsigned');
set_stub({ sts_status => 400 });
like(asked(), qr/28000: .*Security Token Service refused the role: HTTP status 400/s, 'a role that is refused');

environment(@no_files, AWS_CONTAINER_CREDENTIALS_FULL_URI => "$base/container/credentials",
	AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE => "$home/container_token");
mapping('');
set_stub();
like(asked(), qr{^container\d+ container\d+/token\+=$}, 'the container');
set_stub({ container_status => 500 });
like(asked(), qr/28000: .*HTTP status 500/s, 'a container whose endpoint fails');
is(stub_log(), join(' ', ('GET /container/credentials') x 3), 'is asked three times');
set_stub();
mapping("profile 'x', credential_source 'container', role_arn 'arn:aws:iam::1:role/y'");
like(asked(), qr{^role\d+ }, 'a role assumed as the container');

environment(@no_files, AWS_CONTAINER_CREDENTIALS_FULL_URI => 'http://198.51.100.1/x');
mapping('');
like(asked(), qr/28000: .*must be an https:/s, 'no credentials from elsewhere over plain HTTP');

environment(@no_files);
mapping('');
set_stub();
like(asked(), qr{^instance\d+ }, 'the instance');
is(stub_log() =~ s/instance\d+//r,
	'PUT /latest/api/token GET /latest/meta-data/iam/security-credentials/ GET /latest/meta-data/iam/security-credentials/the-role DynamoDB ',
	'by version 2 of its service');
set_stub({ token_status => 404 });
like(asked(), qr{^instance\d+ }, 'or by version 1');
set_stub({ token_status => 400 });
like(asked(), qr/28000: .*HTTP status 400/s, 'a service that refuses');
set_stub({ role_code => 'AssumeRoleUnauthorizedAccess' });
like(asked(), qr/28000: .*could not be made/s, 'a role that failed');
environment(@no_files, AWS_EC2_METADATA_DISABLED => 'true');
like(asked(), qr/28000: .*Neither the server's environment/s, 'no source at all');

# ---- renewal ----

environment(@no_files);
my $twice = "$ask; $ask";
set_stub();
like(asked($twice), qr{^(instance\d+) \S+\n\1 }, 'credentials are kept');
set_stub({ lifetime => 200 });
like(asked("$ask; SELECT pg_sleep(0.1); $ask"), qr{^(instance\d+) \S+\n\n\1 }, 'for a minute even when they soon expire');

# what the instance gives next is refused once: it is renewed once
my ($last) = asked() =~ /^instance(\d+)/;
set_stub({ refused => [ 'instance' . ($last + 1) ] });
like(asked(), qr{^instance@{[ $last + 2 ]} }, 'expired ones are renewed and the request sent again');
set_stub({ refused => [ map { 'instance' . ($last + $_) } 3 .. 9 ] });
like(asked(), qr/28000: the session token for DynamoDB has expired/, 'but once only');
is(scalar(() = stub_log() =~ /DynamoDB/g), 2, 'with two requests');

# ---- region and endpoint ----

environment(AWS_ENDPOINT_URL_DYNAMODB => $base, AWS_ACCESS_KEY_ID => 'environment',
	AWS_SECRET_ACCESS_KEY => 'environment-secret');
$node->safe_psql('postgres', 'ALTER SERVER dynamo OPTIONS (DROP endpoint, DROP region)');
is(asked(), 'environment none', 'endpoint and region as the environment and the files say');

# ---- secrets ----

unlike(slurp_file($node->logfile), qr/-secret|token\+=/, 'no secret in the log');

kill 'TERM', $stub_pid;
$node->stop;
done_testing();
