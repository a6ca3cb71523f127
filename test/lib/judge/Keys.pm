# Keys.pm
#		Lists of keys in a WHERE, and joins on keys.
#
# The other side of a join is m: keys that rows may have, some of them twice,
# some NULL, each with a number n.
package Keys;

use strict;
use utf8;
use warnings;

use Assignment;
use Expression;
use Random;
use Table;
use Tree;
use Type;

# A value for a part of the key, or a parameter.
sub value
{
	my ($column) = @_;
	my $value = one_of(@{ $column->{pool} });
	return $Expression::parameter ? $Expression::parameter->($column->{type}, $value) : $value;
}

sub values_of { my ($column) = @_; return map { chance(0.08) ? 'NULL' : value($column) } 1 .. between(1, 4) }

# One part of the key is one of a list.
sub part_in_list
{
	my ($column, $prefix) = @_;
	my $sql = $prefix . $column->{name};
	my $type = $column->{type}->{name} =~ s/ COLLATE.*//r;
	my @values = values_of($column);
	my $dice = rand;
	return seq("$sql IN (", list(', ', 1, @values), ')') if $dice < 0.4;
	return seq("$sql = ANY (ARRAY[", list(', ', 1, @values), "]::$type\[])") if $dice < 0.7;
	return seq('(', list(' OR ', 1, map { "$sql = $_" } @values), ')');
}

sub equal { my ($prefix, $columns, @values) = @_; return join ' AND ', map { "$prefix$columns->[$_]->{name} = $values[$_]" } 0 .. $#$columns }

# A WHERE that leaves a list of keys, maybe with other conditions.
sub in_list
{
	my ($table, $prefix, @columns) = @_;
	my @keys = $table->keys;
	my @rows = map { [ map { chance(0.05) ? 'NULL' : value($_) } @keys ] } 1 .. between(1, 4);
	my $dice = rand;
	my $condition =
	    @keys == 1 || $dice < 0.4 ? list(' AND ', 1, map { part_in_list($_, $prefix) } @keys)
	  : $dice < 0.7 ? seq('(' . join(', ', map { $prefix . $_->{name} } @keys) . ') IN (', list(', ', 1, map { '(' . join(', ', @$_) . ')' } @rows), ')')
	  : seq('(', list(' OR ', 1, map { chance(0.8) ? equal($prefix, \@keys, @$_) : seq('(', equal($prefix, \@keys, @$_), ' AND ', Expression::condition(1, @columns), ')') } @rows), ')');
	return seq(' WHERE ', list(' AND ', 1, $condition, chance(0.4) ? Expression::condition(1, @columns) : ()));
}

# ---- the other side of a join ----

# A type that the key may be compared with.
sub other_type
{
	my ($column) = @_;
	my $type = $column->{type};
	my $name = $type->{name} =~ s/ COLLATE.*//r;
	return one_of($name, $name, 'bigint', 'numeric') if $type->{family} eq 'integer';
	return one_of($name, 'varchar', 'text') if $type->{id} =~ /^text/;
	return $name;
}

sub other_side
{
	my ($table, $distinct) = @_;
	my @keys = $table->keys;
	my @types = map { other_type($_) } @keys;
	my @names = (map({ $_->{name} } @keys), 'n');
	my @rows = map {
		my $n = $_;
		'(' . join(', ', map({ my $value = chance(0.1) ? 'NULL' : one_of(@{ $keys[$_]->{pool} }); "CAST($value AS $types[$_])" } 0 .. $#keys), $n) . ')'
	} 1 .. between(1, 8);
	my $values = seq('(VALUES ', list(', ', 1, @rows), ') ');
	return seq($values, 'AS m (' . join(', ', @names) . ')') unless $distinct;
	my $list = join ', ', map { $_->{name} } @keys;
	return seq("(SELECT $list, 1 AS n FROM ", $values, 'AS v (' . join(', ', @names) . ") GROUP BY $list) AS m");
}

# The condition of the join: the key, sometimes with one part fixed otherwise.
sub on
{
	my ($table, @columns) = @_;
	my @keys = $table->keys;
	my @parts = map { "t.$_->{name} = m.$_->{name}" } @keys;
	$parts[ between(0, 1) ] = equal('t.', [ $keys[0] ], value($keys[0])) if @keys == 2 && chance(0.15);
	pop @parts if @keys == 2 && chance(0.15);
	push @parts, Expression::condition(1, @columns) if chance(0.3);
	push @parts, 'm.n > ' . between(0, 4) if chance(0.2);
	return list(' AND ', 1, @parts);
}

# Small tables are cheaper to read whole: the planner is led to look keys up.
sub settings
{
	my @off = ('hashjoin', 'mergejoin', chance(0.7) ? 'nestloop' : 'material');
	return chance(0.85) ? join('', map { "SET LOCAL enable_$_ = off;;\n" } @off) : '';
}

sub joined
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table, 't');
	my $other = other_side($table);
	my $on = on($table, @columns);
	my $where = chance(0.3) ? seq(' WHERE ', Expression::condition(1, @columns)) : '';
	my $keys = join ', ', map { "t.$_->{name}" } $table->keys;
	my $m = 'm.n, ' . join ', ', map { "m.$_->{name} AS m_" . $_->{name} =~ s{"}{}gr } $table->keys;
	my $dice = rand;
	my $tree =
	    $dice < 0.3 ? seq("SELECT t.*, $m FROM ", $other, ' JOIN t ON ', $on, optional($where))
	  : $dice < 0.5 ? seq("SELECT t.*, $m FROM ", $other, ' LEFT JOIN t ON ', $on, optional($where))
	  : $dice < 0.55 ? seq("SELECT t.*, $m FROM t LEFT JOIN ", $other, ' ON ', $on, optional($where))
	  : $dice < 0.65 ? seq("SELECT $m FROM ", $other, ' WHERE EXISTS (SELECT FROM t WHERE ', $on, ')')
	  : $dice < 0.75 ? seq("SELECT $m FROM ", $other, ' WHERE NOT EXISTS (SELECT FROM t WHERE ', $on, ')')
	  : $dice < 0.85 ? seq("SELECT t.* FROM t WHERE ($keys) IN (SELECT " . Table::names($table->keys) . ' FROM ', $other, ')')
	  : $dice < 0.93 ? seq("SELECT t.*, $m, u.n AS un FROM ", $other, ' LEFT JOIN t ON ', $on, ' JOIN (VALUES (1), (2), (3)) u (n) ON u.n = m.n')
	  : seq("SELECT $m, (SELECT count(*) FROM t WHERE ", $on, ') AS c FROM ', $other);
	return { tree => $tree, settings => settings(), options => 'reads single' };
}

# Each row of the target meets one of the other side.
sub updated
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table, 't');
	my @keys = $table->keys;
	my $on = list(' AND ', 1, map { "t.$_->{name} = m.$_->{name}" } @keys);
	$on = seq($on, ' AND ', Expression::condition(1, @columns)) if chance(0.4);
	my $returning = chance(0.5) ? ' RETURNING t.*, m.n' : '';
	return { tree => seq('UPDATE t SET ', Assignment::set_clause($table, @columns), ' FROM ', other_side($table, 1), ' WHERE ', $on, optional($returning)), settings => settings(), options => '' };
}

sub deleted
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table, 't');
	my @keys = $table->keys;
	my $on = list(' AND ', 2, map({ "t.$_->{name} = m.$_->{name}" } @keys), Expression::condition(1, @columns));
	return { tree => seq('DELETE FROM t USING ', other_side($table, 1), ' WHERE ', $on, optional(chance(0.5) ? ' RETURNING t.*' : '')), settings => settings(), options => '' };
}

1;
