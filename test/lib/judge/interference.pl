#!/usr/bin/perl
#
# interference.pl
#		Others change items between the statements of a transaction; if it can
#		be committed all the same, its statements must come out the same when
#		they are done again on the items as they were just before COMMIT, and
#		leave the same items.  If it cannot, something that it has read must
#		have changed.  Called by test/judge, with a server, an engine, and a
#		proxy before it, which holds what COMMIT sends.
#
#	interference.pl --interference N [--seed N] [--round R] [--show]
#		[--no-shrink]
#
# What is looked at: rows of items that the transaction writes or locks, from
# the statement on that first does so.  Of others a transaction may see what was
# there at the time of each statement.  There are no document columns: of
# attributes that others add no condition can speak.
#
use strict;
use utf8;
use warnings;

use File::Basename qw(dirname);
use Getopt::Long;
use Time::HiRes qw(time);

use lib dirname(__FILE__);
use Comparison;
use Held;
use Random;
use Replay;
use Script;
use Shrink;
use Side;
use Table;
use Transaction;
use Type;
use Watched;

my ($seed, $total, $round, $show, $shrink) = (1, 1000, 20, 0, 1);
GetOptions('seed=i' => \$seed, 'interference=i' => \$total, 'round=i' => \$round, 'show' => \$show, 'shrink!' => \$shrink)
  or die "usage: interference.pl --interference N [--seed N] [--round R] [--show] [--no-shrink]\n";

my $support = do { local (@ARGV, $/) = (dirname(__FILE__) . '/support.sql'); <> };
my (%count, %differed);
my ($done, $seeds, $wrong) = (0, 0, 0);
my $started = time;

# The session that is tested, one that interferes, and the one with the twin.
sub sessions
{
	my ($table) = @_;
	my %sessions = (
		remote => Side->new('remote', "SET dynamorm_fdw.transaction_mode = 'atomic'", 'SET dynamorm_fdw.report_conditions = on'),
		other => Side->new('remote'),
		twin => Side->new('twin'));
	return Replay->new($table, %sessions);
}

sub last_verdict
{
	my ($table, @transactions) = @_;
	return if run_script(setup_script($table)) =~ /ERROR:/;
	my $replay = sessions($table);
	my $verdict;
	$verdict = $replay->run($_) foreach @transactions;
	$replay->finish;
	return $verdict->{what} ? $verdict : undef;
}

sub action_text { my ($action) = @_; return $action->{sql} // 'a raw ' . Replay::raw_text($action) }

sub step_text
{
	my ($step) = @_;
	return '-- another session: ' . action_text($step->{action}) if $step->{action};
	my $inside = $step->{inside};
	return ($step->{text} // Tree::text($step->{tree}))
	  . ($inside ? "; -- and $inside->{rule}{when} its $inside->{rule}{operation} (after $inside->{rule}{skip}) another session: " . action_text($inside) : '');
}

sub report
{
	my ($seed, $number, $verdict, $table, @transactions) = @_;
	print "\n---- seed $seed, transaction $number: $verdict->{what}\n";
	my ($best, $small, @case) = $shrink ? Shrink::shrink(\&last_verdict, $table, @transactions) : ();
	($best, $small, @case) = ($verdict, $table, @transactions) unless $best;
	print "-- the smallest case that was found\n$best->{text}\n", $small->definition, $small->row_statements;
	foreach my $one (@case)
	{
		my @at_commit = map { $_ ? '; -- and while it is held another session: ' . action_text($_) : '' } @{ $one->{at_commit} };
		print 'BEGIN; ', join("\n", map({ step_text($_) . ';' } @{ $one->{steps} }), "COMMIT@at_commit"), "\n\n";
	}
	return;
}

sub run_round
{
	my ($seed, $number_of) = @_;
	srand $seed;
	my $table = Table->new(small => 1, watched => 1);
	$table->random_rows;
	my @transactions = map { Watched::random($table) } 1 .. $number_of;
	my $output = run_script(setup_script($table));
	die "seed $seed: the tables cannot be made:\n$output" if $output =~ /ERROR:|FATAL:|error:/;
	my $replay = sessions($table);
	foreach my $number (0 .. $#transactions)
	{
		my $verdict = $replay->run($transactions[$number]);
		$done++;
		$count{$_}++ foreach @{ $verdict->{counts} };
		next unless $verdict->{what};
		$wrong++;
		$differed{ $verdict->{what} }++;
		next if $wrong > 20;
		$replay->finish;
		report($seed, $number, $verdict, $table, @transactions[ 0 .. $number ]);
		$replay = undef;
		last;
	}
	$replay->finish if $replay;
	$seeds++;
	printf "seed %d: %d transactions, %d wrong, %.0f s\n", $seed, $done, $wrong, time - $started;
	return;
}

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
print "\n", map { sprintf "%6d  %s\n", $count{$_}, $_ } sort keys %count;
print "\nwrong:\n", map { sprintf "%6d  %s\n", $differed{$_}, $_ } sort keys %differed if %differed;
printf "\n%d transactions, %d seeds, %d COMMITs met a change of what was seen, %d of what was not, %d wrong commits, %d spurious conflicts, %.0f s\n",
  $done, $seeds, $count{'a COMMIT met a change of what was seen'} // 0, $count{'a COMMIT met a change of what was not seen'} // 0,
  $wrong - ($differed{'SPURIOUS CONFLICT'} // 0), $differed{'SPURIOUS CONFLICT'} // 0, time - $started;
exit($wrong == 0 ? 0 : 1);
