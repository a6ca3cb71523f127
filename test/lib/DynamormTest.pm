# DynamormTest.pm
#		What the TAP tests share: the engine at DYNAMODB_ENDPOINT, a proxy of
#		their own before it, and a PostgreSQL node with the extension.
#
#	use FindBin;
#	use lib "$FindBin::RealBin/../lib";
#	use DynamormTest;
#
#	my $test = DynamormTest->new('counter');
#	$test->{node}->safe_psql('postgres', ...);
#	$test->fault({ kind => 'stall', operation => 'UpdateItem' });
#	is_deeply($test->counts, { UpdateItem => 1 });
#
package DynamormTest;

use strict;
use warnings;

use File::Basename qw(dirname);
use HTTP::Tiny;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

my @started;

# A proxy, and a node that reaches DynamoDB through it by the server "dynamo".
sub new
{
	my ($class, $name, %options) = @_;
	my $self = bless { http => HTTP::Tiny->new(timeout => 10) }, $class;

	$ENV{DYNAMODB_ENDPOINT}
	  or die "DYNAMODB_ENDPOINT must name an endpoint\n";
	$self->start_proxy;

	my $node = $self->{node} = PostgreSQL::Test::Cluster->new($name);
	$node->init;
	# plans must not depend on what has been analyzed meanwhile
	$node->append_conf('postgresql.conf', 'autovacuum = off');
	$node->append_conf('postgresql.conf', $options{conf}) if $options{conf};
	$node->start;
	$node->safe_psql('postgres', qq(
		CREATE EXTENSION dynamorm_fdw;
		CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw
		  OPTIONS (endpoint '$self->{endpoint}', region 'us-east-1');
		CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo
		  OPTIONS (access_key_id 'test', secret_access_key 'test');));
	return $self;
}

sub start_proxy
{
	my ($self) = @_;
	my $program = dirname(__FILE__) . '/../proxy';
	my $pid = open(my $output, '-|', $program, '--exit-with-parent',
		'--target', $ENV{DYNAMODB_ENDPOINT}) // die "could not start $program: $!";
	my $line = <$output> // '';
	$line =~ /^listening on (\d+)/ or die "the proxy did not start\n";
	$self->{endpoint} = "http://127.0.0.1:$1";
	push @started, { pid => $pid, output => $output };
	return $pid;
}

# Makes foreign tables and, after dropping what an earlier run has left, the
# DynamoDB tables they describe: create_tables(name => columns, ...).
sub create_tables
{
	my ($self, %tables) = @_;
	my $node = $self->{node};
	foreach my $name (sort keys %tables)
	{
		$node->safe_psql('postgres',
			"CREATE FOREIGN TABLE $name ($tables{$name}) SERVER dynamo");
		$node->psql('postgres', "SELECT dyn_drop_table('$name')",
			stderr => \my $ignored);
		$node->safe_psql('postgres', "SELECT dyn_create_table('$name')");
	}
	push @{ $self->{tables} }, keys %tables;
	return;
}

sub drop_tables
{
	my ($self) = @_;
	$self->{node}->safe_psql('postgres', "SELECT dyn_drop_table('$_')")
	  foreach @{ $self->{tables} };
	return;
}

sub ask_proxy
{
	my ($self, $method, $path, $body) = @_;
	my $answer = $self->{http}->request($method, $self->{endpoint} . $path,
		{ content => defined $body ? encode_json($body) : '' });
	$answer->{success} or die "proxy: $answer->{status} $answer->{content}\n";
	return decode_json($answer->{content});
}

# What happens to the next requests: see the head of test/proxy.
sub fault
{
	my ($self, @rules) = @_;
	return $self->ask_proxy(POST => '/__fault', \@rules);
}

# Forgets the counts and the faults.
sub reset_proxy
{
	my ($self) = @_;
	return $self->ask_proxy(POST => '/__reset');
}

# The requests by operation.
sub counts
{
	my ($self) = @_;
	return $self->ask_proxy(GET => '/__counts');
}

# The bytes of the engine's answers by operation.
sub bytes
{
	my ($self) = @_;
	return $self->ask_proxy(GET => '/__bytes');
}

# Waits until the proxy has seen so many requests of an operation.
sub wait_for_requests
{
	my ($self, $operation, $count) = @_;
	for (1 .. 100)
	{
		return 1 if ($self->counts->{$operation} // 0) >= $count;
		select(undef, undef, undef, 0.05);
	}
	return 0;
}

# Waits until the proxy holds a request or an answer, or as many as that.
sub wait_until_held
{
	my ($self, $count) = @_;
	for (1 .. 600)
	{
		return 1 if $self->ask_proxy(GET => '/__held')->{Held} >= ($count // 1);
		select(undef, undef, undef, 0.05);
	}
	return 0;
}

sub release
{
	my ($self) = @_;
	return $self->ask_proxy(POST => '/__release');
}

END
{
	my $status = $?;
	kill 'TERM', map { $_->{pid} } @started;
	close $_->{output} foreach @started;
	$? = $status;
}

1;
