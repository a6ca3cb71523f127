# World.pm
#		Two databases that differ in what another tenant has, and what the same
#		script says in each.
package World;

use strict;
use utf8;
use warnings;

use Encode qw(decode);
use File::Temp qw(tempdir);

use Script;

# The databases, which are named for their tables in DynamoDB as well.
our @all = ('tenants_a', 'tenants_b');

my $directory = tempdir(CLEANUP => 1);

# As a superuser; dies of an error.
sub administer
{
	my ($world, $script) = @_;
	my $said = run_script($script, '-d', $world);
	die "$world cannot be set up:\n$said" if $said =~ /(?:ERROR|FATAL|error):/;
	return $said;
}

# Both streams are told apart by the number of the step.
sub script_of
{
	my ($begin, @steps) = @_;
	my $number = 0;
	return "$begin\n" . join '', map { my $n = $number++; "\\echo =step= $n\n\\warn =step= $n\n$_\n;\n\\echo =state= :SQLSTATE :ROW_COUNT\n" } @steps;
}

sub start
{
	my ($world, $user, $script) = @_;
	my $base = "$directory/$world";
	open my $file, '>:utf8', "$base.sql" or die "cannot write $base.sql: $!\n";
	print $file $script;
	close $file;
	my $pid = fork // die "cannot fork: $!\n";
	return $pid if $pid;
	open STDOUT, '>', "$base.out" or die "cannot write $base.out: $!\n";
	open STDERR, '>', "$base.err" or die "cannot write $base.err: $!\n";
	open STDIN, '<', '/dev/null' or die "cannot read /dev/null: $!\n";
	exec 'psql', '-XAt', '-U', $user, '-d', $world, '-P', 'null=<null>', '-v', 'VERBOSITY=verbose', '-v', 'SHOW_CONTEXT=always', '-f', "$base.sql" or die "no psql: $!\n";
}

# What is the world's own goes.
sub masked
{
	my ($text) = @_;
	$text =~ s/^psql:\S+?:\d+: //mg;
	$text =~ s/\btenants_[ab]\b/world/g;
	$text =~ s/\btenants_[ab]_/world_/g;
	$text =~ s/\bpg_(toast_)?temp_\d+\b/pg_temp/g;
	return $text;
}

# psql may show a warning that comes after an error before it.
sub in_order
{
	my ($text) = @_;
	my @messages = split /^(?=(?:ERROR|FATAL|WARNING|NOTICE|INFO|LOG):  )/m, $text;
	return join '', (grep { !/^WARNING/ } @messages), grep { /^WARNING/ } @messages;
}

sub by_step
{
	my ($name, $count) = @_;
	open my $file, '<', $name or die "cannot read $name: $!\n";
	my $text = masked(decode('UTF-8', do { local $/; <$file> } // ''));
	my ($before, @parts) = split /^=step= \d+\n/m, $text, -1;
	return map { $parts[$_] // 'the session has ended' } 0 .. $count - 1;
}

# For each world an array, with [stdout, stderr] of each step.
# run_both(user, what a session begins with, [steps], [steps])
sub run_both
{
	my ($user, $begin, @steps) = @_;
	my @pids = map { start($all[$_], $user, script_of($begin, @{ $steps[$_] })) } 0, 1;
	waitpid $_, 0 foreach @pids;
	return map {
		my $count = @{ $steps[$_] };
		my @said = by_step("$directory/$all[$_].out", $count);
		my @complained = map { in_order($_) } by_step("$directory/$all[$_].err", $count);
		[ map { [ $said[$_], $complained[$_] ] } 0 .. $count - 1 ]
	} 0, 1;
}

1;
