# Storm.pm
#		What the storms of transactions share: sessions in processes of their
#		own that come back after the server has crashed, notes of what became
#		of each transaction, faults of the proxy, and raw reads beside it.
#
package Storm;

use strict;
use warnings;

use Exporter qw(import);
use HTTP::Tiny;
use JSON::PP;
use POSIX ();
use Session;
use Time::HiRes qw(time sleep);

our @EXPORT = qw(setup client run_sql note_line notes run_clients ask_proxy
  set_faults direct_session value_of $json);

our $json = JSON::PP->new->canonical->utf8;
my $http = HTTP::Tiny->new(timeout => 10);
my $notes = $ENV{STORM_NOTES} // die "STORM_NOTES must name a directory\n";
my $proxy = $ENV{PROXY_ENDPOINT} // die "PROXY_ENDPOINT must be set\n";

# The library first, since settings of its own are to be checked.
my @settings = ("LOAD 'dynamorm_fdw'", "SET client_min_messages = error",
	"SET dynamorm_fdw.transaction_mode = 'atomic'");

# ---- the proxy ----

sub ask_proxy
{
	my ($method, $path, $body) = @_;
	my $answer = $http->request($method, $proxy . $path,
		{ content => defined $body ? $json->encode($body) : '' });
	$answer->{success} or die "proxy: $answer->{status} $answer->{content}\n";
	return $json->decode($answer->{content});
}

# One request in so many per cent meets one of the faults, each as often.
sub set_faults
{
	my ($percent, @faults) = @_;
	ask_proxy(POST => '/__reset');
	return unless $percent && @faults;
	my $each = $percent / 100 / @faults;
	my $passed = 0;
	# the first that fits decides: each is to have the same share in the end
	ask_proxy(
		POST => '/__fault',
		[ map { my $rule = { operation => 'TransactWriteItems', %$_, count => 0, chance => $each / (1 - $passed) };
			$passed += $each; $rule } @faults ]);
	return;
}

# ---- sessions ----

# One that is asked by nobody else, without faults; undef while the server
# recovers.
sub direct_session
{
	for (1 .. 100)
	{
		my $session = Session->new('dbname=postgres', "LOAD 'dynamorm_fdw'", 'SET client_min_messages = error');
		return $session if $session && !$session->{ended};
		sleep 0.2;
	}
	die "the server does not come back\n";
}

# What one statement gives, from a session that must live; dies if it fails.
sub value_of
{
	my ($session, $sql) = @_;
	my $result = $session->run($sql) // die "the session ended in $sql\n";
	$result->{sqlstate} eq '00000' or die "$sql: $result->{text}\n";
	chomp $result->{text};
	return $result->{text};
}

# A client: its number, its session, its file of notes.
sub client
{
	my ($number, @more) = @_;
	open my $file, '>>', "$notes/$number" or die "cannot write notes: $!\n";
	$file->autoflush(1);
	return { number => $number, file => $file, settings => [ @settings, @more ] };
}

sub connected
{
	my ($client) = @_;
	until ($client->{session})
	{
		my $session = Session->new('dbname=postgres', @{ $client->{settings} });
		if (!$session || $session->{ended})
		{
			sleep 0.1;
			next;
		}
		$client->{session} = $session;
		open my $file, '>', "$notes/$client->{number}.pid" or die $!;
		print $file $session->{backend};
		close $file;
	}
	return $client->{session};
}

# {sqlstate, rows, text}; sqlstate 'lost' if the session has ended, which then
# is another one.
sub run_sql
{
	my ($client, $sql) = @_;
	my $session = connected($client);
	my $result = $session->run($sql);
	return $result if $result && !$session->{ended};
	my $text = $session->finish;
	delete $client->{session};
	return { sqlstate => 'lost', rows => 0, text => $text };
}

sub note_line
{
	my ($client, @words) = @_;
	print { $client->{file} } join(' ', @words), "\n";
	return;
}

# All that was noted, as lists of words.
sub notes
{
	my @lines;
	foreach my $name (grep { /\/\d+$/ } glob "$notes/*")
	{
		open my $file, '<', $name or die "cannot read notes: $!\n";
		push @lines, map { chomp; [ split / / ] } <$file>;
	}
	return @lines;
}

# The backend of any of the clients.
sub any_backend
{
	my @files = glob "$notes/*.pid" or return;
	open my $file, '<', $files[ rand @files ] or return;
	return <$file>;
}

# Each session runs in a process; meanwhile the other function is called, some
# times a second.
sub run_clients
{
	my ($sessions, $run, $meanwhile) = @_;
	my @children;
	foreach my $number (1 .. $sessions)
	{
		my $pid = fork // die "could not fork: $!\n";
		if (!$pid)
		{
			srand($number * 1000 + $$);
			eval { $run->($number) };
			warn $@ if $@;
			POSIX::_exit($@ ? 1 : 0);
		}
		push @children, $pid;
	}
	my $failed = 0;
	while (@children)
	{
		sleep 0.25;
		$meanwhile->() if $meanwhile;
		@children = grep {
			my $ended = waitpid $_, POSIX::WNOHANG();
			$failed++ if $ended && $?;
			!$ended;
		} @children;
	}
	return $failed;
}

1;
