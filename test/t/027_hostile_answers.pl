# Whatever an endpoint answers: no session ends by it, none goes on for ever,
# and what is said is clear.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use File::Temp qw(tempfile);
use JSON::PP;
use PostgreSQL::Test::Utils;
use Session;
use Stub;
use Test::More;

# A server that a session has taken down comes up again.
my $test = DynamormTest->new('hostile', conf => 'restart_after_crash = on');
my $node = $test->{node};

# ---- an endpoint that answers as the case at hand says ----

my %key = (KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' },
		{ AttributeName => 'g', AttributeType => 'S' } ]);
my %legal = (%key, TableName => 'ttt', TableStatus => 'ACTIVE', ItemCount => 1, TableSizeBytes => 100,
	GlobalSecondaryIndexes => [ { IndexName => 'by_g', IndexStatus => 'ACTIVE',
		KeySchema => [ { AttributeName => 'g', KeyType => 'HASH' } ],
		Projection => { ProjectionType => 'INCLUDE', NonKeyAttributes => ['n'] } } ]);
my %two = (Count => 2, ScannedCount => 2,
	Items => [ { id => { S => 'a' }, n => { N => '1' } }, { id => { S => 'b' }, n => { N => '2' } } ]);
my %usual = (DescribeTable => { Table => \%legal }, Scan => \%two);
my $failed = { __type => 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
	message => 'The conditional request failed' };
my %current;    # answers of the case, by operation

# The case is handed over by a file: the stub has forked long ago.
my (undef, $file) = tempfile(UNLINK => 1);

sub current_answer
{
	my ($operation, $body) = @_;
	open my $in, '<', $file or die "cannot read the case: $!";
	local $/;
	my $case = decode_json(<$in>);
	my $answer = $case->{$operation} // $usual{$operation} // {};
	return $answer unless ref $answer eq 'HASH' && $answer->{make};

	return '{"Table":{"Junk":["junk"' . ',"junk"' x 1_000_000 . '],' . substr(encode_json(\%legal), 1) . '}'
	  if $operation eq 'DescribeTable';

	# pages that lead to the next number, modulo that of the circle
	my ($at) = $body =~ /"ExclusiveStartKey":\{"id":\{"S":"(\d+)"/;
	my ($name) = $body =~ /"ExclusiveStartTableName":"t(\d+)"/;
	my $next = ($at // $name // 0) + 1;
	$next %= $answer->{circle} if $answer->{circle};
	return { TableNames => ["t$next"], LastEvaluatedTableName => "t$next" } if $operation eq 'ListTables';
	return { UnprocessedKeys => { ttt => { Keys => [ { id => { S => $body =~ /"aaa"/ ? 'a' : 'aaa' } } ] } },
		Responses => {} } if $operation eq 'BatchGetItem';
	return { Count => 0, ScannedCount => 0, Items => [], LastEvaluatedKey => { id => { S => "$next" } } };
}

my $stub = Stub->new('*' => \&current_answer);
$node->safe_psql('postgres', qq(
	CREATE SERVER stub FOREIGN DATA WRAPPER dynamorm_fdw
	  OPTIONS (endpoint '$stub->{endpoint}', region 'us-east-1', max_attempts '2');
	CREATE USER MAPPING FOR CURRENT_USER SERVER stub OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE FOREIGN TABLE ttt (id text OPTIONS (key 'partition'), n integer, g text) SERVER stub;
	CREATE FOREIGN TABLE keyless (id text, n integer, g text) SERVER stub OPTIONS (table_name 'ttt');
	CREATE SCHEMA imported;));

# ---- what happens ----

# Another session, which must not notice.
my $other;

# psql may have connected anew: then it is another backend that answers.
sub lives
{
	my ($session) = @_;
	return 0 unless defined $session && $session->{backend};
	$session->send("SELECT 'backend ' || pg_backend_pid();\n\\echo =end=");
	return ($session->read_until(qr/^=end=\n/m) // '') =~ /^backend $session->{backend}$/m;
}

sub other_lives
{
	return 1 if lives($other);
	foreach (1 .. 60)
	{
		$other = Session->new($node->connstr('postgres'));
		last if lives($other);
		sleep 1;
	}
	return 0;
}

other_lives();

# What psql says of a statement, while the endpoint answers so.
sub ask
{
	my ($sql, %answers) = @_;
	open my $out, '>', $file or die "cannot write the case: $!";
	print $out encode_json(\%answers);
	close $out;
	$stub->forget;
	my ($stdout, $stderr) = ('', '');
	$node->psql('postgres', "SET statement_timeout = '40s'; $sql", stdout => \$stdout,
		stderr => \$stderr, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $stderr . $stdout;
}

sub says
{
	my ($name, $sql, $pattern, %answers) = @_;
	my $said = ask($sql, %answers);
	like($said, $pattern, $name);
	ok(other_lives(), "other sessions go on: $name");
	return;
}

my $unreadable = qr/08006: could not read the answer of DynamoDB endpoint.*DETAIL:  The answer (cannot be read|is not one to this request)/s;
my $unknown = qr/40003: the outcome of the write is unknown.*DETAIL:  The answer (cannot be read|is not one to this request)/s;

# ---- deletions that are left over ----

sub left
{
	return { UnprocessedItems => { ttt => [ map { { DeleteRequest => { Key => $_ } } } @_ ] } };
}
my %a = (id => { S => 'a' });
my %b = (id => { S => 'b' });

foreach my $case (
	[ 'not said', '{}' ],
	[ 'a number', '{"UnprocessedItems":{"ttt":5}}' ],
	[ 'null', '{"UnprocessedItems":{"ttt":null}}' ],
	[ 'an object', '{"UnprocessedItems":{"ttt":{}}}' ],
	[ 'text', '{"UnprocessedItems":{"ttt":"x"}}' ],
	[ 'a list', '{"UnprocessedItems":[1]}' ],
	[ 'null in a list', '{"UnprocessedItems":{"ttt":[null]}}' ],
	[ 'an insertion', '{"UnprocessedItems":{"ttt":[{"PutRequest":{"Item":{"id":{"S":"a"}}}}]}}' ],
	[ 'of another table', '{"UnprocessedItems":{"other":[{"DeleteRequest":{"Key":{"id":{"S":"a"}}}}]}}' ],
	[ 'of another item', left({ id => { S => 'c' } }) ],
	[ 'of no key', left({ n => { N => '1' } }) ],
	[ 'twice the same', left(\%a, \%a) ],
	[ 'more than was asked for', left(\%a, \%b, { id => { S => 'c' } }) ])
{
	my ($name, $answer) = @$case;
	says("mended: deletions left over, $name", 'TRUNCATE ttt', $unknown, BatchWriteItem => $answer);
	is(scalar $stub->requests('BatchWriteItem'), 1, "they are not sent again: $name");
}
says('deletions left over time after time', 'TRUNCATE ttt', qr/53400: DynamoDB throttled/,
	BatchWriteItem => left(\%b));
unlike(join(' ', map { encode_json($_) } ($stub->requests('BatchWriteItem'))[ 1, 2 ]),
	qr/"a"/, 'only what is left over is sent again');

# ---- descriptions ----

sub described
{
	my (%changed) = @_;
	return { Table => { %legal, %changed } };
}

sub index_with
{
	my (%changed) = @_;
	return described(GlobalSecondaryIndexes => [ { %{ $legal{GlobalSecondaryIndexes}[0] }, %changed } ]);
}
my @junk = (undef, 5, 1e300, 'x', [], {}, [undef], [ [5] ]);
my $index_junk = index_with(Projection => { ProjectionType => 'INCLUDE', NonKeyAttributes => [undef] });

says('mended: an index that projects null, and a table that needs its description',
	'SELECT count(*) FROM keyless', $unreadable, DescribeTable => $index_junk);
says('mended: an index that projects null, and a table that does without',
	'SELECT DISTINCT n FROM ttt ORDER BY n', qr/^1\n2$/, DescribeTable => $index_junk);
says("mended: a description of 8 MB is not read", 'SELECT count(*) FROM keyless', $unreadable,
	DescribeTable => { make => 'much' });
says('no key', 'SELECT count(*) FROM keyless', qr/HV000: could not find the key of table "ttt"/,
	DescribeTable => described(KeySchema => []));
says('mended: a key without a type', 'SELECT count(*) FROM keyless', $unreadable,
	DescribeTable => described(AttributeDefinitions => []));
says('mended: fewer items than none', 'SELECT count(*) FROM keyless', $unreadable,
	DescribeTable => described(ItemCount => -1));
says('mended: a number beyond all tables', 'SELECT count(*) FROM keyless', $unreadable,
	DescribeTable => '{"Table":{"KeySchema":[],"TableSizeBytes":1e300}}');
says('mended: no description', 'SELECT count(*) FROM keyless', $unreadable, DescribeTable => '{"Table":null}');

# every member with every wrong type, for planning and for import
my %broken;
foreach my $junk (@junk)
{
	my $text = JSON::PP->new->allow_nonref->encode($junk);
	$broken{"Table is $text"} = { Table => $junk };
	$broken{"$_ is $text"} = described($_ => $junk)
	  foreach qw(AttributeDefinitions KeySchema ItemCount TableSizeBytes
	  GlobalSecondaryIndexes LocalSecondaryIndexes TableStatus);
	$broken{"$_ of an index is $text"} = index_with($_ => $junk)
	  foreach qw(IndexName IndexStatus KeySchema Projection Backfilling);
	$broken{"$_ of a projection is $text"} =
	  index_with(Projection => { ProjectionType => 'INCLUDE', $_ => $junk })
	  foreach qw(ProjectionType NonKeyAttributes);
	$broken{"$_ of a key is $text"} =
	  described(KeySchema => [ { AttributeName => 'id', KeyType => 'HASH', $_ => $junk } ])
	  foreach qw(AttributeName KeyType);
}
my (@strange, @ended);
my $import = 'DROP SCHEMA imported CASCADE; CREATE SCHEMA imported;'
  . ' IMPORT FOREIGN SCHEMA dynamodb FROM SERVER stub INTO imported';
foreach my $name (sort keys %broken)
{
	my $said = ask("SELECT count(*) FROM keyless; SELECT count(*) FROM ttt WHERE g = 'x'; $import",
		DescribeTable => $broken{$name}, ListTables => { TableNames => ['ttt'] },
		Query => { Count => 0, ScannedCount => 0, Items => [] });
	push @strange, "$name: $said" if grep { !/^(08006|HV000)/ } $said =~ /ERROR:  (.*)/g;
	push @ended, $name unless other_lives();
}
is(join("\n", @strange), '', 'descriptions with a member of another type: a clear error or none');
is(join("\n", @ended), '', 'mended: descriptions with a member of another type end no session');

# ---- lists of tables ----

foreach my $case ([ 'null', [undef] ], [ 'a number', [5] ], [ 'a list', [ ['ttt'] ] ],
	[ 'an empty name', [''] ], [ 'a name with a quote', ['a"b'] ],
	[ 'a name that is too long', [ 'x' x 300 ] ], [ 'no list', 'ttt' ])
{
	my ($name, $names) = @$case;
	says("mended: a list of tables with $name", $import, $unreadable, ListTables => { TableNames => $names });
}
says('mended: no list of tables', $import, $unreadable, ListTables => '{}');
says('mended: a list of tables that is followed by itself', $import,
	qr/08006: .*The answer is not one to this request: the page is followed by itself/s,
	ListTables => { make => 1, circle => 1 });
says('mended: an empty list of tables that is not the last', $import, $unreadable,
	ListTables => { TableNames => [], LastEvaluatedTableName => 'x' });

# ---- outcomes that an operation cannot have ----

my $upsert = "INSERT INTO ttt VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET n = ttt.n * 2 + excluded.n";
my $session = 'SELECT count(*) FROM ttt;';    # core knows the key from now on
my $cancelled = { __type => 'TransactionCanceledException', message => 'cancelled',
	CancellationReasons => [ { Code => 'ConditionalCheckFailed' } ] };
foreach my $case ([ 'a condition that failed', $failed ], [ 'a transaction that was cancelled', $cancelled ])
{
	my ($name, $answer) = @$case;
	says("mended: a read with $name", "$session $upsert", $unreadable,
		PutItem => $failed, UpdateItem => $failed, GetItem => $answer);
	cmp_ok(scalar $stub->requests('GetItem'), '<=', 2, "it is not read without end: $name");
	says("mended: a Scan with $name", 'SELECT n FROM ttt', $unreadable, Scan => $answer);
}
says('mended: an update with a transaction that was cancelled', "UPDATE ttt SET n = 5 WHERE id = 'a'",
	$unknown, UpdateItem => $cancelled);
my %item = (Item => { id => { S => 'a' }, n => { N => '1' } });
my %none = (Code => 'None');
my %condition = (Code => 'ConditionalCheckFailed', %item);
foreach my $case ([ 'fewer', [ \%condition ] ], [ 'more', [ \%condition, \%none, \%none ] ])
{
	my ($name, $reasons) = @$case;
	says("mended: $name reasons than actions", "UPDATE ttt SET id = 'c' WHERE id = 'a'",
		qr/40003: the outcome of the DynamoDB transaction is unknown.*has not one reason for each action/s,
		GetItem => \%item,
		TransactWriteItems => { %$cancelled, CancellationReasons => $reasons });
}
says('a condition that fails for ever', "UPDATE ttt SET n = n * 2 WHERE id = 'a'", qr/40001: .*others kept changing it/s,
	GetItem => \%item, UpdateItem => { %$failed, %item });
says('a key that is taken by nothing, for ever', "$session $upsert", qr/40001: .*others kept changing it/s,
	PutItem => $failed, UpdateItem => $failed, GetItem => {});
says('a row that is never the one that was read',
	"UPDATE ttt SET n = v.x FROM (VALUES (7)) v(x) WHERE id = 'a'", qr/40001: .*others kept changing it/s,
	GetItem => \%item, UpdateItem => { %$failed, %item });

# ---- pages ----

my $free = 'SET dynamorm_fdw.max_read_units = 0;';
says('a page that is followed by itself', "$free SELECT n FROM ttt", qr/HV000: .*is followed by itself/,
	Scan => { make => 1, circle => 1 });
says("mended: a circle of $_ pages", "$free SELECT n FROM ttt", qr/HV000: .*go round in a circle/,
	Scan => { make => 1, circle => $_ })
  foreach 2, 5;
says('mended: a circle that is counted', "$free SELECT count(*) FROM ttt", qr/HV000: .*go round in a circle/,
	Scan => { make => 1, circle => 2 });
says("mended: ANALYZE and a circle of $_", "$free ANALYZE ttt",
	qr/HV000: .*(is followed by itself|go round in a circle)/, Scan => { make => 1, circle => $_ })
  foreach 1, 3;
says('mended: pages without end that cost nothing', 'SET dynamorm_fdw.max_read_units = 20; SELECT n FROM ttt',
	qr/53400: statement has used more than 20 read units/, Scan => { make => 1 });
says("mended: capacity that is $_", 'SELECT n FROM ttt', $unreadable,
	Scan => '{"Count":0,"ScannedCount":0,"Items":[],"ConsumedCapacity":{"CapacityUnits":' . $_ . '}}')
  foreach '-1', '-1e300', '1e300', '1e999', '"5"', '[]';
says('mended: a count beyond all pages', 'SELECT count(*) FROM ttt', $unreadable,
	Scan => '{"Count":1000000000000000,"ScannedCount":1000000000000000}');
says('mended: a count of items that did not come', 'SELECT n FROM ttt', $unreadable,
	Scan => { Count => 5, ScannedCount => 5 });
says('mended: more items than were looked at', 'SELECT n FROM ttt', $unreadable, Scan => { %two, ScannedCount => 1 });
foreach my $key ('{}', '{"id":{"BOOL":true}}', '{"id":{"M":{}}}')
{
	says("mended: a next page that begins at $key", 'SELECT n FROM ttt', $unreadable,
		Scan => '{"Count":0,"ScannedCount":0,"Items":[],"LastEvaluatedKey":' . $key . '}');
}

# ---- batches of reads ----

my $batch = "SELECT id FROM ttt WHERE id IN ('a', 'b') ORDER BY id";
my %both = (Responses => { ttt => [ \%b, \%a ] }, UnprocessedKeys => {});
says('a batch', $batch, qr/^a\nb$/, BatchGetItem => \%both);
foreach my $case (
	[ 'an item twice', { Responses => { ttt => [ \%a, \%a ] } } ],
	[ 'another item', { Responses => { ttt => [ \%a, { id => { S => 'c' } } ] } } ],
	[ 'an item without its key', { Responses => { ttt => [ { n => { N => '1' } } ] } } ],
	[ 'too many items', { Responses => { ttt => [ \%a, \%b, { id => { S => 'c' } } ] } } ],
	[ 'items of another table', { Responses => { other => [ \%a ] } } ],
	[ 'no items', '{}' ],
	[ 'more left over than was asked for', { Responses => { ttt => [ \%a ] },
		UnprocessedKeys => { ttt => { Keys => [ \%a, \%b ] } } } ],
	[ 'keys of another table left over', { Responses => {}, UnprocessedKeys => { other => { Keys => [ \%a ] } } } ],
	(map { [ "left over: $_", qq({"Responses":{},"UnprocessedKeys":$_}) ] }
		'5', '[]', '{"ttt":null}', '{"ttt":5}', '{"ttt":{"Keys":5}}', '{"ttt":{"Keys":[null]}}',
		'{"ttt":{"Keys":[{}]}}'))
{
	my ($name, $answer) = @$case;
	says("mended: a batch with $name", $batch, $unreadable, BatchGetItem => $answer);
}
says('mended: other keys are left over for ever', "SELECT id FROM ttt WHERE id IN ('a', 'aaa')",
	qr/53400: DynamoDB throttled|08006/, BatchGetItem => { make => 1 });

# ---- what is said ----

says('a long text is cut', 'SELECT n FROM ttt', qr/\A\S+ ERROR:  HV000: DynamoDB refused the request.{0,6000}\z/s,
	Scan => { __type => 'ValidationException', message => 'x' x 100_000 });

# ---- what a session keeps ----

open my $out, '>', $file or die "cannot write the case: $!";
print $out '{}';
close $out;
my $long = Session->new($node->connstr('postgres'));
my $kept = q(SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'dynamorm_fdw description');
$long->run(q(DO $$ BEGIN FOR i IN 1..400 LOOP EXECUTE format(
	'CREATE FOREIGN TABLE imported.many%s (id text OPTIONS (key ''partition''), g text) SERVER stub', i);
	END LOOP; END $$));
$long->run(q(DO $$ DECLARE n bigint; BEGIN FOR i IN 1..400 LOOP
	EXECUTE format('SELECT count(*) FROM imported.many%s WHERE g = ''x''', i) INTO n;
	END LOOP; END $$));
my ($count) = $long->run($kept)->{text} =~ /(\d+)/;
cmp_ok($count, '<=', 256, 'a session keeps so many descriptions');
cmp_ok($count, '>', 0, 'mended: a session keeps the descriptions that were used last');
$long->run('DROP SCHEMA imported CASCADE; CREATE SCHEMA imported');
like($long->run($kept)->{text}, qr/^0$/m, 'and none of tables that are gone');

$long->run(q(SELECT dyn_stat_reset()));
$long->run(q(DO $$ BEGIN FOR i IN 1..1200 LOOP PERFORM dyn_request('stub', 'Scan', format('{"TableName":"t%s"}', i)::jsonb); END LOOP; END $$));
my ($rows) = $long->run('SELECT count(*) FROM dyn_stat_requests')->{text} =~ /(\d+)/;
cmp_ok($rows, '<=', 1001, 'mended: statistics of so many tables');
like($long->run(q(SELECT coalesce(table_name, 'none') FROM dyn_stat_requests WHERE operation = '(other)'))->{text},
	qr/^none$/m, 'and of the others together');
like($long->run('SELECT sum(calls) FROM dyn_stat_requests')->{text}, qr/^1200$/m, 'nothing is lost');
$long->run('SELECT dyn_stat_reset()');
$long->run(q(SELECT dyn_request('stub', 'Scan', '{"TableName":"t1200"}')));
like($long->run('SELECT table_name, calls FROM dyn_stat_requests')->{text}, qr/^t1200\|1$/m,
	'after a reset there is room again');
$long->finish;

done_testing;
