#!/usr/bin/perl
#
# tenants.pl
#		Runs the statements of one tenant in two databases in which all is the
#		same but what another tenant has, and compares all that he is told.
#		Called by test/tenants, with a server and an engine running.
#
#	tenants.pl --seed N --statements M [--round R] [--no-shrink] [--show]
#
# A seed makes tables, rows and R statements; the next seed follows until M
# statements have been run.  A leak is made small and printed.  The last line
# is the sum; the status tells whether there was none.
#
use strict;
use utf8;
use warnings;

use File::Basename qw(dirname);
use Getopt::Long;
use Time::HiRes qw(time);

use lib dirname(__FILE__), dirname(__FILE__) . '/../judge';
use Attack;
use Layout;
use Random;
use Script;
use Tree;
use Type;
use World;

my ($seed, $total, $round, $show, $shrink) = (1, 20000, 100, 0, 1);
GetOptions('seed=i' => \$seed, 'statements=i' => \$total, 'round=i' => \$round, 'show' => \$show, 'shrink!' => \$shrink)
  or die "usage: tenants.pl [--seed N] [--statements M] [--round R] [--no-shrink] [--show]\n";

my %said;			# form and SQLSTATE => times
my %leaked;			# form => times
my $leaks = 0;
my $done = 0;
my $seeds = 0;
my $started = time;

# ---- what is sent ----

# In a pool the other tenant's turns are not the same in both worlds: what they
# leave in the session must make no difference.
sub steps
{
	my ($layout, $count) = @_;
	my @steps;
	foreach (1 .. $count)
	{
		my $statement = Attack::random_statement($layout, $Layout::own);
		push @steps, { form => $statement->{form}, tree => $statement->{tree}, between => [ map { [ others_turn($layout) ] } 0, 1 ] };
	}
	return @steps;
}

sub others_turn
{
	my ($layout) = @_;
	return unless $layout->{pooled} && chance(0.3);
	my $statement = Attack::random_statement($layout, $Layout::other);
	return if $statement->{form} =~ /setting|prepared|function/;
	my $text = Tree::text($statement->{tree});
	# a sequence is shared, and so are settings
	$text =~ s/judge\.counted\(/abs(/g;
	return if $text =~ /nextval|^SET \w/m && $text !~ /^SET LOCAL/m;
	return $layout->sent($Layout::other, $text);
}

# For each world the texts, and the numbers of those that are compared.
sub scripts
{
	my ($layout, @steps) = @_;
	my (@texts, @numbers);
	foreach my $world (0, 1)
	{
		foreach my $step (@steps)
		{
			push @{ $texts[$world] }, @{ $step->{between}->[$world] };
			push @{ $numbers[$world] }, scalar @{ $texts[$world] };
			push @{ $texts[$world] }, $layout->sent($Layout::own, Tree::text($step->{tree}));
		}
	}
	return (\@texts, \@numbers);
}

# ---- what is compared ----

# What the other tenant's turns have changed is theirs.
sub wrong_items
{
	my ($layout, $before, $after, $by_chance) = @_;
	return 'the tenant\'s items differ' if !$by_chance && "@{ $after->[0]->[0] }" ne "@{ $after->[1]->[0] }";
	return if $layout->{pooled};
	foreach my $world (0, 1)
	{
		return 'the other tenant\'s items have been changed' if "@{ $before->[$world]->[1] }" ne "@{ $after->[$world]->[1] }";
	}
	return;
}

# Where a statement fails for one row while others are under way, it is chance
# which of them have been sent and answered by then, and are stored in the end.
my $of_writes = qr/40003: the outcome of \d+ DynamoDB writes? in flight|01000: \d+ DynamoDB writes? of the rolled back/;

sub leaves_writes { return "$_[0]->[1]$_[1]->[1]" =~ /^WARNING:  $of_writes/m && $_[0]->[1] ne $_[1]->[1] }

sub without_writes
{
	my ($messages) = @_;
	$messages = join '', grep { !/^WARNING:  $of_writes/ } split /^(?=(?:ERROR|FATAL|WARNING|NOTICE|INFO|LOG):  )/m, $messages;
	$messages =~ s/(?:It was item \{.*?\}\.  )?Before that, the statement wrote \d+ items?\.//g;
	$messages =~ s/^DETAIL: *\n//mg;
	return $messages;
}

sub what_leaks
{
	my ($a, $b) = @_;
	if (leaves_writes($a, $b))
	{
		return 'a write of the other\'s is told of' if "$a->[1]$b->[1]" =~ /^DETAIL:  \w+Item on table (?:(?!^HINT).)*$Layout::other/ms;
		($a, $b) = map { [ $_->[0], without_writes($_->[1]) ] } $a, $b;
	}
	return 'an internal error' if "$a->[1]$b->[1]" =~ /\bXX000\b/;
	return 'the session has ended' if "$a->[0]$b->[0]" =~ /the session has ended/ || "$a->[1]$b->[1]" =~ /server closed the connection/;
	return 'something of the other\'s is shown' if "$a->[0]$a->[1]$b->[0]$b->[1]" =~ /secret \d/ && "$a->[0]$a->[1]$b->[0]$b->[1]" =~ /secret (?!5\b)\d/;
	return 'the answers differ' if $a->[0] ne $b->[0];
	return 'the messages differ' if $a->[1] ne $b->[1];
	return;
}

# The first step that leaks: [number, what, what world A said, what world B said].
sub run_case
{
	my ($layout, $steps, $count) = @_;
	World::administer($World::all[$_], $layout->setup($_)) foreach 0, 1;
	my $before = [ map { [ $layout->stored($_) ] } 0, 1 ];
	my ($texts, $numbers) = scripts($layout, @$steps);
	my @results = World::run_both($layout->user, $layout->session, @$texts);
	my @said = map { my $world = $_; [ map { $results[$world]->[$_] } @{ $numbers->[$world] } ] } 0, 1;
	my ($by_chance, @found);
	foreach my $number (0 .. $#$steps)
	{
		my ($a, $b) = map { $_->[$number] } @said;
		my ($state) = $a->[0] =~ /^=state= (\w{5})/m;
		$said{ "$steps->[$number]->{form}: " . ($a->[1] =~ /^(?:ERROR|FATAL): +(\w{5})/m ? $1 : $state // 'none') }++ if $count;
		my $what = what_leaks($a, $b);
		push @found, [ $number, $what, $a, $b ] if $what;
		last if $by_chance = leaves_writes($a, $b);
	}
	my $wrong = wrong_items($layout, $before, [ map { [ $layout->stored($_) ] } 0, 1 ], $by_chance);
	push @found, [ $#$steps, $wrong, [ '', '' ], [ '', '' ] ] if $wrong && !@found;
	return @found;
}

# ---- making a leak small ----

sub smaller_cases
{
	my ($layout, @steps) = @_;
	my $last = pop @steps;
	my @cases;
	push @cases, [ $layout, $last ] if @steps;
	push @cases, [ $layout, @steps[ @steps / 2 .. $#steps ], $last ], [ $layout, @steps[ 0 .. @steps / 2 - 1 ], $last ] if @steps > 3;
	push @cases, map { my $gone = $_; [ $layout, @steps[ grep { $_ != $gone } 0 .. $#steps ], $last ] } 0 .. $#steps if @steps <= 30;
	my @rows = @{ $layout->{rows} };
	push @cases, map { my $gone = $_; [ bless({ %$layout, rows => [ @rows[ grep { $_ != $gone } 0 .. $#rows ] ] }, ref $layout), @steps, $last ] } 0 .. $#rows;
	foreach my $world (0, 1)
	{
		my @others = @{ $layout->{others}->[$world] };
		next if $layout->is_by_attribute && @others <= 4;
		push @cases, map { my $gone = $_; my @both = @{ $layout->{others} }; $both[$world] = [ @others[ grep { $_ != $gone } 0 .. $#others ] ]; [ bless({ %$layout, others => \@both }, ref $layout), @steps, $last ] }
		  grep { !$layout->is_by_attribute || $others[$_]->[1] =~ /'y/ } 0 .. $#others;
	}
	push @cases, map { [ $layout, @steps, { %$last, tree => $_ } ] } Tree::smaller($last->{tree});
	return @cases;
}

sub shrink_case
{
	my ($what, $layout, @steps) = @_;
	my $deadline = time + 90;
	my $best;
	my $smaller = 1;
	while ($smaller && time < $deadline)
	{
		$smaller = 0;
		foreach my $try (smaller_cases($layout, @steps))
		{
			last if time > $deadline;
			my ($one, @fewer) = @$try;
			my ($found) = grep { $_->[0] == $#fewer && $_->[1] eq $what } run_case($one, \@fewer);
			next unless $found;
			($best, $layout, @steps) = ($found, $one, @fewer);
			$smaller = 1;
			last;
		}
	}
	return ($best, $layout, @steps);
}

sub report
{
	my ($seed, $found, $layout, @steps) = @_;
	print "\n---- seed $seed, statement $found->[0] ($steps[-1]->{form}; " . $layout->name . "): $found->[1]\n";
	my ($small, $one, @fewer) = $shrink ? shrink_case($found->[1], $layout, @steps) : ();
	($found, $layout, @steps) = ($small, $one, @fewer) if $small;
	print "-- both worlds\n", join('', map { "INSERT INTO t_item VALUES (" . join(', ', @$_) . ");\n" } @{ $layout->{rows} });
	print "-- world ", ('A', 'B')[$_], "\n", $layout->insert(@{ $layout->{others}->[$_] }) foreach 0, 1;
	print $layout->faces, $layout->session;
	print '-- as ', $layout->user, "\n", map { my $step = $_; (map { map { "-- world " . ('A', 'B')[$_[0] // 0] . ": $_\n" } @$_ } @{ $step->{between} }), $layout->sent($Layout::own, Tree::text($step->{tree})), ";\n" } @steps;
	print "-- world ", ('A', 'B')[$_], " says\n$found->[ 2 + $_ ]->[0]$found->[ 2 + $_ ]->[1]" foreach 0, 1;
	return;
}

# ---- rounds ----

sub run_round
{
	my ($seed, $count) = @_;
	srand $seed;
	my $layout = Layout->new;
	my @steps = steps($layout, $count);
	print $layout->setup(0), map { $layout->sent($Layout::own, Tree::text($_->{tree})) . ";\n" } @steps if $show;
	foreach my $found (run_case($layout, \@steps, 1))
	{
		my $form = $steps[ $found->[0] ]->{form};
		$leaks++;
		$leaked{"$form: $found->[1]"}++;
		report($seed, $found, $layout, @steps[ 0 .. $found->[0] ]) if $leaks <= 20;
	}
	$done += $count;
	$seeds++;
	printf "seed %d: %d statements, %d leaks, %.0f s (%s)\n", $seed, $done, $leaks, time - $started, $layout->name;
	return;
}

sub lines_of { my ($times) = @_; return map { sprintf "%6d  %s\n", $times->{$_}, $_ } sort keys %$times }

sub file { my ($name) = @_; return do { local (@ARGV, $/) = (dirname(__FILE__) . "/$name"); <> } }

sub prepare
{
	foreach my $world (@World::all)
	{
		World::administer($world, file('../judge/support.sql'));
		World::administer($world, file('support.sql') . Layout::foundation($world));
		World::administer($world, <<"SQL");
GRANT ALL ON SCHEMA attack, judge TO tenant_ann, tenant_bob, tenant_pool;
GRANT ALL ON ALL TABLES IN SCHEMA judge TO tenant_ann, tenant_bob;
GRANT ALL ON ALL SEQUENCES IN SCHEMA judge TO tenant_ann, tenant_bob;
GRANT SELECT ON l TO tenant_ann, tenant_bob;
CREATE USER MAPPING FOR PUBLIC SERVER dynamo OPTIONS (access_key_id 'test', secret_access_key 'test');
REVOKE EXECUTE ON FUNCTION attack.items(text) FROM PUBLIC;
SQL
	}
	Type::keep_optional(split ' ', World::administer($World::all[0], "SELECT name FROM judge.optional;\n"));
	return;
}

$| = 1;
binmode STDOUT, ':utf8';
prepare();
while ($done < $total)
{
	run_round($seed++, $round < $total - $done ? $round : $total - $done);
}
print "\nsaid:\n", lines_of(\%said);
print "\nleaks:\n", lines_of(\%leaked) if %leaked;
printf "\n%d statements, %d seeds, %d leaks, %.0f s\n", $done, $seeds, $leaks, time - $started;
exit($leaks == 0 ? 0 : 1);
