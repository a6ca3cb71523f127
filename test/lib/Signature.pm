# Signature.pm
#		Checks the AWS Signature Version 4 of a request, by an implementation
#		that shares nothing with the one under test.
#
#	my $problem = Signature::problem(\%request, $secret, $now);
#
# The request has method, path, headers (names in lower case) and body.  The
# answer is undef if the signature is right.
#
# Source: AWS General Reference, "Signature Version 4 signing process".
package Signature;

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256 hmac_sha256_hex sha256_hex);
use POSIX qw(strftime);

# A signature is good for five minutes in both directions.
my $WINDOW = 300;

# The parts of an Authorization header; undef if it is none.
sub parse
{
	my ($header) = @_;
	my ($key_id, $date, $region, $service, $names, $signature) =
	  ($header // '') =~ m{^AWS4-HMAC-SHA256\ Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request,
		\ SignedHeaders=([a-z0-9;-]+),\ Signature=([0-9a-f]{64})$}x
	  or return;
	return {
		key_id => $key_id,
		date => $date,
		region => $region,
		service => $service,
		names => [ split /;/, $names ],
		signature => $signature };
}

sub canonical_request
{
	my ($request, $parts) = @_;
	my ($path, $query) = split /\?/, $request->{path}, 2;
	my $headers = '';
	foreach my $name (@{ $parts->{names} })
	{
		my $value = $request->{headers}->{$name};
		return undef unless defined $value;
		$value =~ s/\s+/ /g;
		$value =~ s/^ | $//g;
		$headers .= "$name:$value\n";
	}
	return join "\n", $request->{method}, $path, $query // '', $headers,
	  join(';', @{ $parts->{names} }), sha256_hex($request->{body});
}

# Headers that must be signed where they are sent.
sub unsigned_header
{
	my ($request, $parts) = @_;
	my %signed = map { $_ => 1 } @{ $parts->{names} };
	foreach my $name ('host', grep { /^x-amz-|^content-type$/ } keys %{ $request->{headers} })
	{
		return $name unless $signed{$name};
	}
	return undef;
}

sub problem
{
	my ($request, $secret, $now) = @_;
	my $parts = parse($request->{headers}->{authorization})
	  or return 'no or a malformed Authorization header';
	my $time = $request->{headers}->{'x-amz-date'} // '';
	return 'a malformed X-Amz-Date' unless $time =~ /^\d{8}T\d{6}Z$/;
	return 'a scope of another day'
	  unless substr($time, 0, 8) eq $parts->{date};
	return 'a time outside of the window'
	  if $time lt strftime('%Y%m%dT%H%M%SZ', gmtime($now - $WINDOW))
	  || $time gt strftime('%Y%m%dT%H%M%SZ', gmtime($now + $WINDOW));
	my $unsigned = unsigned_header($request, $parts);
	return "header $unsigned is not signed" if defined $unsigned;
	return 'headers that are signed out of order'
	  if join(';', @{ $parts->{names} }) ne join ';', sort @{ $parts->{names} };

	my $canonical = canonical_request($request, $parts);
	return 'a signed header is missing' unless defined $canonical;
	my $scope = "$parts->{date}/$parts->{region}/$parts->{service}/aws4_request";
	my $key = "AWS4$secret";
	$key = hmac_sha256($_, $key) foreach split m{/}, $scope;
	my $expected = hmac_sha256_hex(
		"AWS4-HMAC-SHA256\n$time\n$scope\n" . sha256_hex($canonical), $key);
	return $expected eq $parts->{signature} ? undef : 'a wrong signature';
}

1;
