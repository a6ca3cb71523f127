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
append_to_file("$home/print_as_is", <<"END");
#!/bin/sh
env >$home/environment_of_process
echo "\$1"
END
append_to_file("$home/sleep", "#!/bin/sh\nsleep 30\n");
append_to_file("$home/sleep_silently", "#!/bin/sh\nexec >&-\nsleep 30\n");
chmod 0755, map { "$home/$_" } qw(print print_as_is sleep sleep_silently);
append_to_file("$home/.aws/credentials", <<"END");
# a comment
[default]
aws_access_key_id = filed
aws_secret_access_key = filed-secret   # another

[half]
AWS_ACCESS_KEY_ID = filed

[both]
aws_access_key_id = filed
aws_secret_access_key = filed-secret

[itself]
aws_access_key_id = filed
aws_secret_access_key = filed-secret
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

[profile both]
aws_session_token = of-other-keys

[profile of-config]
aws_access_key_id = of-config
aws_secret_access_key=of-config-secret
aws_session_token =of-config/token+=

[profile itself]
role_arn = arn:aws:iam::1:role/of-itself
source_profile = itself
duration_seconds = 900

[profile twice]
role_arn = arn:aws:iam::1:role/of-role
source_profile = assuming

[profile with-code]
role_arn = arn:aws:iam::1:role/x
source_profile = default
mfa_serial = arn:aws:iam::1:mfa/x

[profile without-source]
role_arn = arn:aws:iam::1:role/x

[profile from-environment]
role_arn = arn:aws:iam::1:role/of-environment
credential_source = Environment

[profile from-instance]
role_arn = arn:aws:iam::1:role/of-instance
credential_source = Ec2InstanceMetadata

[profile from-nowhere]
role_arn = arn:aws:iam::1:role/x
credential_source = Moon

[profile strict]
ec2_metadata_v1_disabled = true

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

[profile silent]
credential_process = $home/sleep_silently

[profile expiring]
credential_process = $home/print_as_is '{"Version": 1, "AccessKeyId": "printed", "SecretAccessKey": "printed-secret", "Expiration": "2199-01-01T00:00:00.5+02:00"}'

[profile expiring-never]
credential_process = $home/print_as_is '{"Version": 1, "AccessKeyId": "printed", "SecretAccessKey": "printed-secret", "Expiration": "tomorrow"}'

[profile version-2]
credential_process = $home/print_as_is '{"Version": 2, "AccessKeyId": "printed", "SecretAccessKey": "printed-secret"}'

[profile keyless]
credential_process = $home/print_as_is '{"Version": 1, "AccessKeyId": "printed"}'

[profile wordy]
credential_process = $home/print_as_is 'printed-secret'

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

# What a session says to the log, in every detail.
my $verbose = join ' ', map { "-c $_" } qw(log_statement=all log_min_messages=debug5
  log_error_verbosity=verbose debug_print_parse=on debug_print_rewritten=on debug_print_plan=on);

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
	local $ENV{PGOPTIONS} = $verbose;
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
mapping("access_key_id 'temporary', secret_access_key 'temporary-secret', session_token 'temporary/token+='");
is(asked(), 'temporary temporary/token+=', 'with a session token');
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

set_stub({ sts_status => 403 });
like(asked(), qr/28000: could not get credentials.*AccessDenied: You sent no token/s, 'a role that is denied');
mapping("access_key_id 'temporary', secret_access_key 'temporary-secret', session_token 'temporary/token+=', role_arn 'arn:aws:iam::1:role/x'");
set_stub({ sts_status => 403, sts_code => 'SignatureDoesNotMatch' });
like(asked(), qr/HTTP status 403, SignatureDoesNotMatch\.\s/, 'a refused signature');
unlike(asked(), qr/You sent/, 'is told without what was signed');
set_stub();
like(asked(), qr{^role\d+ }, 'a role assumed with a session token');

# ---- files ----

mapping('');
is(asked(), 'filed none', 'the default profile');
mapping("profile 'assuming'");
set_stub();
like(asked(), qr{^role\d+ }, 'a profile that assumes a role');
like(stub_log(), qr{^STS AssumeRole arn:aws:iam::1:role/of-profile named outside/1 }, 'with what it says');
mapping("profile 'both'");
is(asked(), 'filed none', 'a token belongs to the keys of its own file');
mapping("profile 'of-config'");
is(asked(), 'of-config of-config/token+=', 'keys and token of the config file');
mapping("profile 'itself'");
set_stub();
like(asked(), qr{^role\d+ }, 'a profile that is its own source');
like(stub_log(), qr{^STS AssumeRole arn:aws:iam::1:role/of-itself \S+ - 900 s }, 'for a time');
mapping("profile 'twice'");
set_stub();
like(asked(), qr{^role\d+ }, 'a role assumed with a role');
like(stub_log(), qr{role/of-profile .* STS AssumeRole arn:aws:iam::1:role/of-role }, 'in this order');
mapping("profile 'with-code'");
like(asked(), qr/28000: .*code of a device/s, 'a profile that needs a code');
mapping("profile 'without-source'");
like(asked(), qr/28000: .*neither source_profile nor credential_source/s, 'a role without a source');
mapping("profile 'from-nowhere'");
like(asked(), qr/28000: .*unknown credential_source/s, 'a role with an unknown source');
mapping("profile 'from-environment'");
like(asked(), qr/28000: .*source of the credentials of profile "from-environment" has none/s, 'a role with an empty source');
mapping("profile 'from-instance'");
like(asked(), qr{^role\d+ }, 'a role assumed as the instance');
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
mapping("profile 'expiring'");
is(asked(), 'printed none', 'a time in a zone');
mapping("profile 'expiring-never'");
like(asked(), qr/28000: .*a time of expiration that cannot be read/s, 'something that is no time');
mapping("profile 'version-2'");
like(asked(), qr/28000: .*another version than 1/s, 'another version');
mapping("profile 'keyless'");
like(asked(), qr/28000: .*gave no access key/s, 'half a key from a process');
mapping("profile 'wordy'");
like(asked(), qr/28000: .*no JSON object/s, 'no JSON');
foreach my $profile (qw(sleeping silent))
{
	mapping("profile '$profile'");
	like(asked("SET statement_timeout = '300ms'; $ask"), qr/57014/, "a process that never ends can be cancelled ($profile)");
}
mapping("profile 'printing'");
is(asked(), 'printed none', 'and the next one works');

# ---- the environment ----

environment(AWS_ACCESS_KEY_ID => 'temporary', AWS_SECRET_ACCESS_KEY => 'temporary-secret', AWS_SESSION_TOKEN => 'temporary/token+=');
mapping('');
is(asked(), 'temporary temporary/token+=', 'keys and token of the environment');
mapping("profile 'from-environment'");
like(asked(), qr{^role\d+ }, 'a role assumed with them');
environment(AWS_ACCESS_KEY_ID => 'environment');
mapping("credential_source 'environment'");
like(asked(), qr/28000: .*has only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/s, 'half a key in the environment');
environment(AWS_PROFILE => 'both');
mapping('');
is(asked(), 'filed none', 'the profile that the environment names');

environment(AWS_ACCESS_KEY_ID => 'environment', AWS_SECRET_ACCESS_KEY => 'environment-secret',
	AWS_ENDPOINT_URL_DYNAMODB => $base);
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

# what a superuser has set free, nobody else turns to another use
$node->safe_psql('postgres', q(CREATE ROLE owner; CREATE USER MAPPING FOR app SERVER dynamo OPTIONS (credentials_required 'false');
	ALTER SERVER dynamo OWNER TO owner));
foreach my $role (qw(app owner))
{
	like(asked("SET ROLE $role; ALTER USER MAPPING FOR app SERVER dynamo OPTIONS (ADD $_ 'x')"), qr/42501/, "not by option $_ ($role)")
	  foreach qw(profile role_arn credential_source);
}

# who may say where it goes: a superuser only
mapping('');
set_stub();
my $not_there = qr/42501: permission denied to use the machine's credentials at the endpoint of server "dynamo"/;
like(asked(), $not_there, 'the identity does not go where a server\'s owner wants it, for a superuser');
like(asked($as_app), $not_there, 'nor for a user who may use it');
is(stub_log(), '', 'and nothing is sent');
asked("SET ROLE owner; ALTER SERVER dynamo OPTIONS (DROP endpoint)");
is(asked($as_app), 'environment none', 'but where the machine\'s configuration says');
asked("SET ROLE owner; ALTER SERVER dynamo OPTIONS (ADD endpoint '$base')");
like(asked($as_app), $not_there, 'and not any more when the owner changes that');
mapping("access_key_id 'static', secret_access_key 'static-secret'");
is(asked(), 'static none', 'keys of a user go there');
mapping('');
$node->safe_psql('postgres', 'CREATE ROLE admin SUPERUSER; ALTER SERVER dynamo OWNER TO admin');
like(asked("$ask; ALTER ROLE admin NOSUPERUSER; $ask"), qr/^environment none.*$not_there/s, 'the owner must be a superuser at each use');
$node->safe_psql('postgres', 'ALTER SERVER dynamo OWNER TO CURRENT_USER');
is(asked($as_app), 'environment none', 'a superuser says so');

# the functions of others run with the rights of their owners
$node->safe_psql('postgres', qq(
	CREATE FUNCTION ask() RETURNS text LANGUAGE sql SECURITY DEFINER AS \$\$$ask\$\$;
	CREATE FUNCTION ask_as_app() RETURNS text LANGUAGE sql SECURITY DEFINER AS \$\$$ask\$\$;
	ALTER FUNCTION ask_as_app() OWNER TO app;
	CREATE ROLE nobody;
	DROP USER MAPPING FOR app SERVER dynamo; CREATE USER MAPPING FOR app SERVER dynamo));
is(asked('SET ROLE nobody; SELECT ask()'), 'environment none', 'a function of a superuser');
like(asked('SELECT ask_as_app()'), qr/28000: user mapping/, 'a function of somebody who has no keys');
$node->safe_psql('postgres', 'DROP USER MAPPING FOR app SERVER dynamo');

# ---- web identity, container, instance ----

append_to_file("$home/empty", '');
my @no_files = (AWS_SHARED_CREDENTIALS_FILE => "$home/empty", AWS_CONFIG_FILE => "$home/empty");
environment(@no_files, AWS_WEB_IDENTITY_TOKEN_FILE => "$home/web_token", AWS_ROLE_ARN => 'arn:aws:iam::1:role/web',
	AWS_ROLE_SESSION_NAME => 'pod');
mapping('');
set_stub();
like(asked(), qr{^role\d+ }, 'web identity');
like(stub_log(), qr{^STS AssumeRoleWithWebIdentity arn:aws:iam::1:role/web pod - }, 'unsigned');
set_stub({ sts_transient => 2 });
like(asked(), qr{^role\d+ }, 'an identity provider that cannot be reached is asked again');
set_stub({ sts_transient => 3 });
like(asked(), qr/28000: .*HTTP status 400, IDPCommunicationError/s, 'three times');
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

environment(AWS_CONTAINER_CREDENTIALS_FULL_URI => "$base/container/credentials",
	AWS_CONTAINER_AUTHORIZATION_TOKEN => 'container-token');
mapping("profile 'from-container'");
set_stub();
like(asked(), qr{^role\d+ }, 'a profile that assumes a role as the container');
append_to_file("$home/two_lines", "one\ntwo\n");
environment(@no_files, AWS_CONTAINER_CREDENTIALS_FULL_URI => "$base/container/credentials",
	AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE => "$home/two_lines");
mapping('');
like(asked(), qr/28000: .*token has several lines/s, 'a token that would end its header');

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
set_stub({ token_status => 0 });
like(asked(), qr{^instance\d+ }, 'which is tried if version 2 is silent');
set_stub({ unauthorized => 1 });
like(asked(), qr{^instance\d+ }, 'a token that is not taken');
is(scalar(() = stub_log() =~ /PUT/g), 2, 'is renewed');
set_stub({ unauthorized => 2 });
like(asked(), qr/28000: .*HTTP status 401/s, 'once');
set_stub({ token_status => 400 });
like(asked(), qr/28000: .*HTTP status 400/s, 'a service that refuses');
set_stub({ role_code => 'AssumeRoleUnauthorizedAccess' });
like(asked(), qr/28000: .*could not be made/s, 'a role that failed');
set_stub({ role_code => undef });
like(asked(), qr/28000: .*could not be made/s, 'a role that does not say how it went');
environment(@no_files, AWS_EC2_METADATA_V1_DISABLED => 'true');
set_stub({ token_status => 404 });
like(asked(), qr/28000: .*HTTP status 404/s, 'version 1 can be forbidden');
set_stub({ token_status => 0 });
like(asked(), qr/28000: .*metadata service did not answer/s, 'also if version 2 is silent');
environment();
mapping("credential_source 'instance', profile 'strict'");
set_stub({ token_status => 404 });
like(asked(), qr/28000: .*HTTP status 404/s, 'by a profile too');
mapping('');
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

# in the middle of a session
sub set_within
{
	my (%what) = @_;
	return "; SELECT FROM dyn_request('dynamo', 'StubSet', '" . encode_json(\%what) . "'); ";
}
set_stub({ good_for => 2 });
like(asked(join '; ', ($ask) x 4), qr{^instance(\d+) \S+\ninstance\1 \S+\ninstance(\d+) \S+\ninstance\2 \S+$},
	'expired ones are renewed in the middle of a session');

# by the clock of the service, which runs ahead from now on
set_stub({ lifetime => 3900 });
like(asked($ask . set_within(clock => 3660) . $ask), qr{^instance(\d+) \S+\ninstance(?!\1 )\d+ }, 'they are renewed before they expire');
foreach my $clock (3660, 4500)
{
	set_stub({ lifetime => 3900 });
	like(asked($ask . set_within(clock => $clock, credentials_status => 500) . "$ask; $ask"),
		qr{^(instance\d+) \S+\n\1 \S+\n\1 \S+$}, 'the old ones do as long as the service takes them');
	is(scalar(() = stub_log() =~ /PUT/g), 1, 'and new ones are not asked for each time');
}

# ---- region and endpoint ----

sub last_request
{
	my $last = decode_json($http->get("$base/__last")->{content});
	return "$last->{region} $last->{host}";
}

my $host = $base =~ s{http://}{}r;
my @keys = (AWS_ACCESS_KEY_ID => 'environment', AWS_SECRET_ACCESS_KEY => 'environment-secret');
mapping('');
$node->safe_psql('postgres', 'ALTER SERVER dynamo OPTIONS (DROP endpoint, DROP region)');
environment(AWS_ENDPOINT_URL_DYNAMODB => $base, AWS_ENDPOINT_URL => 'http://127.0.0.1:9', @keys);
is(asked(), 'environment none', 'the endpoint of the environment');
is(last_request(), "eu-central-1 $host", 'and the region of the profile');
environment(AWS_ENDPOINT_URL => $base, AWS_DEFAULT_REGION => 'eu-west-2', @keys);
asked();
is(last_request(), "eu-west-2 $host", 'an endpoint for all services, and the region of the environment');
environment(AWS_ENDPOINT_URL => $base, AWS_REGION => 'eu-west-1', AWS_DEFAULT_REGION => 'eu-west-2', @keys);
asked();
is(last_request(), "eu-west-1 $host", 'AWS_REGION goes first');
environment(AWS_ENDPOINT_URL => "$base/path", @keys);
like(asked(), qr/HV024: the endpoint that the server's environment or shared files configure is invalid/, 'an endpoint that is none');
environment(AWS_ENDPOINT_URL => $base, AWS_REGION => 'a.b', @keys);
like(asked(), qr/HV024: the region that the server's environment or shared files configure is invalid/, 'a region that is none');
environment(AWS_ENDPOINT_URL => $base, AWS_USE_FIPS_ENDPOINT => 'true', @keys);
like(asked(), qr/HV024: cannot use the endpoint of server "dynamo" where FIPS or dual-stack endpoints are asked for/, 'an endpoint beside a wish for others');

# ---- secrets ----

environment(AWS_ENDPOINT_URL_DYNAMODB => $base, @keys);
mapping("access_key_id 'temporary', secret_access_key 'temporary-secret', session_token 'temporary/token+='");
mapping("profile 'expiring', credentials_required 'false'", 'app');
is(asked("$ask; $as_app"), "temporary temporary/token+=\nprinted none", 'keys of one user, and a process of another, in one session');
my $secret = qr/-secret|token\+=/;
unlike(slurp_file("$home/environment_of_process"), qr/temporary/, 'no key of a user in the environment');
$node->safe_psql('postgres', q{CREATE FOREIGN TABLE things (id text OPTIONS (key 'partition')) SERVER dynamo});
my $shown = asked('EXPLAIN (VERBOSE, SETTINGS) SELECT * FROM things; EXPLAIN (VERBOSE) DELETE FROM things;'
	  . 'SELECT query FROM pg_stat_activity; SELECT * FROM pg_backend_memory_contexts; SHOW ALL;'
	  . "SET client_min_messages = debug5; $ask; SELECT * FROM things");
like($shown, qr/Foreign Scan on public\.things.*DEBUG:  /s,
	'plans, settings and messages of every kind');
unlike($shown =~ s{temporary temporary/token\+=}{}r, $secret, 'have no secret');
is(asked("SET ROLE app; SELECT umoptions FROM pg_user_mappings WHERE usename <> 'app'"), '', 'nor has a view of another user\'s mappings');

my $log = slurp_file($node->logfile);
ok($log =~ /DEBUG: .*LOG:  00000: plan:/s, 'the log is in every detail');
is(join("\n", grep { $_ =~ $secret } split /\n/, $log), '', 'and has no secret');

kill 'TERM', $stub_pid;
$node->stop;
done_testing();
