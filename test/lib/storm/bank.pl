#!/usr/bin/perl
#
# bank.pl
#		Money moves between accounts in transactions, while requests and
#		answers get lost and backends are killed; then nothing is missing.
#		Called by test/storm, with a server, an engine and a proxy running.
#
#	bank.pl [--seconds S] [--sessions N] [--faults PERCENT] [--kill]
#		[--commit-table] [--commit-timeout MS]
#
# A transfer takes money where there is enough, gives it to another, and puts an
# audit row; each attempt has an id of its own, so that at the end each is
# accounted for.
#
use strict;
use warnings;

use File::Basename qw(dirname);
use Getopt::Long;
use Time::HiRes qw(time sleep);

use lib dirname(__FILE__), dirname(__FILE__) . '/..';
use Storm;

my %option = (seconds => 120, sessions => 8, faults => 10, 'commit-timeout' => 20_000, accounts => 12);
GetOptions(\%option, 'seconds=i', 'sessions=i', 'faults=f', 'kill', 'commit-table', 'commit-timeout=i', 'accounts=i')
  or die "usage: bank [--seconds S] [--sessions N] [--faults PERCENT] [--kill] [--commit-table] [--commit-timeout MS]\n";

my $opening = 1000;
my $total = $opening * $option{accounts};
my @faults = (
	{ kind => 'reset_before' },
	{ kind => 'reset_after' },
	{ kind => 'late' },
	{ kind => 'status', status => 500 },
	{ kind => 'status', status => 500, when => 'after' },
	{ kind => 'stall' },
	{ kind => 'stall', when => 'after' },
	{ kind => 'error', code => 'TransactionInProgressException' },
	{ kind => 'error', code => 'TransactionInProgressException', when => 'after' },
	{ kind => 'cancelled', reasons => [ 'None', 'TransactionConflict', 'None' ] },
	{ kind => 'cancelled', reasons => [ 'None', 'TransactionConflict', 'None' ], when => 'after' });

# ---- the tables ----

my $server_option = $option{'commit-table'} ? ", commit_table 'bank_commit'" : '';
my $setup = <<"SQL";
SET client_min_messages = error;
CREATE SERVER bank FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint '$ENV{PROXY_ENDPOINT}', region 'us-east-1'$server_option);
CREATE SERVER direct FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint '$ENV{DYNAMODB_ENDPOINT}', region 'us-east-1'$server_option);
CREATE USER MAPPING FOR CURRENT_USER SERVER bank OPTIONS (access_key_id 'test', secret_access_key 'test');
CREATE USER MAPPING FOR CURRENT_USER SERVER direct OPTIONS (access_key_id 'test', secret_access_key 'test');
CREATE FOREIGN TABLE account (id text OPTIONS (key 'partition'), balance bigint, owner text) SERVER bank;
CREATE FOREIGN TABLE audit (id text OPTIONS (key 'partition'), giver text, taker text, amount bigint) SERVER bank;
CREATE FOREIGN TABLE audit_direct (id text OPTIONS (key 'partition'), giver text, taker text, amount bigint)
  SERVER direct OPTIONS (table_name 'audit');
SELECT dyn_create_table('account'), dyn_create_table('audit');
INSERT INTO account SELECT 'a' || i, $opening, 'owner ' || i FROM generate_series(1, $option{accounts}) i;
SQL

sub make_tables
{
	my $session = direct_session();
	value_of($session, $_) foreach grep { /\S/ } split /;\n/, $setup;
	value_of($session, "SELECT dyn_create_commit_table('bank')") if $option{'commit-table'};
	# what does not answer shall not take long
	value_of($session, "ALTER SERVER bank OPTIONS (ADD request_timeout '1000')");
	$session->finish;
	return;
}

# ---- a transfer ----

# Ways to do it; of an UPDATE there must be a row.
sub statements_of
{
	my ($id, $giver, $taker, $amount) = @_;
	my @take = (
		"UPDATE account SET balance = balance - $amount WHERE id = '$giver' AND balance >= $amount",
		"UPDATE account SET balance = balance - $amount WHERE id = '$giver' AND balance >= $amount RETURNING balance",
		"UPDATE account SET balance = account.balance - b.balance FROM (VALUES ('$giver', $amount)) AS b (id, balance) WHERE account.id = b.id AND account.balance >= b.balance");
	my @give = (
		"UPDATE account SET balance = balance + $amount WHERE id = '$taker'",
		"UPDATE account SET balance = balance * 1 + $amount WHERE id = '$taker'",
		"INSERT INTO account VALUES ('$taker', $amount) ON CONFLICT (id) DO UPDATE SET balance = account.balance + excluded.balance");
	my @look = rand() < 0.2 ? "SELECT balance FROM account WHERE id IN ('$giver', '$taker') FOR UPDATE" : ();
	return (@look, $take[ rand @take ], $give[ rand @give ], "INSERT INTO audit VALUES ('$id', '$giver', '$taker', $amount)");
}

# Runs it once; says what became of it: an SQLSTATE, 'lost', or 'poor'.
sub attempt
{
	my ($client, $id) = @_;
	my ($giver, $taker) = map { 'a' . int(1 + rand $option{accounts}) } 1, 2;
	return 'poor' if $giver eq $taker;
	my $amount = int(1 + rand 400);
	foreach my $sql ('BEGIN', statements_of($id, $giver, $taker, $amount))
	{
		my $result = run_sql($client, $sql);
		return 'begun' if $result->{sqlstate} eq 'lost';
		if ($result->{sqlstate} ne '00000' || $sql =~ /^UPDATE/ && $result->{rows} == 0)
		{
			run_sql($client, 'ROLLBACK');
			note_line($client, 'error', $id, $result->{sqlstate}, $sql, $result->{text} =~ s/\n/ /gr) if $result->{sqlstate} !~ /^(?:00000|40001)$/;
			return $result->{sqlstate} eq '00000' ? 'poor' : "statement:$result->{sqlstate}";
		}
	}
	if ($option{'commit-table'})
	{
		my $result = run_sql($client, 'SELECT dyn_transaction_token()');
		return 'begun' if $result->{sqlstate} eq 'lost';
		note_line($client, 'token', $id, $result->{text} =~ s/\s//gr);
	}
	my $result = run_sql($client, 'COMMIT');
	note_line($client, 'said', $id, $result->{text} =~ s/\n/ /gr) if $result->{sqlstate} !~ /^(?:00000|40001|lost)$/;
	return $result->{sqlstate};
}

sub run_session
{
	my ($number) = @_;
	my $end = time + $option{seconds};
	my $client = client($number, "SET dynamorm_fdw.commit_timeout = $option{'commit-timeout'}");
	my $serial = 0;
	while (time < $end)
	{
		my $id = "$number-" . ++$serial;
		note_line($client, 'begin', $id);
		note_line($client, 'outcome', $id, attempt($client, $id));
	}
	return;
}

# ---- meanwhile ----

my ($watcher, $killed, $last_kill, $last_look, $looks) = (undef, 0, time, time, 0);
my @wrong;

# The balances at one moment, by a request that nobody has computed anything for.
sub balances
{
	my ($session) = @_;
	my $request = $json->encode({ TransactItems => [ map { { Get => { TableName => 'account', Key => { id => { S => "a$_" } } } } } 1 .. $option{accounts} ] });
	my $result = $session->run("SELECT dyn_request('direct', 'TransactGetItems', '$request')") or return;
	return unless $result->{sqlstate} eq '00000';
	my $answer = $json->decode($result->{text});
	return { map { $_->{Item}{id}{S} => $_->{Item}{balance}{N} } @{ $answer->{Responses} } };
}

sub look
{
	my ($session) = @_;
	my $balances = balances($session) or return 0;
	my $sum = 0;
	$sum += $_ foreach values %$balances;
	push @wrong, "the sum was $sum instead of $total" if $sum != $total;
	push @wrong, map { "account $_ had $balances->{$_}" } grep { $balances->{$_} < 0 } sort keys %$balances;
	$looks++;
	return 1;
}

sub meanwhile
{
	ask_proxy(POST => '/__release') if rand() < 0.4;
	if (time - $last_look > 1)
	{
		$last_look = time;
		$watcher //= Session->new('dbname=postgres', "LOAD 'dynamorm_fdw'");
		if ($watcher && !look($watcher))
		{
			$watcher->finish;
			$watcher = undef;
		}
	}
	if ($option{kill} && time - $last_kill > 5)
	{
		my $pid = Storm::any_backend();
		$killed += kill 'KILL', $pid if $pid;
		$last_kill = time;
	}
	return;
}

# ---- the account ----

sub audit_rows
{
	my ($session) = @_;
	my %rows;
	foreach my $line (split /\n/, value_of($session, 'SELECT id, giver, taker, amount FROM audit_direct'))
	{
		my ($id, @row) = split /\|/, $line;
		$rows{$id} = \@row;
	}
	return \%rows;
}

sub check_balances
{
	my ($session, $audit) = @_;
	my $balances = balances($session);
	my %computed = map { ("a$_" => $opening) } 1 .. $option{accounts};
	foreach my $row (values %$audit)
	{
		my ($giver, $taker, $amount) = @$row;
		$computed{$giver} -= $amount;
		$computed{$taker} += $amount;
	}
	foreach my $id (sort keys %computed)
	{
		push @wrong, "account $id has $balances->{$id}, by the audit rows $computed{$id}" if $balances->{$id} != $computed{$id};
	}
	return;
}

sub check_outcomes
{
	my ($audit, $outcome) = @_;
	foreach my $id (sort keys %$outcome)
	{
		my $is = $outcome->{$id};
		push @wrong, "$id was committed and has no audit row" if $is eq '00000' && !$audit->{$id};
		push @wrong, "$id has an audit row and ended with $is" if $audit->{$id} && $is !~ /^(?:00000|08007|lost)$/;
	}
	return;
}

# Every token tells what the audit rows tell.
sub check_tokens
{
	my ($session, $audit, $outcome, $token) = @_;
	my %count;
	foreach my $id (sort keys %$token)
	{
		my $unknown = $outcome->{$id} !~ /^(?:00000|40001)$/;
		next unless $unknown || rand() < 0.02;
		my $call = $unknown ? 'dyn_transaction_resolve' : 'dyn_transaction_status';
		my $said = value_of($session, "SELECT $call('$token->{$id}', 'direct')");
		my $is = $audit->{$id} ? 'committed' : 'aborted';
		$count{"$call of $outcome->{$id}: $said"}++;
		push @wrong, "$id ended with $outcome->{$id}, $call says $said, and it was $is"
		  if $said ne $is && !($said eq 'unknown' && $outcome->{$id} eq '40001');
	}
	return \%count;
}

sub account
{
	my %count;
	my (%outcome, %token, %said);
	foreach my $note (notes())
	{
		my ($what, $id, @more) = @$note;
		$outcome{$id} = 'lost' if $what eq 'begin';
		$outcome{$id} = $more[0] if $what eq 'outcome';
		$token{$id} = $more[0] if $what eq 'token';
		$said{ "@more" =~ s/\b[0-9a-f]{8}[0-9a-f-]{24,28}\b/.../gr =~ s/\b\d+ms|\d+ attempts/N/gr }++ if $what =~ /said|error/;
	}
	my $session = direct_session();
	my $audit = audit_rows($session);
	look($session);
	check_balances($session, $audit);
	check_outcomes($audit, \%outcome);
	my $tokens = $option{'commit-table'} ? check_tokens($session, $audit, \%outcome, \%token) : {};
	$count{$_}++ foreach values %outcome;
	push @wrong, "08007 came $count{'08007'} times" if $option{'commit-table'} && $count{'08007'};
	$session->finish;
	printf "%8d  %s\n", $count{$_}, $_ foreach sort keys %count;
	printf "%8d  %s\n", $tokens->{$_}, $_ foreach sort keys %$tokens;
	my @said = sort { $said{$b} <=> $said{$a} } keys %said;
	print map { "said: $said{$_} times: " . substr($_, 0, 400) . "\n" } grep { defined } @said[ 0 .. 9 ];
	my $known = grep { $outcome{$_} eq '08007' && $audit->{$_} } keys %outcome;
	printf "%d transfers moved money, %d of them with 08007; %d looks at all accounts; %d backends killed\n",
	  scalar keys %$audit, $known, $looks, $killed;
	return;
}

$| = 1;
make_tables();
set_faults($option{faults}, @faults);
my $failed = run_clients($option{sessions}, \&run_session, \&meanwhile);
push @wrong, "$failed sessions failed" if $failed;
ask_proxy(POST => '/__release');
sleep 1.5;
ask_proxy(POST => '/__reset');
sleep 0.5;
account();
print map { "WRONG: $_\n" } @wrong > 50 ? (@wrong[ 0 .. 49 ], '...') : @wrong;
print @wrong ? "not ok\n" : "ok      the sum is constant, and each transfer is accounted for\n";
exit(@wrong ? 1 : 0);
