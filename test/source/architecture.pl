#!/usr/bin/perl
#
# architecture.pl
#		Which folder of src may use which, which rooms go round in a circle, and
#		what stands in one place only, against what src/README.md says of it.
#
#	perl test/source/architecture.pl [DIRECTORY]
#
# A room is a .c file with its header.  Folders are compared by what they
# include, rooms by the functions and variables of each other's that they name.
# An exception that is not needed any more is a complaint too, so that the lists
# of them can only become shorter.
#
use strict;
use warnings;

my $root = shift // '.';
my $page = 'src/README.md';
my @complaints;

sub complain
{
	push @complaints, shift;
}

sub slurp
{
	my $name = shift;

	open my $file, '<', "$root/$name" or die "architecture: $name: $!\n";
	local $/;
	return scalar <$file>;
}

# The rows of the table with these headings, each an array of its cells'
# words without backquotes and commas.
sub table_of
{
	my ($text, @headings) = @_;
	my $head = join '\s*\|\s*', map { quotemeta } @headings;
	my @rows;

	$text =~ /^\|\s*$head\s*\|\s*\n\|[-:| ]+\|\n((?:\|.*\n)*)/m
	  or die "architecture: $page has no table of '@headings'\n";
	for my $row (split /\n/, $1)
	{
		my @cells = map { [ grep { length } split /[\s,`]+/ ] }
		  (split /\s*\|\s*/, $row =~ s/^\|\s*|\s*\|\s*$//gr, -1);

		die "architecture: $page: $row\n" if @cells != @headings;
		die "architecture: $page gives no reason: $row\n"
		  if $headings[-1] eq 'reason' && @{ $cells[-1] } == 0;
		push @rows, \@cells;
	}
	return @rows;
}

# ---- what there is ----

my @files = map { s{^\Q$root\E/src/}{}r }
  glob("$root/src/*.[ch] $root/src/*/*.[ch] $root/src/*/*/*.[ch]");
my %exists = map { $_ => 1 } @files;
my %text = map { $_ => slurp("src/$_") } @files;
my %code;						# without comments and strings

for my $file (@files)
{
	$code{$file} = $text{$file} =~ s{/\*.*?\*/}{ }gsr
	  =~ s{"(?:[^"\\\n]|\\.)*"}{""}gr;
}

sub folder_of
{
	my $file = shift;

	return $file =~ m{^(.*)/} ? $1 : '.';
}

# ---- arrows between folders ----

# A folder, or all of a layer: "client/*" is client and all that is in it.
sub matches
{
	my ($folder, $pattern) = @_;

	return $folder eq $pattern
	  || $pattern =~ m{^(.*)/\*$} && ($folder eq $1 || $folder =~ m{^\Q$1\E/});
}

sub check_arrows
{
	my ($readme) = @_;
	my (%may_use, %is_exception, %is_needed);

	for my $row (table_of($readme, 'folder', 'what is in it', 'may use'))
	{
		$may_use{ $row->[0][0] } = $row->[2];
	}
	for my $row (table_of($readme, 'file', 'uses', 'reason'))
	{
		$is_exception{"$row->[0][0] uses $row->[1][0]"} = 1;
	}
	for my $file (@files)
	{
		my $from = folder_of($file);

		complain("src/$file is in a folder that $page does not name")
		  if !exists $may_use{$from};
		for my $used ($text{$file} =~ /^#include "([^"]+)"/mg)
		{
			my $to = folder_of($used);

			next if !$exists{$used} || $to eq $from || $used eq 'compat.h';
			next if grep { matches($to, $_) } @{ $may_use{$from} // [] };
			if ($is_exception{"$file uses $used"})
			{
				$is_needed{"$file uses $used"} = 1;
				next;
			}
			complain("src/$file includes \"$used\", but $from may not use $to");
		}
	}
	for my $folder (sort keys %may_use)
	{
		complain("$page names a folder $folder, which has no files")
		  if !grep { folder_of($_) eq $folder } @files;
	}
	complain("$page excepts that $_, which is not so any more")
	  for grep { !$is_needed{$_} } sort keys %is_exception;
	return scalar keys %may_use;
}

# ---- circles of rooms ----

# The file that defines each name which others may use: a function, whose name
# stands at the start of a line below its type, or a variable.
sub definitions
{
	my %defined_in;

	for my $file (grep { /\.c$/ } @files)
	{
		my $code = $code{$file};

		while ($code =~ /^(?!static|typedef|extern|\#)\w[\w *]*\n(\w+)\(/mg)
		{
			$defined_in{$1} = $file;
		}
		while ($code =~
			/^(?!static|typedef|extern|struct)\w[\w ]*[ \t*](\w+)(?:\[\w*\])?(?: = .*|;)$/mg)
		{
			$defined_in{$1} //= $file;
		}
	}
	return %defined_in;
}

sub arrows_of_rooms
{
	my %defined_in = definitions();
	my %uses;

	for my $file (grep { /\.c$/ } @files)
	{
		my %is_own = map { $_ => 1 }
		  $code{$file} =~ /^static [\w *]*\n(\w+)\(/mg;

		for my $name ($code{$file} =~ /\b([a-zA-Z_]\w*)\b/g)
		{
			my $other = $defined_in{$name};

			$uses{ $file =~ s/\.c$//r }{ $other =~ s/\.c$//r } = 1
			  if defined $other && $other ne $file && !$is_own{$name};
		}
	}
	return %uses;
}

# The sets of rooms that can be reached from each other.
sub circles
{
	my %uses = arrows_of_rooms();
	my (%reaches, %is_done, @circles);

	for my $room (keys %uses)
	{
		my @todo = ($room);

		while (defined(my $next = pop @todo))
		{
			push @todo, grep { !$reaches{$room}{$_}++ } keys %{ $uses{$next} };
		}
	}
	for my $room (sort keys %uses)
	{
		my @circle = grep { $reaches{$room}{$_} && $reaches{$_}{$room} }
		  sort keys %uses;

		next if $is_done{$room} || @circle < 2;
		$is_done{$_} = 1 for @circle;
		push @circles, \@circle;
	}
	return @circles;
}

# A room without a folder is in that of the one before it.
sub with_folders
{
	my $folder = '';

	return map { $folder = folder_of($_) if m{/}; m{/} ? $_ : "$folder/$_" } @_;
}

sub check_circles
{
	my ($readme) = @_;
	my @allowed = map { join ' ', sort(with_folders(@{ $_->[0] })) }
	  table_of($readme, 'circle', 'reason');
	my @found = map { join ' ', @$_ } circles();

	for my $circle (@found)
	{
		complain("a circle that $page does not allow: $circle")
		  if !grep { $_ eq $circle } @allowed;
	}
	for my $circle (@allowed)
	{
		complain("$page allows a circle that there is not any more: $circle")
		  if !grep { $_ eq $circle } @found;
	}
	return scalar @found;
}

# ---- what stands in one place ----

sub check_places
{
	my ($readme) = @_;

	for my $row (table_of($readme, 'words', 'only in'))
	{
		my $words = $row->[0][0];

		for my $file (@files)
		{
			my @shown = grep { index($_, $words) >= 0 }
			  split /\n/, $text{$file} =~ s{/\*.*?\*/}{ }gsr;

			complain("src/$file has $words, which belongs in @{ $row->[1] }")
			  if @shown && !grep { $file eq $_ || matches(folder_of($file), $_) }
			  @{ $row->[1] };
		}
	}
}

my $readme = slurp($page);
my $folder_count = check_arrows($readme);
my $circle_count = check_circles($readme);
check_places($readme);
print "$_\n" for @complaints;
printf "%d folders, %d files, %d circles\n", $folder_count, scalar @files,
  $circle_count;
exit(@complaints ? 1 : 0);
