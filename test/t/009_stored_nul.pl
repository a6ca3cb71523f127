# A NUL in a stored string, which no text of PostgreSQL can hold: an error that
# names the item.  (jsonb cannot hold one either, so dyn_request() cannot put
# it.)
use strict;
use warnings;

use FindBin;
use HTTP::Tiny;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = DynamormTest->new('stored_nul');
my $node = $test->{node};
$test->create_tables(
	note => "id text OPTIONS (key 'partition'), t text, l text[], j jsonb");

sub put
{
	my ($attribute) = @_;
	my $answer = HTTP::Tiny->new->post($test->{endpoint}, {
		content => '{"TableName": "note", "Item": {"id": {"S": "x"}, ' . $attribute . '}}',
		# as if by another proxy: the signature is none
		headers => {
			'Via' => '1.1 test',
			'Content-Type' => 'application/x-amz-json-1.0',
			'X-Amz-Target' => 'DynamoDB_20120810.PutItem',
			'X-Amz-Date' => '20260101T000000Z',
			'Authorization' => 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0' } });
	$answer->{success} or die "PutItem: $answer->{status} $answer->{content}\n";
	return;
}

foreach my $case (
	[ t => '"t": {"S": "a\u0000b"}' ],
	[ l => '"l": {"L": [{"S": "a\u0000b"}]}' ],
	[ j => '"j": {"M": {"k": {"S": "a\u0000b"}}}' ])
{
	my ($column, $attribute) = @$case;
	put($attribute);
	my ($stdout, $stderr);
	$node->psql('postgres', 'SELECT * FROM note', stdout => \$stdout, stderr => \$stderr,
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($stderr, qr/ERROR:  22P05: a string in .*attribute "$column" of table "note" holds a NUL character/,
		"column $column: an error");
	like($stderr, qr/item \{"id": "x"\}/, "column $column: that names the item");
	is($node->safe_psql('postgres', "UPDATE note SET $column = NULL WHERE id = 'x' RETURNING id"),
		'x', "column $column: and can be mended");
}
$test->drop_tables;
done_testing();
