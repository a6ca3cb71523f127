# Who receives what is signed with the machine's credentials, and with keys of
# a user: by each way to an endpoint, for servers of superusers and of others.
use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use HTTP::Tiny;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $http = HTTP::Tiny->new;
my @stubs;

# One stands where servers say, the other where the machine's configuration
# says.
sub start_stub
{
	my ($name) = @_;
	my $program = "$FindBin::RealBin/../lib/credential_stub";
	my $pid = open(my $output, '-|', $program) // die "could not start $program: $!";
	(<$output> // '') =~ /^listening on (\d+)/ or die "the stub did not start\n";
	push @stubs, { name => $name, pid => $pid, output => $output, base => "http://127.0.0.1:$1" };
	return "http://127.0.0.1:$1";
}
my $of_server = start_stub('server\'s');
my $of_machine = start_stub('machine\'s');

# The stubs that have got requests to DynamoDB, and forgets them.
sub receivers
{
	my @names;
	foreach my $stub (@stubs)
	{
		push @names, $stub->{name}
		  if grep { /^DynamoDB/ } @{ decode_json($http->get("$stub->{base}/__log")->{content}) };
		$http->post("$stub->{base}/__set", { content => '{}' });
	}
	return "@names";
}

# ---- the machine ----

my $home = tempdir(CLEANUP => 1);
chmod 0755, $home;
mkdir "$home/.aws";
my $config = "$home/.aws/config";
my @machine_keys = (AWS_ACCESS_KEY_ID => 'environment', AWS_SECRET_ACCESS_KEY => 'environment-secret');

sub configure
{
	my ($text) = @_;
	open my $file, '>', $config or die "could not write $config: $!";
	print $file $text // '';
	close $file;
	return;
}

my $node = PostgreSQL::Test::Cluster->new('identity');
$node->init;
$node->append_conf('postgresql.conf', 'restart_after_crash = on');

sub environment
{
	my (%variables) = @_;
	delete $ENV{$_} foreach grep { /^AWS_/ } keys %ENV;
	%ENV = (%ENV, HOME => $home, AWS_EC2_METADATA_DISABLED => 'true', @machine_keys, %variables);
	$node->stop if $node->{_pid};
	$node->start;
	return;
}

configure();
environment();

# A region that does not exist has no host, whose name an error tells.
my $own = 'xx-none-1';
$node->safe_psql('postgres', qq{
	CREATE EXTENSION dynamorm_fdw;
	CREATE ROLE app LOGIN;
	CREATE ROLE owner;
	GRANT EXECUTE ON FUNCTION dyn_request TO app;
	CREATE PROCEDURE make(name text, more text) LANGUAGE plpgsql AS \$\$
	BEGIN
	  EXECUTE format('DROP SERVER IF EXISTS %I CASCADE', name);
	  EXECUTE format('CREATE SERVER %I FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (max_attempts %L, connect_timeout %L %s)',
	                 name, 1, 2000, more);
	  EXECUTE format('GRANT USAGE ON FOREIGN SERVER %I TO app', name);
	  IF name = 'others' THEN
	    EXECUTE format('ALTER SERVER %I OWNER TO owner', name);
	  END IF;
	END \$\$});

my $static = "access_key_id 'static', secret_access_key 'static-secret'";
my $free = "credentials_required 'false'";

sub mapping
{
	my ($server, $options, $user) = @_;
	$user //= 'app';
	$node->safe_psql('postgres', "DROP USER MAPPING IF EXISTS FOR $user SERVER $server;
		CREATE USER MAPPING FOR $user SERVER $server OPTIONS ($options)");
	return;
}

sub make_server
{
	my ($server, %options) = @_;
	my $more = join '', map { ", $_ '$options{$_}'" } sort keys %options;
	$node->safe_psql('postgres', "SET client_min_messages = error; CALL make('$server', \$\$$more\$\$)");
	return;
}

sub said
{
	my ($sql) = @_;
	my ($stdout, $stderr);
	$node->psql('postgres', $sql, stdout => \$stdout, stderr => \$stderr,
		on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $stdout . $stderr;
}

sub ask
{
	my ($server) = @_;
	return "SELECT dyn_request('$server', 'ListTables', '{}')";
}

# Who has got it, or why nobody has.
sub outcome
{
	my ($said) = @_;
	my $receivers = receivers();
	return $receivers if $receivers ne '';
	return "to $1" if $said =~ /DynamoDB endpoint "([^"]+)"/;
	return $1 if $said =~ /ERROR:  (\w{5}):/;
	return 'to http://localhost:8000';		# what answers there is not ours
}

sub outcome_for_app
{
	my ($server) = @_;
	return outcome(said('SET ROLE app; ' . ask($server)));
}
receivers();

# ---- the table ----

# A way: the options of the server, those of the mapping, the configuration,
# and what follows: for a superuser's server static keys and the machine's,
# for another's the same.  A * marks what was another thing once.
my $region_host = "to https://dynamodb.$own.amazonaws.com";
my $local_host = 'to http://localhost:8000';
my %at_region = (region => $own);
my @header = ('way', 'superuser\'s, keys', 'superuser\'s, machine', 'other\'s, keys', 'other\'s, machine');
my @table;

sub way
{
	my ($name, $options, $mapping, @wanted) = @_;
	my @found;
	foreach my $server (qw(superusers others))
	{
		make_server($server, %$options);
		foreach my $credentials ($static, $free)
		{
			mapping($server, join ', ', $credentials, $mapping || ());
			my $wanted = shift @wanted;
			my $mark = $wanted =~ s/^\*// ? 'mended: ' : '';
			push @found, outcome_for_app($server);
			is($found[-1], $wanted, "$mark$name, a server of $server, " . ($credentials eq $static ? 'keys of a user' : 'the machine\'s'));
		}
	}
	push @table, [ $name, @found ];
	return;
}

# what the server says, and what the mapping says
configure("[profile named]\nendpoint_url = $of_machine\naws_access_key_id = filed\naws_secret_access_key = filed-secret\n");
way("option endpoint", { %at_region, endpoint => $of_server }, '', "server's", "server's", "server's", '42501');
way("option region 'local'", { region => 'local' }, '', $local_host, $local_host, $local_host, '*42501');
way('option region', {%at_region}, '', $region_host, $region_host, $region_host, $region_host);
way('option profile, endpoint_url', {%at_region}, "profile 'named'", '*42501', "machine's", '*42501', "machine's");
way('option endpoint, and profile', { %at_region, endpoint => $of_server }, "profile 'named'", '*42501', "server's", '*42501', '42501');

# what the shared files say
configure("[default]\nendpoint_url = $of_machine\n");
way('default profile, endpoint_url', {%at_region}, '', "machine's", "machine's", "*$region_host", "machine's");
way('option endpoint goes first', { %at_region, endpoint => $of_server }, '', "server's", "server's", "server's", '42501');
way("as does region 'local' not", { region => 'local' }, '', "machine's", "machine's", "*$local_host", "machine's");
configure("[default]\nservices = these\n[services these]\ndynamodb =\n  endpoint_url = $of_machine\n");
way('default profile, services', {%at_region}, '', "machine's", "machine's", "*$region_host", "machine's");
configure("[default]\nregion = $own\n");
way('default profile, region', {}, '', $region_host, $region_host, '*HV00J', $region_host);
configure("[default]\nregion = local\n");
way("default profile, region 'local'", {}, '', $local_host, $local_host, '*HV00J', $local_host);

# what the environment says
configure();
environment(AWS_ENDPOINT_URL_DYNAMODB => $of_machine);
way('AWS_ENDPOINT_URL_DYNAMODB', {%at_region}, '', "machine's", "machine's", "machine's", "machine's");
environment(AWS_ENDPOINT_URL => $of_machine);
way('AWS_ENDPOINT_URL', {%at_region}, '', "machine's", "machine's", "machine's", "machine's");
environment(AWS_REGION => $own);
way('AWS_REGION', {}, '', $region_host, $region_host, $region_host, $region_host);
environment(AWS_REGION => 'local');
way("AWS_REGION 'local'", {}, '', $local_host, $local_host, $local_host, $local_host);
way("option endpoint, AWS_REGION 'local'", { endpoint => $of_server }, '', "server's", "server's", "server's", '42501');

note join "\n", '', map { sprintf '%-36s  %-26s  %-26s  %-26s  %s', map { s{https://dynamodb.$own.amazonaws.com}{the region's own}r } @$_ } \@header, @table;

# ---- who asks, and when ----

environment();
make_server('others', region => 'local');
mapping('others', $free, 'CURRENT_USER');
is(outcome(said(ask('others'))), '42501', 'mended: a superuser\'s use of another\'s server of region \'local\'');
$node->safe_psql('postgres', 'ALTER SERVER others OWNER TO CURRENT_USER');
is(outcome(said(ask('others'))), $local_host, 'it goes there once a superuser owns the server');
$node->safe_psql('postgres', 'CREATE ROLE admin SUPERUSER; ALTER SERVER others OWNER TO admin');
like(said('DO $$BEGIN PERFORM ' . ask('others') =~ s/^SELECT //r . '; EXCEPTION WHEN connection_exception THEN NULL; END$$; ALTER ROLE admin NOSUPERUSER; ' . ask('others')),
	qr/ERROR:  42501: permission denied to use the machine's credentials at the endpoint.*region of DynamoDB/s,
	'mended: no longer when he has ceased to be one, and the hint says what to do');

# a mapping that all use: what one has read is not there for the next
configure("[default]\nendpoint_url = $of_machine\n[profile named]\nendpoint_url = $of_machine\n");
make_server('others', %at_region);
mapping('others', $static, 'PUBLIC');
my $said = said(ask('others') . '; SET ROLE app; ' . ask('others') . '; RESET ROLE; ' . ask('others'));
like($said, qr/static.*\n.*static/, 'a superuser is told by the files');
like($said, qr/ERROR:  08001: .*endpoint "https:\/\/dynamodb.$own/, 'mended: who is none is not, in the same session');
receivers();
mapping('others', "$static, profile 'named'", 'PUBLIC');
$said = said(ask('others') . '; SET ROLE app; ' . ask('others'));
like($said, qr/^\{.*ERROR:  42501: permission denied to use the profile that the user mapping for server "others" names/s,
	'mended: a profile that is named is for superusers, in the same session');
unlike($said =~ s/^\{.*//r, qr/127\.0\.0\.1/, 'what it says is not shown');
mapping('others', "$static, profile 'named', $free", 'PUBLIC');
receivers();
is(outcome_for_app('others'), "machine's", 'and for those whom a superuser lets');
like(said("SET ROLE app; CREATE USER MAPPING FOR app SERVER others OPTIONS ($static, profile 'default', $free)"), qr/42501/,
	'which nobody does for himself');
configure("[default]\nca_bundle = /nowhere/at/all\nregion = $own\n");
make_server('others', endpoint => 'https://127.0.0.1:9', region => $own);
mapping('others', $static);
unlike(said('SET ROLE app; ' . ask('others')), qr/nowhere/, 'nor are other files named');

# ---- roles: the Security Token Service ----

configure();
environment(AWS_ENDPOINT_URL_STS => $of_machine);
make_server('others', %at_region, endpoint => $of_server);
my $role = "role_arn 'arn:aws:iam::1:role/x'";
mapping('others', "$static, $role");
said('SET ROLE app; ' . ask('others'));
is_deeply([ map { scalar grep { /^STS/ } @{ decode_json($http->get("$_->{base}/__log")->{content}) } } @stubs ], [ 0, 1 ],
	'a role is asked for where the machine says, not the server');
receivers();
mapping('others', "$free, $role");
is(outcome_for_app('others'), '42501', 'what is signed with the machine\'s role does not go where the server says');
environment();
mapping('others', "$static, $role");
like(said('SET ROLE app; ' . ask('others')), qr/sts\.$own\.amazonaws\.com/, 'or at the region\'s own');
configure("[default]\nservices = these\n[services these]\nsts =\n  endpoint_url = $of_machine\n");
like(said('SET ROLE app; ' . ask('others')), qr/sts\.$own\.amazonaws\.com/, 'mended: the shared files do not say where, for a user\'s keys');

# ---- regions that are none ----

foreach my $region ('x.evil.com/#', 'x@evil.com', 'evil.com', 'a/b', 'a:1', 'a b', "a\tb", 'a\\b', 'a%2e', 'a?b', 'a#b', 'eu-west-1 ', 'é', '-' x 64)
{
	like(said("CREATE SERVER bad FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (region '$region')"), qr/ERROR:  HV024:/, "no region: $region");
}
make_server('superusers');
mapping('superusers', $free);
foreach my $region ('x.evil.com/#', 'x@evil.com', 'a:1', 'a b')
{
	configure("[default]\nregion = $region\n");
	like(said('SET ROLE app; ' . ask('superusers')), qr/ERROR:  HV024: the region that the server's environment or shared files configure is invalid/,
		"no region in a file: $region");
}

# ---- endpoints that are none ----

make_server('superusers', %at_region, endpoint => $of_server);
mapping('superusers', "$free, $role");
foreach my $endpoint ('nonsense', 'https://', 'https://u@host', 'https://host/path', 'https://host:1x', 'file:///etc/passwd')
{
	configure("[default]\nservices = these\n[services these]\nsts =\n  endpoint_url = $endpoint\n");
	my $answer = said('SET ROLE app; ' . ask('superusers'));
	like($answer, qr/ERROR:  28000: .*endpoint that the server's environment or shared files configure for the Security Token Service is invalid/s,
		"mended: the service that gives roles has an endpoint that is none: $endpoint");
	$node->poll_query_until('postgres', 'SELECT true');
}
configure("[default]\nservices = these\n[services these]\nsts =\n  endpoint_url = $of_machine/\n");
receivers();
is(outcome_for_app('superusers'), "server's", 'a slash at the end is no harm');

kill 'TERM', map { $_->{pid} } @stubs;
$node->stop('immediate');
done_testing();
