# Allowed.pm
#		The list of differences that there may be.  An entry is about one
#		statement of one file, with what differs, to the letter, and why that
#		is right:
#
#	= FILE [N]          the N-th such statement of the file, where N is not 1
#	# why
#	| the statement
#	< what only the ordinary side has
#	> what only the foreign side has
#
# An entry of a file that was run, and that does not occur, is stale.
#
package Allowed;

use strict;
use warnings;

sub new
{
	my ($class, $path) = @_;
	my $self = bless { entries => {}, order => [] }, $class;
	open my $file, '<', $path or die "$path: $!\n";
	local $/ = '';
	while (my $block = <$file>)
	{
		next if $block =~ /\A(?:#[^\n]*\n*)+\z/;	# of the list itself
		$self->read_entry($block, "$path:$.");
	}
	close $file;
	return $self;
}

sub read_entry
{
	my ($self, $block, $where) = @_;
	my %entry = (number => 1, difference => '', used => 0);
	my (@reason, @sql);

	foreach my $line (split /\n/, $block)
	{
		if ($line =~ /^= (\S+)(?: (\d+))?$/)
		{
			@entry{qw(file number)} = ($1, $2 // 1);
		}
		elsif ($line =~ /^# (.*)/) { push @reason, $1; }
		elsif ($line =~ /^\| ?(.*)/) { push @sql, $1; }
		elsif ($line =~ /^[<>] ?/) { $entry{difference} .= "$line\n"; }
		else { die "$where: not a line of an entry: $line\n"; }
	}
	die "$where: an entry has a file, a reason, a statement and a difference\n"
	  unless $entry{file} && @reason && @sql && $entry{difference};
	$entry{reason} = join ' ', @reason;
	my $key = join "\0", $entry{file}, $entry{number}, join "\n", @sql;
	die "$where: the same statement twice\n" if $self->{entries}{$key};
	$self->{entries}{$key} = \%entry;
	push @{ $self->{order} }, $key;
	return;
}

# Why this statement may differ in this way; undef if it may not.
sub reason
{
	my ($self, $file, $number, $sql, $difference) = @_;
	my $entry = $self->{entries}{ join "\0", $file, $number, $sql } or return;
	return if $entry->{difference} ne $difference;
	$entry->{used} = 1;
	return $entry->{reason};
}

# The entries of these files that were not needed.
sub stale
{
	my ($self, @files) = @_;
	my %run = map { $_ => 1 } @files;
	my @stale;
	foreach my $key (@{ $self->{order} })
	{
		my ($file, $number, $sql) = split "\0", $key;
		push @stale, [ $file, $number, $sql ]
		  if $run{$file} && !$self->{entries}{$key}{used};
	}
	return @stale;
}

1;
