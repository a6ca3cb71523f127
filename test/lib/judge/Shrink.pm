# Shrink.pm
#		Makes a disagreement over transactions small: fewer of them, fewer rows,
#		fewer steps, and smaller statements.
package Shrink;

use strict;
use utf8;
use warnings;

use Time::HiRes qw(time);

use Transaction;

sub smaller_cases
{
	my ($table, @transactions) = @_;
	my $last = pop @transactions;
	my @rows = @{ $table->{rows} };
	my @cases;
	push @cases, [ \@rows, $last ] if @transactions;
	push @cases, map { my $gone = $_; [ \@rows, @transactions[ grep { $_ != $gone } 0 .. $#transactions ], $last ] } 0 .. $#transactions;
	push @cases, map { my $gone = $_; [ [ @rows[ grep { $_ != $gone } 0 .. $#rows ] ], @transactions, $last ] } 0 .. $#rows if @rows > 1;
	push @cases, map { [ \@rows, @transactions, $_ ] } Transaction::smaller($last);
	return @cases;
}

# The verdict, the table and the transactions of the smallest case that was
# found, of which the last one differs; nothing if it does not any more.
# verdict_of->(table, transactions) gives a hash, or undef.
sub shrink
{
	my ($verdict_of, $table, @transactions) = @_;
	my $best = $verdict_of->($table, @transactions) or return;
	my $deadline = time + 90;
	my $smaller = 1;
	while ($smaller && time < $deadline)
	{
		$smaller = 0;
		foreach my $try (smaller_cases($table, @transactions))
		{
			last if time > $deadline;
			my ($rows, @fewer) = @$try;
			my $verdict = $verdict_of->($table->with_rows($rows), @fewer);
			next unless $verdict && $verdict->{what} eq $best->{what};
			($best, $table, @transactions) = ($verdict, $table->with_rows($rows), @fewer);
			$smaller = 1;
			last;
		}
	}
	return ($best, $table, @transactions);
}

1;
