# Query.pm
#		Random SELECTs of other shapes: groups, set operations, windows,
#		sub-selects, and the table joined with itself.
package Query;

use strict;
use utf8;
use warnings;

use Expression;
use Random;
use Table;
use Tree;
use Type;

# Of equal values that are written differently, any may stand for a group.
sub comparable
{
	return grep { !$_->{type}->{no_equality} && !$_->{type}->{spellings} && $_->{type}->{family} !~ /json|composite|nest|pairs|list|set|float/ } @_;
}

sub filter
{
	my (@columns) = @_;
	return optional(seq(' WHERE ', Expression::condition(1, @columns)));
}

sub grouped
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	my $column = one_of(comparable(@columns));
	my @same = grep { $_->{type}->{family} eq 'integer' } @columns;
	return seq("SELECT $column->{sql}, count(*) AS n", @same ? ", sum($same[0]->{sql}) AS s" : '', ' FROM t', filter(@columns),
		" GROUP BY $column->{sql}", chance(0.3) ? ' HAVING count(*) > ' . between(0, 2) : '');
}

sub distinct
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	return seq('SELECT DISTINCT ', Table::names(some_of(1, 2, comparable(@columns))), ' FROM t', filter(@columns));
}

sub combined
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	my $names = Table::names(some_of(1, 2, comparable(@columns)));
	return seq("SELECT $names FROM t", filter(@columns), one_of(map { " $_ " } 'UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT', 'EXCEPT ALL'), "SELECT $names FROM t", filter(@columns));
}

sub windowed
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	my $keys = Table::names($table->keys);
	my $column = one_of(comparable(@columns));
	return seq("SELECT $keys, row_number() OVER (ORDER BY $keys) AS r, lag($column->{sql}) OVER (ORDER BY $keys) AS l FROM t", filter(@columns));
}

# The same column of two rows.
sub related
{
	my ($column) = @_;
	return "u.$column->{name} = t.$column->{name}";
}

sub with_subselect
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table, 't');
	my $column = one_of(comparable(@{ $table->{columns} }));
	my $keys = join ', ', map { "t.$_->{name}" } $table->keys;
	return seq("SELECT $keys, (SELECT count(*) FROM t u WHERE ", related($column), ') AS n FROM t', filter(@columns)) if chance(0.4);
	return seq("SELECT $keys FROM t WHERE ", one_of('', 'NOT '), 'EXISTS (SELECT 1 FROM t u WHERE ', related($column), ' AND u.k <> t.k)') if chance(0.6);
	return seq("SELECT $keys FROM t WHERE t.$column->{name} ", one_of('IN', 'NOT IN'), " (SELECT u.$column->{name} FROM t u WHERE u.$column->{name} IS NOT NULL)");
}

sub self_join
{
	my ($table) = @_;
	my $column = one_of(comparable(@{ $table->{columns} }));
	my @keys = $table->keys;
	return seq('SELECT ', join(', ', map { "t.$_->{name} AS t_$_->{name}, u.$_->{name} AS u_$_->{name}" } @keys), ' FROM t ', one_of('JOIN', 'LEFT JOIN', 'FULL JOIN'), ' t u ON ', related($column));
}

sub lateral
{
	my ($table) = @_;
	my @integers = grep { $_->{type}->{family} eq 'integer' } @{ $table->{columns} };
	return distinct($table) unless @integers;
	my $keys = Table::names($table->keys);
	my $join = one_of(', LATERAL (', ' LEFT JOIN LATERAL (');
	return seq("SELECT l.i AS li, x.* FROM l$join" . "SELECT * FROM t WHERE t.", one_of(@integers)->{name}, " = l.i ORDER BY $keys LIMIT 1) x", $join =~ /LEFT/ ? ' ON true' : '');
}

my @shapes = (\&grouped, \&distinct, \&combined, \&windowed, \&with_subselect, \&self_join, \&lateral);

sub random
{
	my ($table) = @_;
	return Statement::select_rows($table) if $table->{wrong};
	return { tree => one_of(@shapes)->($table), options => 'reads single' };
}

1;
