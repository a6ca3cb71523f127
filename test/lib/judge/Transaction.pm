# Transaction.pm
#		Random transactions: two to twelve statements, savepoints and what
#		becomes of them, cursors, blocks that catch errors, and the end.
#
# A transaction is a list of steps, each with its place in "what is it": a
# statement as Statement.pm makes them, or a text that says the same to both
# sides.
package Transaction;

use strict;
use utf8;
use warnings;

use Code;
use Expression;
use Random;
use Statement;
use Table;
use Tree;

my @locks = ('UPDATE', 'UPDATE', 'NO KEY UPDATE', 'SHARE', 'KEY SHARE');

sub control { my ($text) = @_; return { text => $text, options => 'reads single', form => $text =~ s/ s\d$//r } }

# ---- statements that only make sense in a transaction ----

sub locking
{
	my ($table) = @_;
	my $lock = ' FOR ' . one_of(@locks);
	my $statement = chance(0.2) ? Keys::joined($table) : Statement::select_rows($table);
	my $text = Tree::text($statement->{tree});
	return $statement if $text =~ / FROM t.* FROM t|^WITH|\(SELECT/s;
	$lock .= ' OF t' if $text =~ /\bm\b/;
	return { %$statement, tree => seq($statement->{tree}, optional($lock)) };
}

# Something that is done, and says nothing.
sub silent_write
{
	my ($table) = @_;
	return (Code::writing($table))[0] if chance(0.6);
	my @named = grep { $_->{key} || $_->{not_null} || chance(0.7) } Table::insertable(@{ $table->{columns} });
	return Code::as_text('INSERT INTO t (' . Table::names(@named) . ') VALUES ', Statement::row_of_values($table, @named), optional(chance(0.2) ? ' ON CONFLICT DO NOTHING' : ''));
}

sub writes { my ($table) = @_; return list('', 1, map { silent_write($table) . '; ' } 1 .. between(1, 3)) }

my $caught = join ' OR ', qw(unique_violation not_null_violation division_by_zero), "SQLSTATE 'MY001'";

# What only the foreign table refuses goes through.
my $checked = "WHEN check_violation THEN IF sqlerrm LIKE 'empty value in key%' THEN RAISE; END IF; ";

sub block
{
	my ($table, $depth) = @_;
	my $inner = $depth > 0 && chance(0.3) ? block($table, $depth - 1) : '';
	return seq('BEGIN ', writes($table), optional($inner), optional(chance(0.4) ? 'PERFORM 1 / 0; ' : ''),
		"EXCEPTION ${checked}WHEN $caught THEN ", optional(chance(0.5) ? writes($table) : ''), 'NULL; END; ');
}

sub do_block
{
	my ($table) = @_;
	return { tree => seq('DO $do$ BEGIN ', block($table, 2), optional(chance(0.3) ? block($table, 0) : ''), 'END $do$'), options => '' };
}

# ---- cursors ----

# Of a cursor without an order only all rows together are the same.
sub declare_cursor
{
	my ($table, $cursor) = @_;
	my $keys = Table::names($table->keys);
	my @columns = Expression::columns_of($table);
	my $where = chance(0.3) ? '' : Statement::where($table, \@columns, one_of('item', 'partition', 'partition', 'list', 'index', 'all'));
	my $order = $cursor->{ordered} ? " ORDER BY $keys" . one_of('', ' DESC') : '';
	my $scroll = one_of('', '', '', $cursor->{ordered} ? 'SCROLL ' : 'NO SCROLL ');
	$cursor->{scroll} = $scroll eq 'SCROLL ';
	my $lock = $scroll ne 'SCROLL ' && chance(0.2) ? ' FOR ' . one_of(@locks) : '';
	return { tree => seq("DECLARE $cursor->{name} ${scroll}CURSOR FOR SELECT ", one_of('*', $keys), ' FROM t', optional($where), $order, optional($lock)), options => 'reads single' };
}

sub fetch
{
	my ($cursor) = @_;
	my $what = $cursor->{ordered} ? one_of('ALL', 1, 1, 2, 3) : 'ALL';
	$what = one_of('FIRST', 'BACKWARD ALL', 'PRIOR', 'LAST', 'NEXT') if $cursor->{scroll} && chance(0.4);
	return { text => "FETCH $what FROM $cursor->{name}", options => 'reads single' . ($cursor->{ordered} ? ' ordered' : ''), form => 'fetch' };
}

# ---- the whole ----

sub statement
{
	my ($table, $make, $form) = @_;
	return Statement::random_statement($table, [ $form, 1, $make ]);
}

sub savepoint_step
{
	my ($state) = @_;
	my $savepoints = $state->{savepoints};
	if (!@$savepoints || chance(0.45))
	{
		# the same name again hides the one before
		my $name = 's' . between(1, 3);
		push @$savepoints, { name => $name, cursors => scalar @{ $state->{cursors} } };
		return control("SAVEPOINT $name");
	}
	my $place = chance(0.6) ? $#$savepoints : below(scalar @$savepoints);
	my $name = $savepoints->[$place]->{name};
	$place = (grep { $savepoints->[$_]->{name} eq $name } 0 .. $#$savepoints)[-1];
	if (chance(0.6))
	{
		splice @$savepoints, $place + 1;
		splice @{ $state->{cursors} }, $savepoints->[$place]->{cursors};
		return control("ROLLBACK TO $name");
	}
	splice @$savepoints, $place;
	return control("RELEASE $name");
}

sub cursor_step
{
	my ($table, $state) = @_;
	my $cursors = $state->{cursors};
	return fetch(one_of(@$cursors)) if @$cursors && chance(0.75);
	my $cursor = { name => 'c' . ++$state->{number}, ordered => chance(0.6) };
	push @$cursors, $cursor;
	my $step = statement($table, sub { declare_cursor($_[0], $cursor) }, 'declare');
	return $step;
}

# The same of another foreign table on the same items.
sub by_second { my ($text) = @_; return $text =~ s/\b(FROM|JOIN) t u\b/$1 t2 u/gr =~ s/\b(UPDATE|INTO|FROM|JOIN) t\b(?! AS)/$1 t2 AS t/gr }

# What is no query, or is told apart by its row count, is sent as it stands.
sub is_plain { my ($step) = @_; return $step->{form} =~ /^(?:declare|block)/ || $step->{options} =~ /upsert/ }

sub step
{
	my ($table, $state) = @_;
	my $dice = rand;
	return savepoint_step($state) if $dice < 0.22;
	my $second = $table->{second} && chance(0.3);
	$table = $table->{second} if $second;
	my $step =
	    $dice < 0.35 ? cursor_step($table, $state)
	  : $dice < 0.41 ? statement($table, \&do_block, 'block')
	  : $dice < 0.48 ? statement($table, \&locking, 'select for update')
	  : Statement::random_statement($table);
	$step->{mode} = 'plain' if is_plain($step);
	$step->{second} = $second && $step->{tree} && Tree::text($step->{tree}) !~ /xmax/;
	$step->{form} .= ' by another table' if $step->{second};
	return $step;
}

sub random
{
	my ($table) = @_;
	my %state = (savepoints => [], cursors => [], number => 0);
	my @steps = map { step($table, \%state) } 1 .. between(2, 12);
	return { steps => \@steps, ending => chance(0.7) ? 'COMMIT' : 'ROLLBACK' };
}

# ---- as it is sent ----

sub settings_of { my ($text) = @_; return map { s/\s+$//r . ';' } grep { /^\s*SET LOCAL/ } split /;;\n/, $text }

# What a step is on one side: text, and what is sent before and after it.
sub plain_step
{
	my ($text) = @_;
	my @parts = split /;;\n/, $text;
	my $last = pop @parts;
	return { text => $last, before => [ map { "$_;" } @parts ] };
}

# The row that dyn_upsert() would make is inserted before, and goes again if
# nothing came of it.
sub upsert_step
{
	my ($text) = @_;
	my ($insert, $update, $delete) = split /;;;\n/, $text;
	my $step = plain_step($update);
	unshift @{ $step->{before} }, 'SELECT judge.touched(' . Script::dollar($insert) . ') AS inserted \gset';
	$step->{after} = [ "SELECT :inserted > 0 AND :count = 0 AS none \\gset", '\if :none', "$delete;", '\endif' ];
	return $step;
}

# What is sent to both sides, of a statement.
sub sent
{
	my ($step) = @_;
	return map { $step->{second} ? by_second($_) : $_ } Statement::both_sides($step);
}

sub on_side
{
	my ($step, $side) = @_;
	return { text => $step->{text} } if defined $step->{text};
	my ($remote, $twin) = sent($step);
	my $sent = $side eq 'remote' ? plain_step($remote) : $step->{insert} ? upsert_step($twin) : plain_step($twin);
	# what has counted its calls begins anew
	unshift @{ $sent->{before} }, "SELECT setval('judge.calls', 1, false) \\gset" if $step->{form} =~ /^function/;
	return $sent;
}

# Nothing is left of a statement that the foreign table has refused but its
# settings.
sub without
{
	my ($step) = @_;
	return { text => 'SELECT 1 WHERE false', before => $step->{text} ? [] : [ settings_of((Statement::both_sides($step))[0]) ] };
}

# As a script to be read.
sub as_text
{
	my ($transaction) = @_;
	my @lines = ('BEGIN');
	push @lines, $_->{text} // (sent($_))[0] =~ s/;;\n/;\n/gr foreach @{ $transaction->{steps} };
	return join '', map { "$_;\n" } @lines, $transaction->{ending};
}

# ---- smaller ones ----

sub smaller
{
	my ($transaction) = @_;
	my @steps = @{ $transaction->{steps} };
	my @fewer = map { my $gone = $_; [ @steps[ grep { $_ != $gone } 0 .. $#steps ] ] } reverse 0 .. $#steps;
	push @fewer, map { my $i = $_; map { [ @steps[ 0 .. $i - 1 ], $_, @steps[ $i + 1 .. $#steps ] ] } smaller_steps($steps[$i]) } 0 .. $#steps;
	return map { { %$transaction, steps => $_ } } grep { @$_ } @fewer;
}

sub smaller_steps
{
	my ($step) = @_;
	return () unless $step->{tree};
	my @steps = map { { %$step, tree => $_ } } Tree::smaller($step->{tree});
	unshift @steps, { %$step, mode => 'plain', tree => Statement::with_literals($step) } if $step->{mode} ne 'plain';
	unshift @steps, { %$step, settings => '' } if $step->{settings};
	return @steps;
}

1;
