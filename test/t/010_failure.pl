# What a client sees of each failure, how often it asks, and what is stored
# afterwards: the table of failures, row by row.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $secret = 's3cret/Never+Shown';
my $token = 't0ken/Never+Shown';

my $test = DynamormTest->new('failure');
my $node = $test->{node};
$test->ask_proxy(POST => '/__key',
	{ id => 'AKIDFAULT', secret => $secret, token => $token });
$node->safe_psql('postgres', qq(
	ALTER USER MAPPING FOR CURRENT_USER SERVER dynamo
	  OPTIONS (SET access_key_id 'AKIDFAULT', SET secret_access_key '$secret',
	           ADD session_token '$token');));
$test->create_tables(
	counter => "id text OPTIONS (key 'partition'), n bigint, note text");
$node->safe_psql('postgres', q(
	ALTER SERVER dynamo OPTIONS (ADD max_attempts '3', ADD request_timeout '1000',
	  ADD connect_timeout '1000');));

# Each is what a statement does to the item x, or to y, which is not there:
# the statement, its write, what it stores, and a condition that can fail.
my %statement = (
	pushed => {
		sql => "UPDATE counter SET n = n + 1 WHERE id = 'x'",
		sends => 'UpdateItem', stores => '1|x' },
	returning => {
		sql => "UPDATE counter SET n = n + 1 WHERE id = 'x' AND n = 0 RETURNING n",
		sends => 'UpdateItem', stores => '1|x' },
	computed => {
		sql => "UPDATE counter SET n = (n * 1) + 1 WHERE id = 'x'",
		sends => 'UpdateItem', stores => '1|x' },
	read_row => {
		sql => 'UPDATE counter SET n = n + v FROM (VALUES (1)) AS w (v)'
		  . " WHERE id = 'x'",
		sends => 'UpdateItem', stores => '1|x' },
	upsert => {
		sql => "UPDATE counter SET n = dyn_increment(n) WHERE id = 'x' AND dyn_upsert()",
		sends => 'UpdateItem', stores => '1|x' },
	insert => {
		sql => "INSERT INTO counter VALUES ('y', 7)",
		key => 'y', sends => 'PutItem', stores => '0|x 7|y' },
	on_conflict => {
		sql => "INSERT INTO counter VALUES ('x', 7)"
		  . ' ON CONFLICT (id) DO UPDATE SET n = counter.n + 1',
		sends => 'UpdateItem', stores => '1|x' },
	delete => {
		sql => "DELETE FROM counter WHERE id = 'x'",
		sends => 'DeleteItem', stores => '' },);
my $before = '0|x';

# Runs a statement in a session that has a connection, on an item x with n = 0,
# with these faults.  What fails is returned in parts, with what the statement
# has sent and left behind.
sub run
{
	my ($sql, @rules) = @_;
	my ($out, $err) = ('', '');
	my $faults = join '', map {
		"SELECT FROM dyn_request('dynamo', 'TestFault', '" . encode_json($_) . "');\n"
	} @rules;
	$node->psql('postgres', <<"SQL", stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
DELETE FROM counter;
INSERT INTO counter VALUES ('x', 0);
SELECT FROM dyn_request('dynamo', 'TestReset', '{}');
$faults
$sql;
\\echo after
SELECT dyn_request('dynamo', 'TestReset', '{}');
SELECT n, id FROM counter ORDER BY id;
SQL
	unlike($err, qr/Never.Shown/, 'no secret is shown');
	my ($result, $counts, @stored) =
	  $out =~ /^(.*?)\n?after\n(\{.*\})(?:\n(.*))?$/s;
	my %error = (
		out => $result // '',
		err => $err,
		sqlstate => '',
		counts => decode_json($counts // '{}'),
		stored => join(' ', split /\n/, $stored[0] // ''));
	@error{qw(sqlstate message)} = ($1, $2)
	  if $err =~ /ERROR:  (\w{5}): (.*)$/m;
	$error{detail} = $1 if $err =~ /^DETAIL:  (.*)$/m;
	$error{hint} = $1 if $err =~ /^HINT:  (.*)$/m;
	return \%error;
}

# One failure of one statement: what is said, sent, and stored.
sub fails
{
	my ($title, $name, $rules, %expected) = @_;
	my $statement = $statement{$name};
	my $key = $statement->{key} // 'x';
	my $error = run($statement->{sql},
		map { { operation => $statement->{sends}, %$_ } } @$rules);

	subtest "$title, $name" => sub {
		is($error->{sqlstate}, $expected{sqlstate}, 'SQLSTATE')
		  or diag $error->{err};
		like($error->{message} // '', $expected{message}, 'message');
		like(
			$error->{detail} // '',
			qr/Operation $statement->{sends} on table "counter", item \{"id": "$key"\}/,
			'the detail names operation, table and key');
		like($error->{detail} // '', $expected{detail}, 'detail')
		  if $expected{detail};
		like($error->{hint} // '', $expected{hint}, 'hint') if $expected{hint};
		is($error->{counts}{ $statement->{sends} },
			$expected{requests} // 1, 'number of requests');
		is($error->{stored}, $expected{stored} ? $statement->{stores} : $before,
			'stored');
	};
	return;
}

# One failure that is got over.
sub succeeds
{
	my ($title, $name, $rules, $requests) = @_;
	my $statement = $statement{$name};
	my $error = run($statement->{sql},
		map { { operation => $statement->{sends}, %$_ } } @$rules);

	subtest "$title, $name" => sub {
		is($error->{err}, '', 'no error');
		is($error->{counts}{ $statement->{sends} },
			$requests, 'number of requests');
		is($error->{stored}, $statement->{stores}, 'stored once');
	};
	return;
}

# ---- throttling: nothing was done, it is repeated ----

foreach my $code ('ProvisionedThroughputExceededException',
	'ThrottlingException', 'RequestLimitExceeded')
{
	succeeds("$code and then success", 'pushed',
		[ { kind => 'throttle', code => $code } ], 2);
}
succeeds('throttled', $_, [ { kind => 'throttle' } ], 2)
  foreach qw(insert delete computed on_conflict);
fails(
	'throttled for ever', 'pushed',
	[ { kind => 'throttle', count => 0 } ],
	sqlstate => '53400',
	message => qr/^DynamoDB throttled the request$/,
	detail => qr/^ProvisionedThroughputExceededException: Throughput exceeds.* after 3 attempts\.  Request id PROXY\d+\.$/,
	hint => qr/^The table's provisioned capacity is exhausted\.  Raise it/,
	requests => 3);
fails(
	'HTTP 429', 'insert',
	[ { kind => 'error', status => 429, envelope => 'html', count => 0 } ],
	sqlstate => '53400',
	message => qr/^DynamoDB throttled the request$/,
	requests => 3);

# ---- another transaction, another region ----

foreach my $case (
	[ 'TransactionConflictException', 400, qr/because of a transaction on it/ ],
	[ 'ReplicatedWriteConflictException', 409, qr/another region was writing it/ ])
{
	my ($code, $status, $message) = @$case;
	my $fault = { kind => 'error', code => $code, status => $status };
	succeeds($code, $_, [$fault], 2) foreach qw(pushed computed insert delete);
	fails(
		"$code for ever", 'pushed', [ { %$fault, count => 0 } ],
		sqlstate => '40001',
		message => $message,
		hint => qr/^Retry the statement\.$/,
		requests => 3);
}

# ---- not sent ----

sub unreachable
{
	my ($title, $endpoint, $message) = @_;
	$test->reset_proxy;
	$node->safe_psql('postgres',
		"ALTER SERVER elsewhere OPTIONS (SET endpoint '$endpoint')");
	my $error = run("UPDATE elsewhere SET n = n + 1 WHERE id = 'x'");
	subtest $title => sub {
		is($error->{sqlstate}, '08001', 'SQLSTATE');
		like($error->{message}, $message, 'message');
		like($error->{detail},
			qr/Operation UpdateItem on table "counter", item \{"id": "x"\}, after 3 attempts\./,
			'detail');
		like($error->{hint}, qr/^Check the server's option/, 'hint');
		is_deeply($error->{counts}, {}, 'nothing was sent');
		is($error->{stored}, $before, 'stored');
	};
	return;
}

$node->safe_psql('postgres', q(
	CREATE SERVER elsewhere FOREIGN DATA WRAPPER dynamorm_fdw
	  OPTIONS (endpoint 'http://127.0.0.1:1', region 'us-east-1', max_attempts '3',
	           connect_timeout '500');
	CREATE USER MAPPING FOR CURRENT_USER SERVER elsewhere
	  OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE FOREIGN TABLE elsewhere (id text OPTIONS (key 'partition'), n bigint)
	  SERVER elsewhere OPTIONS (table_name 'counter');));

unreachable('nobody listens', 'http://127.0.0.1:1',
	qr{^could not connect to DynamoDB endpoint "http://127.0.0.1:1"$});
unreachable('no such host', 'http://no-such-host.invalid:8000',
	qr{^could not find the host of DynamoDB endpoint "http://no-such-host.invalid:8000"$});
(my $tls = $test->{endpoint}) =~ s/^http:/https:/;
unreachable('no TLS there', $tls,
	qr{^could not establish TLS with DynamoDB endpoint "$tls"$});

# ---- nobody knows whether it was done ----

# the fault, and whether the engine has done it
my @ambiguous = (
	[ 'reset before', { kind => 'reset_before' }, 0 ],
	[ 'reset after', { kind => 'reset_after' }, 1 ],
	[ 'reset in the middle', { kind => 'reset_middle' }, 1 ],
	[ 'closed in the middle', { kind => 'close_middle' }, 1 ],
	[ 'never done', { kind => 'stall' }, 0 ],
	[ 'never answered', { kind => 'stall', when => 'after' }, 1 ],
	[ 'half an answer', { kind => 'half' }, 1 ],
	[ 'a slow drip', { kind => 'drip', milliseconds => 100 }, 1 ],
	(map { [ "HTTP $_ before", { kind => 'status', status => $_ }, 0 ],
		[ "HTTP $_ after", { kind => 'status', status => $_, when => 'after' }, 1 ] }
		  500, 502, 503, 504),
	[ 'HTTP 503 in HTML', { kind => 'error', status => 503, envelope => 'html', when => 'after' }, 1 ],
	[ 'HTTP 500, empty', { kind => 'error', status => 500, envelope => 'empty', when => 'after' }, 1 ],
	[ 'throttled, by HTTP 500', { kind => 'throttle', status => 500, when => 'after' }, 1 ],
	[ 'InternalServerError with HTTP 400', { kind => 'error', when => 'after' }, 1 ],
	[ 'HTTP 408', { kind => 'error', status => 408, envelope => 'html' }, 0 ],
	[ 'HTTP 204', { kind => 'status', status => 204, body => '', when => 'after' }, 1 ],
	(map { [ "a body that is $_", { kind => 'body', form => $_ }, 1 ] }
		  qw(empty null array not_json html deep utf8 truncated short gzip
		  announced error)),
	[ 'a wrong checksum', { kind => 'crc' }, 1 ],);

my $unknown = qr/^the outcome of the write is unknown$/;
my $look = qr/^It may or may not have been applied\.  Look at the item before you repeat the statement\.$/;
my @cases = ([ 'pushed', @ambiguous ],
	map { my $name = $_; [ $name, grep { $_->[0] =~ /^(reset (before|after)|never answered|HTTP 500 after|a wrong)/ } @ambiguous ] }
	  qw(computed read_row upsert insert on_conflict delete));
foreach my $case (@cases)
{
	my ($name, @faults) = @$case;
	foreach my $fault (@faults)
	{
		my ($title, $rule, $stored) = @$fault;
		fails(
			$title, $name, [$rule],
			sqlstate => '40003',
			message => $unknown,
			hint => $look,
			stored => $stored);
	}
}
fails(
	'an answer without the row', 'returning',
	[ { kind => 'body', form => 'object' } ],
	sqlstate => '40003',
	message => $unknown,
	detail => qr/^The answer is not one to this request\./,
	stored => 1);
fails(
	'an unknown outcome after throttling', 'pushed',
	[ { kind => 'throttle' }, { kind => 'reset_after' } ],
	sqlstate => '40003',
	message => $unknown,
	detail => qr/, after 2 attempts\./,
	requests => 2,
	stored => 1);

# what looks odd and is not
succeeds('no checksum', $_, [ { kind => 'crc', value => 'missing' } ], 1)
  foreach qw(pushed returning insert);
succeeds('no length', 'returning', [ { kind => 'body', form => 'until_closed' } ], 1);
succeeds('members twice', 'returning', [ { kind => 'body', form => 'duplicate' } ], 1);
succeeds('slow', 'returning', [ { kind => 'drip', bytes => 100, milliseconds => 5 } ], 1);
succeeds('delayed', 'pushed',
	[ { kind => 'delay', milliseconds => 300, when => 'after' } ], 1);

# the same of a read is repeated
foreach my $fault (@ambiguous)
{
	my ($title, $rule) = @$fault;
	my $error = run("SELECT n FROM counter WHERE id = 'x'",
		{ %$rule, operation => 'GetItem' });
	is($error->{err} . $error->{out}, '0', "read, $title: repeated");
	is($error->{counts}{GetItem}, 2, "read, $title: two requests");
}
foreach my $case (
	[ { kind => 'reset_before' }, '08006', qr/^lost the connection to DynamoDB$/,
		qr/^Retry the statement\.$/ ],
	[ { kind => 'status', status => 503 }, '58000', qr/^DynamoDB failed$/,
		qr/^Retry later\.$/ ])
{
	my ($rule, $sqlstate, $message, $hint) = @$case;
	my $error = run("SELECT n FROM counter WHERE id = 'x'",
		{ %$rule, operation => 'GetItem', count => 0 });
	is($error->{sqlstate}, $sqlstate, "read, $rule->{kind} for ever: SQLSTATE");
	like($error->{message}, $message, "read, $rule->{kind} for ever: message");
	like($error->{hint}, $hint, "read, $rule->{kind} for ever: hint");
	is($error->{counts}{GetItem}, 3, "read, $rule->{kind} for ever: three requests");
}

# ---- definite refusals: once, and nothing is stored ----

my @refusals = (
	[ 'AccessDeniedException', {}, '42501', qr/^access to DynamoDB denied$/,
		qr/IAM policy/ ],
	[ 'ExpiredTokenException', {}, '28000',
		qr/^the session token for DynamoDB has expired$/, qr/session_token/ ],
	[ 'UnrecognizedClientException', {}, '28000',
		qr/^DynamoDB does not know the access key$/, qr/access_key_id/ ],
	[ 'MissingAuthenticationTokenException', {}, '28000', qr/no credentials/,
		qr/access_key_id/ ],
	[ 'IncompleteSignatureException', {}, '28000', qr/refused the signature/,
		qr/access_key_id/ ],
	[ 'ResourceNotFoundException', {}, 'HV00R',
		qr/^DynamoDB table "counter" does not exist$/, qr/dyn_create_table/ ],
	[ 'ItemCollectionSizeLimitExceededException', {}, '54000',
		qr/^item collection is too large$/, qr/10 GB/ ],
	[ 'UnknownOperationException', { status => 404 }, '0A000',
		qr/^DynamoDB does not know the operation$/, qr/endpoint/ ],
	[ 'SomethingNewException', {}, 'HV000', qr/^DynamoDB refused the request$/,
		undef ],
	[ 'HtmlForbidden', { status => 403, envelope => 'html' }, 'HV000',
		qr/^DynamoDB refused the request$/, qr/endpoint/ ],
	[ 'TooLarge', { status => 413, envelope => 'html' }, '54000',
		qr/^request is too large for DynamoDB$/, qr/16 MB/ ]);
foreach my $case (@refusals)
{
	my ($code, $more, $sqlstate, $message, $hint) = @$case;
	fails(
		$code, $_, [ { kind => 'error', code => $code, %$more } ],
		sqlstate => $sqlstate,
		message => $message,
		hint => $hint,
		detail => $more->{envelope} ? qr/HTTP status $more->{status} and no DynamoDB error/
		: $code eq 'IncompleteSignatureException' ? qr/^$code\.  /
		: qr/^$code: fault\.  .*Request id PROXY\d+\.$/)
	  foreach qw(pushed insert delete);
}
# what depends on the stored item is computed, once; then it is said
fails(
	'ValidationException', 'insert',
	[ { kind => 'error', code => 'ValidationException', message => 'not this way' } ],
	sqlstate => 'HV000',
	message => qr/^DynamoDB refused the request$/,
	detail => qr/^ValidationException: not this way\./);
succeeds('ValidationException of a pushed write', 'pushed',
	[ { kind => 'error', code => 'ValidationException' } ], 2);
fails(
	'ValidationException for ever', 'pushed',
	[ { kind => 'error', code => 'ValidationException', count => 0 } ],
	sqlstate => 'HV000',
	message => qr/^DynamoDB refused the request$/,
	requests => 2);
foreach my $size ('Item size has exceeded the maximum allowed size',
	'Item size to update has exceeded the maximum allowed size')
{
	fails(
		$size, 'insert',
		[ { kind => 'error', code => 'ValidationException', message => $size } ],
		sqlstate => '54000',
		message => qr/^item is too large for DynamoDB$/,
		hint => qr/400 KB/);
}

# every shape that an error comes in
foreach my $envelope (qw(message Message bare suffix header code silent))
{
	fails(
		"envelope $envelope", 'pushed',
		[ { kind => 'error', code => 'AccessDeniedException', envelope => $envelope } ],
		sqlstate => '42501',
		message => qr/^access to DynamoDB denied$/,
		detail => $envelope eq 'silent' ? qr/^AccessDeniedException\.  /
		: qr/^AccessDeniedException: fault\.  /);
}

# DynamoDB's text about a wrong signature holds what was signed
fails(
	'InvalidSignatureException', 'pushed',
	[ { kind => 'error', code => 'InvalidSignatureException', message => "string to sign: $secret" } ],
	sqlstate => '28000',
	message => qr/^DynamoDB refused the signature of the request$/,
	detail => qr/^InvalidSignatureException\.  Operation/,
	hint => qr/region/);

# a redirect is not followed
foreach my $status (302, 307)
{
	fails(
		"redirect $status", 'pushed', [ { kind => 'redirect', status => $status } ],
		sqlstate => 'HV000',
		message => qr/^DynamoDB refused the request$/,
		detail => qr/HTTP status $status and no DynamoDB error/,
		hint => qr/endpoint/);
}

# a failed condition is no failure
my $error = run("INSERT INTO counter VALUES ('x', 9)");
is($error->{sqlstate}, '23505', 'a key that is taken: 23505');
is($error->{counts}{PutItem}, 1, 'a key that is taken: one request');
$error = run("UPDATE counter SET n = 1 WHERE id = 'x' AND n = 5 RETURNING n");
is($error->{err} . $error->{out}, '', 'a condition that is not true: no row');
is($error->{stored}, $before, 'stored');
is($test->ask_proxy(GET => '/__redirects')->{Followed}, 0,
	'no redirect was followed');

# the log has the statements that set them, and those of this test that put
# them into an answer
my $log = slurp_file($node->logfile);
$log =~ s/^.*TestFault.*$//mg;
$log =~ s/^.*(?:secret_access_key|session_token) '.*$//mg;
unlike($log, qr/Never.Shown/, 'no secret is in the log');

$test->reset_proxy;
$test->drop_tables;
done_testing();
