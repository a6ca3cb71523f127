#!/usr/bin/perl
#
# pages.pl
#		A server that answers Scan with pages of made-up items, as many as are
#		wanted and as fast as it can: what is left is what the client costs.
#
#	pages.pl --items N [--page-items M]
#
# Listens on a free port of the loopback interface and prints its number.  It
# knows DescribeTable, segments, ProjectionExpression and Select=COUNT; of the
# items of a page only their number counts, so all pages hold the same.
#
use strict;
use warnings;

use Compress::Zlib qw(crc32);
use Getopt::Long;
use IO::Socket::INET;
use JSON::PP;

my ($items, $page_items) = (1_000_000, 5000);
GetOptions('items=i' => \$items, 'page-items=i' => \$page_items)
  or die "usage: pages.pl [--items N] [--page-items M]\n";

# Seven attributes of the usual kinds.
sub attributes
{
	my ($number) = @_;
	return (
		[ id => qq({"S":"item-$number"}) ],
		[ seq => qq({"N":"$number"}) ],
		[ name => qq({"S":"a name of some length $number"}) ],
		[ price => sprintf('{"N":"%d.%02d"}', $number, $number % 100) ],
		[ active => $number % 2 ? '{"BOOL":true}' : '{"BOOL":false}' ],
		[ created => sprintf('{"S":"2026-01-%02dT10:00:00.000000Z"}', 1 + $number % 28) ],
		[ tags => qq({"SS":["red","t$number"]}) ]);
}

my %pages;				# by projection: the items of a full page, as JSON

sub full_page
{
	my ($wanted) = @_;
	my %wanted = map { $_ => 1 } @$wanted;
	return $pages{"@$wanted"} //= join ',', map {
		'{' . join(',', map { qq("$_->[0]":$_->[1]) } grep { !@$wanted || $wanted{ $_->[0] } } attributes($_)) . '}'
	} 1 .. $page_items;
}

sub scan
{
	my ($request) = @_;
	my $segments = $request->{TotalSegments} // 1;
	my $pages = int($items / $page_items / $segments + 0.5);
	my $page = $request->{ExclusiveStartKey} ? $request->{ExclusiveStartKey}{seq}{N} : 0;
	my $count = qq("Count":$page_items,"ScannedCount":$page_items);
	my $units = '"ConsumedCapacity":{"TableName":"pages","CapacityUnits":256.0}';
	my $next = $page + 1 < $pages ? sprintf(',"LastEvaluatedKey":{"seq":{"N":"%d"}}', $page + 1) : '';
	return "{$count,$units$next}" if ($request->{Select} // '') eq 'COUNT';
	my $names = $request->{ExpressionAttributeNames} // {};
	my @wanted = map { $names->{$_} // $_ } split /\s*,\s*/, $request->{ProjectionExpression} // '';
	return "{$count,$units,\"Items\":[" . full_page(\@wanted) . "]$next}";
}

sub describe
{
	my $size = 200 * $items;
	return qq({"Table":{"TableName":"pages","ItemCount":$items,"TableSizeBytes":$size,)
	  . '"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}}';
}

sub serve
{
	my ($socket) = @_;
	local $/ = "\r\n";
	while (defined(my $line = <$socket>))
	{
		my ($operation, $length) = ('', 0);
		while (defined($line = <$socket>) && $line ne "\r\n")
		{
			$operation = $1 if $line =~ /^x-amz-target: \w+\.(\w+)/i;
			$length = $1 if $line =~ /^content-length: (\d+)/i;
		}
		read($socket, my $body, $length) == $length or last;
		my $answer = $operation eq 'Scan' ? scan(decode_json($body)) : describe();
		print $socket "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nx-amz-crc32: " . crc32($answer)
		  . "\r\nContent-Length: " . length($answer) . "\r\n\r\n" . $answer;
		$socket->flush;
	}
	return;
}

my $listener = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1') or die "cannot listen: $!\n";
full_page([]);
full_page([ 'id', 'seq', 'name' ]);
full_page([ 'id', 'seq', 'name', 'price' ]);
$SIG{CHLD} = 'IGNORE';
$| = 1;
print $listener->sockport, "\n";
while (1)
{
	my $socket = $listener->accept or next;
	next if fork;
	close $listener;
	serve($socket);
	exit 0;
}
