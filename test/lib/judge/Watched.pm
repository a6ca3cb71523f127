# Watched.pm
#		Random transactions of which it can be told which items each of their
#		statements touched: what it returns begins with the key, or it names
#		one key.  Between their statements others change items.
#
# A step is one of those of Transaction.pm, with more members:
#
#	key			the literals of the one key that it names
#	writes		it writes what it returns, or the one item
#	locks		it locks what it returns
#	whole		all columns of what it touches count as read
#	conflicts	of an item that is there it may do nothing
#	action		what another session does instead: {sql}, or a request of its own
#	inside		an action that is done while one of its requests is held, and
#				the rule for that
package Watched;

use strict;
use utf8;
use warnings;

use Assignment;
use Expression;
use Keys;
use Random;
use Statement;
use Table;
use Transaction;
use Tree;
use Type;

sub key_names { my ($table, $prefix) = @_; return map { ($prefix // '') . $_->{name} } $table->keys }

# The key, and some columns.
sub shown
{
	my ($table, $prefix) = @_;
	return join ', ', key_names($table, $prefix), map { ($prefix // '') . $_->{name} } some_of(0, 2, $table->others);
}

sub key_equals
{
	my ($table, @key) = @_;
	my @names = key_names($table);
	return join ' AND ', map { "$names[$_] = $key[$_]" } 0 .. $#names;
}

sub set_clause
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	return list(', ', 1, map { Assignment::item($_, @columns) } some_of(1, 2, Table::assignable(@columns)));
}

sub maybe_condition { my ($table) = @_; return chance(0.4) ? seq(' AND ', Expression::condition(1, Expression::columns_of($table))) : '' }

sub reach_where
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	return Statement::where($table, \@columns, one_of('partition', 'list', 'all', 'all'));
}

# ---- statements ----

sub update
{
	my ($table) = @_;
	my @key = $table->random_key;
	my $returning = chance(0.4) ? ' RETURNING ' . shown($table) : '';
	return { tree => seq('UPDATE t SET ', set_clause($table), ' WHERE ', key_equals($table, @key), optional(maybe_condition($table)), $returning),
		options => 'single', key => \@key, writes => 1, returns => $returning ne '' };
}

sub update_many
{
	my ($table) = @_;
	return { tree => seq('UPDATE t SET ', set_clause($table), reach_where($table), ' RETURNING ' . shown($table)), options => '', writes => 1, returns => 1 };
}

sub update_from
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table, 't');
	my $on = join ' AND ', map { "t.$_ = m.$_" } key_names($table);
	return { tree => seq('UPDATE t SET ', list(', ', 1, map { Assignment::item($_, @columns) } some_of(1, 2, Table::assignable(@columns))), ' FROM ', Keys::other_side($table, 1), " WHERE $on RETURNING " . shown($table, 't.')),
		options => '', writes => 1, returns => 1, whole => 1 };
}

sub delete_one
{
	my ($table) = @_;
	my @key = $table->random_key;
	my $returning = chance(0.4) ? ' RETURNING ' . shown($table) : '';
	return { tree => seq('DELETE FROM t WHERE ', key_equals($table, @key), optional(maybe_condition($table)), $returning),
		options => 'single', key => \@key, writes => 1, returns => $returning ne '' };
}

sub values_for
{
	my ($table, @key) = @_;
	my @others = grep { !$_->{key} && ($_->{not_null} || chance(0.6)) } Table::insertable($table->others);
	return (join(', ', key_names($table), map { $_->{name} } @others), join(', ', @key, map { Table::random_value($_) } @others));
}

sub insert
{
	my ($table) = @_;
	my @key = $table->random_key;
	my ($names, $values) = values_for($table, @key);
	my $nothing = chance(0.4) ? ' ON CONFLICT DO NOTHING' : '';
	return { tree => seq("INSERT INTO t ($names) VALUES ($values)$nothing"), options => 'single', key => \@key, writes => 1, conflicts => 1 };
}

sub insert_or_update
{
	my ($table) = @_;
	my @key = $table->random_key;
	my ($names, $values) = values_for($table, @key);
	my @old = Expression::columns_of($table, 't');
	my $returning = chance(0.4) ? ' RETURNING ' . shown($table, 't.') : '';
	return { tree => seq("INSERT INTO t ($names) VALUES ($values) ON CONFLICT (", join(', ', key_names($table)), ') DO UPDATE SET ',
			list(', ', 1, map { seq("$_->{name} = ", Assignment::value($_, @old)) } some_of(1, 2, Table::assignable(@old))),
			optional(chance(0.3) ? seq(' WHERE ', Expression::condition(1, @old)) : ''), $returning),
		options => 'single', key => \@key, writes => 1, returns => $returning ne '', conflicts => 1 };
}

sub key_change
{
	my ($table) = @_;
	my @key = $table->random_key;
	my $column = one_of($table->keys);
	return { tree => seq("UPDATE t SET $column->{name} = ", one_of(@{ $column->{pool} }), ' WHERE ', key_equals($table, @key), ' RETURNING ' . shown($table)),
		options => 'single', key => \@key, writes => 1, returns => 1, whole => 1, moves => 1 };
}

sub select_rows
{
	my ($table) = @_;
	my @key = chance(0.4) ? $table->random_key : ();
	my $where = @key ? ' WHERE ' . key_equals($table, @key) : chance(0.3) ? '' : reach_where($table);
	my $lock = chance(0.3) ? ' FOR ' . one_of('UPDATE', 'NO KEY UPDATE', 'SHARE') : '';
	return { tree => seq('SELECT ' . shown($table) . ' FROM t', $where, $lock), options => 'reads single', returns => 1, @key ? (key => \@key) : (), $lock ? (locks => 1, whole => 1) : () };
}

my @makers = ((\&update) x 8, (\&update_many) x 2, \&update_from, \&delete_one, (\&insert) x 2, (\&insert_or_update) x 2, \&key_change, (\&select_rows) x 5);

# ---- what others do ----

# Whoever does it adds the key.  Attributes that no column maps are changed, too.
sub raw_change
{
	my ($table) = @_;
	my @columns = grep { !$_->{not_null} && !$_->{type}->{document} } Table::assignable($table->others);
	my ($expression, %names) = @columns && chance(0.7) ? ('REMOVE #a', '#a' => Table::attribute(one_of(@columns))) : ('SET #a = :v', '#a' => 'unmapped');
	my %body = (TableName => 'judge', UpdateExpression => $expression, ExpressionAttributeNames => \%names, ConditionExpression => 'attribute_exists(#k)');
	$names{'#k'} = Table::attribute(($table->keys)[0]);
	$body{ExpressionAttributeValues} = { ':v' => { N => '' . between(0, 1000) } } if $expression =~ /:v/;
	return { key => [ $table->random_key ], body => \%body };
}

sub raw_key
{
	my ($table, @texts) = @_;
	return { map { Table::attribute($_) => { Table::attribute_type($_) => shift @texts } } $table->keys };
}

# One column of an item, or all of it.
sub change
{
	my ($table) = @_;
	my @key = $table->random_key;
	my $where = ' WHERE ' . key_equals($table, @key);
	my $dice = rand;
	my @columns = Expression::columns_of($table);
	my $column = one_of(Table::assignable(@columns));
	return "DELETE FROM t$where" if $dice < 0.08;
	if ($dice < 0.18)
	{
		my ($names, $values) = values_for($table, @key);
		return "INSERT INTO t ($names) VALUES ($values) ON CONFLICT DO NOTHING";
	}
	return "UPDATE t SET $column->{name} = $column->{name} + 1$where" if $column->{type}->{family} eq 'integer' && chance(0.5);
	return "UPDATE t SET $column->{name} = " . Type::value($column->{type}) . $where;
}

# ---- transactions ----

sub reads_others { my ($step) = @_; return Tree::text($step->{tree}) =~ /FROM t u|judge\.|nextval/ }

sub statement
{
	my ($table) = @_;
	for (;;)
	{
		my $step = one_of(@makers)->($table);
		next if reads_others($step);
		return { %$step, form => 'watched', mode => 'plain', params => [], settings => '' };
	}
}

sub action { my ($table) = @_; return { action => chance(0.2) ? raw_change($table) : { sql => change($table) }, options => '', form => 'action' } }

# Done while the statement waits for what it reads.
sub inside
{
	my ($table) = @_;
	return { %{ action($table)->{action} }, rule => { kind => 'hold', operation => one_of('GetItem', 'GetItem', 'BatchGetItem', 'Query', 'Scan'), when => one_of('before', 'after'), skip => between(0, 1) } };
}

sub random
{
	my ($table) = @_;
	my %state = (savepoints => [], cursors => [], number => 0);
	my @steps;
	for (1 .. between(2, 7))
	{
		push @steps, chance(0.15) ? Transaction::savepoint_step(\%state) : statement($table);
		$steps[-1]->{inside} = inside($table) if $steps[-1]->{tree} && chance(0.2);
		push @steps, map { action($table) } 1 .. between(0, 2);
	}
	return { steps => \@steps, ending => 'COMMIT' };
}

1;
