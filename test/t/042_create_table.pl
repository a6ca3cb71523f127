# Tables that are made, told and imported, and keys that are not those that
# DynamoDB has: what the service does and no engine.  A stub answers as it does.
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

my $test = DynamormTest->new('create');
my $node = $test->{node};

# ---- a stub that answers as the case at hand says ----

sub keys_of
{
	my (@names) = @_;
	return [ map { my ($name, $role) = split /:/; { AttributeName => $name, KeyType => $role } } @names ];
}

my %described = (
	TableName => 'person', TableStatus => 'ACTIVE', ItemCount => 3, TableSizeBytes => 100,
	TableArn => 'arn:aws:dynamodb:us-east-1:1:table/person',
	KeySchema => keys_of('id:HASH', 'day:RANGE'),
	AttributeDefinitions => [ map { my ($name, $type) = split /:/; { AttributeName => $name, AttributeType => $type } }
		  qw(id:S day:N a:S b:S c:N d:B rank:N) ],
	BillingModeSummary => { BillingMode => 'PAY_PER_REQUEST' },
	ProvisionedThroughput => { ReadCapacityUnits => 0, WriteCapacityUnits => 0 },
	OnDemandThroughput => { MaxReadRequestUnits => 100, MaxWriteRequestUnits => -1 },
	TableClassSummary => { TableClass => 'STANDARD_INFREQUENT_ACCESS' },
	DeletionProtectionEnabled => JSON::PP::true,
	StreamSpecification => { StreamEnabled => JSON::PP::true, StreamViewType => 'NEW_IMAGE' },
	LatestStreamArn => 'arn:of:the:stream',
	LocalSecondaryIndexes => [ { IndexName => 'by_rank', KeySchema => keys_of('id:HASH', 'rank:RANGE'),
			Projection => { ProjectionType => 'KEYS_ONLY' } } ],
	GlobalSecondaryIndexes => [ { IndexName => 'by_four', IndexStatus => 'ACTIVE',
			KeySchema => keys_of('a:HASH', 'b:HASH', 'c:RANGE', 'd:RANGE'),
			OnDemandThroughput => { MaxReadRequestUnits => 7, MaxWriteRequestUnits => -1 },
			Projection => { ProjectionType => 'INCLUDE', NonKeyAttributes => ['name'] } } ]);
my %usual = (
	CreateTable => {}, UpdateContinuousBackups => {}, UpdateTimeToLive => {},
	DescribeTable => { Table => \%described },
	DescribeTimeToLive => { TimeToLiveDescription => { TimeToLiveStatus => 'ENABLED', AttributeName => 'expires' } },
	DescribeContinuousBackups => { ContinuousBackupsDescription => { ContinuousBackupsStatus => 'ENABLED',
			PointInTimeRecoveryDescription => { PointInTimeRecoveryStatus => 'ENABLED' } } },
	Scan => { Items => [], Count => 0, ScannedCount => 0 },
	ListTables => { TableNames => ['person'] });

# It is handed over by a file, since the stub has forked long ago.
my (undef, $file) = tempfile(UNLINK => 1);
my (undef, $seen) = tempfile(UNLINK => 1);

sub answer
{
	my ($operation, $body) = @_;
	open my $in, '<', $file or die "cannot read the case: $!";
	local $/;
	my $case = decode_json(<$in>);
	if ($operation eq 'ListTagsOfResource' && !$case->{$operation})
	{
		return { Tags => [ { Key => 'team', Value => 'billing' } ], NextToken => 'more' } unless decode_json($body)->{NextToken};
		return { Tags => [ { Key => 'aws:cloudformation', Value => 'x' }, { Key => 'env', Value => q(it's "ours") } ] };
	}
	my $answer = $case->{$operation} // $usual{$operation} // {};
	return $answer unless ref $answer eq 'HASH' && $answer->{times};
	open my $out, '>>', $seen or die "cannot note the request: $!";
	syswrite $out, '.';
	return -s $seen <= $answer->{times} ? $answer->{first} : {};
}

my $stub = Stub->new('*' => \&answer);
my $columns = q(id text OPTIONS (key 'partition'), day integer OPTIONS (key 'sort'), a text, b text, c numeric, d bytea, rank integer,
	expires timestamptz(0) OPTIONS (ttl 'true', type 'N'), name text);
$node->safe_psql('postgres', qq(
	CREATE SERVER stub FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint '$stub->{endpoint}', region 'us-east-1');
	CREATE USER MAPPING FOR CURRENT_USER SERVER stub OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE FOREIGN TABLE person ($columns) SERVER stub OPTIONS (
	  indexes '[{"name": "by_rank", "kind": "local", "sort": ["rank"], "projection": "keys_only"},
	            {"name": "by_four", "partition": ["a", "b"], "sort": ["c", "d"], "projection": ["name"], "max_read_request_units": 7}]',
	  max_read_request_units '100', table_class 'standard_infrequent_access', stream 'new_image',
	  deletion_protection 'on', point_in_time_recovery 'true', tags '{"team": "billing", "env": "it''s \\"ours\\""}');
	CREATE SCHEMA imported;));

# What psql says of a statement, while the stub answers so.
sub ask
{
	my ($sql, %answers) = @_;
	open my $out, '>', $file or die "cannot write the case: $!";
	print $out encode_json(\%answers);
	close $out;
	truncate $seen, 0;
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

# ---- what is sent ----

my $create = "SELECT dyn_create_table('person')";
unlike(ask($create), qr/ERROR/, 'a table with all that there is');
my %sent = %{ ($stub->requests('CreateTable'))[0] };
$sent{AttributeDefinitions} = [ sort { $a->{AttributeName} cmp $b->{AttributeName} } @{ $sent{AttributeDefinitions} } ];
is_deeply(\%sent,
	{
		TableName => 'person',
		KeySchema => keys_of('id:HASH', 'day:RANGE'),
		AttributeDefinitions => [ sort { $a->{AttributeName} cmp $b->{AttributeName} } @{ $described{AttributeDefinitions} } ],
		BillingMode => 'PAY_PER_REQUEST',
		OnDemandThroughput => { MaxReadRequestUnits => 100 },
		TableClass => 'STANDARD_INFREQUENT_ACCESS',
		DeletionProtectionEnabled => JSON::PP::true,
		StreamSpecification => { StreamEnabled => JSON::PP::true, StreamViewType => 'NEW_IMAGE' },
		Tags => [ { Key => 'env', Value => q(it's "ours") }, { Key => 'team', Value => 'billing' } ],
		LocalSecondaryIndexes => [ { IndexName => 'by_rank', KeySchema => keys_of('id:HASH', 'rank:RANGE'),
				Projection => { ProjectionType => 'KEYS_ONLY' } } ],
		GlobalSecondaryIndexes => [ { IndexName => 'by_four', KeySchema => keys_of('a:HASH', 'b:HASH', 'c:RANGE', 'd:RANGE'),
				OnDemandThroughput => { MaxReadRequestUnits => 7 },
				Projection => { ProjectionType => 'INCLUDE', NonKeyAttributes => ['name'] } } ]
	},
	'the request');
is_deeply([ $stub->requests('UpdateContinuousBackups') ],
	[ { TableName => 'person', PointInTimeRecoverySpecification => { PointInTimeRecoveryEnabled => JSON::PP::true } } ], 'recovery');
is_deeply([ $stub->requests('UpdateTimeToLive') ],
	[ { TableName => 'person', TimeToLiveSpecification => { Enabled => JSON::PP::true, AttributeName => 'expires' } } ], 'and the time to live');

# ---- what fails after the table was made ----

unlike(ask($create, UpdateContinuousBackups => { times => 2, first => refusal('ContinuousBackupsUnavailableException', 'Backups are being enabled') }),
	qr/ERROR/, 'recovery is turned on when it can be');
is(scalar $stub->requests('UpdateContinuousBackups'), 3, 'it is asked for again');
like(ask($create, UpdateContinuousBackups => refusal('AccessDeniedException', 'not you')),
	qr/ERROR:  42501: access to DynamoDB denied\nDETAIL:  .*The table was created, but it has no point-in-time recovery and no time to live: UpdateContinuousBackups and UpdateTimeToLive are still to be done, by dyn_request\(\)\./,
	'an error says that the table is there, and what is still to be done');
is(scalar $stub->requests('UpdateTimeToLive'), 0, 'which was not done');
like(ask($create, UpdateTimeToLive => refusal('ValidationException', 'no')),
	qr/ERROR:  HV000: .*\nDETAIL:  .*The table was created, but it has no time to live: UpdateTimeToLive is still to be done, by dyn_request\(\)\./,
	'so does that of the last request');
like(ask("SELECT dyn_drop_table('person')", DeleteTable => refusal('ValidationException', 'Resource cannot be deleted as it is currently protected against deletion.')),
	qr/ERROR:  55000: cannot drop DynamoDB table "person", which is protected against deletion\nHINT:  .*"DeletionProtectionEnabled": false/, 'a table that is protected');

# ---- what is told ----

my $describe = q(SELECT property || '=' || coalesce(value, 'NULL') FROM dyn_describe_table('person'));
my $told = ask($describe);
like($told, qr/^\Q$_\E$/m, "told: $_")
  foreach 'status=ACTIVE', 'partition_key=id', 'partition_key_type=S', 'sort_key=day', 'sort_key_type=N',
  'index by_four={"name": "by_four", "kind": "global", "partition": ["a", "b"], "sort": ["c", "d"], "projection": ["name"], "max_read_request_units": 7}',
  'index by_four status=ACTIVE',
  'index by_rank={"name": "by_rank", "kind": "local", "sort": ["rank"], "projection": "keys_only"}',
  'billing_mode=on_demand', 'max_read_request_units=100', 'max_write_request_units=NULL', 'read_capacity_units=NULL',
  'table_class=standard_infrequent_access', 'stream=new_image', 'stream_arn=arn:of:the:stream', 'deletion_protection=true',
  'point_in_time_recovery=true', 'tags={"env": "it\'s \"ours\"", "team": "billing"}', 'ttl=expires', 'item_count=3', 'size=100',
  'arn=arn:aws:dynamodb:us-east-1:1:table/person';

my %denied = (DescribeContinuousBackups => refusal('AccessDeniedException', 'not you'),
	DescribeTimeToLive => refusal('AccessDeniedException', 'not you'),
	ListTagsOfResource => refusal('UnknownOperationException', 'what'));
$told = ask($describe, %denied);
like($told, qr/^$_=NULL$/m, "without the right or the operation: $_") foreach qw(point_in_time_recovery tags ttl);
like($told, qr/^status=ACTIVE$/m, 'and all else is told');
$told = ask($describe, ListTagsOfResource => { Tags => [], NextToken => 'again' });
like($told, qr/^tags=NULL$/m, 'tags that do not end');
like(ask($describe, DescribeTable => refusal('AccessDeniedException', 'not you')), qr/ERROR:  42501/, 'not the right to describe it');

# ---- what is imported ----

my $options = q(SELECT unnest(ftoptions) FROM pg_foreign_table WHERE ftrelid = 'imported.person'::regclass);
my $import = 'IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (person) FROM SERVER stub INTO imported';
my $imported = ask("$import; $options");
like($imported, qr/^\Q$_\E$/m, "imported: $_")
  foreach 'indexes=[{"name": "by_four", "kind": "global", "partition": ["a", "b"], "sort": ["c", "d"], "projection": ["name"], "max_read_request_units": 7}, '
  . '{"name": "by_rank", "kind": "local", "sort": ["rank"], "projection": "keys_only"}]',
  'max_read_request_units=100', 'table_class=standard_infrequent_access', 'stream=new_image', 'deletion_protection=true',
  'point_in_time_recovery=true', 'tags={"env": "it\'s \"ours\"", "team": "billing"}';
unlike($imported, qr/billing_mode|aws:/, 'but what is as without the option, and tags that only AWS sets');
unlike(ask(q(SELECT dyn_create_table('imported.person'))), qr/ERROR/, 'it can be made');
my %again = %{ ($stub->requests('CreateTable'))[0] };
$again{AttributeDefinitions} = [ sort { $a->{AttributeName} cmp $b->{AttributeName} } @{ $again{AttributeDefinitions} } ];
is_deeply(\%again, \%sent, 'by the same request');
is(scalar $stub->requests('UpdateContinuousBackups') + scalar $stub->requests('UpdateTimeToLive'), 2, 'and the others');
unlike(ask("DROP FOREIGN TABLE imported.person; $import; $options", %denied), qr/point_in|tags|ERROR|WARNING/, 'what is not told is left out');
unlike(ask("DROP FOREIGN TABLE imported.person; $import OPTIONS (table_options 'false'); $options"), qr/indexes|stream|ERROR/, 'all is, if that is wanted');
is(scalar $stub->requests('ListTagsOfResource') + scalar $stub->requests('DescribeContinuousBackups'), 0, 'and is not asked for');

# ---- a key that is another one, as the service says it ----

$node->safe_psql('postgres', q(CREATE FOREIGN TABLE p (id text OPTIONS (key 'partition'), name text) SERVER stub OPTIONS (table_name 'person')));
my $other = qr/ERROR:  HV004: the key of foreign table "p" is not that of DynamoDB table "person"\nDETAIL:  DynamoDB has partition key "id" \(S\) and sort key "day" \(N\), the foreign table partition key "id" \(S\)\.\nHINT:  ALTER FOREIGN TABLE public\.p ADD COLUMN day numeric OPTIONS \(key 'sort'\);/;
my $schema = refusal('ValidationException', 'The provided key element does not match the schema');
my $lacking = refusal('ValidationException', 'One or more parameter values were invalid: Missing the key day in the item');
my @requests = (
	GetItem => $schema, "SELECT * FROM p WHERE id = 'a'",
	BatchGetItem => $schema, "SELECT * FROM p WHERE id IN ('a', 'b')",
	PutItem => $lacking, "INSERT INTO p VALUES ('a')",
	UpdateItem => $schema, "UPDATE p SET name = 'b' WHERE id = 'a'",
	DeleteItem => $schema, "DELETE FROM p WHERE id = 'a'");
while (my ($operation, $answer, $sql) = splice @requests, 0, 3)
{
	# a write that is refused is looked at before it is raised
	like(ask($sql, GetItem => $schema, $operation => $answer), $other, "$operation with another key");
	is(scalar $stub->requests($operation), 1, 'is sent once');
}
my $stale = ask("EXPLAIN SELECT * FROM person WHERE id = 'a'; SELECT * FROM person WHERE id = 'a'",
	Query => refusal('ValidationException', 'Query condition missed key schema element: pk'));
like($stale, qr/ERROR:  HV000: DynamoDB refused the request/, 'a refusal for another reason stays what it is');
my $atomic = 'SET dynamorm_fdw.transaction_mode = atomic; BEGIN; ';
my $cancelled = refusal('TransactionCanceledException', 'Transaction cancelled',
	CancellationReasons => [ { Code => 'ValidationError', Message => 'The provided key element does not match the schema' } ]);
like(ask("$atomic INSERT INTO p VALUES ('a', 'b'); COMMIT", TransactWriteItems => $cancelled), $other, 'COMMIT with another key');
like(ask("SELECT * FROM p WHERE id = 'a'", GetItem => $schema, DescribeTable => refusal('AccessDeniedException', 'not you')),
	qr/ERROR:  HV000: DynamoDB refused the request\nDETAIL:  ValidationException: The provided key element does not match the schema/,
	'without the right to ask, it is as DynamoDB says');

done_testing();
