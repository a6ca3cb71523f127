# Comparison.pm
#		What may differ between a step on the foreign table and on the ordinary
#		one; support.sql says the same of single statements.
package Comparison;

use strict;
use utf8;
use warnings;

# What only the foreign table may say, and then has done nothing: see "What is
# refused" in the README.
sub is_refusal
{
	my ($result, $options) = @_;
	my ($state, $message) = @$result{ 'sqlstate', 'message' };
	return 1 if $state eq '0A000';
	return 0 if $options =~ /reads/;
	return $state =~ /^(?:2202E|54000|HV004)$/
	  || $state =~ /^(?:22003|22004|22008|22023)$/ && $message =~ /cannot be stored in DynamoDB$/
	  || $state eq '23514' && $message =~ /^empty value in key column /
	  || $state eq '22023' && $message =~ /^document column /;
}

sub failed { return $_[0]->{sqlstate} ne '00000' }

# Numbers without what DynamoDB does not store: their scale, and the sign of 0.
sub without_scale { return $_[0] =~ s/(\d)\.(\d*?)0+(?!\d)/length $2 ? "$1.$2" : $1/ger =~ s/(?<![\w.])-0(?![\w.])/0/gr }

sub rows_of
{
	my ($result, $options) = @_;
	my @rows = map { without_scale($_) } @{ $result->{rows} };
	@rows = sort @rows unless $options =~ /ordered/;
	return join "\n", @rows;
}

# Nothing where they agree; 'excused' where each may go its own way.
sub difference
{
	my ($remote, $twin, $options) = @_;
	return 'THE SESSION HAS ENDED' if $remote->{sqlstate} eq 'ended';
	if (failed($remote) && failed($twin))
	{
		# of several rows that fail, any may be the first
		return '' if $options !~ /single|reads/ || $remote->{sqlstate} eq $twin->{sqlstate} || is_refusal($remote, $options);
		return 'DIFFERENT ERRORS';
	}
	# PostgreSQL computes a row's new values before it looks whether another part
	# of the statement has changed the row; here it is not computed then
	return 'excused' if $options =~ /late/ && failed($twin);
	return 'AN ERROR' if failed($remote);
	return 'NO ERROR' if failed($twin);
	return 'DIFFERENT COUNTS' if $remote->{count} != $twin->{count};
	return 'DIFFERENT ROWS' if rows_of($remote, $options) ne rows_of($twin, $options);
	return '';
}

sub shown
{
	my ($result) = @_;
	return "$result->{sqlstate} $result->{message}" if failed($result);
	return join "\n        ", "$result->{count} rows", @{ $result->{rows} };
}

1;
