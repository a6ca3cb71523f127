# Socket.pm
#		The proxy's sockets, all in one process: what arrives, what is to be
#		sent, and what is to be done later.
#
# An end is one socket: {socket, in, out}.  Those that lead to the engine have
# a member "client", the end that they work for, or undef once it is gone.
#
package Proxy::Socket;

use strict;
use warnings;

use Errno qw(EAGAIN EINTR EWOULDBLOCK);
use Exporter qw(import);
use IO::Select;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY SOL_SOCKET SO_LINGER);
use Time::HiRes qw(time);

our @EXPORT_OK = qw(listen_on connect_upstream put close_client reset_client
  close_when_sent later run_once);

my $readers = IO::Select->new;
my $writers = IO::Select->new;
my %end_of;			# file number of a socket => client or upstream
my @timers;			# [time, code], the earliest first
my $listener;
my ($request_arrived, $answer_arrived);		# called with the end

# Listens on a port of the loopback, 0 for any; returns the port.
sub listen_on
{
	my ($port, $on_request, $on_answer) = @_;
	($request_arrived, $answer_arrived) = ($on_request, $on_answer);
	$listener = IO::Socket::INET->new(
		LocalAddr => '127.0.0.1',
		LocalPort => $port,
		Listen => 128,
		ReuseAddr => 1) or die "could not listen: $@\n";
	$listener->blocking(0);
	$readers->add($listener);
	return $listener->sockport;
}

sub new_end
{
	my ($socket, %more) = @_;
	$socket->blocking(0);
	setsockopt($socket, IPPROTO_TCP, TCP_NODELAY, 1);
	$readers->add($socket);
	return $end_of{ fileno $socket } =
	  { socket => $socket, in => '', out => '', %more };
}

sub connect_upstream
{
	my ($host, $port, $client) = @_;
	my $socket = IO::Socket::INET->new(
		PeerAddr => $host,
		PeerPort => $port,
		Proto => 'tcp',
		Timeout => 5) or return;
	return new_end($socket, client => $client);
}

sub close_end
{
	my ($end) = @_;
	my $socket = $end->{socket} or return;
	$end->{socket} = undef;
	$readers->remove($socket);
	$writers->remove($socket);
	delete $end_of{ fileno $socket };
	close $socket;
	return;
}

# A client has gone.  What was forwarded runs to its end all the same: the
# engine shall not depend on who is still listening.
sub close_client
{
	my ($client) = @_;
	my $upstream = $client->{upstream};
	my $exchange = $client->{exchange};
	close_end($client);
	return unless $upstream;
	if ($exchange && $exchange->{forwarded})
	{
		$upstream->{client} = undef;
	}
	else
	{
		close_end($upstream);
	}
	return;
}

sub reset_client
{
	my ($client) = @_;
	return unless $client->{socket};
	setsockopt($client->{socket}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
	close_client($client);
	return;
}

# Closes a client once everything has been sent to it; how says it with a
# reset, or without.
sub close_when_sent
{
	my ($client, $how) = @_;
	return unless $client->{socket};
	$client->{when_sent} = $how;
	finish($client) unless length $client->{out};
	return;
}

sub finish
{
	my ($client) = @_;
	my $how = delete $client->{when_sent} or return;
	return $how eq 'reset' ? reset_client($client) : close_client($client);
}

# The other side of a connection is gone.
sub lost
{
	my ($end) = @_;
	my $client = $end->{client};
	if (!exists $end->{client})
	{
		close_client($end);
		return;
	}
	close_end($end);
	if ($client)
	{
		$client->{upstream} = undef;
		reset_client($client)
		  if $client->{exchange} && $client->{exchange}{forwarded};
	}
	return;
}

sub put
{
	my ($end, $bytes) = @_;
	return unless $end->{socket};
	$end->{out} .= $bytes;
	flush_out($end);
	return;
}

sub flush_out
{
	my ($end) = @_;
	my $socket = $end->{socket} or return;
	my $written = syswrite($socket, $end->{out});
	if (defined $written)
	{
		substr($end->{out}, 0, $written, '');
	}
	elsif (!($!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR}))
	{
		lost($end);
		return;
	}
	if (length $end->{out})
	{
		$writers->add($socket);
	}
	else
	{
		$writers->remove($socket);
		finish($end);
	}
	return;
}

sub read_in
{
	my ($end) = @_;
	my $got =
	  sysread($end->{socket}, $end->{in}, 1 << 20, length $end->{in});
	if (!defined $got)
	{
		return if $!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR};
		lost($end);
	}
	elsif ($got == 0)
	{
		lost($end);
	}
	elsif (exists $end->{client})
	{
		my $client = $end->{client};
		$answer_arrived->($end);
		$request_arrived->($client) if $client && $client->{socket};
	}
	else
	{
		$request_arrived->($end);
	}
	return;
}

sub later
{
	my ($milliseconds, $code) = @_;
	push @timers, [ time + $milliseconds / 1000, $code ];
	@timers = sort { $a->[0] <=> $b->[0] } @timers;
	return;
}

# Waits for something to do, at most a second, and does it.
sub run_once
{
	my $wait = @timers ? $timers[0][0] - time : 1;
	$wait = 1 if $wait > 1;
	$wait = 0 if $wait < 0;
	my ($readable, $writable) =
	  IO::Select->select($readers, $writers, undef, $wait);

	foreach my $socket (@{ $writable // [] })
	{
		my $end = defined fileno $socket && $end_of{ fileno $socket };
		flush_out($end) if $end;
	}
	foreach my $socket (@{ $readable // [] })
	{
		if ($socket == $listener)
		{
			while (my $accepted = $listener->accept)
			{
				new_end($accepted);
			}
			next;
		}
		my $end = defined fileno $socket && $end_of{ fileno $socket };
		read_in($end) if $end;
	}
	while (@timers && $timers[0][0] <= time)
	{
		my $timer = shift @timers;
		$timer->[1]->();
	}
	return;
}

1;
