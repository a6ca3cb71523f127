# Whatever a statement waits for, an interrupt ends it, nothing leaks, and the
# next statement works.  test/cancel does this many times, and tells and judges
# how long the slowest took; here each is tried once, on a machine that may be
# busy.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use IO::Socket::INET;
use List::Util qw(max);
use PostgreSQL::Test::Utils;
use Session;
use Socket qw(SOCK_STREAM AF_INET pack_sockaddr_in inet_aton);
use Test::More;
use Time::HiRes qw(time sleep);

my $tries = $ENV{CANCEL_TRIES} // 0;		# 0: one, whose time does not count
# milliseconds; a server with a sanitizer is slower
my $LIMIT = ($ENV{LD_PRELOAD} // '') =~ /asan/ ? 1000 : 100;

my $shim = PostgreSQL::Test::Utils::tempdir() . '/slow_lookup.so';
system('gcc', '-shared', '-fPIC', '-o', $shim,
	"$FindBin::RealBin/../lib/slow_lookup.c", '-ldl') == 0
  or die "could not compile slow_lookup.c\n";
# behind what is there, as of a sanitizer, which must come first
$ENV{LD_PRELOAD} = join ' ', grep { defined } $ENV{LD_PRELOAD}, $shim;
my $test = DynamormTest->new('cancel_phases');
my $node = $test->{node};
$test->create_tables(
	counter => "id text OPTIONS (key 'partition'), n bigint");
$node->safe_psql('postgres', "INSERT INTO counter VALUES ('x', 0)");

# A listener whose queue is full: what connects to it waits.
sub full_listener
{
	my $listener = IO::Socket::INET->new(
		LocalAddr => '127.0.0.1', Listen => 1, ReuseAddr => 1) or die $!;
	listen($listener, 0);
	my @waiting;
	foreach (1 .. 4)
	{
		socket(my $socket, AF_INET, SOCK_STREAM, 0) or die $!;
		my $handle = IO::Handle->new_from_fd($socket, 'r+');
		$handle->blocking(0);
		connect($handle, pack_sockaddr_in($listener->sockport, inet_aton('127.0.0.1')));
		push @waiting, $handle;
	}
	return ($listener, @waiting);
}

my @full = full_listener();
my $silent = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 100)
  or die $!;
$silent->blocking(0);

# The phases: where the server is, what the proxy does, and whether the write
# may have been done when it ends there.
my @phases = (
	{ name => 'name look-up', endpoint => 'http://slow.test:8000' },
	{ name => 'connect', endpoint => 'http://127.0.0.1:' . $full[0]->sockport },
	{ name => 'TLS handshake', endpoint => 'https://127.0.0.1:' . $silent->sockport },
	{ name => 'waiting', fault => { kind => 'stall' }, unknown => 1 },
	{ name => 'body', fault => { kind => 'half' }, unknown => 1 },
	{ name => 'back-off',
		fault => { kind => 'throttle', retry_after => 5000, count => 0 } });
foreach my $i (0 .. $#phases)
{
	my $phase = $phases[$i];
	my $endpoint = $phase->{endpoint} // $test->{endpoint};
	$phase->{table} = "phase_$i";
	$node->safe_psql('postgres', qq(
		CREATE SERVER phase_$i FOREIGN DATA WRAPPER dynamorm_fdw
		  OPTIONS (endpoint '$endpoint', region 'us-east-1',
			connect_timeout '3600000', request_timeout '3600000');
		CREATE USER MAPPING FOR CURRENT_USER SERVER phase_$i
		  OPTIONS (access_key_id 'test', secret_access_key 'test');
		CREATE FOREIGN TABLE phase_$i (id text OPTIONS (key 'partition'), n bigint)
		  SERVER phase_$i OPTIONS (table_name 'counter');));
}

sub descriptors
{
	my ($pid) = @_;
	my @names = map { readlink($_) // () } glob "/proc/$pid/fd/*";
	return scalar @names;
}

# Has the process ended, be it that nobody has asked for its status yet?
sub has_ended
{
	my ($pid) = @_;
	open my $file, '<', "/proc/$pid/stat" or return 1;
	return (<$file> // '') =~ /^\d+ \(.*\) [ZX]|^$/;
}

sub update_of
{
	my ($phase) = @_;
	return "UPDATE $phase->{table} SET n = n + 1 WHERE id = 'x'";
}

# Begins the statement, and waits until it is in the phase.
sub begin_phase
{
	my ($session, $phase) = @_;
	1 while $silent->accept;		# those of earlier tries, which have gone
	$test->reset_proxy;
	$test->fault({ operation => 'UpdateItem', %{ $phase->{fault} } })
	  if $phase->{fault};
	$session->send(update_of($phase) . ";\n\\echo =done= :SQLSTATE :ROW_COUNT");
	$test->wait_for_requests('UpdateItem', 1) if $phase->{fault};
	sleep 0.15;
	return;
}

sub check_warning
{
	my ($text, $phase, $title) = @_;
	my $warning = qr/WARNING:  40003: the outcome of 1 DynamoDB write in flight is unknown.*DETAIL:  UpdateItem on table "counter", item \{"id": "x"\}\..*ERROR|WARNING:  40003: .*FATAL/s;
	return $phase->{unknown}
	  ? like($text, $warning, "$title: a warning names the key")
	  : unlike($text, qr/WARNING/, "$title: no warning");
}

# Each way to end a statement: returns the milliseconds that it took, and does
# its checks.
my %way = (
	cancel => sub {
		my ($phase, $title) = @_;
		my $session = Session->new($node->connstr('postgres'));
		$session->run("SELECT n FROM counter WHERE id = 'x'");
		foreach my $round (1 .. 2)
		{
			begin_phase($session, $phase);
			last if $round == 2;
			kill 'INT', $session->{backend};		# the first makes the connection
			$session->read_until(qr/^=done= .*\n/m);
		}
		my $open = descriptors($session->{backend});
		my $start = time;
		kill 'INT', $session->{backend};
		my $text = $session->read_until(qr/^=done= (\w{5}).*\n/m) // '';
		my $elapsed = (time - $start) * 1000;
		like($text, qr/ERROR:  57014:/, "$title: 57014");
		check_warning($text, $phase, $title);
		my $next = $session->run("SELECT 'next', n FROM counter WHERE id = 'x'");
		like($next->{text} // '', qr/^next\|\d+$/m, "$title: the next statement works");
		my $left = descriptors($session->{backend});
		for (1 .. 50)
		{
			last if $left <= $open;
			sleep 0.1;		# a look-up goes on in its thread
			$session->run('SELECT 1');
			$left = descriptors($session->{backend});
		}
		cmp_ok($left, '<=', $open, "$title: no descriptor is left behind");
		$session->finish;
		return $elapsed;
	},
	timeout => sub {
		my ($phase, $title) = @_;
		my $session = Session->new($node->connstr('postgres'));
		my ($text, $timeout);
		# more of it, where it was over before the request had left
		for ($timeout = 400;; $timeout *= 2)
		{
			$session->run("SET statement_timeout = $timeout;\n\\timing on\n");
			begin_phase($session, $phase);
			$text = $session->read_until(qr/^=done= (\w{5}).*\n/m) // '';
			last if !$phase->{fault} || $test->counts->{UpdateItem};
		}
		my ($elapsed) = $text =~ /^Time: ([\d.]+) ms/m;
		like($text, qr/ERROR:  57014: canceling statement due to statement timeout/,
			"$title: 57014");
		check_warning($text, $phase, $title);
		$session->run('SET statement_timeout = 0');
		my $next = $session->run("SELECT 'next', n FROM counter WHERE id = 'x'");
		like($next->{text} // '', qr/^next\|\d+$/m, "$title: the next statement works");
		$session->finish;
		return ($elapsed // 99999) - $timeout;
	},
	terminate => sub {
		my ($phase, $title) = @_;
		my $session = Session->new($node->connstr('postgres'));
		begin_phase($session, $phase);
		my $start = time;
		kill 'TERM', $session->{backend};
		my $text = $session->read_until(qr/FATAL:  57P01.*\n/) // '';
		my $elapsed = (time - $start) * 1000;
		like($text, qr/FATAL:  57P01:/, "$title: 57P01");
		check_warning($text, $phase, $title);
		$session->finish;
		for (1 .. 50)
		{
			last if has_ended($session->{backend});
			sleep 0.1;
		}
		ok(has_ended($session->{backend}), "$title: the backend has ended");
		return $elapsed;
	},
	# Nobody ends at once then: what counts is how much longer it takes than a
	# backend that sleeps.
	'postmaster death' => sub {
		my ($phase, $title) = @_;
		my $session = Session->new($node->connstr('postgres'));
		my $sleeper = Session->new($node->connstr('postgres'));
		$sleeper->send('SELECT pg_sleep(60);');
		begin_phase($session, $phase);
		my $postmaster = $node->{_pid};
		my $start = time;
		$node->kill9;
		my %ended;
		while (keys %ended < 2 && time - $start < 60)
		{
			sleep 0.002;
			foreach my $one ($session, $sleeper)
			{
				$ended{$one} //= time if has_ended($one->{backend});
			}
		}
		ok($ended{$session}, "$title: the backend has ended");
		my $elapsed =
		  (($ended{$session} // time) - ($ended{$sleeper} // time)) * 1000;
		$session->finish;
		$sleeper->finish;
		# the others of the dead server end too, and then another can start
		for (1 .. 100)
		{
			last unless kill 0, $postmaster;
			sleep 0.1;
		}
		sleep 0.5;
		$node->start;
		return $elapsed;
	},);

# An engine that is killed: here the proxy is all that PostgreSQL sees of it.
$way{'kill of the engine'} = sub {
	my ($phase, $title) = @_;
	my $helper = bless { http => $test->{http} }, 'DynamormTest';
	my $pid = $helper->start_proxy;
	$node->safe_psql('postgres',
		"ALTER SERVER $phase->{table} OPTIONS (SET endpoint '$helper->{endpoint}')");
	my $session = Session->new($node->connstr('postgres'));
	$helper->fault({ operation => 'UpdateItem', %{ $phase->{fault} } });
	$session->send(update_of($phase) . ";\n\\echo =done= :SQLSTATE :ROW_COUNT");
	$helper->wait_for_requests('UpdateItem', 1);
	sleep 0.1;
	my $start = time;
	kill 'KILL', $pid;
	my $text = $session->read_until(qr/^=done= (\w{5}).*\n/m) // '';
	my $elapsed = (time - $start) * 1000;
	like($text, qr/ERROR:  40003: the outcome of the write is unknown/, "$title: 40003");
	my $next = $session->run("SELECT 'next', n FROM counter WHERE id = 'x'");
	like($next->{text} // '', qr/^next\|\d+$/m, "$title: the next statement works");
	$session->finish;
	$node->safe_psql('postgres',
		"ALTER SERVER $phase->{table} OPTIONS (SET endpoint '$test->{endpoint}')");
	return $elapsed;
};

# PostgreSQL 17 has one more way to end a session that waits.
if ($node->pg_version >= 17)
{
	my ($phase) = grep { $_->{name} eq 'waiting' } @phases;
	my $session = Session->new($node->connstr('postgres'), 'SET transaction_timeout = 500');
	begin_phase($session, $phase);
	my $text = $session->read_until(qr/FATAL:  25P04.*\n/) // '';
	like($text, qr/WARNING:  40003: .*FATAL:  25P04: terminating connection due to transaction timeout/s,
		'transaction_timeout: a warning names the write in flight');
	$session->finish;
}

my @worst;
foreach my $way ('cancel', 'timeout', 'terminate', 'postmaster death',
	'kill of the engine')
{
	foreach my $phase (@phases)
	{
		next if $way eq 'kill of the engine' && !$phase->{unknown};
		next if $way eq 'postmaster death' && !$tries && $phase->{name} ne 'waiting';
		my $worst = 0;
		my $title = "$way, $phase->{name}";
		foreach my $try (1 .. $tries || 1)
		{
			$worst = max($worst, $way{$way}->($phase, $title));
		}
		cmp_ok($worst, '<', $LIMIT, "$title: in time") if $tries;
		push @worst, sprintf '%-20s %-16s %6.1f ms', $way, $phase->{name}, $worst;
	}
}
diag join "\n", "the worst of $tries tries:", @worst if $tries;

$test->reset_proxy;
$test->drop_tables;
done_testing();
