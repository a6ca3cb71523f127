# Message.pm
#		HTTP messages as the proxy takes them apart and makes them.
#
package Proxy::Message;

use strict;
use warnings;

use Compress::Raw::Zlib ();
use Exporter qw(import);
use JSON::PP;
use POSIX qw(strftime);

our @EXPORT_OK = qw($json take_message make_message fields_of crc_line);

our $json = JSON::PP->new->canonical->utf8->allow_nonref;

my $requests_answered = 0;		# by the proxy itself, for their ids
my $clock = sub { return time };

# Who tells the time of the Date header.
sub set_clock
{
	($clock) = @_;
	return;
}

# Takes the first complete HTTP message off a buffer: its head and its body,
# and the two together as they came.  Nothing if it is not complete.
sub take_message
{
	my ($buffer) = @_;
	my $start = index($$buffer, "\r\n\r\n");
	return if $start < 0;
	my $head = substr($$buffer, 0, $start + 4);
	my $end = $start + 4;

	if ($head =~ /^Transfer-Encoding:\s*chunked/mi)
	{
		my $body = '';
		while (1)
		{
			my $line = index($$buffer, "\r\n", $end);
			return if $line < 0;
			my $size = hex(substr($$buffer, $end, $line - $end) =~ s/;.*//r);
			$end = $line + 2 + $size + 2;
			return if length $$buffer < $end;
			last if $size == 0;
			$body .= substr($$buffer, $line + 2, $size);
		}
		return ($head, $body, substr($$buffer, 0, $end, ''));
	}
	$end += $1 if $head =~ /^Content-Length:\s*(\d+)/mi;
	return if length $$buffer < $end;
	my $whole = substr($$buffer, 0, $end, '');
	return ($head, substr($whole, length $head), $whole);
}

# The fields of a head, their names in lower case.
sub fields_of
{
	my ($head) = @_;
	my %fields;
	$fields{ lc $1 } = $2 while $head =~ /^([\w-]+):[ \t]*(.*?)[ \t]*\r$/mg;
	return \%fields;
}

sub crc_line
{
	my ($body) = @_;
	return 'x-amz-crc32: ' . Compress::Raw::Zlib::crc32($body);
}

# An answer.  More header lines may follow the body; one of them may be the
# checksum (crc_line), which else is right, or '' for none.
sub make_message
{
	my ($status, $body, @lines) = @_;
	my @crc = grep { $_ eq '' || /^x-amz-crc32:/ } @lines;
	@crc = (crc_line($body)) unless @crc;
	return join(
		"\r\n",
		"HTTP/1.1 $status Proxy",
		'Date: ' . strftime('%a, %d %b %Y %H:%M:%S GMT', gmtime($clock->())),
		'Content-Type: application/x-amz-json-1.0',
		'x-amzn-RequestId: PROXY' . ++$requests_answered,
		(grep { $_ ne '' && !/^x-amz-crc32:/ } @lines),
		(grep { /^Content-Length:/ } @lines) ? ()
		: 'Content-Length: ' . length($body),
		(grep { $_ ne '' } @crc),
		'', $body);
}

1;
