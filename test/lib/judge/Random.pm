# Random.pm
#		Choices that a seed determines.
package Random;

use strict;
use utf8;
use warnings;

use Exporter 'import';
our @EXPORT = qw(one_of some_of below chance between);

sub below { return int rand $_[0] }
sub one_of { return $_[ below(scalar @_) ] }
sub chance { return rand() < $_[0] }
sub between { my ($from, $to) = @_; return $from + below($to - $from + 1) }

# At least so many, and at most so many, different ones.
sub some_of
{
	my ($least, $most, @from) = @_;
	my $count = between($least, $most < @from ? $most : scalar @from);
	my @result;
	while (@result < $count && @from)
	{
		push @result, splice @from, below(scalar @from), 1;
	}
	return @result;
}

1;
