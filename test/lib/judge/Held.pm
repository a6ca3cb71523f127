# Held.pm
#		The proxy, as it holds what COMMIT sends.
package Held;

use strict;
use utf8;
use warnings;

use HTTP::Tiny;
use JSON::PP;

my $json = JSON::PP->new->canonical->utf8;
my $http = HTTP::Tiny->new(timeout => 10);

sub ask
{
	my ($method, $path, $body) = @_;
	my $answer = $http->request($method, $ENV{PROXY_ENDPOINT} . $path, { content => defined $body ? $json->encode($body) : '' });
	$answer->{success} or die "proxy: $answer->{status} $answer->{content}\n";
	return $json->decode($answer->{content});
}

# From now on all transactions, and what else a rule says.
sub hold
{
	my (@rules) = @_;
	ask(POST => '/__reset');
	ask(POST => '/__fault', [ @rules, { kind => 'hold', operation => 'TransactWriteItems', count => 0 } ]);
	return;
}

sub is_held { return ask(GET => '/__held')->{Held} }
sub release { return ask(POST => '/__release') }

# Others go through the proxy afterwards.
END
{
	local $?;
	ask(POST => '/__reset') if $ENV{PROXY_ENDPOINT};
}

# What was asked last: a list of actions.
sub actions
{
	my $bodies = ask(GET => '/__bodies')->{TransactWriteItems} // return;
	return @{ $json->decode($bodies->[-1])->{TransactItems} };
}

1;
