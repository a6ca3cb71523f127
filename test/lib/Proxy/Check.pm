# Check.pm
#		What DynamoDB would say of a request's signature: DynamoDB Local looks
#		at none.
#
# Signature.pm does the arithmetic.  Here are the keys that are known, their
# session tokens, when they expire, and the service's clock.
#
package Proxy::Check;

use strict;
use warnings;

use Signature;

# Seconds by which the service's clock is ahead of ours.
our $clock_offset = 0;

# Of an access key id: {secret, token, expires}, the last two where there are
# any, expires in seconds since 1970.
my %key_of = (
	test => { secret => 'test' },
	other => { secret => 'test' });

sub now
{
	return time + $clock_offset;
}

# In place of what was known of this id.
sub add_key
{
	my ($key) = @_;
	$key_of{ $key->{id} } = {%$key};
	return;
}

# Nothing if the request is right, else status, code and message.  In the order
# in which the service looks: presence, date, scope, key, signature, expiry.
# What has come by another proxy has been looked at there.
sub refusal
{
	my ($request, $port) = @_;
	my $fields = $request->{headers};
	my $invalid = 'InvalidSignatureException';

	return if defined $fields->{via};
	return (400, 'MissingAuthenticationTokenException',
		'Request is missing Authentication Token')
	  unless defined $fields->{authorization};
	my $parts = Signature::parse($fields->{authorization})
	  or return (400, 'IncompleteSignatureException',
		'Authorization header is malformed');
	my $key = $key_of{ $parts->{key_id} };
	my $problem =
	  Signature::problem($request, $key ? $key->{secret} : '', now());

	return (400, $invalid, "Signature expired: $problem")
	  if defined $problem && $problem =~ /time|X-Amz-Date/;
	return (400, $invalid, "Credential should be scoped to service: 'dynamodb'.")
	  if $parts->{service} ne 'dynamodb';
	return (400, $invalid, 'the host that was signed is not the one asked')
	  unless ($fields->{host} // '') =~ /:\Q$port\E$/;
	return (400, 'UnrecognizedClientException',
		'The security token included in the request is invalid.')
	  if !$key || ($key->{token} // '') ne ($fields->{'x-amz-security-token'} // '');
	return (400, $invalid, "The request signature does not match: $problem")
	  if defined $problem;
	return (400, 'ExpiredTokenException',
		'The security token included in the request is expired')
	  if defined $key->{expires} && $key->{expires} <= now();
	return;
}

1;
