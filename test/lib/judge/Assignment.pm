# Assignment.pm
#		Random items of SET: the forms that are pushed, their neighbours that
#		are not, and DynamoDB's own functions.
package Assignment;

use strict;
use utf8;
use warnings;

use Expression;
use Random;
use Tree;
use Type;

sub literal { return Expression::literal(@_) }

sub small { my ($type) = @_; return literal($type, Type::quote(one_of(0, 1, 2, 5, -3, 100)) . '::' . ($type->{cast} // $type->{name})) }

sub number_value
{
	my ($column) = @_;
	my $sql = $column->{sql};
	my $type = $column->{type};
	$type = Type::get('integer') if $type->{id} eq 'positive';
	return seq($sql, list('', 1, map { one_of(' + ', ' - ') . between(0, 2) } 1 .. between(250, 350))) if chance(0.005);
	return one_of(
		seq($sql, one_of(' + ', ' + ', ' - '), small($type)),
		seq(small($type), ' + ', $sql),
		seq($sql, one_of(' + ', ' - '), between(1, 9)),
		seq(one_of('coalesce(', 'coalesce(', 'dyn_if_not_exists('), $sql, ', ', small($type), ')', one_of(' + ', ' - '), small($type)),
		seq($sql, one_of(' * 2', ' / 2', ' % 3', ' * -1')),
		seq('coalesce(', $sql, ', ', literal($type), ')'),
		seq('dyn_increment(', $sql, ')'),
		seq(one_of('dyn_increment(', 'dyn_decrement(', 'dyn_add('), $sql, ', ', small($type), ')'),
		seq('dyn_if_not_exists(', $sql, ', ', literal($type), ')'));
}

sub float_value
{
	my ($column) = @_;
	my $sql = $column->{sql};
	my $type = $column->{type};
	return one_of(
		seq($sql, one_of(' + ', ' - ', ' * '), literal($type)),
		seq('dyn_if_not_exists(', $sql, ', ', literal($type), ')'),
		seq('coalesce(', $sql, ', ', literal($type), ')'));
}

sub text_value
{
	my ($column) = @_;
	my $sql = $column->{sql};
	my $type = $column->{type};
	return one_of(
		seq($sql, " || 'x'"),
		seq('upper(', $sql, ')'),
		seq('coalesce(', $sql, ', ', literal($type), ')'),
		seq('dyn_if_not_exists(', $sql, ', ', literal($type), ')'),
		seq('nullif(', $sql, ', ', literal($type), ')'));
}

sub list_value
{
	my ($column) = @_;
	my $sql = $column->{sql};
	my $type = $column->{type};
	my $element = Expression::element_literal($type);
	my $array = literal($type);
	return one_of(
		seq($sql, ' || ', $array),
		seq($array, ' || ', $sql),
		seq($sql, ' || ', $element),
		seq($element, ' || ', $sql),
		seq('array_append(', $sql, ', ', $element, ')'),
		seq('array_prepend(', $element, ', ', $sql, ')'),
		seq('array_cat(', $sql, ', ', $array, ')'),
		seq('array_remove(', $sql, ', ', $element, ')'),
		seq(one_of('dyn_list_append(', 'dyn_list_prepend('), $sql, ', ', $array, ')'),
		seq('dyn_list_set(', $sql, ', ', between(0, 4), ', ', $element, ')'),
		seq('dyn_list_remove(', $sql, ', ', between(0, 4), ')'),
		seq('coalesce(', $sql, ', ', $array, ')'),
		seq($sql, '[1:2]'));
}

sub set_value
{
	my ($column) = @_;
	my $sql = $column->{sql};
	my $type = $column->{type};
	return one_of(
		seq(one_of('dyn_set_add(', 'dyn_set_delete('), $sql, ', ', literal($type), ')'),
		seq(one_of('dyn_set_add(', 'dyn_set_delete('), $sql, ', ', literal($type), ')'),
		seq('coalesce(', $sql, ', ', literal($type), ')'),
		seq('array_append(', $sql, ', ', Expression::element_literal($type), ')'));
}

my @members = ('a', 'b', 'k', 'l', 'zz', 'yy', 'k.l', 'c', 'new one');
my @json = map { Type::quote($_) . '::jsonb' } ('1', '"v"', 'null', '{"b": 2}', '[1, 2]', '{}', '{"b": {"c": 0}}');

sub json_path
{
	my ($column) = @_;
	return Type::quote('{' . join(',', Expression::deep_steps()) . '}') if $column->{type}->{deep} && chance(0.6);
	return Type::quote('{' . join(',', map { chance(0.8) ? one_of('a', 'b', 'c', 'l', 'zz') : between(-1, 2) } 1 .. between(1, 3)) . '}');
}

sub json_value
{
	my ($column) = @_;
	my $sql = $column->{sql};
	my $value = literal(Type::get('jsonb'), one_of(@json));
	return one_of(
		seq('jsonb_set(', $sql, ', ', json_path($column), ', ', $value, ')'),
		seq('jsonb_set(', $sql, ', ', json_path($column), ', ', $value, ', ', one_of('true', 'false'), ')'),
		seq($sql, ' || ', literal(Type::get('jsonb'), one_of(map { Type::quote($_) . '::jsonb' } '{"a": 1}', '{"zz": {"b": 3}, "k": [0]}', '{}', '[7]'))),
		seq($sql, ' - ', Type::quote(one_of(@members))),
		seq($sql, ' - ', Type::quote('{a,zz}'), '::text[]'),
		seq($sql, ' #- ', json_path($column)),
		seq('jsonb_set(', $sql, ' - ', Type::quote(one_of(@members)), ', ', json_path($column), ', ', $value, ')'),
		seq('coalesce(', $sql, ", '{}')"),
		seq($sql, ' - ', between(-1, 2)));
}

my %value_of = (
	integer => \&number_value,
	numeric => \&number_value,
	float => \&float_value,
	text => \&text_value,
	list => \&list_value,
	set => \&set_value,
	json => \&json_value,
	boolean => sub { return seq('NOT ', $_[0]->{sql}) },);

# An item that assigns a part of the column.
sub part_item
{
	my ($column) = @_;
	my ($name, $type) = ($column->{name}, $column->{type});
	my $family = $type->{family};
	if ($family eq 'list')
	{
		return list(', ', 1, map { seq("$name\[$_] = ", Expression::element_literal($type)) } some_of(1, 2, 1 .. 4));
	}
	if ($family eq 'json')
	{
		my $path = $type->{deep} && chance(0.5) ? join('', map { '[' . Type::quote($_) . ']' } Expression::deep_steps()) : join '', map { '[' . (chance(0.85) ? Type::quote(one_of(@members)) : between(-1, 3)) . ']' } 1 .. between(1, 2);
		return seq("$name$path = ", literal(Type::get('jsonb'), one_of(@json)));
	}
	if ($family eq 'composite')
	{
		return one_of(seq("$name.a = ", small(Type::get('integer'))), seq("$name.b = ", one_of('NULL', "'z'")),
			seq("$name.a = ($name).a + 1"), seq("$name.a = 4, $name.b = 'w'"));
	}
	return one_of(seq("$name.p.a = 9"), seq("$name.l = '{q}'"), seq("$name.p.b = 'n', $name.p.a = NULL"), seq("$name.l[2] = 'y'"))
	  if $family eq 'nest';
	return one_of(seq("$name\[1].a = 5"), seq("$name\[2] = ROW(8, 'r')::pair"), seq("$name\[2].b = 'q'")) if $family eq 'pairs';
	return;
}

sub value
{
	my ($column, @columns) = @_;
	my $type = $column->{type};
	my $special = $value_of{ $type->{family} };
	my $other = Expression::same_type($column, @columns);
	return $special->($column) if $special && chance(0.6);
	return 'NULL' if chance(0.1);
	return $other->{sql} if $other && chance(0.3);
	return seq('coalesce(', $column->{sql}, ', ', literal($type), ')') if chance(0.15);
	return choice(seq('CASE WHEN ', Expression::condition(1, @columns), ' THEN ', literal($type), ' ELSE ', $column->{sql}, ' END'), literal($type))
	  if chance(0.1);
	return '(SELECT max(i) FROM l)' if $type->{family} eq 'integer' && chance(0.1);
	return literal($type);
}

sub item
{
	my ($column, @columns) = @_;
	if (chance(0.4))
	{
		my $part = part_item($column);
		return $part if $part;
	}
	return seq("$column->{name} = ", value($column, @columns));
}

# (a, b) = ROW(...) or (SELECT ...), from a table that may be the same.
sub several_at_once
{
	my ($table, $assigned, @columns) = @_;
	my $names = Table::names(@$assigned);
	return seq("($names) = ROW(", list(', ', scalar @$assigned, map { value($_, @columns) } @$assigned), ')') if chance(0.5);
	my $key = $table->{columns}->[0];
	return seq("($names) = (SELECT ", join(', ', map { "u.$_->{name}" } @$assigned),
		' FROM t u WHERE ', join(' AND ', map { "u.$_->{name} = " . one_of(@{ $_->{pool} }) } $table->keys), ')');
}

sub set_clause
{
	my ($table, @columns) = @_;
	my @assigned = some_of(1, 3, Table::assignable(@columns));
	return several_at_once($table, \@assigned, @columns) if @assigned > 1 && chance(0.08) && !$table->{wrong};
	return list(', ', 1, map { item($_, @columns) } @assigned);
}

1;
