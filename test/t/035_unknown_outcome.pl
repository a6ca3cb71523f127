# What is known of a write, and what is not.  A 200 {} is no answer: what a
# request has consumed is asked for by each, so that an endpoint that has told
# it once tells it always, and an answer without it, and without anything else,
# comes from somebody in between.  And a transaction is not sent again once its
# token may be forgotten.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use File::Temp qw(tempfile);
use PostgreSQL::Test::Utils;
use Stub;
use Test::More;

# The server's clock can be put forward.
my (undef, $clock) = tempfile(UNLINK => 1);
chmod 0644, $clock;
my $shim = PostgreSQL::Test::Utils::tempdir() . '/shifted_clock.so';
system('gcc', '-shared', '-fPIC', '-o', $shim, "$FindBin::RealBin/../lib/shifted_clock.c", '-ldl') == 0
  or die "could not compile shifted_clock.c\n";
$ENV{SHIFTED_CLOCK} = $clock;
my $test;
{
	# behind what is there, as of a sanitizer, which must come first
	local $ENV{LD_PRELOAD} = join ' ', grep { defined } $ENV{LD_PRELOAD}, $shim;
	$test = DynamormTest->new('unknown_outcome');
}
my $node = $test->{node};

my %units = (ConsumedCapacity => { TableName => 'ttt', CapacityUnits => 1 });
my %item = (id => { S => 'a' }, n => { N => '1' });
my %key = (id => { S => 'a' });

# A foreign table, and the server of its name, whose endpoint is the stub.
sub make_table
{
	my ($name, $stub, $option) = @_;
	$node->safe_psql('postgres', qq(
		CREATE SERVER $name FOREIGN DATA WRAPPER dynamorm_fdw
		  OPTIONS (endpoint '$stub->{endpoint}', region 'us-east-1', $option);
		CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (access_key_id 'test', secret_access_key 'test');
		CREATE FOREIGN TABLE $name (id text OPTIONS (key 'partition'), n integer) SERVER $name OPTIONS (table_name 'ttt')));
	return;
}

# An endpoint that tells what was consumed, or does not; it answers {} for all
# items but "a".
sub endpoint
{
	my ($name, %more) = @_;
	my $nothing = sub
	{
		my ($operation, $body) = @_;
		return '{}' if $body =~ /"(Key|Item)":\{"id":\{"S":"z"/;
		return { %more, $operation eq 'GetItem' ? (Item => \%item) : () };
	};
	my $stub = Stub->new((map { $_ => $nothing } qw(GetItem PutItem UpdateItem DeleteItem)),
		Scan => { %more, Count => 1, ScannedCount => 1, Items => [ \%item ] },
		TransactWriteItems => '{}', BatchGetItem => '{}', BatchWriteItem => '{}',
		DescribeTable => '{"Table":{}}');
	make_table($name, $stub, q(max_attempts '3'));
	return $stub;
}
my $telling = endpoint('telling', %units);
my $silent = endpoint('silent');

# What psql says of the last of some statements.
sub ask
{
	my ($stub, @statements) = @_;
	my ($out, $err) = ('', '');
	$stub->forget;
	$node->psql('postgres', join(';', @statements), stdout => \$out, stderr => \$err,
		on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err . $out;
}

my $unknown = qr/ERROR:  40003: the outcome of the write is unknown\nDETAIL:  The answer is not one to this request: it does not say what was consumed\./;

# ---- reads ----

my $read = "SELECT n FROM %s WHERE id = '%s'";
my $seen = sprintf $read, 'telling', 'a';
like(ask($telling, $seen, sprintf $read, 'telling', 'z'),
	qr/ERROR:  08006: could not read the answer of DynamoDB endpoint .*\nDETAIL:  The answer is not one to this request: it does not say what was consumed\./,
	'mended: a row that is not there');
is(scalar $telling->requests('GetItem'), 4, 'a read is repeated');
like(ask($telling, sprintf $read, 'telling', 'z'), qr/^$/, 'of a connection that has told nothing yet: no row');
like(ask($silent, sprintf($read, 'silent', 'a'), sprintf $read, 'silent', 'z'), qr/^1$/,
	'of an endpoint that never tells: no row');
like(ask($telling, 'SELECT n FROM telling', sprintf $read, 'telling', 'z'), qr/ERROR:  08006/,
	'mended: any answer can be the one that has told');
like(ask($telling, "SELECT n FROM telling WHERE id IN ('y', 'z')"), qr/ERROR:  08006: .*it has no items/s,
	'a batch of items that are not there');

# ---- writes ----

my %write = (
	PutItem => "INSERT INTO %s VALUES ('z', 1)",
	UpdateItem => "UPDATE %s SET n = 5 WHERE id = 'z'",
	DeleteItem => "DELETE FROM %s WHERE id = 'z'");
foreach my $operation (sort keys %write)
{
	like(ask($telling, $seen, sprintf $write{$operation}, 'telling'), $unknown, "mended: $operation: nobody knows");
	is(scalar $telling->requests($operation), 1, "$operation is not sent again");
	unlike(ask($silent, sprintf($read, 'silent', 'a'), sprintf $write{$operation}, 'silent'), qr/ERROR/,
		"$operation: of an endpoint that never tells, done");
}
like(ask($telling, "UPDATE telling SET id = 'b' WHERE id = 'a'"),
	qr/ERROR:  40003: the outcome of the DynamoDB transaction is unknown\n.*it does not say what was consumed/s,
	'mended: a transaction: nobody knows');
my @transactions = $telling->requests('TransactWriteItems');
is(scalar @transactions, 3, 'it is sent again, having a token');
is(scalar(grep { $_->{ClientRequestToken} eq $transactions[0]{ClientRequestToken} } @transactions), 3, 'the same one');
like(ask($telling, 'TRUNCATE telling'), qr/ERROR:  40003: .*it does not say what is left over/s,
	'a batch of deletions: nobody knows');
is(scalar $telling->requests('BatchWriteItem'), 1, 'it is not sent again');

# ---- a token that may be forgotten ----

# It never goes back.
my $before = 0;

sub put_clock
{
	my ($seconds) = @_;
	open my $out, '>', $clock or die "cannot put the clock: $!";
	print $out $before + $seconds;
	close $out;
	return;
}

# A service that fails, after so many seconds, until it has been asked often
# enough.
sub failing
{
	my ($name, $seconds, $failures) = @_;
	my ($count, $path) = tempfile(UNLINK => 1);
	my $stub = Stub->new(GetItem => { %units, Item => \%item }, DescribeTable => '{"Table":{}}',
		TransactWriteItems => sub {
			open my $out, '>>', $path or die "cannot count: $!";
			syswrite $out, '.';
			close $out;
			my $calls = -s $path;
			put_clock($seconds * $calls);
			return $calls <= $failures ? { __type => 'InternalServerError', message => 'sorry' } : {%units};
		});
	make_table($name, $stub, q(request_timeout '3600000'));
	return $stub;
}

my $add = q{SELECT dyn_request('%s', 'TransactWriteItems', '{"ClientRequestToken": "once", "TransactItems": [{"Update":
	{"TableName": "ttt", "Key": {"id": {"S": "a"}}, "UpdateExpression": "ADD n :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}}]}') ->> 'x'};
my %statement = (move => "UPDATE %s SET id = 'b' WHERE id = 'a'", add => $add);
foreach my $kind (sort keys %statement)
{
	# 100 seconds for each attempt: the fourth begins after 300
	foreach my $case ([ 0, 5, 6, 0 ], [ 100, 2, 3, 0 ], [ 100, 5, 3, 1 ], [ 301, 1, 1, 1 ], [ 3000, 1, 1, 1 ])
	{
		my ($seconds, $failures, $requests, $is_unknown) = @$case;
		my $name = "${kind}_${seconds}_$failures";
		$before += 100_000;
		put_clock(0);
		my $stub = failing($name, $seconds, $failures);
		my $said = ask($stub, sprintf $statement{$kind}, $name);
		my $sent = $stub->requests('TransactWriteItems');
		is($sent, $requests, "$kind: $failures failures, $seconds s each: sent $requests times");
		if ($is_unknown)
		{
			like($said, qr/ERROR:  40003: the outcome of the DynamoDB transaction is unknown\nDETAIL:  It was not repeated, because DynamoDB may have forgotten its token\./,
				"mended: $kind: nobody knows");
		}
		else
		{
			is($said, '', "$kind: done");
		}
	}
}

done_testing();
