# Side.pm
#		A psql that stays open, and runs the steps of transactions on one of the
#		two tables.
#
# What a step says is a hash: sqlstate, count (the rows it affected or
# returned), rows (lines of text), message (of an error).
package Side;

use strict;
use utf8;
use warnings;

use Encode qw(decode);
use File::Temp qw(tempfile);
use IO::Select;
use IPC::Open2;

# Side->new('remote', 'SET ...'): settings are statements to begin with.
sub new
{
	my ($class, $schema, @settings) = @_;
	my (undef, $errors) = tempfile(UNLINK => 1);
	my $pid = open2(my $out, my $in, "exec psql -XAtq -v ON_ERROR_ROLLBACK=on -P null='<null>' 2>>$errors");
	$in->autoflush(1);
	my $self = bless { in => $in, out => $out, select => IO::Select->new($out), text => '', ended => 0, pid => $pid, errors => $errors, schema => $schema }, $class;
	$self->run(map { { text => $_ } } "SET search_path = $schema, public, judge", 'SET client_min_messages = error',
		'SET dynamorm_fdw.max_read_units = 0', @settings);
	($self->{backend}) = $self->run({ text => 'SELECT pg_backend_pid()' })->{rows}[0];
	return $self;
}

# A step: before and after are sent with its text, and what they say does not
# count.
sub script_of
{
	my ($number, $step) = @_;
	my $before = join '', map { "$_\n" } @{ $step->{before} // [] };
	my $after = join '', map { "$_\n" } @{ $step->{after} // [] };
	return "$before\\echo =begin=\n$step->{text}\n;\n\\set state :SQLSTATE\n\\set count :ROW_COUNT\n\\set message :LAST_ERROR_MESSAGE\n"
	  . "\\echo =end= $number :state :count :message\n$after";
}

# Sends steps, and does not wait for what they say.
sub send
{
	my ($self, @steps) = @_;
	my ($file, $name) = tempfile(UNLINK => 1);
	binmode $file, ':utf8';
	my $number = 0;
	print $file map { script_of($number++, $_) } @steps;
	close $file;
	$self->{sent} = @steps;
	$self->{file} = $name;
	print { $self->{in} } "\\i $name\n\\echo =all=\n";
	return;
}

# Has all been said, after so many seconds at most?
sub is_ready
{
	my ($self, $seconds) = @_;
	while (!$self->{ended} && $self->{text} !~ /^=all=$/m)
	{
		return 0 unless $self->{select}->can_read($seconds);
		$self->{ended} = 1 unless sysread $self->{out}, $self->{text}, 65536, length $self->{text};
	}
	return 1;
}

# What was said of each of the steps; of those that the session did not live to
# run, nothing.
sub results
{
	my ($self) = @_;
	my (@results, @rows);
	1 until $self->is_ready(60);
	my $text = decode('UTF-8', $self->{text} =~ s/\A(.*?)^=all=\n//ms ? $1 : $self->{text});
	foreach my $line (split /\n/, $text)
	{
		if ($line eq '=begin=')
		{
			@rows = ();
		}
		elsif ($line =~ /^=end= (\d+) (\w{5}) (\d+) ?(.*)/)
		{
			$results[$1] = { sqlstate => $2, count => $3, rows => [@rows], message => $2 eq '00000' ? '' : $4 };
		}
		else
		{
			push @rows, $line;
		}
	}
	unlink $self->{file};
	return map { $results[$_] // { sqlstate => 'ended', count => 0, rows => [], message => $self->last_words } } 0 .. $self->{sent} - 1;
}

sub run
{
	my ($self, @steps) = @_;
	$self->send(@steps);
	my @results = $self->results;
	return wantarray ? @results : $results[-1];
}

sub last_words
{
	my ($self) = @_;
	open my $file, '<:utf8', $self->{errors} or return '';
	my @lines = <$file>;
	return join '', @lines > 5 ? @lines[ -5 .. -1 ] : @lines;
}

sub finish
{
	my ($self) = @_;
	close $self->{in};
	close $self->{out};
	waitpid $self->{pid}, 0;
	unlink $self->{errors};
	return;
}

1;
