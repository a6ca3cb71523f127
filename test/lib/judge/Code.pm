# Code.pm
#		Statements with users' own code about them: cursors and loops over what
#		is written, WITH with two writers, and functions that count their
#		calls, read, write or fail.
package Code;

use strict;
use utf8;
use warnings;

use Assignment;
use Expression;
use Random;
use Table;
use Tree;

# All is sent as it stands: what is quoted has no parameters.
sub as_text { my (@nodes) = @_; return join '', map { Tree::text($_) } @nodes }

sub quoted { my ($text) = @_; return "\$code\$$text\$code\$" }

sub keys_of { my ($table) = @_; return Table::names($table->keys) }

sub integers { my (@columns) = @_; return grep { $_->{type}->{family} eq 'integer' && $_->{type}->{id} ne 'version' } Table::assignable(@columns) }

# A statement that writes, and whether it writes one item at most.
sub writing
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	my $reach = one_of('item', 'item', 'item', 'partition', 'list', 'all');
	my $where = Statement::where($table, \@columns, $reach);
	my $text = chance(0.25) ? as_text('DELETE FROM t', $where) : as_text('UPDATE t SET ', Assignment::set_clause($table, @columns), $where);
	return ($text, $reach eq 'item' ? 'single' : '');
}

sub reading
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	return as_text('SELECT ' . one_of('*', keys_of($table)) . ' FROM t', chance(0.3) ? '' : Statement::where($table, \@columns, one_of('partition', 'partition', 'list', 'index', 'all')),
		chance(0.3) ? ' ORDER BY ' . keys_of($table) . one_of('', ' DESC', ' LIMIT 3') : '');
}

sub cursor
{
	my ($table) = @_;
	local $Expression::parameter = undef;
	my ($write, $options) = writing($table);
	return { tree => 'SELECT judge.cursor_over(' . quoted(reading($table)) . ', ' . between(0, 3) . ', ' . quoted($write) . ')', options => $options };
}

sub loop
{
	my ($table) = @_;
	local $Expression::parameter = undef;
	my ($write) = writing($table);
	return { tree => 'SELECT judge.loop_over(' . quoted(reading($table)) . ', ' . quoted($write) . ')', options => '' };
}

# One of them may wait for the other; one row is changed by one of them.
sub two_writers
{
	my ($table) = @_;
	local $Expression::parameter = undef;
	my @columns = Expression::columns_of($table, 't');
	my @named = grep { $_->{key} || $_->{not_null} || chance(0.5) } Table::insertable(@{ $table->{columns} });
	my $first =
	    chance(0.2) ? as_text('INSERT INTO t (' . Table::names(@named) . ') VALUES ', Statement::row_of_values($table, @named))
	  : chance(0.3) ? as_text('DELETE FROM t', Statement::where($table, \@columns, 'item'))
	  : as_text('UPDATE t SET ', Assignment::set_clause($table, @columns), Statement::where($table, \@columns, 'item'));
	my $where = as_text(Statement::where($table, \@columns, 'item'));
	my $from = chance(0.7);
	my $second = chance(0.3)
	  ? 'DELETE FROM t' . ($from ? ' USING first' : '')
	  : as_text('UPDATE t SET ', Assignment::set_clause($table, @columns), $from ? ' FROM first' : '');
	return { tree => seq("WITH first AS ($first RETURNING 1 AS one) $second$where", optional(chance(0.6) ? ' RETURNING t.*' : '')), options => 'late' };
}

# ---- functions ----

sub value_by_function
{
	my ($column) = @_;
	my $sql = $column->{sql};
	return one_of(
		"judge.counted($sql) + 1",
		'judge.counted(' . between(1, 50) . ')',
		"coalesce($sql, judge.counted(3))",
		"coalesce($sql, judge.failing(1))",
		"CASE WHEN $sql > 2 THEN judge.counted(1) ELSE judge.counted(2) + judge.counted($sql) END",
		'judge.rows_there()',
		'judge.rows_there() + ' . between(0, 9),
		"nullif($sql, 5) + judge.rows_there()",
		'judge.failing(' . between(1, 4) . ')',
		'nextval(\'judge.calls\')');
}

sub condition_by_function
{
	my ($column) = @_;
	return one_of(
		"judge.counted($column->{sql}) IS NOT NULL",
		"judge.counted($column->{sql}) > 1",
		"judge.rows_there() > " . between(0, 5),
		"$column->{sql} < judge.rows_there()",
		"$column->{sql} <> judge.failing(2)");
}

# A function that is called for no row fails for none; in which order several
# are called is nobody's promise.
sub function
{
	my ($table) = @_;
	local $Expression::parameter = undef;
	my @columns = Expression::columns_of($table);
	my @integers = integers(@columns) or return Statement::update($table);
	my $column = one_of(@integers);
	my $reach = one_of('item', 'item', 'item', 'partition', 'list', 'all');
	my $options = $reach eq 'item' ? 'single' : '';
	my $value = value_by_function($column);
	$value =~ s/nextval\('judge.calls'\)/judge.counted(4)/ if $reach ne 'item';
	my $where = as_text(Statement::where($table, \@columns, $reach));
	my $condition = condition_by_function(one_of(@integers));
	# what costs more than a function is looked at after it, or by DynamoDB before
	$condition =~ s/judge.counted/abs/ if $where =~ /SELECT/;
	my $more = chance(0.3) ? " AND $condition" : '';
	return conflict($table, $column) if chance(0.2);
	return query_that_writes($table) if chance(0.1);
	return { tree => seq("DELETE FROM t$where AND $condition"), options => $options } if chance(0.15);
	return { tree => seq("UPDATE t SET $column->{name} = $value$where$more", optional(chance(0.5) ? ' RETURNING *' : '')), options => $options };
}

sub conflict
{
	my ($table, $column) = @_;
	my @named = grep { $_->{key} || $_->{not_null} || chance(0.6) } Table::insertable(@{ $table->{columns} });
	my $value = value_by_function({ sql => "t.$column->{name}" });
	return { tree => 'INSERT INTO t (' . Table::names(@named) . ') VALUES ' . as_text(Statement::row_of_values($table, @named)) . ' ON CONFLICT (' . keys_of($table)
			. ") DO UPDATE SET $column->{name} = $value" . (chance(0.5) ? ' RETURNING t.*' : ''), options => 'single' };
}

sub query_that_writes
{
	my ($table) = @_;
	my ($write) = writing($table);
	return { tree => 'SELECT ' . keys_of($table) . ', judge.does(' . quoted($write) . ') FROM t', options => '' };
}

1;
