#!/usr/bin/perl
#
# judge.pl
#		Runs random statements on a foreign table and on an ordinary one, and
#		compares what they return and leave.  Called by test/judge, with a
#		server and an engine running.
#
#	judge.pl --seed N --statements M [--round R] [--imported] [--kinds] [--expired] [--show]
#		[--kinds] [--no-shrink] [--refusals FILE] [--except DEFECT]
#
# A seed makes a table, its rows, and R statements, whatever becomes of them; the
# next seed follows until M statements have been run.  A disagreement is made small and printed as a
# script.  The last line is the sum; the status tells whether all agreed.
# What an engine is known to do wrong is counted by itself: see judge.defect.
#
use strict;
use utf8;
use warnings;

use File::Basename qw(dirname);
use File::Spec;
use Getopt::Long;
use Time::HiRes qw(time);

use lib dirname(__FILE__);
use Imported;
use Kinds;
use Random;
use Script;
use Statement;
use Table;
use Tree;

my ($seed, $total, $round, $imported, $kinds, $expired, $show, $shrink, $refusals, @defects) = (1, 10000, 100, 0, 0, 0, 0, 1);
GetOptions('seed=i' => \$seed, 'statements=i' => \$total, 'round=i' => \$round, 'imported' => \$imported, 'kinds' => \$kinds, 'expired' => \$expired, 'show' => \$show, 'shrink!' => \$shrink, 'refusals=s' => \$refusals, 'except=s' => \@defects)
  or die "usage: judge.pl [--seed N] [--statements M] [--round R] [--imported] [--show] [--no-shrink] [--refusals FILE] [--except DEFECT]\n";

my $support = do { local (@ARGV, $/) = (dirname(__FILE__) . '/support.sql'); <> };
my %statements;			# form => times
my %refused;			# form, SQLSTATE and message => times
my %excepted;			# defect of the engine => times
my %differed;			# form and verdict => times
my $differences = 0;
my $done = 0;
my $seeds = 0;
my $started = time;

# ---- statements ----

sub step
{
	my ($number, $statement) = @_;
	my ($remote, $twin) = Statement::both_sides($statement);
	return "CALL judge.step($number, " . dollar($remote) . ', ' . dollar($twin) . ", '$statement->{options}');\n";
}

# "JUDGE n text" for each disagreement: a list of [n, text].
sub verdicts
{
	my ($output) = @_;
	my @verdicts;
	while ($output =~ /WARNING:  JUDGE (\d+) (.*?)(?=^psql:[^\n]*(?:WARNING|ERROR|FATAL):|\z)/gms)
	{
		push @verdicts, [ $1, $2 ];
	}
	return @verdicts;
}

# ---- making a disagreement small ----

sub disagrees
{
	my ($table, @statements) = @_;
	my $number = 0;
	my $output = run_script(setup_script($table) . join '', map { step($number++, $_) } @statements);
	return if $output =~ /ERROR:/;
	my @found = grep { $_->[1] !~ /^(?:REFUSED|EXCEPTED) \w/ && $_->[0] == $#statements } verdicts($output);
	return @found ? $found[0]->[1] : undef;
}

sub shrink_case
{
	my ($table, @statements) = @_;
	my $best = disagrees($table, @statements) or return;
	my $deadline = time + 60;
	my $smaller = 1;
	while ($smaller && time < $deadline)
	{
		$smaller = 0;
		foreach my $try (smaller_cases($table, @statements))
		{
			last if time > $deadline;
			my ($fewer_rows, @fewer) = @$try;
			my $verdict = disagrees(Table::with_rows($table, $fewer_rows), @fewer) or next;
			($table, @statements) = (Table::with_rows($table, $fewer_rows), @fewer);
			$best = $verdict;
			$smaller = 1;
			last;
		}
	}
	return ($best, $table, @statements);
}

# Fewer statements before it, fewer rows, a smaller statement.
sub smaller_cases
{
	my ($table, @statements) = @_;
	my $last = pop @statements;
	my @rows = @{ $table->{rows} };
	my @cases;
	push @cases, [ \@rows, $last ] if @statements;
	push @cases, map { my $gone = $_; [ \@rows, @statements[ grep { $_ != $gone } 0 .. $#statements ], $last ] } 0 .. $#statements
	  if @statements <= 20;
	push @cases, [ [ @rows[ 0 .. $#rows / 2 ] ], @statements, $last ], [ [ @rows[ @rows / 2 .. $#rows ] ], @statements, $last ] if @rows > 3;
	push @cases, map { my $gone = $_; [ [ @rows[ grep { $_ != $gone } 0 .. $#rows ] ], @statements, $last ] } 0 .. $#rows if @rows <= 8;
	push @cases, [ \@rows, @statements, { %$last, mode => 'plain', tree => Statement::with_literals($last) } ] if $last->{mode} ne 'plain';
	push @cases, map { [ \@rows, @statements, { %$last, tree => $_ } ] } Tree::smaller($last->{tree});
	return @cases;
}

sub report
{
	my ($seed, $number, $verdict, $table, @statements) = @_;
	print "\n---- seed $seed, statement $number: $verdict\n";
	my ($small, @case) = $shrink ? shrink_case($table, @statements) : ();
	($small, @case) = ($verdict, $table, @statements) unless $small;
	my ($remote, $twin) = Statement::both_sides($case[-1]);
	print "-- the smallest case that was found:\n$small";
	print $case[0]->definition, $case[0]->row_statements;
	print "-- then\n", (Statement::both_sides($_))[0], ";\n" foreach @case[ 1 .. $#case - 1 ];
	print "-- and at last\n$remote;\n";
	print "-- which is for the twin\n$twin;\n" if $twin ne $remote;
	print "-- as requests\n", requests($case[0], @case[ 1 .. $#case ]);
	return;
}

sub requests
{
	my ($table, @statements) = @_;
	my ($text) = (Statement::both_sides($statements[-1]))[0];
	return '' if $text =~ /;;\n/;
	my $output = run_script(setup_script($table) . "SET search_path = remote, public, judge;\nEXPLAIN (VERBOSE, COSTS OFF) $text;\n");
	return $output;
}

# ---- summaries ----

# A message without names and values.
sub masked
{
	my ($message) = @_;
	return $message =~ s/"(?:[^"]|"")*"/"..."/gr =~ s/\b[0-9]+\b/N/gr;
}

# A verdict without the rows that differ.
sub kind_of
{
	my ($verdict) = @_;
	my ($kind) = $verdict =~ /^([^\n]*)/;
	my ($error, $message) = $verdict =~ /^foreign (?:.*?"error": "(\w+)", "message": "((?:[^"\\]|\\.)*)"|)/m;
	return defined $error ? "$kind, $error " . masked($message =~ s/\\"/"/gr) : $kind;
}

sub lines_of { my ($times) = @_; return map { sprintf "%6d  %s\n", $times->{$_}, $_ } sort keys %$times }

# ---- rounds ----

sub run_round
{
	my ($seed, $count) = @_;
	srand $seed;
	my $table = $imported ? Imported->new(\&run_script) : Table->new(kinds => $kinds, expired => $expired);
	$table->random_rows unless $imported;
	my @statements = map { Statement::random_statement($table) } 1 .. $count;
	$statements{ $_->{form} }++ foreach @statements;
	my $number = 0;
	my $script = setup_script($table) . join('', map { step($number++, $_) } @statements) . Kinds::check_items($table, $#statements);
	print $script if $show;
	my $output = run_script($script, '-c', 'SET dynamorm_fdw.max_read_units = 0');
	if ($output =~ /^psql:[^\n]*(ERROR|FATAL):/m || $output =~ /^psql: error/m)
	{
		my ($error) = $output =~ /^(psql:[^\n]*(?:ERROR|FATAL|error)[^\n]*)/m;
		$differences++;
		print "\n---- seed $seed: the script failed: $error\n";
	}
	foreach my $verdict (verdicts($output))
	{
		my ($n, $text) = @$verdict;
		if ($text =~ /^REFUSED (\w+) ([^\n]*)/)
		{
			$refused{ "$statements[$n]->{form}: $1 " . masked($2) }++;
			next;
		}
		if ($text =~ /^EXCEPTED (\w+)/)
		{
			$excepted{$1}++;
			next;
		}
		$differences++;
		my $kind = "$statements[$n]->{form}: " . kind_of($text);
		$differed{$kind}++;
		if ($differences <= 20)
		{
			report($seed, $n, $text, $table, @statements[ 0 .. $n ]);
			next;
		}
		print "---- seed $seed, statement $n, $kind\n";
	}
	$done += $count;
	$seeds++;
	printf "seed %d: %d statements, %d differences, %.0f s\n", $seed, $done, $differences, time - $started;
	return;
}

$| = 1;
binmode STDOUT, ':utf8';
my $said = run_script($support);
die "the judge's own tables cannot be made:\n$said" if $said =~ /ERROR:/;
$said = run_script(join '', map { "INSERT INTO judge.defect VALUES ('$_');\n" } @defects);
die "what shall be excepted is not known:\n$said" if $said =~ /ERROR:/;
Type::keep_optional(split ' ', run_script("SELECT name FROM judge.optional;\n"));
while ($done < $total)
{
	run_round($seed++, $round < $total - $done ? $round : $total - $done);
}
print "\noutcomes:\n", run_script("SELECT lpad(count(*)::text, 6) || '  ' || outcome || coalesce('  ' || min(message), '') FROM judge.tally GROUP BY outcome ORDER BY count(*) DESC;\n");
print "\nrefused:\n", lines_of(\%refused) if %refused;
print "\nexcepted, as known of the engine:\n", lines_of(\%excepted) if %excepted;
print "\ndifferences:\n", lines_of(\%differed) if %differed;
if (defined $refusals)
{
	$refusals = File::Spec->rel2abs($refusals, $ENV{JUDGE_CALLED_IN});
	open my $file, '>:utf8', $refusals or die "cannot write $refusals: $!\n";
	print $file "statements:\n", lines_of(\%statements), "\nrefused:\n", lines_of(\%refused);
	close $file or die "cannot write $refusals: $!\n";
}
printf "\n%d statements, %d seeds, %d differences, %.0f s\n", $done, $seeds, $differences, time - $started;
exit($differences == 0 ? 0 : 1);
