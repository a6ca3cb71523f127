#!/usr/bin/perl
#
# backfill.pl
#		Runs a backfill and kills its sessions: see test/backfill.
#
# Each item says in its key what its number was, so that whoever looks at it
# later can tell how often it was incremented.
#
use strict;
use warnings;

use FindBin;
use Getopt::Long;
use Time::HiRes qw(sleep time);

my ($rows, $kills, $sessions) = (200_000, 5, 1);
GetOptions('rows=i' => \$rows, 'kills=i' => \$kills, 'sessions=i' => \$sessions)
  && $rows >= 10_000 && $rows < 1_000_000 && $sessions >= 1
  or die "usage: backfill [--rows N] [--kills N] [--sessions N]\n";
srand 1;
$| = 1;

my $endpoint = $ENV{DYNAMODB_ENDPOINT};
my $call = q{CALL dyn_backfill('UPDATE item SET seq = dyn_increment(seq)', 'plus one', job_column => 'job', progress => NULL)};

# ---- psql ----

# What a statement returns.
sub sql
{
	my ($sql) = @_;
	open my $psql, '-|', 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', $sql
	  or die "could not start psql: $!\n";
	my $result = join '', <$psql>;
	close $psql or die "failed: $sql\n";
	return $result =~ s/\n\z//r;
}

# A session that works at the backfill, in a process of its own.
sub start_session
{
	my $pid = fork // die "could not fork: $!\n";
	return $pid if $pid;
	open STDERR, '>', '/dev/null';
	exec 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-c', $call;
}

# Kilobytes of a backend's own.
sub resident
{
	my ($pid) = @_;
	open my $status, '<', "/proc/$pid/status" or return 0;
	return (grep { defined } map { /^RssAnon:\s+(\d+)/ ? $1 : undef } <$status>)[0] // 0;
}

sub wait_for_server
{
	for (1 .. 600)
	{
		return if system('pg_isready', '-q') == 0;
		sleep 0.1;
	}
	die "the server does not come up again\n";
}

# ---- the table ----

sub commas
{
	my ($number) = @_;
	1 while $number =~ s/^(\d+)(\d{3})/$1,$2/;
	return $number;
}

sub make_table
{
	my $start = time;
	sql("SET client_min_messages = error;
		CREATE EXTENSION dynamorm_fdw;
		CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint '$endpoint', region 'us-east-1');
		CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (access_key_id 'test', secret_access_key 'test');
		CREATE FOREIGN TABLE item (id text OPTIONS (key 'partition'), seq bigint, job text)
		  SERVER dynamo OPTIONS (table_name 'backfill_item')");
	sql(q(SELECT dyn_create_table('item')));
	system("$FindBin::Bin/../bench/load.pl", $endpoint, 'backfill_item', $rows) == 0
	  or die "cannot load the table\n";
	printf "%s rows loaded in %.0f s\n", commas($rows), time - $start;
	return;
}

# ---- the backfill ----

sub progress
{
	my ($scanned, $pid, $state) = split /\|/,
	  sql(q{SELECT items_scanned, pids[1], state FROM dyn_backfill_jobs});
	die "all is done: give it more rows\n" if ($state // '') eq 'done';
	return ($scanned // 0, $pid || 0);
}

# Waits until so many rows are done, and then some moment.
sub wait_for_rows
{
	my ($wanted) = @_;
	while (1)
	{
		my ($scanned, $pid) = progress();
		if ($pid && $scanned >= $wanted)
		{
			sleep rand 0.5;
			return ($scanned, $pid);
		}
		sleep 0.05;
	}
}

make_table();
my $start = time;
my @killed_at;
my $first_memory;
foreach my $kill (1 .. $kills)
{
	my @running = map { start_session() } 1 .. $sessions;
	my ($scanned, $pid) = wait_for_rows($rows * $kill / ($kills + 1));
	$first_memory //= resident($pid);
	kill 'KILL', $pid or die "could not kill $pid: $!\n";
	waitpid $_, 0 foreach @running;
	wait_for_server();
	push @killed_at, $scanned;
}
my @running = map { start_session() } 1 .. $sessions;
my ($last_memory, $failed) = (0, 0);
if ($sessions == 1)
{
	my (undef, $pid) = wait_for_rows($rows * ($kills + 0.9) / ($kills + 1));
	$last_memory = resident($pid);
}
foreach my $session (@running)
{
	waitpid $session, 0;
	$failed++ if $? != 0;
}
my $elapsed = time - $start;

# ---- what has become of it ----

my ($state, $calls, $scanned, $changed, $rate) =
  split /\|/, sql('SELECT state, calls, items_scanned, rows_changed, round(rate) FROM dyn_backfill_jobs');
my ($count, $once, $by_job) = split /\|/, sql(
	q{SELECT count(*), count(*) FILTER (WHERE id = 'item-' || to_char(seq - 1, 'FM000000')),
	  count(*) FILTER (WHERE job = 'plus one') FROM item});
sql(q(SELECT dyn_drop_table('item')));

printf "killed %d times, after %s rows\n", scalar @killed_at, join ', ', map { commas($_) } @killed_at;
printf "state %s after %d calls; looked at %s items\n", $state, $calls, commas($scanned);
printf "changed once: %s of %s rows; of the %s that killed sessions had changed of a piece nothing was changed again\n",
  commas($once), commas($count), commas($rows - $changed);
printf "%.0f s in all, %s items a second and session while it worked\n", $elapsed, commas($rate);
printf "memory of a backend: %d kB at first, %d kB in the end\n", $first_memory, $last_memory if $sessions == 1;
my $is_right = $state eq 'done' && $count == $rows && $once == $rows && $by_job == $rows && $scanned == $rows
  && $failed == 0;
print $is_right ? "right\n" : "WRONG\n";
exit($is_right ? 0 : 1);
