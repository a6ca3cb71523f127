#!/usr/bin/perl
#
# transactions.pl
#		Runs random transactions on a foreign table in mode atomic and on an
#		ordinary one, and compares what each of their statements returns and
#		what is stored after their end.  Called by test/judge, with a server
#		and an engine running.
#
#	transactions.pl --transactions N [--seed N] [--round R] [--kinds] [--expired] [--show]
#		[--no-shrink] [--mode MODE]
#
# A seed makes a table, its rows, and R transactions.  What the foreign table
# alone refuses is left out on the other side.
#
use strict;
use utf8;
use warnings;

use File::Basename qw(dirname);
use Getopt::Long;
use Time::HiRes qw(time);

use lib dirname(__FILE__);
use Comparison;
use Kinds;
use Random;
use Script;
use Shrink;
use Side;
use Table;
use Transaction;
use Type;

my ($seed, $total, $round, $kinds, $expired, $show, $shrink, $mode) = (1, 1000, 20, 0, 0, 0, 1, 'atomic');
GetOptions('seed=i' => \$seed, 'transactions=i' => \$total, 'round=i' => \$round, 'kinds' => \$kinds, 'expired' => \$expired, 'show' => \$show, 'shrink!' => \$shrink, 'mode=s' => \$mode)
  or die "usage: transactions.pl --transactions N [--seed N] [--round R] [--kinds] [--show] [--no-shrink] [--mode MODE]\n";

my $support = do { local (@ARGV, $/) = (dirname(__FILE__) . '/support.sql'); <> };
my (%refused, %differed, %forms, %outcomes);
my ($differences, $done, $statements, $seeds, $excused) = (0, 0, 0, 0, 0);
my $started = time;

sub sides
{
	return (Side->new('remote', "SET dynamorm_fdw.transaction_mode = '$mode'"), Side->new('twin'));
}

# ---- one transaction ----

# Runs it on both sides.  A verdict: the step's number, what differs, and both
# results; nothing if they agree.
sub compare
{
	my ($remote, $twin, $transaction) = @_;
	my @steps = @{ $transaction->{steps} };
	my ($begun, @said) = $remote->run({ text => 'BEGIN; SELECT now()' }, map({ Transaction::on_side($_, 'remote') } @steps), { text => $transaction->{ending} });
	my $time = $begun->{rows}[0] // '';
	my $end = pop @said;
	my @left = map { Comparison::is_refusal($said[$_], $steps[$_]->{options}) ? Transaction::without($steps[$_]) : Transaction::on_side($steps[$_], 'twin') } 0 .. $#steps;
	my ($ignored, @expected) = $twin->run({ text => "BEGIN; SET LOCAL judge.now = '$time'" }, @left, { text => $transaction->{ending} });
	my $ended = pop @expected;
	foreach my $i (0 .. $#steps)
	{
		my ($step, $here, $there) = ($steps[$i], $said[$i], $expected[$i]);
		$outcomes{ $here->{sqlstate} eq '00000' ? $here->{count} ? 'rows' : 'no row' : $here->{sqlstate} }++;
		if (Comparison::is_refusal($here, $step->{options}))
		{
			$step->{refused} = "$here->{sqlstate} " . $here->{message} =~ s/"(?:[^"]|"")*"/"..."/gr =~ s/\b[0-9]+\b/N/gr;
			next;
		}
		my $difference = Comparison::difference($here, $there, $step->{options}) or next;
		return { excused => 1 } if $difference eq 'excused';
		return { step => $i, what => $difference, remote => $here, twin => $there };
	}
	return { step => scalar @steps, what => "$transaction->{ending} FAILED", remote => $end, twin => $ended } if $end->{sqlstate} ne '00000';
	my ($stored, $wanted) = map { $_->run({ text => 'SELECT * FROM t' }) } $remote, $twin;
	my $difference = Comparison::difference($stored, $wanted, '') or return;
	return { step => scalar @steps, what => "$difference AFTERWARDS", remote => $stored, twin => $wanted };
}

# ---- making a disagreement small ----

# The verdict on the last of some transactions.
sub last_verdict
{
	my ($table, @transactions) = @_;
	my $output = run_script(setup_script($table));
	return if $output =~ /ERROR:/;
	my ($remote, $twin) = sides();
	my $verdict;
	foreach my $transaction (@transactions)
	{
		$verdict = compare($remote, $twin, $transaction);
		last if $verdict && $transaction != $transactions[-1];
	}
	$_->finish foreach $remote, $twin;
	return $verdict && !$verdict->{excused} ? $verdict : undef;
}

sub report
{
	my ($seed, $number, $verdict, $table, @transactions) = @_;
	print "\n---- seed $seed, transaction $number: $verdict->{what}\n";
	my ($best, $small, @case) = $shrink ? Shrink::shrink(\&last_verdict, $table, @transactions) : ();
	($best, $small, @case) = ($verdict, $table, @transactions) unless $best;
	print "-- the smallest case that was found; it differs in step $best->{step}\n";
	print 'foreign ', Comparison::shown($best->{remote}), "\ntwin    ", Comparison::shown($best->{twin}), "\n";
	print $small->definition, $small->row_statements;
	print map { Transaction::as_text($_) . "\n" } @case;
	return;
}

# ---- rounds ----

sub run_round
{
	my ($seed, $count) = @_;
	srand $seed;
	my $table = Table->new(small => 1, kinds => $kinds, expired => $expired);
	$table->random_rows;
	my @transactions = map { Transaction::random($table) } 1 .. $count;
	print setup_script($table), map { Transaction::as_text($_) . "\n" } @transactions if $show;
	my $output = run_script(setup_script($table));
	die "seed $seed: the tables cannot be made:\n$output" if $output =~ /ERROR:|FATAL:|error:/;
	my ($remote, $twin) = sides();
	foreach my $number (0 .. $#transactions)
	{
		my $transaction = $transactions[$number];
		my $verdict = compare($remote, $twin, $transaction);
		$done++;
		$statements += @{ $transaction->{steps} };
		$forms{ $_->{form} }++ foreach @{ $transaction->{steps} };
		$refused{"$_->{form}: $_->{refused}"}++ foreach grep { $_->{refused} } @{ $transaction->{steps} };
		next unless $verdict;
		if ($verdict->{excused})
		{
			$excused++;
			$twin->run({ text => 'SELECT judge.resync()' });
			next;
		}
		$differences++;
		my $form = $transaction->{steps}[ $verdict->{step} ] ? $transaction->{steps}[ $verdict->{step} ]{form} : 'the end';
		$differed{"$form: $verdict->{what}"}++;
		$_->finish foreach $remote, $twin;
		report($seed, $number, $verdict, $table, @transactions[ 0 .. $number ]) if $differences <= 20;
		($remote, $twin) = ();
		last;
	}
	$_->finish foreach grep { defined } $remote, $twin;
	$seeds++;
	printf "seed %d: %d transactions, %d differences, %.0f s\n", $seed, $done, $differences, time - $started;
	return;
}

sub lines_of { my ($times) = @_; return map { sprintf "%6d  %s\n", $times->{$_}, $_ } sort keys %$times }

$| = 1;
$SIG{PIPE} = 'IGNORE';
binmode STDOUT, ':utf8';
my $said = run_script($support);
die "the judge's own tables cannot be made:\n$said" if $said =~ /ERROR:/;
Type::keep_optional(split ' ', run_script("SELECT name FROM judge.optional;\n"));
my $ended = 0;
$SIG{$_} = sub { $ended = 1 } foreach qw(INT TERM);
while ($done < $total && !$ended)
{
	run_round($seed++, $round < $total - $done ? $round : $total - $done);
}
print "\nsteps:\n", lines_of(\%forms);
print "\noutcomes:\n", lines_of(\%outcomes);
print "\nrefused:\n", lines_of(\%refused) if %refused;
print "\ndifferences:\n", lines_of(\%differed) if %differed;
printf "\n%d transactions of %d steps, %d excused, %d seeds, %d differences, %.0f s\n", $done, $statements, $excused, $seeds, $differences, time - $started;
exit($differences == 0 ? 0 : 1);
