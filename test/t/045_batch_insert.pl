# INSERT and COPY in batches: what becomes of each row when requests, answers or
# single rows of a batch fail; what is sent again, and what is not.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Session;
use Stub;
use Test::More;

my $test = DynamormTest->new('batch_insert');
my $node = $test->{node};
my $batch = 'BatchExecuteStatement';
$test->create_tables(thing => "id text OPTIONS (key 'partition') COLLATE \"C\", n integer");

# Sets the faults, begins with no item, and runs the statements in one session.
sub run
{
	my ($sql, @rules) = @_;
	my ($out, $err) = ('', '');
	$node->safe_psql('postgres', 'DELETE FROM thing');
	$test->reset_proxy;
	$test->fault(@rules) if @rules;
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err,
		on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return ($out, $err);
}

sub stored
{
	return $node->safe_psql('postgres', "SELECT coalesce(string_agg(id, ' ' ORDER BY id), '') FROM thing");
}

# How many statements each batch had.
sub batches
{
	return map { scalar @{ decode_json($_)->{Statements} } } @{ $test->ask_proxy(GET => '/__bodies')->{$batch} // [] };
}

sub insert_of
{
	return "INSERT INTO thing SELECT chr(96 + i), i FROM generate_series(1, $_[0]) i";
}

sub on_statements
{
	my ($code, @more) = @_;
	return { kind => 'statements', operation => $batch, code => $code, @more };
}

my ($out, $err);
my $five = insert_of(5);
my $all = '\{"id": "a"\}.*\{"id": "b"\}, \{"id": "c"\}, \{"id": "d"\}, \{"id": "e"\}';

# ---- how many requests ----

foreach my $case (
	[ 1, { PutItem => 1 } ],
	[ 2, { $batch => 1 } ],
	[ 25, { $batch => 1 } ],
	[ 26, { $batch => 1, PutItem => 1 } ],
	[ 1000, { $batch => 40 } ])
{
	my ($rows, $requests) = @$case;
	my $series = "SELECT 'k' || i, i FROM generate_series(1, $rows) i";
	my $copy = "COPY thing FROM PROGRAM 'seq 1 $rows | sed \"s/.*/k&,&/\"' (FORMAT csv)";
	foreach my $sql ("INSERT INTO thing $series", "INSERT INTO thing $series ON CONFLICT DO NOTHING", $copy)
	{
		($out, $err) = run($sql);
		is($err, '', "$rows rows: $sql");
		is_deeply($test->counts, $requests, '... as few requests');
		is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT n), max(n) FROM thing'), "$rows|$rows|$rows", '... each is there');
	}
}
($out, $err) = run("SET dynamorm_fdw.enable_batch_insert = off; $five");
is_deeply($test->counts, { PutItem => 5 }, 'enable_batch_insert');

# ---- an answer that does not come ----

foreach my $fault (
	[ { kind => 'reset_after' }, 'a b c d e' ], [ { kind => 'reset_before' }, '' ],
	[ { kind => 'status', status => 500, when => 'after' }, 'a b c d e' ],
	[ { kind => 'error', code => 'AccessDeniedException', status => 503, when => 'after' }, 'a b c d e' ],
	[ { kind => 'crc' }, 'a b c d e' ], [ { kind => 'body', form => 'object' }, 'a b c d e' ],
	[ { kind => 'body', form => 'truncated' }, 'a b c d e' ])
{
	my ($rule, $left) = @$fault;
	my $name = join ' ', map { "$_ $rule->{$_}" } sort keys %$rule;
	($out, $err) = run($five, { %$rule, operation => $batch });
	like($err, qr/ERROR:  40003: the outcome of the write is unknown\nDETAIL:  .*$batch on table "thing", item $all too\./,
		"$name: 40003 names every key");
	is_deeply($test->counts, { $batch => 1 }, '... nothing is sent again');
	is(stored(), $left, '... what is there');
}

# of several batches, each names its own; the others are told of
($out, $err) = run("INSERT INTO thing SELECT to_char(i, 'FM000'), i FROM generate_series(1, 100) i",
	{ kind => 'reset_after', operation => $batch, contains => '"030"' });
like($err, qr/ERROR:  40003: .*item \{"id": "026"\}.*Before that, the statement wrote 75 items\..*The outcome is unknown of the writes of (?:\{"id": "0(?:2[6-9]|[34]\d|50)"\}(?:, )?){24} too\./s,
	'one of four batches: its 25 keys');
is(() = $err =~ /"id": "/g, 25, '... and no other');

# ---- rows with an answer of their own ----

($out, $err) = run($five, on_statements('InternalServerError', places => [ 1, 3 ], when => 'after'));
like($err, qr/ERROR:  40003: .*\nDETAIL:  InternalServerError: fault\..*item \{"id": "b"\}\..*Before that, the statement wrote 3 items\.  The outcome is unknown of the write of \{"id": "d"\} too\./,
	'InternalServerError: 40003 for these rows alone');
is_deeply($test->counts, { $batch => 1 }, '... nothing is sent again');
is(stored(), 'a b c d e', '... and they may be there');

($out, $err) = run($five, on_statements('SomethingElse', places => [ 4 ]));
like($err, qr/ERROR:  40003: .*\nDETAIL:  SomethingElse: fault\..*item \{"id": "e"\}\..*wrote 4 items\.$/m,
	'a code that nobody knows: 40003');

($out, $err) = run($five, on_statements('ThrottlingError', places => [ 0, 2 ]), on_statements('ProvisionedThroughputExceeded', places => [ 1 ]));
is($err, '', 'rows that are throttled');
is_deeply([ batches() ], [ 5, 2, 1 ], '... are sent again alone');
is(stored(), 'a b c d e', '... and written');

($out, $err) = run("$five; SELECT operation, calls, requests, retries, throttles, unknown_outcomes FROM dyn_stat_requests WHERE operation = '$batch'",
	on_statements('RequestLimitExceeded', places => [ 0, 2 ]));
is($out, "$batch|2|2|1|1|0", '... and counted');

$node->safe_psql('postgres', "ALTER SERVER dynamo OPTIONS (ADD max_attempts '2')");
($out, $err) = run($five, on_statements('ThrottlingError', places => [ 1 ]), on_statements('ThrottlingError', places => [ 0 ]));
like($err, qr/ERROR:  53400: DynamoDB throttled the request\nDETAIL:  ThrottlingError: fault\..*$batch on table "thing", item \{"id": "b"\}, after 2 attempts\..*Before that, the statement wrote 4 items\./,
	'as often as a PutItem');
($out, $err) = run($five, on_statements('TransactionConflict', places => [ 1 ]), on_statements('TransactionConflict', places => [ 0 ]));
like($err, qr/ERROR:  40001: .*\nDETAIL:  TransactionConflict: fault\..*item \{"id": "b"\}, after 2 attempts/,
	'a transaction on a row');
is(stored(), 'a c d e', '... which is not written');
$node->safe_psql('postgres', 'ALTER SERVER dynamo OPTIONS (DROP max_attempts)');

foreach my $code (qw(ValidationError ConditionalCheckFailed ItemCollectionSizeLimitExceeded ResourceNotFound AccessDenied))
{
	($out, $err) = run($five, on_statements($code, places => [ 2 ]));
	is($err, '', "$code of a row");
	is_deeply($test->counts, { $batch => 1, PutItem => 1 }, '... a PutItem asks again');
	is(stored(), 'a b c d e', '... and has the last word');
}
($out, $err) = run($five, on_statements('ValidationError', places => [ 2 ]), { kind => 'error', code => 'AccessDeniedException', operation => 'PutItem' });
like($err, qr/ERROR:  42501: .*PutItem on table "thing", item \{"id": "c"\}\..*wrote 4 items/s, '... also if it fails');

# ---- a batch that is refused as a whole ----

($out, $err) = run($five, { kind => 'throttle', operation => $batch, count => 2 });
is($err, '', 'throttled');
is_deeply([ batches() ], [ 5, 5, 5 ], '... sent again');
($out, $err) = run($five, { kind => 'error', code => 'ValidationException', operation => $batch });
is($err, '', 'not understood');
is_deeply($test->counts, { $batch => 1, PutItem => 5 }, '... one by one');
is(stored(), 'a b c d e', '... all');

foreach my $case (
	[ 'denied', 1, { kind => 'error', code => 'AccessDeniedException' } ],
	[ 'not known', 0, { kind => 'error', code => 'UnknownOperationException' } ],
	[ 'denied row by row', 1, on_statements('AccessDenied', percent => 100) ])
{
	my ($name, $told, $rule) = @$case;
	($out, $err) = run("INSERT INTO thing SELECT i, 1 FROM generate_series(1, 60) i; INSERT INTO thing SELECT i, 1 FROM generate_series(101, 105) i",
		{ %$rule, operation => $batch, count => 0 });
	is(() = $err =~ /NOTICE:  00000: rows are inserted into foreign table "thing" one by one\n.*AccessDeniedException\.\nHINT:  Allow the action dynamodb:PartiQLInsert/g,
		$told, "$name: " . ($told ? 'one NOTICE' : 'nothing to tell'));
	unlike($err, qr/ERROR/, '... no error');
	is_deeply($test->counts, { $batch => 3, PutItem => 65 }, '... a PutItem for each row from now on');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM thing'), 65, '... all are there');
}

# ---- keys that are taken ----

my $numbers = "INSERT INTO thing SELECT to_char(i, 'FM0000'), i FROM";
my $taken = "$numbers generate_series(25, 1000, 25) i";
($out, $err) = run("$taken; $numbers generate_series(1, 1000) i ON CONFLICT DO NOTHING; SELECT count(*) FROM thing; "
	  . "WITH w AS (INSERT INTO thing SELECT i, 1 FROM generate_series(1, 30) i ON CONFLICT DO NOTHING) SELECT 1");
is("$err$out", "1000\n1", '40 of 1,000 rows are there');
($out, $err) = run("$taken; DO \$\$ DECLARE n int; BEGIN $numbers generate_series(1, 1000) i ON CONFLICT DO NOTHING; GET DIAGNOSTICS n = ROW_COUNT; RAISE NOTICE 'rows: %', n; END \$\$");
like($err, qr/NOTICE:  00000: rows: 960\n/, '... and do not count');
($out, $err) = run("$taken; $numbers generate_series(601, 640) i");
like($err, qr/ERROR:  23505: .*\nDETAIL:  Key \(id\)=\(0625\) already exists\.  Before that, the statement wrote 39 items\./, '... or are an error');
($out, $err) = run("INSERT INTO thing VALUES ('b', 0), ('d', 0), ('e', 0); $five");
like($err, qr/ERROR:  23505: .*\nDETAIL:  Key \(id\)=\(b\) already exists\.  Before that, the statement wrote 2 items\.  The keys of \{"id": "d"\}, \{"id": "e"\} are taken too\./,
	'... each of which is named');
($out, $err) = run("INSERT INTO thing VALUES ('c', 0); $five", on_statements('InternalServerError', places => [ 0 ]));
like($err, qr/ERROR:  40003: .*item \{"id": "a"\}.*The write of \{"id": "c"\} has failed\.  Before that, the statement wrote 3 items\./s,
	'one that is unknown goes first');
($out, $err) = run("$numbers unnest('{1,2,1,3,2}'::int[]) i");
like($err, qr/ERROR:  23505: .*\nDETAIL:  Key \(id\)=\(0001\) already exists\.  Before that, the statement wrote 3 items\./, 'twice in one statement');
is_deeply([ batches() ], [ 3 ], '... is never twice in a batch');
($out, $err) = run("DO \$\$ DECLARE n int; BEGIN $numbers unnest('{1,2,1,3,2}'::int[]) i ON CONFLICT DO NOTHING; GET DIAGNOSTICS n = ROW_COUNT; RAISE NOTICE 'rows: %', n; END \$\$");
like($err, qr/NOTICE:  00000: rows: 3\n/, '... counts once');

# ---- interrupts ----

$test->reset_proxy;
($out, $err) = run("SET statement_timeout = '1s'; $five", { kind => 'stall', operation => $batch, when => 'after' });
like($err, qr/WARNING:  40003: the outcome of 5 DynamoDB writes in flight is unknown.*\nDETAIL:  $batch on table "thing", items $all\./,
	'a batch is under way: a WARNING names its keys');
like($err, qr/ERROR:  57014: /, '... before the error');

# what is lost by then is told of as well, alone or in batches
my %lost = (
	'an answer' => [ "INSERT INTO thing SELECT to_char(i, 'FM000'), i FROM generate_series(1, 50) i", 50, { kind => 'reset_after', operation => $batch, contains => '"030"' } ],
	'a row' => [ "INSERT INTO thing SELECT to_char(i, 'FM000'), i FROM generate_series(1, 50) i", 27,
		{ kind => 'statements', operation => $batch, contains => '"030"', places => [ 0, 24 ], code => 'InternalServerError' } ],
	'one alone' => [ "LOAD 'dynamorm_fdw'; SET dynamorm_fdw.enable_batch_insert = off; INSERT INTO thing VALUES ('001', 1), ('050', 1)", 2,
		{ kind => 'reset_after', operation => 'PutItem', contains => '"050"' } ]);
foreach my $name (sort keys %lost)
{
	my ($sql, $count, $rule) = @{ $lost{$name} };
	($out, $err) = run("SET statement_timeout = '2s'; $sql", $rule, { kind => 'stall', when => 'after', contains => '"001"' });
	my ($warning) = $err =~ /(WARNING:  40003.*?)HINT/s;
	like($warning, qr/the outcome of $count DynamoDB writes in flight is unknown.*\{"id": "001"\}.*\{"id": "050"\}/s, "mended: $name is lost, and then the statement is cancelled");
	is(() = $warning =~ /"id"/g, $count, '... each is named');
	like($err, qr/ERROR:  57014: /, '... before the error');
}

# and what has come since is counted, in whatever order it comes
($out, $err) = run("SET statement_timeout = '3s'; INSERT INTO thing SELECT to_char(i, 'FM000'), i FROM generate_series(1, 100) i",
	{ kind => 'reset_after', operation => $batch, contains => '"030"' },
	(map { { kind => 'delay', operation => $batch, when => 'after', milliseconds => 500, contains => "\"$_\"" } } qw(060 090)),
	{ kind => 'stall', operation => $batch, when => 'after', contains => '"001"' });
like($err, qr/WARNING:  40003: the outcome of 50 DynamoDB writes in flight is unknown/, 'mended: two batches are lost');
like($err, qr/WARNING:  01000: 50 DynamoDB writes of the rolled back transaction stay/, '... and the others are counted');

# ---- how many are under way ----

$node->safe_psql('postgres', "ALTER SERVER dynamo OPTIONS (ADD max_concurrency '3')");
$test->reset_proxy;
$test->fault({ kind => 'hold', operation => $batch, count => 0 });
my $session = Session->new($node->connstr('postgres'));
$session->send("INSERT INTO thing SELECT 'h' || i, i FROM generate_series(1, 200) i;");
ok($test->wait_until_held(3), 'three requests under way');
select(undef, undef, undef, 0.2);
is($test->ask_proxy(GET => '/__held')->{Held}, 3, '... no more');
for (1 .. 600)
{
	last if ($test->counts->{$batch} // 0) == 8 && $test->ask_proxy(GET => '/__held')->{Held} == 0;
	$test->release;
	select(undef, undef, undef, 0.02);
}
$session->finish;
is($node->safe_psql('postgres', "SELECT count(*) FROM thing WHERE id LIKE 'h%'"), 200, '... all in the end');
$node->safe_psql('postgres', 'ALTER SERVER dynamo OPTIONS (DROP max_concurrency)');

# ---- what the service tells ----

my $stub = Stub->new($batch => sub {
		my $statements = decode_json($_[1])->{Statements};
		return { Responses => [ map { { TableName => 'ttt' } } @$statements ],
			ConsumedCapacity => [ { TableName => 'ttt', CapacityUnits => scalar @$statements } ] };
	});
$node->safe_psql('postgres', qq(
	CREATE SERVER telling FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint '$stub->{endpoint}', region 'us-east-1');
	CREATE USER MAPPING FOR CURRENT_USER SERVER telling OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE FOREIGN TABLE telling (id text OPTIONS (key 'partition', attribute_name 'it''s "it"'), n integer) SERVER telling OPTIONS (table_name 'ttt')));
is($node->safe_psql('postgres', "INSERT INTO telling SELECT i, i FROM generate_series(1, 30) i; SELECT operation, requests, capacity_units FROM dyn_stat_requests"),
	"$batch|2|30", 'the units that a batch has used');
my ($first) = grep { @{ $_->{Statements} } == 25 } $stub->requests($batch);
is_deeply($first->{Statements}[0],
	{ Statement => q(INSERT INTO "ttt" VALUE {'it''s "it"':?,'n':?}), Parameters => [ { S => '1' }, { N => '1' } ] }, 'a statement');

# what is no answer to five statements
my $key = qr/\{"it's \\"it\\"": "/;
foreach my $case (
	[ 'too few parts', { Responses => [ ({}) x 4 ] } ],
	[ 'too many parts', { Responses => [ ({}) x 6 ] } ],
	[ 'parts in an object', { Responses => { a => [] } } ],
	[ 'an error that is none', { Responses => [ ({}) x 4, { Error => 'fault' } ] } ],
	[ 'not an object', { Responses => [ ({}) x 4, 1 ] } ],
	[ 'an item where there can be none', { Responses => [ ({}) x 4, { Item => 5 } ] } ])
{
	my ($name, $answer) = @$case;
	my $odd = Stub->new($batch => $answer);
	$node->safe_psql('postgres', "ALTER SERVER telling OPTIONS (SET endpoint '$odd->{endpoint}')");
	$node->psql('postgres', 'INSERT INTO telling SELECT i, i FROM generate_series(1, 5) i',
		stderr => \my $told, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($told, qr/ERROR:  40003: .*\nDETAIL:  The answer .*${key}1"\}.*The outcome is unknown of the writes of (?:${key}[2-5]"\}(?:, )?){4} too\./, $name);
	is(scalar $odd->requests, 1, '... sent once');
}
my $silent = Stub->new($batch => { Responses => [ ({}) x 3, { Error => {} }, { Error => { Message => 'lost' } } ] });
$node->safe_psql('postgres', "ALTER SERVER telling OPTIONS (SET endpoint '$silent->{endpoint}')");
$node->psql('postgres', 'INSERT INTO telling SELECT i, i FROM generate_series(1, 5) i',
	stderr => \my $told, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($told, qr/ERROR:  40003: .*item ${key}4"\}\..*wrote 3 items\.  The outcome is unknown of the write of ${key}5"\} too\./s, 'errors without a code');

$test->drop_tables;
done_testing();
