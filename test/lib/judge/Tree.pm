# Tree.pm
#		SQL as a tree, so that a statement can be made smaller and still be a
#		statement.
#
# A node is a text or one of
#
#	{ parts => [nodes] }							written one after the other
#	{ list => [nodes], join => ', ', least => 1 }	of which elements may go
#	{ parts => [...], or => [nodes] }				which may stand in its place
#	{ optional => node }							which may go
package Tree;

use strict;
use utf8;
use warnings;

use Exporter 'import';
our @EXPORT = qw(seq list choice optional);

sub seq { return { parts => [@_] } }

sub list
{
	my ($join, $least, @elements) = @_;
	return { list => \@elements, join => $join, least => $least };
}

# A node that any of the others may replace.
sub choice
{
	my ($node, @others) = @_;
	return { parts => [$node], or => \@others };
}

sub optional { return { optional => $_[0] } }

sub text
{
	my ($node) = @_;
	return $node unless ref $node;
	return join '', map { text($_) } @{ $node->{parts} } if $node->{parts};
	return join $node->{join}, map { text($_) } @{ $node->{list} }
	  if $node->{list};
	return defined $node->{optional} ? text($node->{optional}) : '';
}

# All trees that are smaller by one step, the boldest steps first.
sub smaller
{
	my ($node) = @_;
	return () unless ref $node;
	my @result;
	if ($node->{optional})
	{
		push @result, '';
		push @result, map { optional($_) } smaller($node->{optional});
	}
	elsif ($node->{list})
	{
		my @elements = @{ $node->{list} };
		if (@elements > 8 && @elements / 2 > $node->{least})
		{
			push @result, { %$node, list => [ @elements[ 0 .. $#elements / 2 ] ] }, { %$node, list => [ @elements[ @elements / 2 .. $#elements ] ] };
		}
		if (@elements > $node->{least})
		{
			foreach my $i (0 .. $#elements)
			{
				push @result, { %$node, list => [ @elements[ grep { $_ != $i } 0 .. $#elements ] ] };
			}
		}
		push @result, map { { %$node, list => $_ } } smaller_within(@elements);
	}
	else
	{
		push @result, @{ $node->{or} // [] };
		push @result, map { { %$node, parts => $_ } } smaller_within(@{ $node->{parts} });
	}
	return @result;
}

sub smaller_within
{
	my (@nodes) = @_;
	my @result;
	foreach my $i (0 .. $#nodes)
	{
		push @result, map { [ @nodes[ 0 .. $i - 1 ], $_, @nodes[ $i + 1 .. $#nodes ] ] } smaller($nodes[$i]);
	}
	return @result;
}

1;
