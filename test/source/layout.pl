#!/usr/bin/perl
#
# layout.pl
#		The layout of the C sources, as far as it can be told exactly: what
#		pgindent would make of them, and how long files and functions are.
#
#	perl test/source/layout.pl [DIRECTORY]
#	perl test/source/layout.pl --exceptions [DIRECTORY]
#
# layout.exceptions, beside this file, says how often a rule is broken in a
# file, or which functions have which name in common.  It can only become
# shorter: an exception that is not needed any more is a complaint.  With
# --exceptions what it would have to be now is printed.
#
use strict;
use warnings;
use File::Basename;

my $tell = @ARGV && $ARGV[0] eq '--exceptions' ? shift : '';
my $root = shift // '.';
my $line_limit = 79;
my $file_limit = 900;
my $function_limit = 85;
my $function_aim = 60;

my (%broken, %shown);			# by "rule subject": how often, and where
my %statics;					# by name: the files of such functions
my @long;						# functions beyond the aim

sub breaks
{
	my ($rule, $file, $line, $text) = @_;

	$broken{"$rule $file"}++;
	push @{ $shown{"$rule $file"} },
	  defined $line ? "$file:$line: $rule: $text" : "$file: $rule: $text";
}

sub slurp
{
	open my $file, '<:encoding(UTF-8)', shift or die "layout: $!\n";
	local $/;
	return scalar <$file>;
}

# The columns of a line, with tabs of 4.
sub width
{
	my $line = shift;

	1 while $line =~ s/^([^\t]*)\t/$1 . ' ' x (4 - length($1) % 4)/e;
	return length $line;
}

# The source with nothing in its strings and comments.  What a comment was is
# told by \x01; lines stay.
sub bare
{
	my $text = shift;

	$text =~ s{(/\*.*?\*/)|("(?:[^"\\\n]|\\.)*")|('(?:[^'\\\n]|\\.)+')}
		{ defined $1 ? $1 =~ s/[^\n\t]/\x01/gr : defined $2 ? '""' : "''" }gse;
	return $text;
}

# ---- lines ----

sub check_line
{
	my ($file, $number, $line, $bare) = @_;
	my $code = $bare =~ s/\x01/ /gr =~ s/\s+$//r;

	breaks('trailing-blanks', $file, $number, $line) if $line =~ /\s$/;
	breaks('indentation', $file, $number, $line)
	  if $line =~ /^\t* +\t/ || $line =~ /^\t* {4}/ && $bare !~ /^\t* +\x01/;
	breaks('line-comment', $file, $number, $line) if $bare =~ m{(?<!:)//};
	breaks('note-to-self', $file, $number, $line)
	  if $line =~ /\b(?:TODO|FIXME|XXX)\b/;
	breaks('brace', $file, $number, $line)
	  if $code =~ /\b(?:if|for|while|switch)\b.*\)\s*\{$/
	  || $code =~ /\b(?:else|do)\s*\{$/
	  || $code =~ /\}\s*else\b/
	  || $code =~ /^\w[^=]*\)\s*\{/;
	breaks('keyword', $file, $number, $line)
	  if $code =~ /\b(?:if|for|while|switch)\(/;

	return if width($line) <= $line_limit;
	breaks('long-comment', $file, $number, $line) if $bare =~ /\x01/;
	breaks('long-line', $file, $number, $line)
	  if $bare !~ /\x01/ && $line !~ /"/ && can_be_broken($line);
}

# A line that is too long could be broken behind a comma or before an operator.
sub can_be_broken
{
	my $line = shift;

	while ($line =~ /, \S|\S (?:&&|\|\||[?:+\-*\/<>]=?|[=!]=) /g)
	{
		return 1 if width(substr($line, 0, $-[0] + 1)) < $line_limit;
	}
	return 0;
}

# ---- functions ----

sub check_function
{
	my ($file, $name, $first, $last, $is_static) = @_;
	my $length = $last - $first + 1;

	$statics{$name}{$file} = 1 if $is_static;
	push @long, "$name() in $file: $length lines" if $length > $function_aim;
	breaks('long-function', $file, $first, "$name() has $length lines")
	  if $length > $function_limit;
}

# A definition begins with its type; the name stands at the start of the next
# line, and its body between braces at the start of theirs.
sub check_functions
{
	my ($file, @lines) = @_;
	my ($name, $first, $is_static, $head);

	for my $i (0 .. $#lines)
	{
		my $line = $lines[$i];

		if ($i > 0 && $lines[ $i - 1 ] =~ /^\w[\w *]*$/ && $line =~ /^(\w+)\(/)
		{
			($name, $first) = ($1, $i + 1);
			$is_static = $lines[ $i - 1 ] =~ /^static\b/;
		}
		elsif ($line =~ /^[a-z_]\w*[ *][\w *]*\(/)
		{
			$head = $i + 1;
		}
		elsif ($line eq '{')
		{
			breaks('function-name', $file, $head // $i + 1,
				'the name of a function does not stand at the start of a line')
			  if defined $head && !defined $name;
		}
		elsif ($line eq '}')
		{
			check_function($file, $name, $first, $i + 1, $is_static)
			  if defined $name;
			breaks('blank-line', $file, $i + 2, 'none after a function')
			  if $i < $#lines && $lines[ $i + 1 ] =~ /\S/
			  && $lines[ $i + 1 ] !~ /^#/;
			($name, $head) = ();
		}
		$head = undef if $line =~ /;$/;
	}
}

# ---- files ----

sub check_file
{
	my $file = shift;
	my $text = slurp("$root/$file");
	my @lines = split /\n/, $text;
	my @bare = split /\n/, bare($text);
	my $name = basename($file);

	breaks('head', $file, undef, 'does not begin with its name')
	  if $text !~ m{^/\*\n \* \Q$name\E\n \*\t\t\S};
	breaks('last-line', $file, undef, 'must end with one line feed')
	  if $text !~ /[^\n]\n\z/;
	breaks('long-file', $file, undef, scalar(@lines) . ' lines')
	  if @lines > $file_limit;
	for my $i (0 .. $#lines)
	{
		check_line($file, $i + 1, $lines[$i], $bare[$i] // '');
		breaks('blank-lines', $file, $i + 1, 'more than one')
		  if $i > 0 && $lines[$i] eq '' && $lines[ $i - 1 ] eq '';
	}
	check_functions($file, map { s/\x01/ /gr =~ s/\s+$//r } @bare)
	  if $file =~ /\.c$/;
}

# ---- exceptions ----

sub exceptions
{
	my %excepted;

	for (split /\n/, slurp(dirname(__FILE__) . '/layout.exceptions'))
	{
		next if /^#|^$/;
		/^(\S+ \S+) (\d+)$/ or die "layout: layout.exceptions: $_\n";
		$excepted{$1} = $2;
	}
	return %excepted;
}

my @files = map { s{^\Q$root\E/}{}r } glob(
	"$root/src/*.[ch] $root/src/*/*.[ch] $root/src/*/*/*.[ch] "
	  . "$root/test/unit/*.[ch] $root/test/lib/*.[ch] $root/test/lib/*/*.[ch]");
check_file($_) for @files;

# Programs of their own, such as tests, may use what names they like.
for my $name (keys %statics)
{
	my @in = sort grep { m{^src/} } keys %{ $statics{$name} };

	next if @in < 2;
	$broken{"shared-name $name"} = @in;
	$shown{"shared-name $name"} =
	  [ "static $name() is in several files: @in" ];
}

if ($tell)
{
	print "# What layout.pl finds that is not mended yet: a rule, a file or the\n",
	  "# name of a function, and how often.  Lines only go.\n";
	print "$_ $broken{$_}\n" for sort keys %broken;
	exit 0;
}

my %excepted = exceptions();
my $complaints = 0;
for my $what (sort keys %{ { %broken, %excepted } })
{
	my ($now, $then) = ($broken{$what} // 0, $excepted{$what} // 0);

	next if $now == $then;
	$complaints++;
	if ($now > $then)
	{
		print "$_\n" for @{ $shown{$what} };
		print "$what: $now, of which $then are excepted\n" if $then > 0;
	}
	else
	{
		print "$what: $now, so that layout.exceptions must not say $then\n";
	}
}
printf "%d files; %d functions beyond %d lines%s\n", scalar @files,
  scalar @long, $function_aim, @long ? ':' : '';
print "    $_\n" for sort @long;
exit($complaints ? 1 : 0);
