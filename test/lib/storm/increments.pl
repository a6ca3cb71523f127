#!/usr/bin/perl
#
# increments.pl
#		Sessions add one to one counter, each in a transaction that returns the
#		value, and try again after 40001: as many values as commits, all
#		different, and the last one is what is stored.  Called by test/storm.
#
#	increments.pl [--increments N] [--sessions S] [--faults PERCENT]
#
use strict;
use warnings;

use File::Basename qw(dirname);
use Getopt::Long;
use Time::HiRes qw(time sleep);

use lib dirname(__FILE__), dirname(__FILE__) . '/..';
use Storm;

my %option = (increments => 5000, sessions => 8, faults => 0);
GetOptions(\%option, 'increments=i', 'sessions=i', 'faults=f')
  or die "usage: increments N [--sessions S] [--faults PERCENT]\n";
my $each = int($option{increments} / $option{sessions});
my @faults = ({ kind => 'reset_before' }, { kind => 'reset_after' }, { kind => 'late' }, { kind => 'status', status => 500, when => 'after' });

sub make_table
{
	my $session = direct_session();
	value_of($session, $_) foreach
	  "CREATE SERVER counting FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint '$ENV{PROXY_ENDPOINT}', region 'us-east-1')",
	  "CREATE USER MAPPING FOR CURRENT_USER SERVER counting OPTIONS (access_key_id 'test', secret_access_key 'test')",
	  "CREATE FOREIGN TABLE counter (id text OPTIONS (key 'partition'), n bigint) SERVER counting",
	  "SELECT dyn_create_table('counter')", "INSERT INTO counter VALUES ('x', 0)";
	$session->finish;
	return;
}

sub run_session
{
	my ($number) = @_;
	my $client = client($number);
	my $done = 0;
	while ($done < $each)
	{
		my $result = run_sql($client, "UPDATE counter SET n = n + 1 WHERE id = 'x' RETURNING n");
		# the row comes before COMMIT is asked, and counts only if that succeeds
		my ($value) = $result->{text} =~ /^(\d+)$/m;
		note_line($client, $result->{sqlstate}, $value // '-');
		$done++ if $result->{sqlstate} ne '40001';
		die "$result->{text}\n" if $result->{sqlstate} !~ /^(?:00000|40001|08007)$/;
		sleep rand 0.02 if $result->{sqlstate} eq '40001';
	}
	return;
}

$| = 1;
my $start = time;
my @wrong;
make_table();
set_faults($option{faults}, @faults);
my $failed = run_clients($option{sessions}, \&run_session, sub { ask_proxy(POST => '/__release') if $option{faults} });
push @wrong, "$failed sessions failed" if $failed;
ask_proxy(POST => '/__reset');
sleep 0.5;
my (%count, %value);
foreach my $note (notes())
{
	my ($state, $value) = @$note;
	$count{$state}++;
	next unless $state eq '00000';
	push @wrong, "value $value was returned twice" if $value{$value}++;
}
my $session = direct_session();
my $stored = value_of($session, "SELECT n FROM counter WHERE id = 'x'");
$session->finish;
my ($commits, $unknown) = map { $count{$_} // 0 } '00000', '08007';
push @wrong, "stored is $stored after $commits commits and $unknown of unknown outcome"
  if $stored < $commits || $stored > $commits + $unknown;
push @wrong, "a value beyond the one stored was returned" if grep { $_ > $stored } keys %value;
printf "%d commits in %.0f s, %d values, %d conflicts, %d of unknown outcome, stored %d\n",
  $commits, time - $start, scalar keys %value, $count{40001} // 0, $unknown, $stored;
print map { "WRONG: $_\n" } @wrong;
print @wrong ? "not ok\n" : "ok      the end value is the number of commits, and all values are different\n";
exit(@wrong ? 1 : 0);
