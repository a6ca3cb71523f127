# Session.pm
#		A psql that stays open: what is sent to it, and what it says when.
#
#	my $session = Session->new($node->connstr('postgres'));
#	my $result = $session->run('UPDATE ...');
#	# {sqlstate, rows, text}; undef once the session has ended
#
package Session;

use strict;
use warnings;

use IO::Select;
use IPC::Open3;
use Time::HiRes qw(time);

# Settings are statements to begin with.
sub new
{
	my ($class, $connstr, @settings) = @_;
	my $self = bless { text => '', ended => 0 }, $class;
	local $SIG{PIPE} = 'IGNORE';
	$self->{pid} = open3(my $to, my $from, undef, 'psql', '-XAtq',
		'-v', 'VERBOSITY=verbose', '-d', $connstr);
	@$self{qw(to from)} = ($to, $from);
	$self->{select} = IO::Select->new($from);
	my $pid = $self->run('SELECT pg_backend_pid()') or return;
	($self->{backend}) = $pid->{text} =~ /^(\d+)$/m;
	$self->run($_) foreach @settings;
	return $self;
}

sub send
{
	my ($self, $text) = @_;
	local $SIG{PIPE} = 'IGNORE';
	my $written = syswrite($self->{to}, "$text\n");
	$self->{ended} = 1 unless defined $written;
	return;
}

# What psql has said up to and with the pattern; undef if the session ended or
# the seconds were over before.
sub read_until
{
	my ($self, $pattern, $seconds) = @_;
	my $end = time + ($seconds // 60);

	while (1)
	{
		return substr $self->{text}, 0, $+[0], '' if $self->{text} =~ /$pattern/;
		my $left = $end - time;
		return if $self->{ended} || $left <= 0;
		next unless $self->{select}->can_read($left);
		$self->{ended} = 1
		  unless sysread($self->{from}, $self->{text}, 65536,
			length $self->{text});
	}
	return;
}

sub run
{
	my ($self, $sql) = @_;
	$self->send("$sql;\n\\echo =done= :SQLSTATE :ROW_COUNT");
	my $text = $self->read_until(qr/^=done= \w* \d+\n/m, 120) // return;
	if ($text =~ s/^=done= (\w{5}) (\d+)\n\z//m)
	{
		return { sqlstate => $1, rows => $2, text => $text };
	}
	# psql has lost its connection, and goes on without one
	$self->{text} = $text . $self->{text};
	$self->{ended} = 1;
	return;
}

# All that is left of what it says, once it has been told to end.
sub finish
{
	my ($self) = @_;
	close $self->{to};
	1 while !$self->{ended} && !defined $self->read_until(qr/(?!)/, 5);
	close $self->{from};
	waitpid $self->{pid}, 0;
	return $self->{text};
}

1;
