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
  ? (heading => "\e[1;36m", statement => "\e[1m", plan => "\e[33m", end => "\e[0m")
  : (heading => '', statement => '', plan => '', end => '');

sub say_line
{
	my ($style, $text) = @_;
	$text = $escape{$style} . $text . $escape{end} if length $text;
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

	if ($statement =~ /^(?:INSERT|UPDATE|DELETE|SELECT(?! dyn_))\b/)
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
	print "$statement\n";
	print "\\set ON_ERROR_STOP on\n" if $fails;
	say_line('plan', '');
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
	chomp $paragraph;
	while ($paragraph =~ s/^--[ ]?(.*)(?:\n|$)//)
	{
		my $text = $1;
		if ($text eq '@ again')
		{
			show_statement($statement);
		}
		elsif ($text eq '@ fails')
		{
			$fails = 1;
		}
		elsif ($text =~ s/^# //)
		{
			say_line('heading', $text);
			say_line('heading', '=' x length $text);
		}
		else
		{
			say_line('plan', $text eq '' ? '' : $text);
		}
	}
	next unless length $paragraph;
	$statement = $paragraph;
	show_statement($statement, $fails);
}
