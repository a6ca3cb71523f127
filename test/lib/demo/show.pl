#!/usr/bin/perl
#
# show.pl
#		Turns a plain SQL script into one for psql that shows each statement,
#		the request that it becomes and its result.
#
#	show.pl [--colour] SCRIPT
#
# In the script, paragraphs are comments or statements.  "-- # text" is a
# heading; "-- @ again" stands for the statement before, "-- @ fails" says
# that the next one shall fail.  Any other error ends psql.
#
use strict;
use warnings;

my $colour = @ARGV && $ARGV[0] eq '--colour' && shift;
my ($script) = @ARGV;
my %escape =
  $colour
  ? (heading => "\e[1;36m", statement => "\e[1m", plan => "\e[33m", text => '', end => "\e[0m")
  : (heading => '', statement => '', plan => '', text => '', end => '');

sub say_line
{
	my ($style, $text) = @_;
	$text = $escape{$style} . $text . $escape{end}
	  if length $text && length $escape{$style};
	$text =~ s/\\/\\\\/g;
	$text =~ s/'/''/g;
	print "\\qecho '$text'\n";
	return;
}

sub show_statement
{
	my ($statement, $fails) = @_;
	my ($first, @rest) = split /\n/, $statement;
	say_line('statement', "=> $first");
	say_line('statement', "   $_") foreach @rest;

	if ($statement =~ /^(?:INSERT|UPDATE|DELETE|WITH|SELECT(?! dyn_|.*\bdyn_stat_))\b/s)
	{
		print "\\set QUIET on\n",
		  "\\pset format unaligned\n\\pset tuples_only on\n";
		print "\\qecho -n '$escape{plan}'\n";
		print "EXPLAIN (COSTS OFF) $statement\n";
		print "\\qecho -n '$escape{end}'\n";
		print "\\pset format aligned\n\\pset tuples_only off\n",
		  "\\set QUIET off\n";
	}
	print "\\set ON_ERROR_STOP off\n" if $fails;
	run_statement($statement);
	print "\\set ON_ERROR_STOP on\n" if $fails;
	return;
}

# A function that returns nothing has no result to show.
sub run_statement
{
	my ($statement) = @_;
	my $nothing = $statement =~ /^SELECT dyn_(?:create_table|drop_table|stat_reset)/;
	print "\\o /dev/null\n" if $nothing;
	print "$statement\n";
	print "\\o\n" if $nothing;
	say_line('text', '');
	return;
}

open my $in, '<', $script or die "could not open $script: $!\n";
local $/ = '';
my $statement;
print "\\set ON_ERROR_STOP on\n\\set QUIET on\n\\pset null '(null)'\n",
  "\\set VERBOSITY default\n\\set QUIET off\n";
while (my $paragraph = <$in>)
{
	my $fails = 0;
	my $text;
	chomp $paragraph;
	while ($paragraph =~ s/^--[ ]?(.*)(?:\n|$)//)
	{
		$text = $1;
		if ($text eq '@ again')
		{
			say_line('statement', '=> the same again');
			run_statement($statement);
		}
		elsif ($text eq '@ fails')
		{
			$fails = 1;
		}
		elsif ($text =~ s/^# //)
		{
			say_line('heading', '');
			say_line('heading', $text);
			say_line('heading', '=' x length $text);
		}
		else
		{
			say_line('text', $text);
		}
	}
	say_line('text', '') if defined $text && $text !~ /^@/;
	next unless length $paragraph;
	$statement = $paragraph;
	show_statement($statement, $fails);
}
