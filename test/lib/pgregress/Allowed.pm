# Allowed.pm
#		The list of differences that there may be.  An entry is about one
#		statement of one file, with what differs, to the letter, and why that
#		is right:
#
#	= FILE DIGEST [N]   the statement, by a digest of its text; of several
#	                    that are alike the N-th, where N is not 1
#	# why
#	< what only the ordinary side has
#	> what only the foreign side has
#
# An entry of a file that was run, and that does not occur, is stale.
#
package Allowed;

use strict;
use warnings;

use Digest::MD5 qw(md5_hex);

# What a statement is called by.
sub digest
{
	my ($sql) = @_;
	return substr md5_hex($sql), 0, 12;
}

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
	my @reason;

	foreach my $line (split /\n/, $block)
	{
		if ($line =~ /^= (\S+) ([0-9a-f]{12})(?: (\d+))?$/)
		{
			@entry{qw(file digest number)} = ($1, $2, $3 // 1);
		}
		elsif ($line =~ /^# (.*)/) { push @reason, $1; }
		elsif ($line =~ /^[<>] ?/) { $entry{difference} .= "$line\n"; }
		else { die "$where: not a line of an entry: $line\n"; }
	}
	die "$where: an entry has a file, a reason, a statement and a difference\n"
	  unless $entry{file} && @reason && $entry{difference};
	$entry{reason} = join ' ', @reason;
	my $key = join "\0", @entry{qw(file number digest)};
	die "$where: the same statement twice\n" if $self->{entries}{$key};
	$self->{entries}{$key} = \%entry;
	push @{ $self->{order} }, $key;
	return;
}

# Why this statement may differ in this way; undef if it may not.
sub reason
{
	my ($self, $file, $number, $sql, $difference) = @_;
	my $entry = $self->{entries}{ join "\0", $file, $number, digest($sql) }
	  or return;
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
		my ($file, $number, $digest) = split "\0", $key;
		push @stale, [ $file, $digest, $number ]
		  if $run{$file} && !$self->{entries}{$key}{used};
	}
	return @stale;
}

1;
