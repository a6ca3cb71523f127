# What only the service answers, and no engine does: the texts in the reasons of
# a cancelled transaction, why it throttles, limits of an account, states of
# tables, and tables that it has not counted yet.  A stub answers as it does.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use File::Temp qw(tempfile);
use JSON::PP;
use PostgreSQL::Test::Utils;
use Stub;
use Test::More;

my $test = DynamormTest->new('service');
my $node = $test->{node};

# ---- a stub that answers as the case at hand says ----

my %key = (KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' } ]);
my %units = (ConsumedCapacity => { TableName => 'ttt', CapacityUnits => 1 });
my %item = (Item => { id => { S => 'a' }, n => { N => '1' } });
my %usual = (
	DescribeTable => { Table => { %key, TableName => 'ttt', TableStatus => 'ACTIVE', ItemCount => 0, TableSizeBytes => 0 } },
	GetItem => { %item, %units },
	ListTables => { TableNames => ['ttt'] },
	TransactWriteItems => { ConsumedCapacity => [ $units{ConsumedCapacity} ] });

# It is handed over by a file, since the stub has forked long ago.
my (undef, $file) = tempfile(UNLINK => 1);
my (undef, $seen) = tempfile(UNLINK => 1);

sub answer
{
	my ($operation, $body) = @_;
	open my $in, '<', $file or die "cannot read the case: $!";
	local $/;
	my $case = decode_json(<$in>);
	my $answer = $case->{$operation} // $usual{$operation} // {};
	return $answer unless ref $answer eq 'HASH' && $answer->{items};
	return page($answer->{items}, decode_json($body));
}

# A page of a table of so many items, of which 1,000 are in a page, and which
# are evenly spread over segments.
sub page
{
	my ($items, $request) = @_;
	my $of_segment = int($items / ($request->{TotalSegments} // 1));
	my $from = exists $request->{ExclusiveStartKey} ? $request->{ExclusiveStartKey}{id}{S} =~ s/.*-//r : 0;
	my $segment = $request->{Segment} // 'all';
	my $limit = $request->{Limit} && $request->{Limit} < 1000 ? $request->{Limit} : 1000;
	my $end = $from + $limit < $of_segment ? $from + $limit : $of_segment;
	my @page = map { { id => { S => "$segment-$_" }, n => { N => '1' } } } $from .. $end - 1;
	return { Items => \@page, Count => scalar @page, ScannedCount => scalar @page,
		ConsumedCapacity => { TableName => 'ttt', CapacityUnits => 10 },
		$end < $of_segment ? (LastEvaluatedKey => { id => { S => "$segment-$end" } }) : () };
}

my $stub = Stub->new('*' => \&answer);
$node->safe_psql('postgres', qq(
	CREATE SERVER stub FOREIGN DATA WRAPPER dynamorm_fdw
	  OPTIONS (endpoint '$stub->{endpoint}', region 'us-east-1');
	CREATE USER MAPPING FOR CURRENT_USER SERVER stub OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE FOREIGN TABLE ttt (id text OPTIONS (key 'partition'), n integer) SERVER stub;
	CREATE SCHEMA imported;));

# What psql says of a statement, while the stub answers so.
sub ask
{
	my ($sql, %answers) = @_;
	open my $out, '>', $file or die "cannot write the case: $!";
	print $out encode_json(\%answers);
	close $out;
	$stub->forget;
	my ($stdout, $stderr) = ('', '');
	$node->psql('postgres', $sql, stdout => \$stdout, stderr => \$stderr,
		on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return "$stderr\n$stdout";
}

sub refusal
{
	my ($code, $message, %more) = @_;
	return { __type => "com.amazonaws.dynamodb.v20120810#$code", message => $message, %more };
}

# ---- the reasons of a cancelled transaction ----

my $move = "UPDATE ttt SET id = 'b' WHERE id = 'a'";

sub cancelled
{
	my (@reasons) = @_;
	my $codes = join ', ', map { $_->{Code} } @reasons;
	return (TransactWriteItems => { __type => 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
		Message => "Transaction cancelled, please refer cancellation reasons for specific reasons [$codes]",
		CancellationReasons => \@reasons });
}
my %none = (Code => 'None');
my $too_long = 'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes';

like(ask($move, cancelled(\%none, { Code => 'ValidationError', Message => $too_long })),
	qr/ERROR:  HV000: DynamoDB refused the request\nDETAIL:  TransactionCanceledException: Transaction cancelled, .*\[None, ValidationError\]\.  Action 2: ValidationError: \Q$too_long\E\.  Operation TransactWriteItems on table "ttt"/,
	'mended: the reason that an index key is invalid');
is(scalar $stub->requests('TransactWriteItems'), 1, 'it is sent once');
like(ask($move, cancelled({ Code => 'ValidationError', Message => 'one' }, { Code => 'ValidationError', Message => 'two' })),
	qr/Action 1: ValidationError: one\.  Action 2: ValidationError: two\.  Operation/, 'mended: two reasons that differ');
like(ask($move, cancelled({ Code => 'ValidationError', Message => 'one' }, { Code => 'ValidationError', Message => 'one' })),
	qr/Action 1: ValidationError: one\.  Operation/, 'two that do not');
like(ask($move, cancelled({ Code => 'AccessDenied', Message => 'not you' }, { Code => 'None', Message => JSON::PP::null })),
	qr/ERROR:  42501: access to DynamoDB denied.*Action 1: AccessDenied: not you\./s, 'mended: an access that is denied');
foreach my $size ('Item size has exceeded the maximum allowed size', 'Item size to update has exceeded the maximum allowed size')
{
	like(ask($move, cancelled(\%none, { Code => 'ValidationError', Message => $size })),
		qr/ERROR:  54000: item is too large for DynamoDB\nDETAIL:  .*Action 2: ValidationError: $size\./, "mended: a reason: $size");
}
unlike(ask($move, cancelled(\%none, { Code => 'ValidationError', Message => 'x' x 10_000 })),
	qr/x{5000}/, 'not more of a reason than of any text');
like(ask($move, cancelled(\%none, { Code => 'ValidationError' })),
	qr/ERROR:  HV000: .*\[None, ValidationError\]\.  Operation/s, 'a reason without a text');
like(ask('ALTER SERVER stub OPTIONS (ADD max_attempts \'1\')', ()), qr/^$/, 'one attempt from here on');
like(ask($move, cancelled({ Code => 'ThrottlingError', Message => 'Throughput exceeds the current capacity for one or more global secondary indexes' }, \%none)),
	qr/ERROR:  53400: DynamoDB throttled.*Action 1: ThrottlingError: Throughput exceeds .* secondary indexes\./s, 'mended: which capacity is exhausted');

# ---- why a request is throttled ----

my $arn = 'arn:aws:dynamodb:us-east-1:123456789012:table/ttt/index/by_n';
my $reason = { reason => 'IndexWriteKeyRangeThroughputExceeded', resource => $arn };
my $update = "UPDATE ttt SET n = 5 WHERE id = 'a'";
foreach my $case ([ 'ThrottlingException', 'throttlingReasons' ],
	[ 'ProvisionedThroughputExceededException', 'ThrottlingReasons' ],
	[ 'RequestLimitExceeded', 'ThrottlingReasons' ])
{
	my ($code, $member) = @$case;
	like(ask($update, UpdateItem => refusal($code, 'slow down', $member => [$reason])),
		qr{ERROR:  53400: .*\nDETAIL:  $code: slow down\.  IndexWriteKeyRangeThroughputExceeded of table/ttt/index/by_n\.  Operation UpdateItem},
		"mended: $code has $member");
}
like(ask($update, UpdateItem => refusal('ThrottlingException', 'slow down', throttlingReasons => [ $reason, { reason => 'AccountLimitExceeded' } ])),
	qr{by_n\.  AccountLimitExceeded\.  Operation}, 'mended: two reasons, one without a resource');
foreach my $junk (5, 'x', {}, [5], [ [] ], [ { reason => 5, resource => {} } ], [ { resource => $arn } ])
{
	like(ask($update, UpdateItem => refusal('ThrottlingException', 'slow down', throttlingReasons => $junk)),
		qr/ERROR:  53400: .*\nDETAIL:  ThrottlingException: slow down\.  Operation UpdateItem/,
		'reasons of another form are skipped: ' . JSON::PP->new->allow_nonref->canonical->encode($junk));
}

# what helps: of each reason, of both, and of none that is known
my %helps = (
	KeyRangeThroughputExceeded => 'Too many requests go to one partition key%s, or to keys close to each other\.  .*more capacity does not help\.',
	ProvisionedThroughputExceeded => "The %s's provisioned capacity is exhausted\\.  Raise it",
	MaxOnDemandThroughputExceeded => 'The %s has a maximum of on-demand throughput, which is reached\.  Raise it',
	AccountLimitExceeded => "The account's quota for one %s is reached\\.  Have AWS raise it");
foreach my $limit (sort keys %helps)
{
	foreach my $what ('TableWrite', 'IndexRead')
	{
		my $of = lc substr $what, 0, 5;
		$of = $of eq 'index' ? ' of the index' : '' if $limit =~ /KeyRange/;
		my $hint = sprintf $helps{$limit}, $of;
		like(ask($update, UpdateItem => refusal('ThrottlingException', 'slow down', throttlingReasons => [ { reason => "$what$limit", resource => $arn } ])),
			qr/ERROR:  53400: .*HINT:  $hint/s, "what helps against $what$limit");
	}
}
like(ask($update, UpdateItem => refusal('ThrottlingException', 'slow down', throttlingReasons =>
		[ map { { reason => $_ } } 'TableWriteKeyRangeThroughputExceeded', 'TableReadKeyRangeThroughputExceeded', 'IndexWriteProvisionedThroughputExceeded' ])),
	qr/HINT:  Too many requests go to one partition key, [^\n]*help\.  The index's provisioned [^.\n]*\.  [^.\n]*\.\n/, 'against two, each once');
foreach my $case ([ 'none', undef ], [ 'one that is new', [ { reason => 'TableWriteMoonExceeded' } ] ])
{
	my ($title, $reasons) = @$case;
	like(ask($update, UpdateItem => refusal('ThrottlingException', 'slow down', $reasons ? (throttlingReasons => $reasons) : ())),
		qr/HINT:  The table's or the account's capacity is exhausted\.  Retry later, or raise the capacity\.\n/, "a reason: $title");
}
foreach my $case ([ 'ThrottlingError', 'DynamoDB is still scaling the table or index, or too many requests go to one key\.' ],
	[ 'ProvisionedThroughputExceeded', 'The capacity that the table or index has been given is exhausted\.  Raise it' ])
{
	my ($code, $hint) = @$case;
	like(ask($move, cancelled(\%none, { Code => $code, Message => 'too much' })),
		qr/ERROR:  53400: .*Action 2: $code: too much\..*HINT:  $hint/s, "what helps a transaction that is cancelled: $code");
}
my %both = cancelled({ Code => 'ThrottlingError', Message => 'too much' }, \%none);
$both{TransactWriteItems}{ThrottlingReasons} = [$reason];
like(ask($move, %both), qr/IndexWriteKeyRangeThroughputExceeded of table.*HINT:  Too many requests go to one partition key of the index/s,
	'its reasons in full go before its codes');
ask('ALTER SERVER stub OPTIONS (DROP max_attempts)');

# ---- limits of an account ----

my $limit = 'Subscriber limit exceeded: There is a limit of 2500 tables per subscriber';
my $said = ask("SELECT dyn_create_table('ttt'); SELECT sum(requests), sum(throttles) FROM dyn_stat_requests",
	CreateTable => refusal('LimitExceededException', $limit));
like($said, qr/ERROR:  53400: a limit of the DynamoDB account is reached\nDETAIL:  LimitExceededException: \Q$limit\E\./, 'mended: a limit is called one');
unlike($said, qr/throttled|capacity/, 'and not throttling');
like($said, qr/^3\|0$/m, 'mended: it is tried three times');
is(scalar $stub->requests('CreateTable'), 3, 'and no more');

# ---- states of tables ----

foreach my $state ('created', 'deleted')
{
	my $message = "Attempt to change a resource which is still in use: Table is being $state: ttt";
	like(ask("SELECT dyn_create_table('ttt')", CreateTable => refusal('ResourceInUseException', $message)),
		qr/ERROR:  42P07: DynamoDB table "ttt" already exists\nDETAIL:  DynamoDB says: $message\n/, "mended: a table that is being $state");
}
like(ask('SELECT n FROM ttt', Scan => refusal('ResourceNotFoundException', 'Requested resource not found')),
	qr/ERROR:  HV00R: DynamoDB table "ttt" does not exist\n.*HINT:  .*One that is still being created cannot be used yet\./s,
	'mended: a table that is being created, in a request for its items');

# ---- tables that are not counted yet ----

# the rows that a plan expects
sub planned
{
	my (%answers) = @_;
	return ask('EXPLAIN SELECT n FROM ttt', %answers) =~ /^Foreign Scan .*rows=(\d+)/m ? $1 : undef;
}

# the segments that a small table is read in
sub segments
{
	my (%answers) = @_;
	ask('SELECT n FROM ttt', Scan => { items => 8 }, %answers);
	return scalar $stub->requests('Scan');
}
my $counted = { Table => { %{ $usual{DescribeTable}{Table} }, ItemCount => 7, TableSizeBytes => 700 } };
is(planned(DescribeTable => $counted), 7, 'what is counted is believed');
is(planned(), 1_000_000, 'mended: of what is not counted nothing is known');
is(planned(DescribeTable => refusal('AccessDeniedException', 'no')), 1_000_000, 'as of what is not described');
is(segments(), 1, 'and whether segments are worth their requests');
is(segments(DescribeTable => refusal('AccessDeniedException', 'no')), 8, 'of what is not described they are read at once');
is(segments(DescribeTable => { Table => { %{ $counted->{Table} }, ItemCount => 1_000_000, TableSizeBytes => 0 } }), 8,
	'items of no size are taken for some of the usual size');

my %large = (Scan => { items => 4_096_000 });
like(ask('SET dynamorm_fdw.max_read_units = 5; SELECT n FROM ttt', %large),
	qr/ERROR:  53400: statement has used more than 5 read units/, 'the budget goes by what is read');
like(ask('SET dynamorm_fdw.max_read_units = 5; SELECT n FROM ttt', %large,
		DescribeTable => { Table => { %{ $usual{DescribeTable}{Table} }, ItemCount => 4_096_000, TableSizeBytes => 4e9 } }),
	qr/ERROR:  53400: statement would use about 976562 read units/, 'where it is counted, by that');

# Segments that were read to their ends, of how many, beyond the first page and
# the 16 that estimate; items that are sampled.
sub sampled
{
	my (%answers) = @_;
	my $said = ask('SET default_statistics_target = 10; ANALYZE VERBOSE ttt;'
		  . q{SELECT 'rows ' || reltuples::bigint FROM pg_class WHERE relname = 'ttt'}, %answers);
	my ($rows) = $said =~ /^rows (-?\d+)$/m;
	return ($rows, $stub->requests('Scan'));
}

my ($rows, @scans) = sampled(Scan => { items => 900 });
is($rows, 900, 'a page is all of a small table');
is(scalar @scans, 1, 'one request');
($rows, @scans) = sampled(%large);
# segments are cut to whole items
cmp_ok(abs($rows - 4_096_000), '<', 41_000, 'mended: a large table is estimated');
is(scalar(grep { !exists $_->{Segment} } @scans), 1, 'after its first page');
is(scalar(grep { ($_->{TotalSegments} // 0) == 4096 } @scans) > 0, 1, 'some segments estimate it');
my %segments = map { $_->{Segment} => 1 } grep { ($_->{TotalSegments} // 4096) != 4096 } @scans;
cmp_ok(scalar(keys %segments), '>=', 40, 'mended: it is sampled from all over it');
is(planned(), $rows, 'plans go by ANALYZE');
($rows, @scans) = sampled(%large, DescribeTable => { Table => { %{ $usual{DescribeTable}{Table} }, ItemCount => 5_000_000, TableSizeBytes => 4e9 } });
is($rows, 5_000_000, 'a count is believed');
is(scalar(grep { !exists $_->{Segment} } @scans), 0, 'and the first page left alone');

like(ask('IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (ttt) FROM SERVER stub INTO imported;'
	  . "SELECT count(*) FROM pg_attribute WHERE attrelid = 'imported.ttt'::regclass AND attname = 'n'",
	  %large), qr/^1$/m, 'a table that is not counted is imported');
cmp_ok(scalar(grep { ($_->{TotalSegments} // 4096) != 4096 } $stub->requests('Scan')), '>', 1,
	'mended: from a sample of segments');

done_testing();
