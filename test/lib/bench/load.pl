#!/usr/bin/perl
#
# load.pl
#		Fills a DynamoDB table with items of seven attributes, through four
#		connections.
#
#	load.pl ENDPOINT TABLE COUNT
#
use strict;
use warnings;

use HTTP::Tiny;

my ($endpoint, $table, $count) = @ARGV;
my $workers = 4;
my $batch = 25;		# the most that BatchWriteItem takes

sub item
{
	my ($n) = @_;
	return sprintf '{"PutRequest":{"Item":{"id":{"S":"item-%06d"},'
	  . '"seq":{"N":"%d"},"name":{"S":"a name of some length, %d"},'
	  . '"price":{"N":"%d.%02d"},"active":{"BOOL":%s},'
	  . '"created":{"S":"2026-01-01T00:00:00.%06dZ"},'
	  . '"tags":{"SS":["tag %d","common"]}}}}',
	  $n, $n, $n * 7, $n % 1000, 1 + $n % 99, $n % 2 ? 'true' : 'false', $n,
	  $n % 10;
}

sub load
{
	my ($worker) = @_;
	my $http = HTTP::Tiny->new(keep_alive => 1, timeout => 60);
	for (my $n = $worker * $batch; $n < $count; $n += $workers * $batch)
	{
		my $last = $n + $batch < $count ? $n + $batch : $count;
		my $items = join ',', map { item($_) } $n .. $last - 1;
		my $answer = $http->post(
			$endpoint,
			{
				headers => {
					'Content-Type' => 'application/x-amz-json-1.0',
					'X-Amz-Target' => 'DynamoDB_20120810.BatchWriteItem',
					'X-Amz-Date' => '20260101T000000Z',
					'Authorization' => 'AWS4-HMAC-SHA256 '
					  . 'Credential=test/20260101/us-east-1/dynamodb/'
					  . 'aws4_request, SignedHeaders=host, Signature=0',
				},
				content => qq({"RequestItems":{"$table":[$items]}}),
			});
		die "load: $answer->{status} $answer->{content}\n"
		  unless $answer->{success}
		  && $answer->{content} !~ /"UnprocessedItems":\{"/;
	}
	return;
}

foreach my $worker (0 .. $workers - 1)
{
	my $child = fork // die "could not fork: $!\n";
	next if $child;
	load($worker);
	exit 0;
}
my $failed = 0;
while (wait != -1)
{
	$failed ||= $?;
}
exit($failed ? 1 : 0);
