# Stub.pm
#		A DynamoDB that says what it is told to, for what the engine lacks.
#
#	my $stub = Stub->new(Query => { Count => 0, Items => [] }, ...);
#	$stub->{endpoint}; $stub->requests('Query');
#
# An answer is given again and again; one with __type is a refusal.  One that is
# text is sent as it stands; and one that is a function is called with the
# operation and the body that came, and gives the answer.  The answer to '*' is
# that to all other operations.  With -unlogged => 1 requests are not kept: where
# there are very many.
package Stub;

use strict;
use warnings;

use Compress::Zlib qw(crc32);
use File::Temp qw(tempfile);
use IO::Socket::INET;
use JSON::PP;

my @started;

sub new
{
	my ($class, %answers) = @_;
	my $listener = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1') or die "cannot listen: $!";
	my (undef, $log) = tempfile(UNLINK => 1);
	my $self = bless { endpoint => 'http://127.0.0.1:' . $listener->sockport, log => $log, answers => \%answers }, $class;
	my $child = fork // die "could not fork: $!";
	if (!$child)
	{
		local $SIG{CHLD} = 'IGNORE';
		# PostgreSQL 19's tests would die of this, and end as the parent does
		local $SIG{TERM} = 'DEFAULT';
		while (1)
		{
			my $socket = $listener->accept or next;
			next if fork;
			$self->serve($socket);
			POSIX::_exit(0);
		}
	}
	push @started, $child;
	return $self;
}

sub serve
{
	my ($self, $socket) = @_;
	local $/ = "\r\n";
	while (defined(my $line = <$socket>))
	{
		my ($operation, $length) = ('', 0);
		while (defined($line = <$socket>) && $line ne "\r\n")
		{
			$operation = $1 if $line =~ /^x-amz-target: \w+\.(\w+)/i;
			$length = $1 if $line =~ /^content-length: (\d+)/i;
		}
		read($socket, my $body, $length) == $length or last;
		$self->keep("$operation $body\n") unless $self->{answers}{-unlogged};
		my $answer = $self->{answers}{$operation} // $self->{answers}{'*'}
		  // { __type => 'UnknownOperationException' };
		$answer = $answer->($operation, $body) if ref $answer eq 'CODE';
		my $text = ref $answer ? encode_json($answer) : $answer;
		my $status = $text =~ /"__type"/ ? '400 Bad Request' : '200 OK';
		print $socket "HTTP/1.1 $status\r\nContent-Type: application/x-amz-json-1.0\r\nx-amz-crc32: " . crc32($text)
		  . "\r\nContent-Length: " . length($text) . "\r\n\r\n" . $text;
		$socket->flush;
	}
	return;
}

sub keep
{
	my ($self, $request) = @_;
	open my $log, '>>', $self->{log} or die "cannot log: $!";
	syswrite $log, $request;
	close $log;
	return;
}

# The bodies that came, of one operation, or the names of all.
sub requests
{
	my ($self, $wanted) = @_;
	open my $log, '<', $self->{log} or die "cannot read the log: $!";
	my @lines = <$log>;
	close $log;
	return map { /^(\w+) (.*)/s; !$wanted ? $1 : $1 eq $wanted ? decode_json($2) : () } @lines;
}

sub forget
{
	my ($self) = @_;
	truncate $self->{log}, 0;
	return;
}

END
{
	kill TERM => @started;
}

1;
