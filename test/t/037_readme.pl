# The README and its pages: what they show is typed in, in their order, and must
# answer what they say.  Statements say it in a comment ("-- UPDATE 1", "-- returns 100",
# "-- error 23505"), transcripts by their output.
# Needs: ttl transactions
use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::RealBin/../lib";
use DynamormTest;
use Session;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = DynamormTest->new('readme');
my $node = $test->{node};
$node->safe_psql('postgres', 'CREATE DATABASE app');
my $session = Session->new($node->connstr('app'));

# ---- what is in it ----

# A page uses the tables of those before it.
my $root = "$FindBin::RealBin/../..";
my @pages = ('README.md',
	map { "doc/$_.md" }
	  qw(requests transactions reference operators backfill import other-programs tenants frameworks dynamodb postgresql));
my $readme = join "\n", map { slurp_file("$root/$_") } @pages;
is_deeply([ sort map { s{^\Q$root\E/}{}r } glob "$root/doc/*" ],
	[ sort grep { /^doc/ } @pages ], 'no page is left out');
my ($before) = $readme =~ /\A(.*?)^## First steps$/ms;
my $after = substr $readme, length $before;

sub blocks
{
	my ($text) = @_;
	my @blocks;
	while ($text =~ /^```(\w*)\n(.*?)^```$/gms)
	{
		my ($kind, $text) = ($1, $2);
		my $is_transcript = $text =~ /^=> /m;
		push @blocks, { text => $text, is_transcript => $is_transcript }
		  if $kind eq 'sql' || $is_transcript;
	}
	return @blocks;
}

# What is the reader's own: each place must be there.
my %own = (
	q(OPTIONS (region 'eu-west-1')) =>
	  qq(OPTIONS (endpoint '$test->{endpoint}', region 'us-east-1')),
	q(access_key_id '...') => q(access_key_id 'test'),
	q(secret_access_key '...') => q(secret_access_key 'test'));
foreach my $theirs (sort keys %own)
{
	ok($after =~ s/\Q$theirs\E/$own{$theirs}/g, "the reader replaces $theirs");
}

# Nothing may be left by an earlier run.
my @tables = (($after =~ /CREATE FOREIGN TABLE (\w+)/g), 'RateLimit', 'customer', 'counter', 'form');
push @tables, $after =~ /\b(?:table_name|commit_table) '(\w+)'/g;
sub drop_tables
{
	foreach my $table (@tables)
	{
		$node->psql('postgres',
			qq(SELECT dyn_request('dynamo', 'DeleteTable', '{"TableName": "$table"}')),
			stderr => \my $ignored);
	}
	return;
}
drop_tables();

# ---- statements ----

my $statements = 0;

sub check_said
{
	my ($statement, $comment, $result) = @_;
	(my $name = $statement) =~ s/\s+/ /g;
	my ($state) = $comment =~ /^error (\w{5})/;
	my ($count) = $comment =~ /^(?:UPDATE|DELETE|INSERT 0) (\d+)/;
	my ($returned) = $comment =~ /^returns (\w+)/;
	is($result->{sqlstate}, $state // '00000', $name) or diag($result->{text});
	is($result->{rows}, $count, "... $comment") if defined $count;
	is($result->{text}, "$returned\n", "... $comment") if defined $returned;
	$statements++;
	return;
}

sub run_sql
{
	my ($block) = @_;
	while ($block->{text} =~ /\G\s*((?>\$\$.*?\$\$|.)*?);[ ]*(?:--[ ]*([^\n]*?))?[ ]*(?:\n|\z)/gs)
	{
		my ($statement, $comment) = ($1, $2 // '');
		check_said($statement, $comment, $session->run($statement));
	}
	return;
}

# Lines without what psql adds at their ends.
sub lines
{
	my ($text, $skipped) = @_;
	return [ map { s/^\Q$skipped\E//r =~ s/\s+$//r } split /\n/, $text ];
}

sub run_transcript
{
	my ($block) = @_;
	while ($block->{text} =~ /^=> (.*?);\n(.*?)(?=^=> |\z)/gms)
	{
		my ($statement, $said) = ($1, $2);
		my $is_table = $said =~ /^-+\+-/m;
		prepare($statement);
		$session->run("\\pset format aligned\n\\pset tuples_only off\n\\pset footer off\n")
		  if $is_table;
		my $result = $session->run($statement);
		$session->run("\\pset format unaligned\n\\pset tuples_only on\n") if $is_table;
		(my $name = $statement) =~ s/\s+/ /g;
		is_deeply(lines($result->{text}, ''), lines($said, $is_table ? '' : ' '), $name);
		$statements++;
	}
	return;
}

# ---- what a transcript takes for granted ----

my %prepared = (
	'customer' => sub {
		$session->run($_) foreach (
			q(CREATE FOREIGN TABLE customer (id text OPTIONS (key 'partition'), name text) SERVER dynamo),
			q(SELECT dyn_create_table('customer')),
			q(INSERT INTO customer SELECT 'c' || i, 'name' FROM generate_series(1, 3000) i),
			q(CREATE TABLE orders (customer_id text, total numeric)),
			q(INSERT INTO orders SELECT 'c' || i, i FROM generate_series(1, 100) i),
			q(ANALYZE orders), q(ANALYZE customer));
	},
	'counter' => sub {
		my @throttled = ({ kind => 'throttle', operation => 'UpdateItem', count => 2 });
		$session->run($_) foreach (
			q(CREATE FOREIGN TABLE counter (id text OPTIONS (key 'partition'), n bigint) SERVER dynamo),
			q(SELECT dyn_create_table('counter')), q(INSERT INTO counter VALUES ('a', 0)),
			q(SELECT dyn_stat_reset()));
		$test->fault({ kind => 'status', status => 500, operation => 'GetItem' });
		$session->run(q(SELECT * FROM counter WHERE id = 'a'));
		$test->fault(@throttled);
		$session->run(q(UPDATE counter SET n = n + 1 WHERE id = 'a')) foreach 1 .. 6;
		$test->fault({ kind => 'reset_after', operation => 'UpdateItem' });
		my $lost = $session->run(q(UPDATE counter SET n = n + 1 WHERE id = 'a'));
		is($lost->{sqlstate}, '40003', 'an answer was lost');
	});

sub prepare
{
	my ($statement) = @_;
	foreach my $table (sort keys %prepared)
	{
		$prepared{$table}->() if $statement =~ /\b\Q$table\E\b/ && $statement !~ /CREATE/;
	}
	return;
}

foreach my $block (blocks($after), blocks($before))
{
	$block->{is_transcript} ? run_transcript($block) : run_sql($block);
}

# ---- tables of forms ----

sub rows
{
	my ($heading) = @_;
	my ($table) = $readme =~ /^\Q$heading\E\n\|[-| ]+\n((?:\|.*\n)+)/m
	  or die "the README has no table \"$heading\"\n";
	return map { [ map { s/\\\|/|/gr } split /(?<!\\)\|/, $_ =~ s/^\|//r ] } split /\n/, $table;
}

sub code
{
	my ($cell) = @_;
	return $cell =~ /`([^`]+)`/g;
}

sub explained
{
	my ($statement) = @_;
	$statements++;
	my $result = $session->run("EXPLAIN (COSTS OFF) $statement");
	return "$result->{sqlstate} $result->{text}";
}

$session->run(
	q(CREATE TYPE part AS (field integer, other text);
	CREATE FOREIGN TABLE form (id text OPTIONS (key 'partition') COLLATE "C", n integer, m integer,
	c text, at timestamptz, l text[], doc jsonb, part part, list part[],
	visitors text[] OPTIONS (type 'SS')) SERVER dynamo));
foreach my $row (rows('| SET | pushed as |'))
{
	my ($as) = code($row->[1]);
	(my $pattern = quotemeta $as) =~ s/\\:\w+/.+/g;
	$pattern =~ s/\bdoc\b/(?:doc|#doc)/g;
	foreach my $assignment (code($row->[0]))
	{
		next unless $assignment =~ / = /;
		my $plan = explained("UPDATE form SET $assignment WHERE id = 'a'");
		like($plan, qr/UpdateExpression: $pattern/, "SET $assignment: $as");
		unlike($plan, qr/Computed Locally/, '... in one request');
	}
}
foreach my $row (rows('| DynamoDB | SQL |'))
{
	my ($operation) = $row->[0] =~ /^ (\w+Item|Query|Scan)\b/;
	foreach my $sql (code($row->[1]))
	{
		if ($sql =~ /^(?:INSERT|UPDATE|DELETE|SELECT \*)/)
		{
			my $plan = explained($sql);
			like($plan, qr/^00000 /, $sql);
			like($plan, qr/DynamoDB Operation: \Q$operation\E on/, "... $operation") if $operation;
		}
		elsif ($sql =~ /^SELECT/)
		{
			check_said($sql, '', $session->run($sql));
		}
		elsif ($sql =~ /(?:LIKE|NULL|ANY|type\()/)
		{
			like(explained("SELECT * FROM form WHERE $sql"),
				qr/FilterExpression/, "WHERE $sql is a filter");
		}
	}
}

# ---- models of frameworks ----

# Each piece of code is in the program of test/clients that runs it.
my $programs = join ' ', map { slurp_file($_) =~ s/\s+/ /gr } glob "$root/test/lib/clients/*.*";
my $frameworks = slurp_file("$root/doc/frameworks.md");
while ($frameworks =~ /^```(\w*)\n(.*?)^```$/gms)
{
	next if $1 eq 'sql';
	foreach my $piece (split /\n\n/, $2)
	{
		(my $code = $piece) =~ s/\s+/ /g;
		$code =~ s/^ | $//g;
		ok(index($programs, $code) >= 0, 'test/clients runs it') or diag($piece);
	}
}

# ---- links ----

sub anchor
{
	my ($heading) = @_;
	return lc($heading =~ s/`//gr) =~ s/[^\w\- ]//gr =~ s/ /-/gr;
}
my %anchors;
foreach my $page (@pages, 'SECURITY.md')
{
	my $text = slurp_file("$root/$page") =~ s/^```.*?^```$//gmsr;
	$anchors{$page} = { map { anchor($_) => 1 } $text =~ /^#+ (.*)$/gm };
}
foreach my $page (@pages)
{
	my $folder = $page =~ m{^(.*/)} ? $1 : '';
	my @broken;
	foreach my $link (slurp_file("$root/$page") =~ /\]\(([^)]+)\)/g)
	{
		next if $link =~ /^https:/;
		my ($to, $heading) = $link =~ /^([^#]*)#?(.*)$/;
		$to = $to eq '' ? $page : "$folder$to" =~ s{\w+/\.\./}{}r;
		push @broken, $link
		  unless $anchors{$to} && ($heading eq '' || $anchors{$to}{$heading});
	}
	is("@broken", '', "the links of $page");
}

# ---- loops that retry ----

# The code of a language, to be found in a program of test/clients, which runs
# it: white space does not matter.
sub code_of
{
	my ($language, $from) = @_;
	my ($code) = $readme =~ /^```$language\n(.*?)^```$/ms;
	$code =~ s/\A.*?(?=\Q$from\E)//s;
	return $code =~ s/\s+/ /gr;
}
foreach (
	[ 'python', 'def ', 'psycopg3.py' ],
	[ 'java', 'static ', 'jdbc.java' ])
{
	my ($language, $from, $program) = @$_;
	my $text = slurp_file("$root/test/lib/clients/$program") =~ s/\s+/ /gr;
	like($text, qr/\Q@{[ code_of($language, $from) ]}\E/, "the loop in $language is that of $program");
}

my ($loop) = $readme =~ /^```bash\n(.*?)^```$/ms;
my $directory = tempdir(CLEANUP => 1);
append_to_file("$directory/transfer.sql", <<'SQL');
BEGIN;
UPDATE account SET balance = balance - 10 WHERE id = 'from' RETURNING balance;
UPDATE account SET balance = balance + 10 WHERE id = 'to';
COMMIT;
SQL
$session->run(q(UPDATE account SET balance = 100 WHERE id IN ('from', 'to')));
$test->reset_proxy;
$test->fault({ kind => 'cancelled', operation => 'TransactWriteItems', count => 2,
		reasons => [ 'ConditionalCheckFailed', 'None', 'None' ] });
{
	local $ENV{PGDATABASE} = 'app';
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	system_or_bail('bash', '-c', "cd $directory && $loop");
}
is($session->run(q(SELECT string_agg(balance::text, ' ' ORDER BY id) FROM account))->{text},
	"90 110\n", 'the loop of psql');
is($test->counts->{TransactWriteItems}, 3, '... at the third time');

cmp_ok($statements, '>', 80, "$statements statements were typed in");

drop_tables();
$node->stop;
done_testing();
