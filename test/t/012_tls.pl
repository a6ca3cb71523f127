# TLS: which servers are believed, with a certificate authority of our own.
# What is not believed is sent nothing.
use strict;
use warnings;

use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::INET;
use IPC::Open2;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;
my $node = PostgreSQL::Test::Cluster->new('tls');

# ---- certificates ----

sub openssl
{
	my ($command) = @_;
	system("openssl $command >>$dir/openssl.log 2>&1") == 0
	  or die "openssl $command\n" . slurp_file("$dir/openssl.log");
	return;
}

# A certificate, and its key, for some names, signed by ours or by itself.
sub certificate
{
	my ($name, $names, $days, $self_signed) = @_;
	append_to_file("$dir/$name.ext", "subjectAltName = $names\n");
	openssl("req -newkey rsa:2048 -nodes -subj /CN=$name -keyout $dir/$name.key -out $dir/$name.csr");
	openssl("x509 -req -in $dir/$name.csr -days $days -extfile $dir/$name.ext -out $dir/$name.pem "
		  . ($self_signed ? "-signkey $dir/$name.key" : "-CA $dir/ca.pem -CAkey $dir/ca.key -CAcreateserial"));
	return;
}

# One of yesterday.  OpenSSL 3.4 wants dates for that, which others lack.
sub expired_certificate
{
	return if eval { certificate('expired', 'DNS:localhost', -1); 1 };
	unlink "$dir/expired.ext";
	certificate('expired', 'DNS:localhost', '1 -not_before 20200101000000Z -not_after 20200102000000Z');
	return;
}

openssl("req -x509 -newkey rsa:2048 -nodes -subj /CN=ours -days 2 -keyout $dir/ca.key -out $dir/ca.pem");
openssl("req -x509 -newkey rsa:2048 -nodes -subj /CN=theirs -days 2 -keyout $dir/other_ca.key -out $dir/other_ca.pem");
certificate('right', 'DNS:localhost', 2);
certificate('address', 'IP:127.0.0.1', 2);
certificate('elsewhere', 'DNS:dynamodb.example.com', 2);
expired_certificate();
certificate('alone', 'DNS:localhost', 2, 1);
append_to_file("$dir/garbage.pem", "no certificate\n");

# ---- servers ----

my @started;

# Answers the requests that openssl has decrypted, and logs them.
sub answer_requests
{
	my ($from, $to, $log) = @_;
	$to->autoflush(1);
	while (defined(my $line = <$from>))
	{
		append_to_file($log, $line);
		my $length = 0;
		while (defined($line = <$from>) && $line ne "\r\n")
		{
			$length = $1 if $line =~ /^content-length: (\d+)/i;
		}
		read($from, my $body, $length) if $length > 0;
		my $answer = '{"TableNames":["secured"]}';
		print $to "HTTP/1.1 200 OK\r\nContent-Length: " . length($answer) . "\r\n\r\n$answer";
	}
	return;
}

# A DynamoDB that knows ListTables only, behind TLS.  Returns its port.
sub start_server
{
	my ($name, $certificate, @options) = @_;
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	append_to_file("$dir/$name.log", '');
	my $openssl_pid = open2(my $from, my $to, 'openssl', 's_server', '-quiet',
		'-accept', "127.0.0.1:$port", '-cert', "$dir/$certificate.pem",
		'-key', "$dir/$certificate.key", @options);
	my $pid = fork() // die "fork: $!";
	if ($pid == 0)
	{
		# PostgreSQL 18's handler would stop the node
		$SIG{TERM} = 'DEFAULT';
		answer_requests($from, $to, "$dir/$name.log");
		POSIX::_exit(0);
	}
	push @started, $pid, $openssl_pid;
	for (1 .. 100)
	{
		return $port if IO::Socket::INET->new("127.0.0.1:$port");
		select(undef, undef, undef, 0.05);
	}
	die "server $name did not start\n";
}

# A proxy that connects whoever asks, and logs all that it reads.  Returns its
# port.
sub start_proxy
{
	my $listener = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1') or die "cannot listen: $!";
	append_to_file("$dir/proxy.log", '');
	my $pid = fork() // die "fork: $!";
	if ($pid == 0)
	{
		$SIG{TERM} = 'DEFAULT';
		while (my $client = $listener->accept)
		{
			connect_both($client);
		}
		POSIX::_exit(0);
	}
	push @started, $pid;
	return $listener->sockport;
}

# One connection, until one side ends it.
sub connect_both
{
	my ($client) = @_;
	my $head = '';
	1 while $head !~ /\r\n\r\n/ && sysread $client, $head, 65536, length $head;
	append_to_file("$dir/proxy.log", $head);
	my ($target) = $head =~ /^CONNECT (\S+) / or return;
	my $server = IO::Socket::INET->new($target) or return;
	syswrite $client, "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nx-amz-crc32: 1\r\n\r\n";
	my %other = ($client => $server, $server => $client);
	my $both = IO::Select->new($client, $server);
	while (1)
	{
		foreach my $from ($both->can_read)
		{
			sysread $from, my $bytes, 65536 or return;
			append_to_file("$dir/proxy.log", $bytes) if $from == $client;
			syswrite $other{$from}, $bytes;
		}
	}
	return;
}

# ---- questions ----

sub quote_options
{
	my (%options) = @_;
	return join ', ', map { "$_ '$options{$_}'" } sort keys %options;
}

my $requests;		# that the last question was

# Asks a server with these options; the certificates trusted are ours.
sub asked
{
	my (%options) = @_;
	my ($stdout, $stderr);
	%options = (region => 'us-east-1', ca_file => "$dir/ca.pem", %options);
	delete $options{ca_file} unless $options{ca_file};
	$node->safe_psql('postgres', 'DROP SERVER IF EXISTS dynamo CASCADE;
		CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (' . quote_options(%options) . q{);
		CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (access_key_id 'id', secret_access_key 'secret')});
	$node->psql('postgres', q{SELECT dyn_request('dynamo', 'ListTables', '{}') -> 'TableNames' ->> 0;
		SELECT 'requests: ' || requests FROM dyn_stat_requests},
		on_error_stop => 0, stdout => \$stdout, stderr => \$stderr, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	$requests = $stdout =~ s/\n?requests: (\d+)\z// ? $1 : undef;
	return $stdout . $stderr;
}

# A server that is not believed is asked once, and sent nothing.
sub refused
{
	my ($name, $why, $what, %options) = @_;
	like(asked(%options), qr/08001: could not establish TLS with DynamoDB endpoint "https:.*$why.*Operation ListTables\.\n/s, $what);
	is($requests, 1, 'it is not asked again');
	is(slurp_file("$dir/$name.log"), '', 'and is sent nothing');
	return;
}

$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynamorm_fdw');

my $port = start_server('right', 'right');
is(asked(endpoint => "https://localhost:$port"), 'secured', 'a server with a certificate of ours');
is(asked(endpoint => "HTTPS://LocalHost:$port"), 'secured', 'however its name is written');
like(slurp_file("$dir/right.log"), qr{^POST / HTTP/1\.1\r$}m, 'is sent the request');

$port = start_server('stranger', 'right');
refused('stranger', 'certificate', 'one that the machine does not trust', endpoint => "https://localhost:$port", ca_file => '');
refused('stranger', 'certificate', 'a certificate of an authority that is not in ca_file',
	endpoint => "https://localhost:$port", ca_file => "$dir/other_ca.pem");
refused('stranger', '127\.0\.0\.1', 'an address that the certificate does not name', endpoint => "https://127.0.0.1:$port");
refused('stranger', 'ca_file|certificate', 'a ca_file that is not there',
	endpoint => "https://localhost:$port", ca_file => "$dir/missing.pem");
refused('stranger', 'ca_file|certificate', 'a ca_file without certificates',
	endpoint => "https://localhost:$port", ca_file => "$dir/garbage.pem");

$port = start_server('elsewhere', 'elsewhere');
refused('elsewhere', 'localhost', 'a certificate for another host', endpoint => "https://localhost:$port");
$port = start_server('expired', 'expired');
refused('expired', 'expired', 'a certificate that has expired', endpoint => "https://localhost:$port");
$port = start_server('alone', 'alone');
refused('alone', 'self.signed', 'a certificate that signed itself', endpoint => "https://localhost:$port");
is(asked(endpoint => "https://localhost:$port", ca_file => "$dir/alone.pem"), 'secured', 'unless ca_file holds it');
$port = start_server('address', 'address');
is(asked(endpoint => "https://127.0.0.1:$port"), 'secured', 'a certificate for an address');

# ---- a proxy ----

my $proxy = 'http://127.0.0.1:' . start_proxy();
$port = start_server('behind', 'right');
is(asked(endpoint => "https://localhost:$port", proxy => $proxy), 'secured', 'through a proxy');
my $seen = slurp_file("$dir/proxy.log");
like($seen, qr/^CONNECT localhost:$port HTTP/, 'which is told the host');
unlike($seen, qr/Authorization|ListTables|x-amz/i, 'and no more');
$port = start_server('stranger_behind', 'right');
refused('stranger_behind', 'certificate', 'who is not believed is not by a proxy either',
	endpoint => "https://localhost:$port", ca_file => "$dir/other_ca.pem", proxy => $proxy);

# ---- versions ----

foreach my $version (qw(tls1 tls1_1))
{
	$port = start_server($version, 'right', "-$version", '-cipher', 'DEFAULT@SECLEVEL=0');
	my $answer = asked(endpoint => "https://localhost:$port", max_attempts => 2);
	like($answer, qr/08001: could not establish TLS.*version/s, "a server of $version only");
	is(slurp_file("$dir/$version.log"), '', 'is sent nothing');
}
foreach my $version (qw(tls1_2 tls1_3))
{
	$port = start_server($version, 'right', "-$version");
	is(asked(endpoint => "https://localhost:$port"), 'secured', "a server of $version only");
}

# ---- where one side has no TLS ----

like(asked(endpoint => "http://localhost:$port", max_attempts => 2), qr/ERROR:  08/, 'plain HTTP to a server with TLS');
my $plain = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5);
my $plain_pid = fork() // die "fork: $!";
if ($plain_pid == 0)
{
	$SIG{TERM} = 'DEFAULT';
	while (my $client = $plain->accept)
	{
		sysread($client, my $hello, 1000);
		print $client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
	}
	POSIX::_exit(0);
}
push @started, $plain_pid;
like(asked(endpoint => 'https://localhost:' . $plain->sockport, max_attempts => 2),
	qr/08001: could not establish TLS/, 'TLS to a server without');

# ---- the machine's configuration ----

$port = start_server('bundle', 'right');
$node->stop;
$ENV{AWS_CA_BUNDLE} = "$dir/ca.pem";
$node->start;
is(asked(endpoint => "https://localhost:$port", ca_file => ''), 'secured', 'AWS_CA_BUNDLE');
like(asked(endpoint => "https://localhost:$port", ca_file => "$dir/other_ca.pem"), qr/08001: .*certificate/s, 'ca_file goes first');

kill 'TERM', @started;
waitpid($_, 0) foreach @started;
$node->stop;
done_testing();
