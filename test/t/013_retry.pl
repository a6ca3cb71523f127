# When and how requests are sent again, several writes at once, the clock, the
# signature, and pages that lead nowhere.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = DynamormTest->new('retry');
my $node = $test->{node};
$test->create_tables(
	counter => "id text OPTIONS (key 'partition'), n bigint, note text",
	event => "stream text OPTIONS (key 'partition'), "
	  . "seq integer OPTIONS (key 'sort'), kind text");

# Sets the faults and runs the statements in one session.
sub run
{
	my ($sql, @rules) = @_;
	my ($out, $err) = ('', '');
	$test->fault(@rules) if @rules;
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err,
		on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return ($out, $err);
}

# Five items "a" to "e" with n = 0.
sub fresh
{
	$test->reset_proxy;
	$node->safe_psql('postgres',
		"DELETE FROM counter; INSERT INTO counter SELECT i, 0 FROM unnest('{a,b,c,d,e}'::text[]) i");
	$test->reset_proxy;
	return;
}

sub sum
{
	$test->reset_proxy;
	return $node->safe_psql('postgres', 'SELECT sum(n), count(*) FROM counter');
}

# ---- reads that are waited for by the executor ----

my ($out, $err);
fresh();
$node->safe_psql('postgres', "ALTER SERVER dynamo OPTIONS (ADD request_timeout '1000')");
my $append = "SELECT sum(n + 1) FROM (SELECT n FROM counter WHERE n::text = '0' UNION ALL SELECT n FROM counter WHERE n::text = '1') s";
like((run("EXPLAIN $append"))[0], qr/Async Foreign Scan/, 'asynchronous scans');
$test->reset_proxy;
($out, $err) = run("SET statement_timeout = '100s'; $append",
	{ kind => 'stall', operation => 'Scan', count => 2 });
is("$err$out", '5', 'mended: an asynchronous scan whose answer does not come waits for ever');
is($test->counts->{Scan}, 4, 'each once');
$node->safe_psql('postgres', 'ALTER SERVER dynamo OPTIONS (DROP request_timeout)');

# ---- several writes at once ----

my $item = qr/\{"id": "[a-e]"\}/;

fresh();
($out, $err) = run('UPDATE counter SET n = n + 1',
	{ kind => 'reset_after', operation => 'UpdateItem', count => 2 });
like($err, qr/ERROR:  40003: the outcome of the write is unknown/,
	'UPDATE of five, two answers lost: 40003');
like($err,
	qr/DETAIL:  .*, item $item\..*Before that, the statement wrote 3 items\.  The outcome is unknown of the write of $item too\./,
	'the detail names both and counts the others');
is($test->counts->{UpdateItem}, 5, 'each was sent once');
is(sum(), '5|5', 'all had been done');

fresh();
($out, $err) = run('UPDATE counter SET n = n + 1',
	{ kind => 'error', code => 'AccessDeniedException', operation => 'UpdateItem' },
	{ kind => 'reset_after', operation => 'UpdateItem' });
like($err, qr/ERROR:  40003: /, 'one refused, one unknown: 40003 goes first');
like($err, qr/The write of $item has failed\./, 'the other one is named');
is(sum(), '4|5', 'what was sent was done');

fresh();
($out, $err) = run("LOAD 'dynamorm_fdw'; SET dynamorm_fdw.enable_batch_insert = off; INSERT INTO counter SELECT i, 1 FROM unnest('{v,w,x,y}'::text[]) i",
	{ kind => 'error', code => 'AccessDeniedException', operation => 'PutItem', skip => 1 },
	{ kind => 'reset_after', operation => 'PutItem', count => 2 });
$item = qr/\{"id": "[v-y]"\}/;
like($err, qr/ERROR:  40003: /, 'INSERT of four, one refused, two unknown: 40003');
like($err,
	qr/item $item\..*The write of $item has failed\.  Before that, the statement wrote 1 item\.  The outcome is unknown of the write of $item too\./,
	'the detail tells of each');
is($test->counts->{PutItem}, 4, 'each was sent once');
is(sum(), '3|8', 'all others had been done');
$item = qr/\{"id": "[a-e]"\}/;

fresh();
($out, $err) = run("LOAD 'dynamorm_fdw'; INSERT INTO counter SELECT i, 1 FROM unnest('{a,b,c}'::text[]) i"
	  . ' ON CONFLICT (id) DO UPDATE SET n = counter.n + 1',
	{ kind => 'error', code => 'AccessDeniedException', operation => 'UpdateItem' },
	{ kind => 'reset_after', operation => 'UpdateItem' });
like($err, qr/ERROR:  40003: /, 'ON CONFLICT, one refused, one unknown: 40003');
is(sum(), '2|5', 'what was sent was done');

# a write that nobody can be asked about any more
fresh();
($out, $err) = run('UPDATE counter SET n = n + 1 RETURNING 1 / (n - 1)',
	{ kind => 'stall', operation => 'UpdateItem', skip => 4 });
like($err, qr/ERROR:  22012: /, 'RETURNING fails');
like($err,
	qr/WARNING:  40003: the outcome of 1 DynamoDB write in flight is unknown.*\nDETAIL:  UpdateItem on table "counter", item $item\./,
	'a warning names a write that was under way');

# more than DynamoDB ever sends
fresh();
($out, $err) = run("UPDATE counter SET n = n + 1 WHERE id = 'a'",
	{ kind => 'body', form => 'oversized', operation => 'UpdateItem' });
like($err, qr/ERROR:  40003: .*\nDETAIL:  The answer is too large\./,
	'an answer without an end: 40003');

# answers that came while nobody looked
fresh();
$node->safe_psql('postgres',
	"ALTER SERVER dynamo OPTIONS (ADD request_timeout '500')");
($out, $err) = run("SELECT count(*) FROM counter;"
	  . 'UPDATE counter SET n = n + 1 RETURNING pg_sleep(0.7)');
is($err, '', 'RETURNING may take longer than request_timeout');
is(sum(), '5|5', 'all were done');
$node->safe_psql('postgres', 'ALTER SERVER dynamo OPTIONS (DROP request_timeout)');

# what dyn_request() returns undecoded is looked at all the same
foreach my $form (qw(truncated not_json empty array))
{
	fresh();
	($out, $err) = run(q(SELECT dyn_request('dynamo', 'UpdateItem', '{"TableName": "counter", "Key": {"id": {"S": "a"}},
		"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}')),
		{ kind => 'body', form => $form, operation => 'UpdateItem' });
	like($err, qr/ERROR:  40003: the outcome of the write is unknown/, "dyn_request(), a write whose answer is $form: 40003");
	is($test->counts->{UpdateItem}, 1, 'it is sent once');
	is(sum(), '1|5', 'it was done');
	fresh();
	($out, $err) = run(q(SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "counter", "Key": {"id": {"S": "a"}}}') #>> '{Item,n,N}'),
		{ kind => 'body', form => $form, operation => 'GetItem' });
	is("$out$err", '0', 'a read is repeated');
}

# ---- when ----

fresh();
my $update = "UPDATE counter SET n = n + 1 WHERE id = 'a'";
($out, $err) = run($update,
	{ kind => 'throttle', operation => 'UpdateItem', retry_after => 1200 });
my $times = $test->ask_proxy(GET => '/__times')->{UpdateItem};
is($err, '', 'throttled, with x-amz-retry-after: done in the end');
cmp_ok($times->[1] - $times->[0], '>=', 1.19, 'after the time that was asked for');

fresh();
($out, $err) = run("SELECT n FROM counter WHERE id = 'a'",
	{ kind => 'error', status => 503, operation => 'GetItem', retry_after => 600 });
$times = $test->ask_proxy(GET => '/__times')->{GetItem};
cmp_ok($times->[1] - $times->[0], '>=', 0.59, 'the same of a read and HTTP 503');

# ten attempts are nine delays, below 25 ms at first
fresh();
($out, $err) = run("SELECT n FROM counter WHERE id = 'a'",
	{ kind => 'reset_before', operation => 'GetItem', count => 0 });
like($err, qr/ERROR:  08006: .*\nDETAIL:  .*, after 10 attempts\./, 'a read gives up');
$times = $test->ask_proxy(GET => '/__times')->{GetItem};
is(scalar @$times, 10, 'after ten requests');

# 500 tokens are 35 retries: after that none is sent again
fresh();
$node->safe_psql('postgres', "ALTER SERVER dynamo OPTIONS (ADD max_attempts '2')");
($out, $err) = run("SELECT n FROM counter WHERE id = 'a';\n" x 40,
	{ kind => 'reset_before', operation => 'GetItem', count => 0 });
is(() = $err =~ /ERROR:  08006:/g, 40, 'forty reads fail');
is($test->counts->{GetItem}, 40 + 35, 'but only 35 were repeated');
$node->safe_psql('postgres', 'ALTER SERVER dynamo OPTIONS (DROP max_attempts)');

# a write that waits for its next attempt ends with its statement, also where
# the transaction goes on
fresh();
($out, $err) = run(q(SET statement_timeout = 3000;
	DO $$
	BEGIN
	  BEGIN
	    UPDATE counter SET n = n + 1 WHERE id = 'a';
	  EXCEPTION WHEN query_canceled THEN
	    RAISE NOTICE 'was cancelled';
	  END;
	  PERFORM n FROM counter WHERE id = 'b';
	  PERFORM pg_sleep(4);
	  UPDATE counter SET n = n + 1 WHERE id = 'b';
	END $$),
	{ kind => 'throttle', operation => 'UpdateItem', retry_after => 6000 });
like($err, qr/NOTICE:  00000: was cancelled/, 'a throttled write is cancelled, and the error caught');
unlike($err, qr/WARNING:  40003/, 'its outcome is known');
is($test->counts->{UpdateItem}, 2, 'it is not sent once more by what comes after it');
is($node->safe_psql('postgres', "SELECT string_agg(id || n, ' ' ORDER BY id) FROM counter WHERE id < 'c'"), 'a0 b1', 'nor done');

# one that is in flight is told of there and then
fresh();
($out, $err) = run(q(SET statement_timeout = 3000;
	DO $$
	BEGIN
	  BEGIN
	    UPDATE counter SET n = n + 1 WHERE id IN ('a', 'b') RETURNING 1 / (CASE id WHEN 'b' THEN 0 ELSE 1 END);
	  EXCEPTION WHEN division_by_zero OR query_canceled THEN
	    RAISE NOTICE 'failed';
	  END;
	  UPDATE counter SET n = n + 1 WHERE id = 'c';
	END $$),
	{ kind => 'stall', operation => 'UpdateItem', key => 'a' });
like($err, qr/WARNING:  40003: the outcome of 1 DynamoDB write in flight is unknown.*NOTICE:  00000: failed/s,
	'a write in flight is told of before the transaction goes on');

# ---- what the session's statistics say of it ----

fresh();
($out, $err) = run("$update; $update; SELECT n FROM counter WHERE id = 'a';"
	  . 'SET client_min_messages = error; BEGIN; UPDATE counter SET n = n + 1;'
	  . 'ROLLBACK; SELECT operation, calls, requests, retries, throttles, unknown_outcomes'
	  . "  FROM dyn_stat_requests WHERE table_name = 'counter' AND calls > 0 ORDER BY operation",
	{ kind => 'throttle', operation => 'UpdateItem', count => 2 },
	{ kind => 'reset_after', operation => 'UpdateItem' },
	{ kind => 'reset_before', operation => 'GetItem' });
like($err, qr/ERROR:  40003: /, 'an outcome is unknown');
like($out, qr/^GetItem\|1\|2\|1\|0\|0$/m, 'dyn_stat_requests counts a retry');
like($out, qr/^UpdateItem\|7\|9\|2\|2\|1$/m, 'throttles, and the unknown outcome');

fresh();
($out, $err) = run("SET statement_timeout = 3000; $update; SET statement_timeout = 0;"
	  . 'SELECT operation, calls, requests, unknown_outcomes, max_time BETWEEN 1 AND 60000'
	  . "  FROM dyn_stat_requests WHERE operation = 'UpdateItem'",
	{ kind => 'stall', operation => 'UpdateItem' });
like($out, qr/^UpdateItem\|1\|1\|1\|t$/m, 'a write that was given up in flight is one too');

# ---- batches of deletions ----

my $items = 60;		# in three batches

sub truncation
{
	my ($title, $sqlstate, $requests, $left, @rules) = @_;
	$test->reset_proxy;
	$node->safe_psql('postgres', "DELETE FROM event; INSERT INTO event SELECT 's', i FROM generate_series(1, $items) i");
	$test->reset_proxy;
	my ($out, $err) = run('TRUNCATE event', map { { operation => 'BatchWriteItem', %$_ } } @rules);
	is($err =~ /ERROR:  (\w{5})/ ? $1 : '', $sqlstate, "$title: SQLSTATE") or diag $err;
	is($test->counts->{BatchWriteItem}, $requests, "$title: requests");
	$test->reset_proxy;
	like($node->safe_psql('postgres', 'SELECT count(*) FROM event'), qr/^$left$/, "$title: left");
	return $err;
}

truncation('no fault', '', 3, 0);
truncation('throttled', '', 4, 0, { kind => 'throttle' });
truncation('deletions left undone', '', 5, 0, { kind => 'unprocessed', keys => 3 }, { kind => 'unprocessed' });
# of one batch: others are not repeated any more when one has given up
$items = 20;
like(truncation('deletions left undone for ever', '53400', 11, 0, { kind => 'unprocessed', count => 0 }),
	qr/ERROR:  53400: .*DynamoDB/, 'is told in the end');
$items = 60;
# batches of 25, 25 and 10, whichever comes first: one has the first item, one
# the last
my ($first, $last) = map { { contains => qq("$_") } } 1, 60;
like(truncation('an answer lost', '40003', 3, 0, { kind => 'reset_after', %$last }),
	qr/DETAIL:  .*Operation BatchWriteItem on table "event"\..*50 items of the table were deleted/s, 'the others are counted');
truncation('one denied, one unknown', '40003', 3, 25,
	{ kind => 'error', code => 'AccessDeniedException', %$first }, { kind => 'reset_after', %$last });
truncation('one unknown, one denied', '40003', 3, 10,
	{ kind => 'reset_after', %$first }, { kind => 'error', code => 'AccessDeniedException', %$last });

# ---- transactions with a token ----

sub move
{
	my ($title, $requests, $sqlstate, $left, @rules) = @_;
	fresh();
	my ($out, $err) = run("UPDATE counter SET id = 'z' WHERE id = 'a'",
		map { { operation => 'TransactWriteItems', %$_ } } @rules);
	my $bodies = $test->ask_proxy(GET => '/__bodies')->{TransactWriteItems};
	is($err =~ /ERROR:  (\w{5})/ ? $1 : '', $sqlstate, "$title: SQLSTATE")
	  or diag $err;
	is(scalar @$bodies, $requests, "$title: number of requests");
	is(scalar(grep { $_ eq $bodies->[0] } @$bodies), $requests,
		"$title: the same bytes, with the same token");
	like($bodies->[0], qr/"ClientRequestToken":"[^"]{20,36}"/, "$title: a token");
	$test->reset_proxy;
	is($node->safe_psql('postgres', "SELECT string_agg(id, '' ORDER BY id) FROM counter"),
		$left, "$title: stored");
	return;
}

SKIP:
{
	skip 'no transactions', 1 if ($ENV{DYNAMODB_ENGINE} // '') eq 'dynalite';
	move('reset before', 2, '', 'bcdez', { kind => 'reset_before' });
	move('reset after', 2, '', 'bcdez', { kind => 'reset_after' });
	move('HTTP 500 after', 2, '', 'bcdez', { kind => 'status', when => 'after' });
	move('wrong checksum', 2, '', 'bcdez', { kind => 'crc' });
	move('in progress', 2, '', 'bcdez',
		{ kind => 'error', code => 'TransactionInProgressException' });
	move('reset, and then in progress', 3, '', 'bcdez', { kind => 'reset_after' },
		{ kind => 'error', code => 'TransactionInProgressException' });
	move('in conflict', 2, '', 'bcdez',
		{ kind => 'cancelled', reasons => [ 'None', 'TransactionConflict' ] });
	move('throttled', 2, '', 'bcdez',
		{ kind => 'cancelled', reasons => [ 'ThrottlingError', 'None' ] });
	move('cancelled without reasons', 1, '40001', 'abcde', { kind => 'cancelled' });
	move('invalid beside a conflict', 1, 'HV000', 'abcde',
		{ kind => 'cancelled', reasons => [ 'TransactionConflict', 'ValidationError' ] });
	move('reset, and then denied', 2, '40003', 'bcdez', { kind => 'reset_after' },
		{ kind => 'error', code => 'AccessDeniedException' });
	move('reset for ever', 10, '40003', 'bcdez', { kind => 'reset_after', count => 0 });
}

# ---- the clock ----

foreach my $seconds (3600, -3600)
{
	fresh();
	($out, $err) = run("$update; $update; SELECT n FROM counter WHERE id = 'a'",
		{ kind => 'skew', seconds => $seconds });
	is($err . $out, '2', "a clock that is off by $seconds s is corrected");
	is_deeply($test->ask_proxy(GET => '/__refused'),
		{ InvalidSignatureException => 1 }, 'by one refusal');
}
fresh();
($out, $err) = run($update, { kind => 'skew', seconds => 200 });
is($err, '', 'one that is off by 200 s does not matter');
is_deeply($test->ask_proxy(GET => '/__refused'), {}, 'no refusal');

# ---- the signature ----

fresh();
$test->ask_proxy(POST => '/__key', { id => 'AKIDTOKEN', secret => 'a/b+c', token => 'd/e+f' });
sub with_keys
{
	my ($options) = @_;
	$node->safe_psql('postgres',
		"ALTER USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS ($options)");
	return run($update);
}
($out, $err) = with_keys(
	"SET access_key_id 'AKIDTOKEN', SET secret_access_key 'a/b+c', ADD session_token 'd/e+f'");
is($err, '', 'a session token is sent and signed');
($out, $err) = with_keys("SET session_token 'other'");
like($err, qr/ERROR:  28000: DynamoDB does not know the access key/, 'a wrong token');
($out, $err) = with_keys("SET secret_access_key 'no', SET session_token 'd/e+f'");
like($err, qr/ERROR:  28000: DynamoDB refused the signature/, 'a wrong secret');
$test->ask_proxy(POST => '/__key',
	{ id => 'AKIDTOKEN', secret => 'a/b+c', token => 'd/e+f', expires => time - 1 });
($out, $err) = with_keys("SET secret_access_key 'a/b+c'");
like($err, qr/ERROR:  28000: the session token for DynamoDB has expired/, 'an expired token');
is_deeply(
	$test->ask_proxy(GET => '/__refused'),
	{ UnrecognizedClientException => 1, InvalidSignatureException => 1,
		ExpiredTokenException => 1 },
	'each was refused once');
with_keys("SET access_key_id 'test', SET secret_access_key 'test', DROP session_token");

# ---- pages and batches ----

$test->reset_proxy;
$node->safe_psql('postgres',
	"INSERT INTO event SELECT 's', i, 'k' FROM generate_series(1, 20) i");
foreach my $case ([ 'Scan', 'SELECT count(kind) FROM event' ],
	[ 'Query', "SELECT count(kind) FROM event WHERE stream = 's'" ])
{
	my ($operation, $sql) = @$case;
	$test->reset_proxy;
	($out, $err) = run($sql,
		{ kind => 'empty_page', operation => $operation, count => 3 });
	is($err . $out, '20', "$operation goes on after empty pages");
	is($test->counts->{$operation}, 4, "$operation: four requests");

	$test->reset_proxy;
	($out, $err) = run($sql, { kind => 'same_page', operation => $operation, count => 0,
			key => { stream => { S => 's' }, seq => { N => '20' } } });
	like($err, qr/ERROR:  HV000: DynamoDB's page of table "event" is followed by itself/,
		"$operation: a page that repeats ends the statement");
	$test->reset_proxy;
	($out, $err) = run($sql, { kind => 'body', form => 'object', operation => $operation });
	is($err . $out, '20', "$operation: an answer without a page is none");
}

$test->reset_proxy;
my $batch = 'SELECT jsonb_array_length(a->\'Responses\'->\'event\'),'
  . ' jsonb_array_length(a->\'UnprocessedKeys\'->\'event\'->\'Keys\')'
  . q{ FROM dyn_request('dynamo', 'BatchGetItem', '{"RequestItems": {"event": {"Keys":
	[{"stream": {"S": "s"}, "seq": {"N": "1"}}, {"stream": {"S": "s"}, "seq": {"N": "2"}}]}}}') a};
($out, $err) = run($batch, { kind => 'unprocessed', keys => 1 });
is($err . $out, '1|1', 'the proxy leaves keys unprocessed');

$test->drop_tables;
done_testing();
