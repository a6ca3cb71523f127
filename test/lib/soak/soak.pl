#!/usr/bin/perl
#
# soak.pl
#		Runs statements in one session of psql and watches its backend: see
#		test/soak.
#
# A model of the table, a hash of its keys with their numbers, tells what each
# statement must do: which error it raises, and what is stored at the end.
#
use strict;
use warnings;

use Getopt::Long;
use IPC::Open2;
use Time::HiRes qw(time);

my ($statements, $seed) = (100_000, 1);
GetOptions('statements=i' => \$statements, 'seed=i' => \$seed)
  && $statements >= 100
  or die "usage: soak [--statements N] [--seed N]\n";
srand $seed;

# What may be added between the end of the warm-up and the end.  Contexts are
# counted in whole blocks, and malloc() keeps some of what is freed.
my $context_slack = 64;			# kB
my $resident_slack = 1024;		# kB

my $keys = 100;					# of which about half exist at a time
my %number;						# key => n, of the items that exist
my %expected;					# SQLSTATE => how often in this batch

# ---- psql ----

open2(my $out, my $in, 'psql -XAtq -v VERBOSITY=sqlstate 2>&1')
  or die "could not start psql: $!\n";
$in->autoflush(1);

# Runs statements; returns the lines that psql wrote.
sub run
{
	my ($script) = @_;
	my @lines;
	print $in "$script\n;\n\\echo soak-mark\n";
	while (defined(my $line = <$out>))
	{
		chomp $line;
		return @lines if $line eq 'soak-mark';
		push @lines, $line;
	}
	die join("\n", @lines), "\npsql has ended\n";
}

# Runs statements that must not fail.
sub run_well
{
	my @lines = run(@_);
	my @errors = grep { /ERROR|FATAL|PANIC/ } @lines;
	die "@errors\nin: $_[0]\n" if @errors;
	return @lines;
}

# ---- what the backend holds ----

sub measure
{
	my ($pid) = @_;
	my %measured;

	($measured{contexts}) = map { int($_ / 1024) } run_well(
		'SELECT sum(total_bytes) FROM pg_backend_memory_contexts');
	open(my $status, '<', "/proc/$pid/status")
	  or die "could not read the status of process $pid: $!\n";
	while (<$status>)
	{
		$measured{resident} = $1 if /^RssAnon:\s+(\d+) kB/;
	}
	my @links = map { readlink($_) // '' } glob("/proc/$pid/fd/*");
	$measured{descriptors} = @links;
	$measured{sockets} = grep { /^socket:/ } @links;
	return \%measured;
}

# ---- statements ----

sub any_key { return sprintf 'key%02d', int(rand $keys) }

sub fails { $expected{ $_[0] }++; return }

# The n of an item goes up by so many, if there is one.
sub bump
{
	my ($key, $by) = @_;
	$number{$key} += $by if exists $number{$key};
	return;
}

my @kinds = (
	get => 14, sub {
		my $key = any_key();
		return "SELECT * FROM soak_item WHERE id = '$key';";
	},
	query => 8, sub {
		my $low = int(rand 30);
		return "SELECT count(*), max(kind) FROM soak_event WHERE stream = 'a' "
		  . "AND seq BETWEEN $low AND $low + 5;";
	},
	scan => 2, sub {
		return 'SELECT count(*), sum(n) FROM soak_item WHERE n > '
		  . int(rand 50) . " OR note LIKE 'a%';";
	},
	limited => 2, sub { return 'SELECT id FROM soak_event_all LIMIT 3;' },
	pushed => 10, sub {
		my $key = any_key();
		bump($key, 1);
		return "UPDATE soak_item SET n = n + 1, note = 'x' "
		  . "WHERE id = '$key';";
	},
	returning => 8, sub {
		my $key = any_key();
		bump($key, 2);
		return "UPDATE soak_item SET n = n + 2, tags = tags || 'b'::text "
		  . "WHERE id = '$key' AND array_length(tags, 1) IS NULL "
		  . "OR id = '$key' RETURNING *;";
	},
	computed => 8, sub {
		my $key = any_key();
		bump($key, 3);
		return "UPDATE soak_item SET n = n + 3, "
		  . "note = left(upper(note) || md5(id), 20), tags = NULL "
		  . "WHERE id = '$key' RETURNING note;";
	},
	document => 4, sub {
		my $key = any_key();
		return "UPDATE soak_item SET doc['a']['b'] = to_jsonb(n) "
		  . "WHERE id = '$key';";
	},
	upsert => 8, sub {
		my $key = any_key();
		$number{$key} = ($number{$key} // 0) + 1;
		return "UPDATE soak_item SET n = coalesce(n, 0) + 1 "
		  . "WHERE id = '$key' AND dyn_upsert() RETURNING n;";
	},
	insert => 8, sub {
		my $key = any_key();
		exists $number{$key} ? fails('23505') : ($number{$key} = 5);
		return "INSERT INTO soak_item (id, n, note, doc) "
		  . "VALUES ('$key', 5, 'new', '{\"a\": {}}');";
	},
	nothing => 3, sub {
		my $key = any_key();
		$number{$key} //= 6;
		return "INSERT INTO soak_item (id, n) VALUES ('$key', 6) "
		  . 'ON CONFLICT DO NOTHING;';
	},
	conflict => 5, sub {
		my $key = any_key();
		$number{$key} = exists $number{$key} ? $number{$key} + 7 : 7;
		return "INSERT INTO soak_item (id, n) VALUES ('$key', 7) "
		  . 'ON CONFLICT (id) DO UPDATE SET n = soak_item.n + excluded.n;';
	},
	remove => 10, sub {
		my $key = any_key();
		delete $number{$key};
		return "DELETE FROM soak_item WHERE id = '$key' RETURNING n;";
	},
	several => 2, sub {
		return "UPDATE soak_event SET kind = md5(kind) WHERE stream = 'a' "
		  . 'AND seq < 5;';
	},
	division => 3, sub {
		my $key = any_key();
		fails('22012') if exists $number{$key};
		return "UPDATE soak_item SET n = n / (n - n) WHERE id = '$key';";
	},
	not_a_number => 2, sub {
		fails('22P02');
		return "SELECT * FROM soak_item WHERE id = 'key01' AND n = 'x';";
	},
	refused => 2, sub {
		fails('0A000');
		return "UPDATE soak_item SET n = 1 WHERE dyn_upsert();";
	},
	block => 4, sub {
		my $key = any_key();
		$number{$key} = exists $number{$key} ? $number{$key} + 1 : 8;
		return "DO \$\$ BEGIN INSERT INTO soak_item (id, n) VALUES "
		  . "('$key', 8); EXCEPTION WHEN unique_violation THEN "
		  . "UPDATE soak_item SET n = n + 1 WHERE id = '$key'; END \$\$;";
	},
	savepoint => 2, sub {
		my $key = any_key();
		bump($key, 2);		# what was written stays
		return "BEGIN; SAVEPOINT one; "
		  . "UPDATE soak_item SET n = n + 1 WHERE id = '$key'; "
		  . "ROLLBACK TO one; "
		  . "UPDATE soak_item SET n = n + 1 WHERE id = '$key'; COMMIT;";
	},
	rollback => 1, sub {
		my $key = any_key();
		bump($key, 1);
		return "BEGIN; UPDATE soak_item SET n = n + 1 WHERE id = '$key'; "
		  . "ROLLBACK;";
	},
	prepared_get => 4, sub { return "EXECUTE item_of('" . any_key() . "');" },
	prepared_bump => 4, sub {
		my $key = any_key();
		bump($key, 4);
		return "EXECUTE bump('$key', 4);";
	},
	cursor => 2, sub {
		return 'BEGIN; DECLARE page CURSOR FOR SELECT * FROM soak_event; '
		  . 'FETCH 2 FROM page; COMMIT;';
	},
	explain => 2, sub {
		return 'EXPLAIN (VERBOSE) UPDATE soak_item SET n = n + 1 '
		  . "WHERE id = 'key01';";
	},
	reset => 0.3, sub {
		my $key = any_key();
		return "SELECT dyn_request('dynamo', 'TestFault', "
		  . "'{\"kind\": \"reset_before\", \"operation\": \"GetItem\"}'); "
		  . "SELECT n FROM soak_item WHERE id = '$key';";
	},
	timeout => 0.3, sub {
		fails('57014');
		return "SELECT dyn_request('dynamo', 'TestFault', "
		  . "'{\"kind\": \"stall\", \"operation\": \"UpdateItem\"}'); "
		  . "SET statement_timeout = '20ms'; "
		  . "UPDATE soak_item SET n = n + 1 WHERE id = 'key01'; "
		  . "RESET statement_timeout;";
	});

my $setup = <<'SQL';
SET client_min_messages = error;
SET dynamorm_fdw.max_read_units = 0;
CREATE FOREIGN TABLE soak_item (
    id text OPTIONS (key 'partition'),
    n bigint,
    note text,
    tags text[],
    doc jsonb
  ) SERVER dynamo;
CREATE FOREIGN TABLE soak_event (
    stream text OPTIONS (key 'partition'),
    seq integer OPTIONS (key 'sort'),
    kind text
  ) SERVER dynamo;
CREATE VIEW soak_event_all AS SELECT stream || seq AS id FROM soak_event;
SELECT dyn_create_table('soak_item'), dyn_create_table('soak_event');
INSERT INTO soak_event SELECT s, n, 'kind ' || n
  FROM unnest(ARRAY['a', 'b']) s, generate_series(1, 40) n;
PREPARE item_of(text) AS SELECT * FROM soak_item WHERE id = $1;
PREPARE bump(text, bigint) AS UPDATE soak_item SET n = n + $2 WHERE id = $1;
SQL

# ---- the run ----

# Draws a kind of statement by its weight.
my @drawn;
while (my ($kind, $weight, $code) = splice @kinds, 0, 3)
{
	push @drawn, ($code) x (10 * $weight);
}

# How many statements a line of them has, as the server counts them.
sub count_statements
{
	my ($line) = @_;
	return 1 if $line =~ /^DO /;
	return scalar(() = $line =~ /;/g);
}

sub check_errors
{
	my ($script, @lines) = @_;
	my %found;

	$found{$_}++ foreach map { /ERROR:\s+(\S+)/ ? "$1" : () } @lines;
	foreach my $state (sort keys %{ { %found, %expected } })
	{
		my ($got, $wanted) = ($found{$state} // 0, $expected{$state} // 0);
		next if $got == $wanted;
		die "$got errors $state where $wanted were expected, in\n$script\n"
		  . join("\n", grep { /ERROR/ } @lines) . "\n";
	}
	%expected = ();
	return;
}

sub check_table
{
	my ($stored) = run_well("SELECT string_agg(id || '=' || n, ' ' ORDER BY id) FROM soak_item");
	my $wanted = join ' ', map { "$_=$number{$_}" } sort keys %number;
	die "stored: $stored\nwanted: $wanted\n" if $stored ne $wanted;
	return;
}

sub report
{
	my ($done, $seconds, $measured) = @_;
	printf "%10d  %8.1f  %12d  %12d  %11d  %7d\n", $done, $seconds,
	  @{$measured}{qw(contexts resident descriptors sockets)};
	STDOUT->flush;
	return;
}

run_well($setup);
my ($pid) = run_well('SELECT pg_backend_pid()');
my $step = $statements / 10;
my ($done, $next, $start) = (0, $step, time);
my $warm;
print "statements   seconds   contexts kB   resident kB  descriptors  sockets\n";
while ($done < $statements)
{
	my @script;
	for (1 .. 50)
	{
		push @script, $drawn[rand @drawn]->();
		$done += count_statements($script[-1]);
	}
	my $script = join "\n", @script;
	check_errors($script, run($script));
	next if $done < $next && $done < $statements;
	check_table();
	my $measured = measure($pid);
	report($done, time - $start, $measured);
	$warm //= $measured;
	$next += $step;
	next if $done < $statements;
	my @grown = grep { $measured->{$_} > $warm->{$_} } qw(descriptors sockets);
	push @grown, 'contexts'
	  if $measured->{contexts} > $warm->{contexts} + $context_slack;
	push @grown, 'resident'
	  if $measured->{resident} > $warm->{resident} + $resident_slack;
	die "has grown since the warm-up: @grown\n" if @grown;
}
run_well('SELECT dyn_drop_table(t) FROM unnest(ARRAY[\'soak_item\', '
	  . '\'soak_event\']::regclass[]) t');
close $in;
print "ok      no growth of memory, descriptors or connections\n";
