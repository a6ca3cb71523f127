# COMMIT of a transaction in mode "atomic" is carried out once, or not at all, or
# says that nobody knows: whatever becomes of its requests and answers, however
# it is interrupted, and also if the clock is put forward.  Each fault once; for
# many at a time there is test/storm bank.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use File::Temp qw(tempfile);
use PostgreSQL::Test::Utils;
use Session;
use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'the engine has no transactions'
  if ($ENV{DYNAMODB_ENGINE} // '') eq 'dynalite';

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
	$test = DynamormTest->new('exactly_once',
		conf => "session_preload_libraries = 'dynamorm_fdw'");
}
my $node = $test->{node};
$test->create_tables(account => "id text OPTIONS (key 'partition'), balance integer");

# The same table by another server, whose transactions leave markers.
$node->safe_psql('postgres', qq(
	CREATE SERVER marking FOREIGN DATA WRAPPER dynamorm_fdw
	  OPTIONS (endpoint '$test->{endpoint}', region 'us-east-1', commit_table 'exactly_once_commit');
	CREATE USER MAPPING FOR CURRENT_USER SERVER marking OPTIONS (access_key_id 'test', secret_access_key 'test');
	CREATE FOREIGN TABLE marked (id text OPTIONS (key 'partition'), balance integer)
	  SERVER marking OPTIONS (table_name 'account');));
$node->psql('postgres', q(SELECT dyn_request('marking', 'DeleteTable', '{"TableName": "exactly_once_commit"}')), stderr => \my $ignored);
$node->safe_psql('postgres', "SELECT dyn_create_commit_table('marking')");

my $operation = 'TransactWriteItems';
my $take = "UPDATE account SET balance = balance - 10 WHERE id = 'a' AND balance >= 10";
my $take_and_show = "$take RETURNING balance";
my $give = "UPDATE account SET balance = balance + 10 WHERE id = 'b' RETURNING balance";
my $insert = "INSERT INTO account VALUES ('new', 1)";

sub atomic_session
{
	return Session->new($node->connstr('postgres'), "SET dynamorm_fdw.transaction_mode = 'atomic'", @_);
}
my $session = atomic_session();

sub fill
{
	$test->reset_proxy;
	$node->safe_psql('postgres', "DELETE FROM account; INSERT INTO account VALUES ('a', 100), ('b', 0)");
	return;
}

sub balance
{
	return $node->safe_psql('postgres', "SELECT balance FROM account WHERE id = 'a'");
}

# Waits until what is on its way has arrived.
sub wait_for_balance
{
	my ($wanted) = @_;
	for (1 .. 200)
	{
		return $wanted if balance() eq $wanted;
		sleep 0.05;
	}
	return balance();
}

sub change_balance
{
	my ($balance) = @_;
	$node->safe_psql('postgres', "UPDATE account SET balance = $balance WHERE id = 'a'");
	return;
}

# Lets go on what came late, and waits until the engine has dealt with it.
sub release
{
	$test->release;
	for (1 .. 200)
	{
		return 1 if $test->ask_proxy(GET => '/__held')->{Delivered} > 0;
		sleep 0.05;
	}
	return 0;
}

# Waits until a backend waits: three times in a row it has done nothing.
sub wait_until_idle
{
	my ($pid) = @_;
	my ($idle, $last) = (0, '');
	for (1 .. 600)
	{
		my $state = slurp_file("/proc/$pid/stat") =~ /^\d+ \(.*?\) (\w)/ ? $1 : '';
		my $now = slurp_file("/proc/$pid/schedstat");
		$idle = $state eq 'S' && $now eq $last ? $idle + 1 : 0;
		return if $idle == 3;
		$last = $now;
		sleep 0.05;
	}
	return;
}

# In the order in which they are used up.
sub set_faults
{
	$test->reset_proxy;
	$test->fault(map { +{ operation => $operation, %$_ } } @_);
	return;
}

sub bodies
{
	return @{ $test->ask_proxy(GET => '/__bodies')->{$operation} // [] };
}

sub different { my %seen; return scalar grep { !$seen{$_}++ } @_ }

# One transaction.  Of what is named: statements, faults, between (what others
# do before COMMIT), and what is expected: state, balance, sent (the requests),
# bodies (how many different ones), like (what is said).
sub transaction
{
	my ($title, %case) = @_;
	fill();
	$session->run('BEGIN');
	foreach my $statement (@{ $case{statements} // [$take] })
	{
		is($session->run($statement)->{sqlstate}, '00000', "$title: $statement");
	}
	$case{between}->() if $case{between};
	set_faults(@{ $case{faults} });
	my $result = $session->run('COMMIT');
	is($result->{sqlstate}, $case{state}, "$title: $case{state}") or diag $result->{text};
	like($result->{text}, $case{like}, "$title: it says so") if $case{like};
	my @bodies = bodies();
	is(scalar @bodies, $case{sent}, "$title: sent $case{sent} times") if defined $case{sent};
	is(different(@bodies), $case{bodies} // 1, "$title: as many different requests") if @bodies;
	is(balance(), $case{balance}, "$title: what is stored");
	return $result;
}

my $unknown = qr/ERROR:  08007: the outcome of the DynamoDB transaction is unknown/;
sub refused { my ($code, %more) = @_; return { kind => 'error', code => $code, %more } }
sub cancelled { my @reasons = @_; return { kind => 'cancelled', reasons => \@reasons } }
my $doubt = { kind => 'reset_before' };
my $applied = { kind => 'reset_after' };

# ---- lost requests and answers ----

my %lost = (
	'the request is lost' => $doubt,
	'the answer is lost' => $applied,
	'half of the answer is lost' => { kind => 'close_middle' },
	'a connection that is reset when it is used again' => { kind => 'reset_on_reuse', operation => 'GetItem' },
	'HTTP 500 before it was done' => { kind => 'status' },
	'HTTP 500 after it was done' => { kind => 'status', when => 'after' },
	'HTTP 503 after it was done' => { kind => 'status', status => 503, when => 'after' },
	'a wrong checksum' => { kind => 'crc' },
	'an answer that is none' => { kind => 'body', form => 'not_json' });
foreach my $title (sort keys %lost)
{
	transaction($title, faults => [ $lost{$title} ], state => '00000', balance => 90,
		sent => ($lost{$title}{operation} ? 1 : 2));
}
transaction('eleven answers are lost', faults => [ { %$applied, count => 11 } ], state => '00000', balance => 90, sent => 12);
transaction('eleven requests are lost', faults => [ { %$doubt, count => 11 } ], state => '00000', balance => 90, sent => 12);

# ---- what comes late ----

transaction('the first attempt comes after the second', faults => [ { kind => 'late' } ], state => '00000', balance => 90, sent => 2);
ok(release(), 'it arrives');
is(balance(), 90, 'and changes nothing');
transaction('the first attempt comes when the second has been refused',
	statements => [$take_and_show], between => sub { change_balance(99) },
	faults => [ { kind => 'late' } ], state => '08007', like => $unknown, balance => 99, sent => 2);
change_balance(100);
ok(release(), 'it arrives');
is(balance(), 90, 'and is carried out');

# ---- under way for ever ----

$session->run('SET dynamorm_fdw.commit_timeout = 1500');
foreach my $when ('before', 'after')
{
	my $left = $when eq 'before' ? 100 : 90;
	transaction("in progress for ever, $when it is done", faults => [ refused('TransactionInProgressException', when => $when, count => 0) ],
		state => '08007', like => $unknown, balance => $left);
}
transaction('in conflict for ever', faults => [ { cancelled('TransactionConflict')->%*, count => 0 } ], state => '40001', balance => 100);
transaction('throttled for ever', faults => [ { kind => 'throttle', count => 0 } ], state => '53400', balance => 100);
transaction('throttled for ever, and in doubt', faults => [ $doubt, { kind => 'throttle', count => 0 } ], state => '08007', like => $unknown, balance => 100);
$session->run('RESET dynamorm_fdw.commit_timeout');
transaction('in progress, and then done', faults => [ refused('TransactionInProgressException', when => 'after') ], state => '00000', balance => 90, sent => 2);

# ---- refusals ----

my $mismatch = refused('IdempotentParameterMismatchException');
my $invalid = refused('ValidationException', message => 'sorry');
transaction('a mismatch, once', faults => [$mismatch], state => '00000', balance => 90, sent => 2, bodies => 2);
transaction('a mismatch, again', faults => [ { %$mismatch, count => 0 } ], state => 'HV000', balance => 100, sent => 2, bodies => 2);
transaction('a mismatch, and in doubt', faults => [ $doubt, $mismatch ], state => '08007', like => $unknown, balance => 100);
transaction('a mismatch, after it was done', faults => [ $applied, $mismatch ], state => '08007', like => $unknown, balance => 90);
transaction('a blind write is invalid', faults => [$invalid], state => '00000', balance => 90, sent => 2, bodies => 2);
transaction('a blind write is invalid, and so is the other', faults => [ { %$invalid, count => 0 } ], state => 'HV000', balance => 100, sent => 2, bodies => 2);
transaction('an image is invalid', statements => [$take_and_show], faults => [$invalid], state => 'HV000', balance => 100, sent => 1);
transaction('invalid, and in doubt', faults => [ $doubt, $invalid ], state => '08007', like => $unknown, balance => 100, sent => 2);
transaction('invalid, after it was done', faults => [ $applied, $invalid ], state => '08007', like => $unknown, balance => 90, sent => 2);
my %denied = (AccessDeniedException => '42501', ResourceNotFoundException => 'HV00R', UnrecognizedClientException => '28000');
foreach my $code (sort keys %denied)
{
	transaction($code, faults => [ { refused($code)->%*, count => 0 } ], state => $denied{$code}, balance => 100);
	transaction("$code, and in doubt", faults => [ $doubt, { refused($code)->%*, count => 0 } ], state => '08007', like => $unknown, balance => 100);
}

# ---- cancels, with every mix of reasons ----

my $failed = 'ConditionalCheckFailed';
my $two = [ $take_and_show, $give ];
my $with_insert = [ $take_and_show, $insert ];

# statements, reasons, the SQLSTATE; those that are sent again succeed then
my @cancels = (
	[ $two, [ 'None', 'TransactionConflict' ], '00000' ],
	[ $two, [ 'TransactionConflict', 'TransactionConflict' ], '00000' ],
	[ $two, [ 'ThrottlingError', 'None' ], '00000' ],
	[ $two, [ 'ProvisionedThroughputExceeded', 'TransactionConflict' ], '00000' ],
	[ $two, [ $failed, 'None' ], '40001' ],
	[ $two, [ $failed, $failed ], '40001' ],
	[ $two, [ 'TransactionConflict', $failed ], '40001' ],
	[ $two, [ $failed, 'ThrottlingError' ], '40001' ],
	[ $with_insert, [ 'None', $failed ], '23505' ],
	[ $with_insert, [ $failed, $failed ], '23505' ],
	[ $with_insert, [ $failed, 'None' ], '40001' ],
	[ $with_insert, [ 'TransactionConflict', $failed ], '23505' ],
	[ $two, [ 'ItemCollectionSizeLimitExceeded', 'None' ], '54000' ],
	[ $two, [ 'None', 'ValidationError' ], 'HV000' ],
	[ $two, [ 'ValidationError', $failed ], '40001' ],
	[ $two, undef, '40001' ]);
foreach my $case (@cancels)
{
	my ($statements, $reasons, $state) = @$case;
	my $title = 'cancelled: ' . join ', ', @{ $reasons // ['no reasons'] };
	my $fault = { kind => 'cancelled', $reasons ? (reasons => $reasons) : () };
	my $again = $state eq '00000';
	transaction($title, statements => $statements, faults => [$fault], state => $state, balance => $again ? 90 : 100, sent => $again ? 2 : 1);
	transaction("$title, and in doubt", statements => $statements, faults => [ $doubt, $fault ],
		state => $again ? '00000' : '08007', balance => $again ? 90 : 100, sent => $again ? 3 : 2);
	next if $again;
	transaction("$title, after it was done", statements => $statements, faults => [ $applied, $fault ], state => '08007', like => $unknown, balance => 90, sent => 2);
}

# ---- interrupts ----

# where COMMIT waits, the faults, what a cancel is then, and what is stored
my @phases = (
	[ 'waiting, before it is done', [ { kind => 'stall' } ], '08007', 100 ],
	[ 'waiting, after it is done', [ { kind => 'stall', when => 'after' } ], '08007', 90 ],
	[ 'half an answer', [ { kind => 'half' } ], '08007', 90 ],
	[ 'a back-off', [ { kind => 'throttle', retry_after => 60_000, count => 0 } ], '57014', 100 ],
	[ 'a back-off in doubt', [ $applied, { kind => 'throttle', retry_after => 60_000, count => 0 } ], '08007', 90 ]);

# A COMMIT that waits: of a transaction, or of a procedure.
my %commit = (
	'of a transaction' => [ [ 'BEGIN', $take ], 'COMMIT' ],
	'of a single statement' => [ [], $take ],
	'in a block' => [ [], "DO \$\$ BEGIN $take; COMMIT; END \$\$" ]);

sub begin_waiting
{
	my ($one, $way, $faults) = @_;
	my ($before, $statement) = @{ $commit{$way} };
	fill();
	$one->run($_) foreach @$before;
	set_faults(@$faults);
	$one->send("$statement;\n\\echo =done= :SQLSTATE :ROW_COUNT");
	$test->wait_for_requests($operation, scalar @$faults);
	wait_until_idle($one->{backend});
	return;
}

foreach my $phase (@phases)
{
	my ($title, $faults, $state, $left) = @$phase;
	foreach my $way (sort keys %commit)
	{
		my $name = "cancel, $title, $way";
		my $one = atomic_session();
		begin_waiting($one, $way, $faults);
		kill 'INT', $one->{backend};
		my $text = $one->read_until(qr/^=done= \w{5} .*\n/m) // '';
		like($text, qr/ERROR:  $state: /, "$name: $state");
		like($text, qr/canceling statement due to user request/, "$name: says why");
		is(wait_for_balance($left), $left, "$name: what is stored");
		is($one->run("SELECT 'next'")->{text}, "next\n", "$name: the next statement works");
		$one->finish;
	}
	my $one = atomic_session();
	begin_waiting($one, 'of a transaction', $faults);
	kill 'TERM', $one->{backend};
	my $text = $one->read_until(qr/FATAL:  57P01.*\n/) // '';
	my $warning = qr/WARNING:  08007: /;
	$state eq '08007' ? like($text, $warning, "terminate, $title: a warning") : unlike($text, $warning, "terminate, $title: no warning");
	$one->finish;
	is(wait_for_balance($left), $left, "terminate, $title: what is stored");
}

# a timeout ends COMMIT only in a block
foreach my $phase (@phases)
{
	my ($title, $faults, $state, $left) = @$phase;
	my $one = atomic_session('SET statement_timeout = 2000');
	begin_waiting($one, 'in a block', $faults);
	my $text = $one->read_until(qr/^=done= \w{5} .*\n/m) // '';
	like($text, qr/ERROR:  $state: /, "timeout, $title: $state");
	like($text, qr/canceling statement due to statement timeout/, "timeout, $title: says why");
	is(wait_for_balance($left), $left, "timeout, $title: what is stored");
	$one->finish;
}

# ---- a token that may be forgotten ----

sub put_clock
{
	my ($seconds) = @_;
	open my $out, '>', $clock or die "cannot put the clock: $!";
	print $out $seconds;
	close $out;
	return;
}

# The second attempt is held, and the clock put forward; what is held is not
# delivered, since nobody waits for it any more.
my $one = atomic_session('SET dynamorm_fdw.commit_timeout = 300000');
put_clock(0);
begin_waiting($one, 'of a transaction', [ $doubt, { kind => 'hold' } ]);
put_clock(360);
my $text = $one->read_until(qr/^=done= \w{5} .*\n/m) // '';
like($text, $unknown, 'six minutes later in doubt: 08007');
is(scalar bodies(), 2, 'it is not sent again');
is(balance(), 100, 'nothing is stored');
$one->finish;
put_clock(0);

# ---- with markers ----

s/account/marked/ foreach $take, $take_and_show, $give, $insert;
$session->finish;
$session = atomic_session();

sub token_of { return $_[0]->{text} =~ /\b([0-9a-f]{32})\b/ ? $1 : '' }

sub state_of_token
{
	my ($token, $function) = @_;
	return $node->safe_psql('postgres', "SELECT $function('$token', 'marking')");
}

transaction('marked: the answer is lost', statements => [$take], faults => [$applied], state => '00000', balance => 90, sent => 2);
transaction('marked: refused after it was done', statements => [$take_and_show], faults => [ $applied, cancelled($failed, 'None') ], state => '00000', balance => 90, sent => 2);
transaction('marked: refused in doubt', statements => [$take_and_show], faults => [ $doubt, cancelled($failed, 'None') ], state => '40001', balance => 100, sent => 2);
transaction('marked: invalid in doubt', statements => [$take_and_show], faults => [ $doubt, $invalid ], state => 'HV000', balance => 100, sent => 2);
transaction('marked: the first attempt comes when the second has been refused',
	statements => [$take_and_show], between => sub { change_balance(99) },
	faults => [ { kind => 'late' } ], state => '40001', balance => 99, sent => 2);
change_balance(100);
ok(release(), 'it arrives');
is(balance(), 100, 'and is not carried out');
$session->run('SET dynamorm_fdw.commit_timeout = 1500');
transaction('marked: in progress for ever, done', statements => [$take], faults => [ refused('TransactionInProgressException', when => 'after', count => 0) ], state => '00000', balance => 90);
transaction('marked: in progress for ever, not done', statements => [$take], faults => [ refused('TransactionInProgressException', count => 0) ], state => '40001', balance => 100);

# neither the transaction nor its marker can be told
foreach my $case ([ $applied, 90, 'committed' ], [ $doubt, 100, 'aborted' ])
{
	my ($first, $left, $state) = @$case;
	my $result = transaction("marked: nothing is answered, $state", statements => [$take],
		faults => [ $first, { kind => 'reset_before', count => 0 }, { kind => 'reset_before', operation => 'PutItem', count => 0 }, { kind => 'reset_before', operation => 'GetItem', table => 'exactly_once_commit', count => 0 } ],
		state => '08007', like => $unknown, balance => $left);
	my $token = token_of($result);
	$test->reset_proxy;
	is(state_of_token($token, 'dyn_transaction_status'), $state eq 'committed' ? 'committed' : 'unknown', "$state: its status");
	is(state_of_token($token, 'dyn_transaction_resolve'), $state, "$state: resolved");
	is(state_of_token($token, 'dyn_transaction_status'), $state, "$state: its status then");
}

$session->finish;
$test->reset_proxy;
$node->safe_psql('postgres', q(SELECT dyn_request('marking', 'DeleteTable', '{"TableName": "exactly_once_commit"}')));
$test->drop_tables;
done_testing();
