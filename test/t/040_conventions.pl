# The conventions of the AWS SDKs, each against a stub: variables of the
# environment, settings of profiles, and the options that go before them.
use strict;
use warnings;

use Digest::SHA qw(sha1_hex);
use File::Temp qw(tempdir);
use FindBin;
use HTTP::Tiny;
use JSON::PP;
use POSIX qw(strftime);
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Session;
use Test::More;

my $program = "$FindBin::RealBin/../lib/credential_stub";
my $stub_pid = open(my $output, '-|', $program) // die "could not start $program: $!";
(<$output> // '') =~ /^listening on (\d+)/ or die "the stub did not start\n";
my $base = "http://127.0.0.1:$1";
my $http = HTTP::Tiny->new;

sub set_stub
{
	my (%what) = @_;
	$http->post("$base/__set", { content => encode_json(\%what) })->{success} or die "stub\n";
	return;
}

sub of_stub
{
	my ($what) = @_;
	return decode_json($http->get("$base/__$what")->{content});
}

sub stub_log
{
	return join ' ', @{ of_stub('log') };
}

# ---- the machine ----

my $home = tempdir(CLEANUP => 1);
chmod 0755, $home;
mkdir "$home/$_" foreach qw(.aws .aws/sso .aws/sso/cache);

sub write_file
{
	my ($name, $text) = @_;
	open my $file, '>', "$home/$name" or die "could not write $name: $!";
	print $file $text;
	close $file;
	return;
}

my $filed = "aws_access_key_id = filed\naws_secret_access_key = filed-secret\n";

# The default profile, and others behind it.
sub configure
{
	my ($text, $others) = @_;
	write_file('.aws/config', "[default]\n$filed$text\n" . ($others // ''));
	return;
}

my $node = PostgreSQL::Test::Cluster->new('conventions');
$node->init;

my $admin;
my @variables = qw(HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy);

sub environment
{
	my (%variables) = @_;
	delete @ENV{ @variables, grep { /^AWS_/ } keys %ENV };
	%ENV = (%ENV, HOME => $home, AWS_EC2_METADATA_SERVICE_ENDPOINT => $base, AWS_ENDPOINT_URL_STS => $base,
		AWS_ENDPOINT_URL_SSO => $base, AWS_ENDPOINT_URL_SSO_OIDC => $base, %variables);
	$admin->finish if $admin;
	$node->stop if $node->{_pid};
	$node->start;
	$admin = Session->new($node->connstr('postgres'), 'SET client_min_messages = error');
	return;
}

# What must succeed.
sub ddl
{
	my ($sql) = @_;
	my $result = $admin->run("BEGIN; $sql; COMMIT");
	$result->{text} eq '' && $result->{sqlstate} eq '00000' or die "$sql\n$result->{text}\n";
	return;
}

sub said
{
	my ($sql) = @_;
	my ($stdout, $stderr);
	$node->psql('postgres', $sql, stdout => \$stdout, stderr => \$stderr,
		on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return "$stdout\n$stderr";
}

my $ask = q{SELECT dyn_request('dynamo', 'ListTables', '{}') -> 'TableNames' ->> 0};

sub server
{
	my ($options) = @_;
	ddl("DROP SERVER IF EXISTS dynamo CASCADE;
		CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw" . ($options ? " OPTIONS ($options)" : '') . ';
		GRANT USAGE ON FOREIGN SERVER dynamo TO PUBLIC');
	return;
}

sub mapping
{
	my ($options, $user) = @_;
	$user //= 'CURRENT_USER';
	ddl("DROP USER MAPPING IF EXISTS FOR $user SERVER dynamo;
		CREATE USER MAPPING FOR $user SERVER dynamo" . ($options ? " OPTIONS ($options)" : ''));
	return;
}

my $local = "endpoint '$base', region 'us-east-1'";
my $static = "access_key_id 'static', secret_access_key 'static-secret'";

configure('');
environment();
ddl('CREATE EXTENSION dynamorm_fdw; CREATE ROLE app LOGIN; CREATE ROLE "a,tenant=b" LOGIN;
	GRANT EXECUTE ON FUNCTION dyn_request TO PUBLIC');

# Requests that are sent while DynamoDB fails.
sub attempts
{
	set_stub(failures => 100);
	my $said = said($ask);
	return $said =~ /ERROR:  (HV024: .*?)$/m ? $1 : scalar(() = stub_log() =~ /DynamoDB/g);
}

# Of 21 statements, the first of which is throttled, those whose requests are
# sent; each that waits is given up.
sub sent_after_throttling
{
	set_stub(throttle => 1);
	my $said = said("$ask; SET statement_timeout = 20;" . join ';', ($ask) x 20);
	return $said =~ /ERROR:  (HV024: .*?)$/m ? $1 : scalar(() = stub_log() =~ /DynamoDB/g);
}

sub agent
{
	set_stub();
	said($ask);
	return of_stub('last')->{agent} // '';
}

# The host that is asked for, by a proxy that connects nobody.
sub host_asked_for
{
	set_stub();
	my $said = said($ask);
	return stub_log() =~ /CONNECT (\S+):443/ ? $1 : $said;
}

# ---- profiles and options, without the environment ----

subtest 'max_attempts' => sub {
	server($local);
	mapping('');
	configure('max_attempts = 2');
	is(attempts(), 2, 'of the profile');
	server("$local, max_attempts '4'");
	mapping('');
	is(attempts(), 4, 'the option goes first');
	server($local);
	mapping('');
	foreach my $text ('0', '101', '1e1')
	{
		configure("max_attempts = $text");
		like(attempts(), qr/^HV024: AWS_MAX_ATTEMPTS of the server's environment, or max_attempts/, "none: $text");
	}
};

subtest 'retry_mode' => sub {
	my $one = "$local, max_attempts '1'";
	server($one);
	mapping('');
	configure('retry_mode = adaptive');
	cmp_ok(sent_after_throttling(), '<', 21, 'adaptive: what follows waits');
	configure('retry_mode = standard');
	set_stub(throttle => 1);
	said("$ask; $ask; $ask");
	is(scalar(() = stub_log() =~ /DynamoDB/g), 3, 'standard: nothing waits');
	configure('retry_mode = thrifty');
	like(sent_after_throttling(), qr/^HV024: AWS_RETRY_MODE of the server's environment, or retry_mode/, 'another');
	configure('retry_mode = legacy');
	is(attempts(), 1, 'legacy is standard');
	configure('retry_mode = standard');
	server("$one, retry_mode 'adaptive'");
	mapping('');
	cmp_ok(sent_after_throttling(), '<', 21, 'the option goes first');
};

subtest 'sdk_ua_app_id' => sub {
	server($local);
	mapping('');
	configure('');
	my $version = $node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'dynamorm_fdw'});
	my $major = $node->safe_psql('postgres', q{SELECT regexp_replace(current_setting('server_version'), '^(\d+).*', '\1')});
	my $product = qr{^dynamorm_fdw/\Q$version\E PostgreSQL/${major}\S* libcurl/[\d.]+\S*};
	like(agent(), qr/$product$/, 'product and versions');
	configure('sdk_ua_app_id = the-app');
	like(agent(), qr{$product app/the-app$}, 'the application');
	configure('sdk_ua_app_id = a b/c' . 'x' x 60);
	like(agent(), qr{ app/a-b-cx{45}$}, 'others\' characters become hyphens, and it is cut');
	server("$local, app_id 'of.option'");
	mapping('');
	like(agent(), qr{ app/of\.option$}, 'the option goes first');
};

subtest 'ec2_instance_profile_name' => sub {
	server($local);
	mapping("credential_source 'instance'");
	configure('ec2_instance_profile_name = the-role');
	set_stub();
	like(said($ask), qr/^instance\d/m, 'credentials of the role');
	unlike(stub_log(), qr{security-credentials/(?!the-role)}, 'whose name is not asked for');
	configure('ec2_instance_profile_name = ../../x');
	like(said($ask), qr/28000: .*is no name of a role/s, 'a name that is none');
};

subtest 'sso' => sub {
	my $signed_in = sub {
		my ($session, $left, %more) = @_;
		my %token = (
			startUrl => 'https://start.example.com',
			region => 'eu-west-1',
			accessToken => 'sso-token',
			expiresAt => strftime('%Y-%m-%dT%H:%M:%SZ', gmtime(time + $left)),
			%more);
		write_file('.aws/sso/cache/' . sha1_hex($session) . '.json', encode_json(\%token));
	};
	my %renewable = (
		clientId => 'client',
		clientSecret => 'client-secret',
		registrationExpiresAt => '2199-01-01T00:00:00Z',
		refreshToken => 'refresh');
	configure('', <<'END');
[profile signed]
sso_session = corporate
sso_account_id = 123456789012
sso_role_name = Reader+Writer

[sso-session corporate]
sso_start_url = https://start.example.com
sso_region = eu-west-1

[profile older]
sso_start_url = https://older.example.com
sso_region = eu-west-1
sso_account_id = 123456789012
sso_role_name = Reader

[profile half]
sso_session = corporate
END
	server($local);
	mapping("profile 'signed'");
	set_stub();
	like(said($ask), qr/28000: .*Profile "signed" signs in with a browser \(SSO\), and nobody has\..*HINT:  Run "aws sso login --profile signed"/s,
		'nobody has signed in');
	$signed_in->('corporate', 3600);
	like(said($ask), qr/^sso\d/m, 'a token that is good');
	is(stub_log() =~ s/sso\d+//r, 'GET /federation/credentials?account_id=123456789012&role_name=Reader%2BWriter DynamoDB ', 'gives credentials of the role');

	set_stub();
	$signed_in->('corporate', -10);
	like(said($ask), qr/28000: .*its token has expired\..*HINT:  Run "aws sso login --profile signed"/s, 'one that has expired');
	is(stub_log(), '', 'is not sent');
	$signed_in->('corporate', -10, %renewable, registrationExpiresAt => '2020-01-01T00:00:00Z');
	like(said($ask), qr/its token has expired/, 'nor renewed, if its client is too old');
	$signed_in->('corporate', -10, %renewable, refreshToken => 'used');
	like(said($ask), qr/its token has expired and was not renewed \(HTTP status 400\)\..*HINT:  Run "aws sso login/s, 'or it cannot be renewed');
	is(stub_log(), 'POST /token', 'which is tried once');

	set_stub();
	$signed_in->('corporate', -10, %renewable);
	like(said($ask), qr/^sso\d/m, 'one that has expired and can be renewed');
	like(stub_log(), qr{^POST /token GET /federation/credentials}, 'is');
	my $file = "$home/.aws/sso/cache/" . sha1_hex('corporate') . '.json';
	my $kept = decode_json(slurp_file($file));
	is_deeply([ @$kept{qw(accessToken refreshToken clientId clientSecret startUrl)} ],
		[qw(renewed-token refresh-2 client client-secret https://start.example.com)], 'what was given is kept');
	is((stat $file)[2] & 0777, 0600, 'for nobody else');
	is_deeply([ glob("$home/.aws/sso/cache/*") ], [$file], 'in that file alone');
	like(said($ask), qr/^sso\d/m, 'and used by the next session');
	is(scalar(() = stub_log() =~ m{POST /token}g), 1, 'as it is');

	my $content = slurp_file($file);
	$signed_in->('corporate', -10, %renewable);
	set_stub(renews_for_others => [ $file, $content ], bearer => 'renewed-token');
	like(said($ask), qr/^sso\d/m, 'one that another process renews at the same time is read again');
	foreach my $left (-10, 200)
	{
		$signed_in->('corporate', $left, %renewable);
		my $session = Session->new($node->connstr('postgres'));
		set_stub(cancels => $session->{backend});
		is($session->run($ask)->{sqlstate}, '57014', "a statement that is cancelled as it comes ($left)");
		is(decode_json(slurp_file($file))->{refreshToken}, 'refresh-2', 'has kept it');
		$session->finish;
	}
	$signed_in->('corporate', -10, %renewable);
	set_stub(without => ['expiresIn']);
	like(said($ask), qr/28000: .*the answer to its renewal lacks accessToken or expiresIn\./s, 'an answer that does not tell how long it is good');
	$signed_in->('corporate', 3600);
	set_stub(without => ['expiration']);
	like(said($ask), qr/28000: .*gave credentials without a time of expiration\./s, 'nor the credentials');

	set_stub(bearer => 'another');
	$signed_in->('corporate', 3600);
	like(said($ask), qr/does not take its token\..*HINT:  Run "aws sso login --profile signed"/s, 'one that is refused');
	set_stub(portal_status => 403);
	like(said($ask), qr/28000: .*refused the role of profile "signed": HTTP status 403/s, 'a role that is refused');
	unlike(said($ask), qr/sso-token|refresh/, 'without the token');

	set_stub();
	mapping("profile 'older'");
	$signed_in->('https://older.example.com', 3600);
	like(said($ask), qr/^sso\d/m, 'the form without a session');
	mapping("profile 'half'");
	like(said($ask), qr/28000: .*lacks sso_start_url, sso_region, sso_account_id or sso_role_name/s, 'half a profile');
};

subtest 'login_session' => sub {
	configure('', "[profile login]\nlogin_session = arn:aws:iam::123456789012:user/x\n");
	server($local);
	mapping("profile 'login'");
	like(said($ask), qr/28000: .*Profile "login" is one of "aws login".*HINT:  .*credential_process = aws configure export-credentials --profile login --format process/s,
		'what to do instead');
};

# ---- roles ----

sub role_fields
{
	my ($sql) = @_;
	set_stub();
	my $said = said($sql // $ask);
	my $fields = of_stub('fields');
	return $said if $said =~ /ERROR/;
	return join ' ', map { "$_=$fields->{$_}" } grep { /^(Tags|Policy|Source|Duration)/ } sort keys %$fields;
}

my $role = "role_arn 'arn:aws:iam::1:role/x'";
my $policy = '{"Version": "2012-10-17", "Statement": []}';

subtest 'role_duration, role_policy, source_identity' => sub {
	configure('');
	server($local);
	mapping("$static, $role, role_duration '900', role_policy '$policy', source_identity 'ann\@example.com'");
	is(role_fields(), "DurationSeconds=900 Policy=$policy SourceIdentity=ann\@example.com", 'are passed');
	mapping("$static, $role, source_identity '{user}'", 'app');
	is(role_fields("SET ROLE app; $ask"), 'SourceIdentity=app', 'the user as source identity');
	mapping("$static, source_identity 'ann'");
	like(said($ask), qr/28000: user mapping .* cannot assume its role.*no role to which/s, 'not without a role');
	mapping("$static, $role, session_tags '" . join(',', map { "k$_=v" } 1 .. 50) . "'");
	is(scalar(() = role_fields() =~ /Tags\.member\.\d+\.Key/g), 50, 'fifty tags');
};

subtest 'session_tags' => sub {
	configure('');
	server($local);
	mapping("$static, $role, session_tags 'tenant={user}, stage = prod'", 'PUBLIC');
	is(role_fields("SET ROLE app; $ask"), 'Tags.member.1.Key=tenant Tags.member.1.Value=app Tags.member.2.Key=stage Tags.member.2.Value=prod', 'of the mapping, and the user');
	like(said("SET ROLE \"a,tenant=b\"; $ask"), qr/28000: .*tag "tenant" cannot have the name of the user/s, 'a name adds no tags');
	is(role_fields("SET dynamorm_fdw.session_tags = 'tenant=acme'; SET ROLE app; $ask"),
		'Tags.member.1.Key=tenant Tags.member.1.Value=acme Tags.member.2.Key=stage Tags.member.2.Value=prod', 'the setting goes before the mapping');

	# who may set it
	my $denied = said("LOAD 'dynamorm_fdw'; SET ROLE app; SET dynamorm_fdw.session_tags = 'tenant=b';
		RESET dynamorm_fdw.session_tags; SELECT set_config('dynamorm_fdw.session_tags', 'tenant=b', true)");
	is(scalar(() = $denied =~ /ERROR:  42501/g), 3, 'not a user') or diag $denied;
	ddl("ALTER ROLE app SET dynamorm_fdw.session_tags = 'tenant=acme'");
	my $as_app = sub {
		my ($sql) = @_;
		my ($out, $err);
		set_stub();
		$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-U', 'app', '-v', 'VERBOSITY=verbose' ]);
		return of_stub('fields')->{'Tags.member.1.Value'} . ($err =~ /permission denied to set parameter/ ? ' denied' : '');
	};
	is($as_app->($ask), 'acme', 'a superuser sets it for a role');
	like($as_app->("SET dynamorm_fdw.session_tags = 'tenant=b'; $ask"), qr/^acme/, 'nor before the library is loaded');
	is($as_app->("$ask; RESET ALL; DISCARD ALL; $ask"), 'acme', 'nor by RESET ALL');
	ddl('GRANT CREATE ON SCHEMA public TO app');
	my $connected = sub {
		my ($options, $sql) = @_;
		my ($out, $err);
		local $ENV{PGOPTIONS} = $options;
		set_stub();
		$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-U', 'app', '-v', 'VERBOSITY=verbose' ]);
		return "$out$err" . stub_log();
	};
	foreach my $first ('', "$ask; ")
	{
		my $when = $first ? 'when the library is loaded' : 'before';
		my $said = $connected->('', $first . join '; ', map { s/TAGS/dynamorm_fdw.session_tags/r } "ALTER ROLE app SET TAGS = 'tenant=b'",
			'ALTER ROLE app RESET TAGS', "CREATE FUNCTION mine() RETURNS void LANGUAGE sql SET TAGS = 'tenant=b' AS ''",
			'ALTER ROLE app RESET ALL', "BEGIN; SET LOCAL TAGS = 'tenant=b'", 'ROLLBACK', 'SET TAGS TO DEFAULT', $ask);
		is(scalar(() = $said =~ /ERROR:  42501: permission denied to set parameter/g), $first ? 5 : 3, "nor for later sessions, $when") or diag $said;
		is(of_stub('fields')->{'Tags.member.1.Value'}, 'acme', 'nor for this one');
		is($as_app->($ask), 'acme', 'and a later one has them');
	}

	# who connects with tags, and may not set them, hides those of the role
	my $not_known = qr/28000: user mapping .* cannot assume its role.*may not set.*HINT:  .*shared_preload_libraries/s;
	foreach my $options ('tenant=b', 'tenant=<b>', 'tenant=acme', '')
	{
		my $said = $connected->("-c dynamorm_fdw.session_tags=$options",
			"$ask; RESET ALL; DISCARD ALL; $ask; SET dynamorm_fdw.session_tags = 'tenant=c'; RESET dynamorm_fdw.session_tags; $ask");
		is(scalar(() = $said =~ /ERROR:  28000/g), 3, "nobody knows them then ($options)") or diag $said;
		like($said, $not_known, 'and is told how to know them');
		unlike($said, qr/STS|DynamoDB /, 'and nothing is sent');
	}
	ddl(q{ALTER DATABASE postgres SET session_preload_libraries = 'dynamorm_fdw'});
	like($connected->('-c dynamorm_fdw.session_tags=', $ask), $not_known, 'session_preload_libraries is too late');
	ddl('ALTER DATABASE postgres RESET session_preload_libraries');
	my $force = $node->safe_psql('postgres', q{SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')});
	my $said = $connected->('-c dynamorm_fdw.session_tags=', "$ask; CREATE FUNCTION asks() RETURNS text LANGUAGE plpgsql PARALLEL SAFE AS
		\$\$BEGIN RETURN dyn_request('dynamo', 'ListTables', '{}'); END\$\$; SET $force = on; SET parallel_leader_participation = off; SELECT asks()");
	like($said, qr/28000.*28000: [^;]*CONTEXT:  .*parallel worker/s, 'nor does a parallel worker');
	unlike($said, qr/STS|DynamoDB /, 'which sends nothing');
	ddl('GRANT SET ON PARAMETER dynamorm_fdw.session_tags TO app');
	like($connected->('-c dynamorm_fdw.session_tags=tenant=b', $ask), qr/^role\d/, 'who may set them connects with them');
	is(of_stub('fields')->{'Tags.member.1.Value'}, 'b', 'and has them');
	ddl('REVOKE SET ON PARAMETER dynamorm_fdw.session_tags FROM app');
	said("ALTER ROLE app SET dynamorm_fdw.session_tags = 'tenant=<b>'");
	like($connected->('', $ask), $not_known, 'those that are none are not known either');
	ddl("ALTER ROLE app SET dynamorm_fdw.session_tags = 'tenant=acme'");
	$node->append_conf('postgresql.conf', q{shared_preload_libraries = 'dynamorm_fdw'});
	environment();
	like($connected->('-c dynamorm_fdw.session_tags=tenant=b', $ask), qr/FATAL: .*permission denied to set parameter/, 'where the library is loaded first, nobody connects so');
	like($connected->('', $ask), qr/^role\d/, 'but without');
	is(of_stub('fields')->{'Tags.member.1.Value'}, 'acme', 'and has those of the role');
	$node->append_conf('postgresql.conf', q{shared_preload_libraries = ''});
	environment();
	ddl('DROP FUNCTION asks(); REVOKE CREATE ON SCHEMA public FROM app; ALTER ROLE app RESET dynamorm_fdw.session_tags');

	# each has credentials of his own
	my $tagged = sub { return "SET dynamorm_fdw.session_tags = 'tenant=$_[0]'; $ask; " };
	set_stub();
	my @roles = said(join '', map { $tagged->($_) } qw(a b a b)) =~ /^(role\d+)$/mg;
	is("@roles[2, 3]", "@roles[0, 1]", 'who comes again finds his credentials');
	isnt($roles[0], $roles[1], 'and not another\'s');
	is(scalar(() = stub_log() =~ /AssumeRole /g), 2, 'each is asked for once');
	set_stub();
	@roles = said("SET ROLE app; $ask; RESET ROLE; CREATE ROLE other; SET ROLE other; $ask; RESET ROLE; DROP ROLE other") =~ /^(role\d+)$/mg;
	isnt($roles[0], $roles[1], 'two users of one mapping');
	set_stub();
	said(join '', map { $tagged->($_) } 1 .. 33, 33, 1);
	is(scalar(() = stub_log() =~ /AssumeRole /g), 34, 'of very many, the one used longest ago is not kept');

	# demanded ones
	mapping("$static, $role, session_tags 'tenant'", 'PUBLIC');
	like(said("SET ROLE app; $ask"), qr/28000: .*tag "tenant" is demanded by the user mapping, and not set/s, 'one that must be set');
	is(role_fields("SET dynamorm_fdw.session_tags = 'tenant=acme'; SET ROLE app; $ask"), 'Tags.member.1.Key=tenant Tags.member.1.Value=acme', 'and is');
	like(said("SET dynamorm_fdw.session_tags = 'tenant=acme'; $ask; RESET dynamorm_fdw.session_tags; $ask"), qr/^role\d+\n.*28000/s,
		'not by a connection that was made with it');

	# a gatekeeper sets them for whom he lets in, before the library is loaded and after
	ddl(q{CREATE ROLE gatekeeper; GRANT SET ON PARAMETER dynamorm_fdw.session_tags TO gatekeeper;
		CREATE FUNCTION let_in(tenant text) RETURNS void LANGUAGE sql SECURITY DEFINER AS
			$$SELECT set_config('dynamorm_fdw.session_tags', 'tenant=' || tenant, false)$$;
		ALTER FUNCTION let_in OWNER TO gatekeeper});
	foreach my $first ('', "$ask; ")
	{
		my $let_in = "${first}SELECT let_in('acme'); ";
		my $when = $first ? 'when the library is loaded' : 'before';
		like($connected->('', "$let_in $ask"), qr/^role\d/m, "a gatekeeper sets them, $when");
		is(of_stub('fields')->{'Tags.member.1.Value'}, 'acme', 'for whom he lets in');
		foreach my $trick ("SET dynamorm_fdw.session_tags = 'tenant=b'", 'RESET ALL', 'DISCARD ALL', "BEGIN; SET LOCAL dynamorm_fdw.session_tags = 'tenant=b'; COMMIT")
		{
			my $said = $connected->('', "$let_in $trick; $ask");
			my $value = of_stub('fields')->{'Tags.member.1.Value'};
			is($value // ($said =~ /28000: / ? 'acme' : $said), 'acme', "who has these or none ($trick)");
		}
	}
	ddl('DROP FUNCTION let_in; REVOKE SET ON PARAMETER dynamorm_fdw.session_tags FROM gatekeeper; DROP ROLE gatekeeper');
	mapping($static, 'PUBLIC');
	like(said($tagged->('acme')), qr/28000: .*no role to which/s, 'not without a role');
	my $refused = said("LOAD 'dynamorm_fdw'; " . join '; ', map { "SET dynamorm_fdw.session_tags = '$_'" }
		('tenant', 'aws:a=b', 'a=1,A=2', 'a=<b>', join(',', map { "k$_=1" } 1 .. 51)));
	is(scalar(() = $refused =~ /ERROR:  22023/g), 5, 'what is no list of tags') or diag $refused;

	# what a transaction writes, it writes as one
	mapping("$static, $role", 'PUBLIC');
	like(said("CREATE FOREIGN TABLE tenants (id text OPTIONS (key 'partition')) SERVER dynamo OPTIONS (transaction_mode 'atomic');
		SET dynamorm_fdw.session_tags = 'tenant=a'; BEGIN; INSERT INTO tenants VALUES ('1');
		SET LOCAL dynamorm_fdw.session_tags = 'tenant=b'; INSERT INTO tenants VALUES ('2'); ROLLBACK"),
		qr/ERROR:  0A000: .*DETAIL:  The session tags of the role have been changed/s, 'not with other tags in one transaction');
};

subtest 'encoding of session_tags' => sub {
	my $in = sub {
		my ($encoding, $sql) = @_;
		my ($out, $err);
		local $ENV{PGCLIENTENCODING} = 'UTF8';
		set_stub();
		$node->psql("in_$encoding", $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
		return "$out$err";
	};
	my $name = "Zo\xc3\xab";
	foreach my $encoding (qw(latin1 utf8 sql_ascii))
	{
		$node->safe_psql('postgres', "CREATE DATABASE in_$encoding TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
		is($in->($encoding, "SET client_min_messages = warning; CREATE EXTENSION dynamorm_fdw; GRANT EXECUTE ON FUNCTION dyn_request TO PUBLIC;
			CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS ($local); GRANT USAGE ON FOREIGN SERVER dynamo TO PUBLIC;
			CREATE USER MAPPING FOR PUBLIC SERVER dynamo OPTIONS ($static, $role, session_tags 'user={user}')"), '', $encoding);
	}
	my $values = sub { my $fields = of_stub('fields'); return join ' ', map { $fields->{"Tags.member.$_.Value"} // '-' } 1, 2 };
	foreach my $encoding (qw(latin1 utf8))
	{
		like($in->($encoding, "CREATE ROLE \"$name\" CONNECTION LIMIT 77; SET ROLE \"$name\"; $ask; RESET ROLE;
			SET dynamorm_fdw.session_tags = 'tenant=$name'; SET ROLE \"$name\"; $ask"), qr/^role\d+\nrole\d+\n?$/, 'both are given');
		is($values->(), "$name $name", "in UTF-8 ($encoding)");
		$in->($encoding, "DROP ROLE \"$name\"") if $encoding eq 'utf8';
	}
	my $named = "SELECT set_config('role', rolname, false) IS NULL FROM pg_roles WHERE rolconnlimit = 77; $ask";
	like($in->('utf8', $named), qr/28000: .*cannot have the name of the user/s, 'a name of another encoding is none');
	like($in->('sql_ascii', $named), qr/22021: invalid byte sequence for encoding "UTF8": 0xeb/, 'nor one of none');
	$in->('latin1', "ALTER DATABASE in_utf8 SET dynamorm_fdw.session_tags = 'tenant=$name'");
	like($in->('utf8', $ask), qr/28000: user mapping/, 'nor tags');
	$in->('latin1', "DROP ROLE \"$name\"");
	$node->safe_psql('postgres', "DROP DATABASE in_$_") foreach qw(latin1 utf8 sql_ascii);
};

# ---- the environment ----

environment(
	AWS_MAX_ATTEMPTS => 3,
	AWS_RETRY_MODE => 'adaptive',
	AWS_SDK_UA_APP_ID => 'of the environment',
	AWS_EC2_INSTANCE_PROFILE_NAME => 'the-role',
	AWS_ACCOUNT_ID_ENDPOINT_MODE => 'required');
configure("max_attempts = 5\nretry_mode = standard\nsdk_ua_app_id = of-profile\nec2_instance_profile_name = another\naccount_id_endpoint_mode = disabled");

subtest 'AWS_MAX_ATTEMPTS' => sub {
	server($local);
	mapping('');
	is(attempts(), 3, 'goes before the profile');
};

subtest 'AWS_SDK_UA_APP_ID' => sub {
	like(agent(), qr{ app/of-the-environment$}, 'goes before the profile');
};

subtest 'AWS_EC2_INSTANCE_PROFILE_NAME' => sub {
	mapping("credential_source 'instance'");
	set_stub();
	like(said($ask), qr/^instance\d/m, 'goes before the profile');
	unlike(stub_log(), qr{security-credentials/(?!the-role)}, 'and is not asked for');
};

subtest 'AWS_RETRY_MODE' => sub {
	server("$local, max_attempts '1'");
	mapping('');
	cmp_ok(sent_after_throttling(), '<', 21, 'goes before the profile');
};

subtest 'AWS_ACCOUNT_ID_ENDPOINT_MODE' => sub {
	server("region 'eu-west-1', max_attempts '1'");
	mapping($static);
	like(said($ask), qr/28000: .*An account-based endpoint is required/s, 'goes before the profile');
};

# ---- proxies; and, by what they are asked for, the endpoints of accounts ----

environment(HTTPS_PROXY => $base, HTTP_PROXY => $base, NO_PROXY => 'direct.invalid,.direct.invalid',
	AWS_ACCESS_KEY_ID => 'environment', AWS_SECRET_ACCESS_KEY => 'environment-secret', AWS_ACCOUNT_ID => '333333333333');

subtest 'HTTPS_PROXY' => sub {
	configure('');
	server("region 'eu-west-1', max_attempts '2'");
	mapping($static);
	set_stub();
	like(said($ask), qr/08001: could not connect to DynamoDB endpoint "https:\/\/dynamodb\.eu-west-1\.amazonaws\.com".*403/s, 'one that refuses');
	is(stub_log(), join(' ', ('CONNECT dynamodb.eu-west-1.amazonaws.com:443') x 2), 'is asked again');
	set_stub(proxy_status => 200);
	like(said($ask), qr/08001: could not establish TLS/, 'one that hangs up');
	ddl(q{CREATE FOREIGN TABLE things (id text OPTIONS (key 'partition')) SERVER dynamo});
	foreach my $status (403, 200, 502)
	{
		set_stub(proxy_status => $status);
		my $said = said("INSERT INTO things VALUES ('1')");
		like($said, qr/ERROR:  08001/, "a write that has not left is known not to have ($status)");
		unlike(stub_log(), qr/DynamoDB|POST/, 'and has not');
	}
	unlike(said($ask), qr/static-secret/, 'without a secret');
	foreach my $timeout (qw(connect_timeout request_timeout))
	{
		server("region 'eu-west-1', max_attempts '1', $timeout '500'");
		mapping($static);
		set_stub(proxy_is_silent => 1);
		like(said($ask), qr/08001: could not connect to DynamoDB endpoint .*The proxy did not answer within 500 milliseconds\./s, "one that does not answer ($timeout)");
	}
};

subtest 'HTTP_PROXY' => sub {
	server("endpoint 'http://dynamo.invalid:8000', region 'us-east-1', max_attempts '1'");
	mapping($static);
	set_stub();
	like(said($ask), qr/^static$/m, 'plain HTTP goes through it');
	is(stub_log(), 'PROXY http://dynamo.invalid:8000 DynamoDB static', 'as a whole');
	server($local);
	mapping($static);
	set_stub();
	like(said($ask), qr/^static$/m, 'what is on this machine');
	is(stub_log(), 'DynamoDB static', 'does not');
};

subtest 'NO_PROXY' => sub {
	foreach my $host ('direct.invalid', 'x.direct.invalid')
	{
		server("endpoint 'http://$host', region 'us-east-1', max_attempts '1'");
		mapping($static);
		set_stub();
		like(said($ask), qr/08001: could not find the host/, "$host is looked for itself");
		is(stub_log(), '', 'without a proxy');
	}
};

subtest 'proxy' => sub {
	server("endpoint 'http://direct.invalid', region 'us-east-1', max_attempts '1', proxy '$base'");
	mapping($static);
	set_stub();
	like(said($ask), qr/^static$/m, 'it has no exceptions');
	server("endpoint 'https://dynamo.invalid', region 'us-east-1', max_attempts '1', proxy 'none'");
	mapping($static);
	set_stub();
	like(said($ask), qr/08001: could not find the host/, 'none');
	is(stub_log(), '', 'is none');
	ddl('ALTER SERVER dynamo OWNER TO app; GRANT USAGE ON FOREIGN DATA WRAPPER dynamorm_fdw TO app');
	like(said("SET ROLE app; ALTER SERVER dynamo OPTIONS (SET proxy '$base')"), qr/ERROR:  42501/, 'only for superusers');
	server("$local, proxy 'http://127.0.0.1:9'");
	mapping("credential_source 'instance'");
	set_stub();
	like(said($ask), qr/08001: could not connect/, 'the instance\'s credentials do not go through it');
	like(stub_log(), qr{^PUT /latest/api/token.*the-role$}, 'and are had');
	mapping("$static, $role");
	set_stub();
	like(said($ask), qr/28000: .*Security Token Service did not answer/s, 'a role\'s do');
};

subtest 'AWS_ACCOUNT_ID' => sub {
	write_file('print', qq(#!/bin/sh\necho '{"Version": 1, "AccessKeyId": "printed", "SecretAccessKey": "printed-secret", "AccountId": "444444444444"}'\n));
	chmod 0755, "$home/print";
	configure('aws_account_id = 555555555555', "[profile printing]\ncredential_process = $home/print\n[profile required]\n${filed}account_id_endpoint_mode = required\n"
		  . "[profile disabled]\n${filed}aws_account_id = 666666666666\naccount_id_endpoint_mode = disabled\n[profile strange]\n${filed}account_id_endpoint_mode = x\n"
		  . "[profile odd]\n${filed}aws_account_id = x.example.com/\n[profile stacked]\n${filed}account_id_endpoint_mode = required\nuse_dualstack_endpoint = true\n");
	my $regional = 'dynamodb.eu-west-1.amazonaws.com';
	server("region 'eu-west-1', max_attempts '1'");
	my $host = sub { mapping($_[0]); return host_asked_for() };
	is($host->(''), '333333333333.ddb.eu-west-1.amazonaws.com', 'the environment\'s account, with its keys');
	is($host->($static), $regional, 'not with a user\'s');
	is($host->("$static, account_id '111111111111'"), '111111111111.ddb.eu-west-1.amazonaws.com', 'option account_id');
	is($host->("profile 'default'"), '555555555555.ddb.eu-west-1.amazonaws.com', 'aws_account_id');
	is($host->("profile 'printing'"), '444444444444.ddb.eu-west-1.amazonaws.com', 'what a process tells');
	is($host->("$static, $role"), '222222222222.ddb.eu-west-1.amazonaws.com', 'a role\'s');
	is($host->("profile 'odd'"), $regional, 'something that is none');
	mapping('');
	ddl(q{CREATE FOREIGN TABLE by_arn (id text OPTIONS (key 'partition')) SERVER dynamo OPTIONS (table_name 'arn:aws:dynamodb:eu-west-1:777777777777:table/x')});
	set_stub();
	said('SELECT * FROM by_arn');
	like(stub_log(), qr/^CONNECT \Q$regional\E:443/, 'for a table of another account the region\'s');
	my $arn = 'arn:aws:dynamodb:eu-west-1:777777777777:table/x';
	my $asked_for = sub {
		my ($sql) = @_;
		set_stub();
		my $said = said($sql);
		return stub_log() =~ /CONNECT (\S+):443/ ? $1 : $said;
	};
	my %body = (
		TransactWriteItems => { TransactItems => [ { Delete => { TableName => $arn, Key => { id => { S => '1' } } } } ] },
		TransactGetItems => { TransactItems => [ { Get => { TableName => $arn, Key => { id => { S => '1' } } } } ] },
		BatchGetItem => { RequestItems => { $arn => { Keys => [ { id => { S => '1' } } ] } } },
		ListTagsOfResource => { ResourceArn => $arn });
	is($asked_for->("SELECT dyn_request('dynamo', '$_', '" . encode_json($body{$_}) . "')"), $regional, "for $_") foreach sort keys %body;
	is($asked_for->(qq(SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "x", "Key": {"id": {"S": "$arn"}}}'))),
		'333333333333.ddb.eu-west-1.amazonaws.com', 'but not for the value of an attribute');

	is($host->("profile 'disabled'"), $regional, 'account_id_endpoint_mode = disabled');
	like($host->("profile 'required'"), qr/28000: .*An account-based endpoint is required.*HINT:  Name the account/s, 'required');
	like($host->("profile 'strange'"), qr/HV024: AWS_ACCOUNT_ID_ENDPOINT_MODE/, 'no mode');
	like($host->("profile 'stacked'"), qr/HV024: server "dynamo" requires an account-based endpoint where there is none/, 'required where there is none');
	server("region 'eu-west-1', max_attempts '1', account_id_endpoint_mode 'disabled'");
	is($host->(''), $regional, 'the option goes first');
	foreach my $region (qw(us-gov-west-1 cn-north-1 eusc-de-east-1))
	{
		server("region '$region', max_attempts '1'");
		like($host->(''), qr/^dynamodb\.$region\./, "none in $region");
	}
	server($local);
	mapping('');
	set_stub();
	like(said($ask), qr/^environment$/m, 'an endpoint that is given');
	is('http://' . of_stub('last')->{host}, $base, 'goes first');
};

kill 'TERM', $stub_pid;
$node->stop;
done_testing();
