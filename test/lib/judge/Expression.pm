# Expression.pm
#		Random conditions: the operators that the design lists, on columns of
#		each type, and whatever may stand between them.
#
# No expression here can raise an error for any row: the order in which the
# parts of a WHERE are looked at is nobody's promise.
package Expression;

use strict;
use utf8;
use warnings;

use Random;
use Tree;
use Type;

# Set for a table that has an item without a twin.
our $without_twin;

# Operands are made by this: a literal, or a parameter that stands for one.
our $parameter;

sub literal
{
	my ($type, $value) = @_;
	$value //= Type::value($type);
	return $parameter ? $parameter->($type, $value) : $value;
}

sub column_literal
{
	my ($column) = @_;
	return literal($column->{type}, one_of(@{ $column->{pool} })) if $column->{pool} && chance(0.8);
	return 'NULL' if chance(0.03);
	return literal($column->{type});
}

my @comparisons = ('=', '<>', '<', '<=', '>', '>=');

sub comparison
{
	my ($column) = @_;
	my $operator = $column->{type}->{ordered} && chance(0.6) ? one_of(@comparisons) : one_of('=', '<>', '=');
	my $value = column_literal($column);
	return chance(0.15)
	  ? seq($value, " $operator ", $column->{sql})
	  : seq($column->{sql}, " $operator ", $value);
}

sub between_test
{
	my ($column) = @_;
	return seq($column->{sql}, one_of(' BETWEEN ', ' BETWEEN ', ' NOT BETWEEN '), column_literal($column), ' AND ', column_literal($column));
}

sub in_test
{
	my ($column) = @_;
	return long_in_test($column) if $column->{type}->{family} eq 'integer' && chance(0.02);
	my $count = chance(0.05) ? between(99, 130) : between(1, 5);
	local $parameter = $parameter;
	undef $parameter if $count > 5;
	my @values = map { column_literal($column) } 1 .. $count;
	# an array of arrays has elements, and not arrays, to be equal to
	return seq($column->{sql}, one_of(' IN (', ' NOT IN ('), list(', ', 1, @values), ')') if chance(0.6) || $column->{type}->{name} =~ /\[\]/;
	my $array = $column->{type}->{cast} // $column->{type}->{name};
	return seq($column->{sql}, one_of(' = ANY (ARRAY[', ' <> ALL (ARRAY[', ' <> ANY (ARRAY['), list(', ', 0, @values), "]::${array}[])");
}

# More operands than one of DynamoDB's expressions can have.
sub long_in_test
{
	my ($column) = @_;
	return seq($column->{sql}, one_of(' IN (', ' NOT IN ('), list(', ', 1, one_of(1, 2, 3), 1000 .. 1000 + between(200, 900)), ')');
}

sub distinct_test
{
	my ($column) = @_;
	return seq($column->{sql}, one_of(' IS DISTINCT FROM ', ' IS NOT DISTINCT FROM '), column_literal($column));
}

sub null_test
{
	my ($column) = @_;
	return seq($column->{sql}, one_of(' IS NULL', ' IS NOT NULL'));
}

# ---- by family ----

sub text_test
{
	my ($column) = @_;
	my $sql = $column->{sql};
	my $piece = literal(Type::get('text'), Type::quote(one_of('a', 'b', 'ab', 'B', '%', '_', "'", 'ä', '', '本')) . '::text');
	return one_of(
		seq($sql, one_of(' LIKE ', ' NOT LIKE '), Type::quote(one_of('a%', '%b', '%a%', 'a_', 'ab', '%', 'a\%%', 'ä%', '_', '%b%c%'))),
		seq($sql, ' ^@ ', $piece),
		seq('starts_with(', $sql, ', ', $piece, ')'),
		seq(one_of('strpos(', 'strpos('), $sql, ', ', $piece, ') ', one_of('> 0', '= 0', '= 1', '<> 2')),
		seq('position(', $piece, ' IN ', $sql, ') > 0'),
		seq('length(', $sql, ') ', one_of(@comparisons), ' ', between(0, 4)),
		seq('upper(', $sql, ") = 'AB'"),
		seq($sql, ' ILIKE ', Type::quote(one_of('a%', '%B'))));
}

sub element_literal { my ($type) = @_; return literal(Type::get($type->{element})) }

sub list_test
{
	my ($column) = @_;
	my $sql = $column->{sql};
	my $type = $column->{type};
	my $array = literal($type);
	return one_of(
		seq(element_literal($type), one_of(' = ', ' = ', ' <> '), one_of('ANY', 'ALL'), ' (', $sql, ')'),
		seq($sql, one_of(' @> ', ' && ', ' <@ '), $array),
		seq('cardinality(', $sql, ') ', one_of(@comparisons), ' ', between(0, 3)),
		seq('array_length(', $sql, ', 1) ', one_of(@comparisons), ' ', between(0, 3)),
		seq('array_length(', $sql, ', 1) IS ', one_of('NULL', 'NOT NULL')),
		seq($sql, '[', between(0, 3), '] ', one_of('=', '<>'), ' ', element_literal($type)),
		seq($sql, '[', between(1, 3), '] IS ', one_of('NULL', 'NOT NULL')));
}

my @names = ('a', 'b', 'k', 'l', 'zz', 'yy', 'k.l', 'c');
my @json_values = map { Type::quote($_) } ('1', '"v"', 'null', '{"b": 2}', '[1, 2]', '"1"', 'true', '{}');

# A path as long as DynamoDB's may be, or longer.
sub deep_steps { return map { chance(0.97) ? 'a' : one_of('b', '0') } 1 .. one_of(2, 26, 29 .. 34, 40) }

sub deep_place
{
	my ($column) = @_;
	my $sql = $column->{sql};
	my @steps = deep_steps();
	return one_of(
		seq('(', $sql, list('', 1, map { ' -> ' . Type::quote($_) } @steps), ')'),
		seq('(', $sql, ' #> ', Type::quote('{' . join(',', @steps) . '}'), ')'),
		seq($sql, list('', 1, map { '[' . Type::quote($_) . ']' } @steps)));
}

sub json_place
{
	my ($column) = @_;
	my $sql = $column->{sql};
	return deep_place($column) if $column->{type}->{deep} && chance(0.6);
	my $path = list('', 1, map { seq(' -> ', chance(0.8) ? Type::quote(one_of(@names)) : between(-1, 2)) } 1 .. between(1, 2));
	return one_of(
		seq('(', $sql, $path, ')'),
		seq('(', $sql, ' #> ', Type::quote('{' . join(',', map { chance(0.8) ? one_of('a', 'b', 'c', 'l') : between(0, 2) } 1 .. between(1, 3)) . '}'), ')'),
		seq($sql, list('', 1, map { '[' . (chance(0.8) ? Type::quote(one_of(@names)) : between(0, 2)) . ']' } 1 .. between(1, 2))));
}

sub json_test
{
	my ($column) = @_;
	my $sql = $column->{sql};
	my $value = one_of(@json_values);
	return seq('(', $sql, ' #>> ', Type::quote('{' . join(',', deep_steps()) . '}'), one_of(') = ', ') <> '), one_of("'4'", "'v'"))
	  if $column->{type}->{deep} && chance(0.3);
	my $text = Type::quote(one_of('1', 'v', 'x', 'true', '{"b": 2}'));
	return one_of(
		seq(json_place($column), one_of(' = ', ' <> '), $value),
		seq(json_place($column), ' IS ', one_of('NULL', 'NOT NULL')),
		seq('(', $sql, ' ->> ', Type::quote(one_of(@names)), one_of(') = ', ') <> '), $text),
		seq('(', $sql, ' ->> ', Type::quote(one_of(@names)), ') IS ', one_of('NULL', 'NOT NULL')),
		seq('(', $sql, " #>> '{a,b}') ", one_of('= ', '<> '), $text),
		seq($sql, one_of(' ? ', ' ? '), Type::quote(one_of(@names))),
		seq($sql, one_of(' ?| ', ' ?& '), "'{a,k}'"),
		seq($sql, one_of(' @> ', ' <@ '), $value),
		seq('jsonb_typeof(', $sql, ') = ', Type::quote(one_of('object', 'array', 'string'))),
		seq('CASE WHEN jsonb_typeof(', $sql, ") = 'array' THEN jsonb_array_length(", $sql, ') ', one_of(@comparisons), ' ', between(0, 2), ' END'),
		seq($sql, one_of(' = ', ' <> '), literal($column->{type})));
}

sub composite_test
{
	my ($column) = @_;
	my $sql = "($column->{sql})";
	return one_of(
		seq($sql, '.a ', one_of(@comparisons), ' ', between(-1, 2)),
		seq($sql, '.b ', one_of('=', '<>'), ' ', Type::quote(one_of('a', 'b', 'x y'))),
		seq($sql, '.', one_of('a', 'b'), ' IS ', one_of('NULL', 'NOT NULL')),
		seq($column->{sql}, one_of(' = ', ' <> '), Type::value($column->{type})));
}

sub nest_test
{
	my ($column) = @_;
	my $sql = "($column->{sql})";
	return one_of(
		seq($sql, '.p.a = ', between(0, 2)),
		seq($sql, '.l[1] = ', Type::quote('x')),
		seq($sql, '.p IS NULL'),
		seq('cardinality(', $sql, '.l) = ', between(0, 1)));
}

sub number_test
{
	my ($column) = @_;
	my $sql = $column->{sql};
	return one_of(
		seq("$sql\::numeric * 2 ", one_of(@comparisons), ' ', between(-2, 8)),
		seq("$sql\::numeric + 1 ", one_of(@comparisons), ' ', literal(Type::get('numeric'))),
		seq($sql, ' ', one_of(@comparisons), ' ', literal(Type::get(one_of('integer', 'bigint', 'numeric')))));
}

my %test_of = (
	text => \&text_test,
	list => \&list_test,
	set => \&list_test,
	json => \&json_test,
	composite => \&composite_test,
	nest => \&nest_test,
	integer => \&number_test,
	numeric => \&number_test,
	boolean => sub { my ($column) = @_; return one_of($column->{sql}, seq($column->{sql}, ' IS ', one_of('TRUE', 'NOT TRUE', 'FALSE', 'NOT FALSE', 'UNKNOWN', 'NOT UNKNOWN'))) },
	pairs => sub { my ($column) = @_; return seq('cardinality(', $column->{sql}, ') > ', between(0, 1)) },);

sub same_type
{
	my ($column, @columns) = @_;
	my @same = grep { $_ != $column && $_->{type}->{name} eq $column->{type}->{name} && !$_->{type}->{no_equality} } @columns;
	return @same ? one_of(@same) : undef;
}

sub leaf
{
	my (@columns) = @_;
	my $column = one_of(@columns);
	my $type = $column->{type};
	my $special = $test_of{ $type->{family} };
	my $other = same_type($column, @columns);

	return null_test($column) if $type->{no_equality} || chance(0.1);
	return seq($column->{sql}, ' ', one_of($type->{ordered} ? @comparisons : ('=', '<>')), ' ', $other->{sql}) if $other && chance(0.2);
	return $special->($column) if $special && chance(0.5);
	return comparison($column) unless $type->{ordered};
	return one_of(\&comparison, \&comparison, \&between_test, \&in_test, \&distinct_test)->($column);
}

# What has no column, or a query of its own.
sub other_leaf
{
	my (@columns) = @_;
	my @integers = grep { $_->{type}->{family} eq 'integer' } @columns;
	my @texts = grep { $_->{type}->{family} eq 'text' } @columns;
	my @leaves = ("now() > '2000-01-01'", 'true', 'false', 'NULL::boolean', "current_setting('search_path') IS NOT NULL");
	return leaf(@columns) if $without_twin;
	push @leaves, seq(one_of(@integers)->{sql}, one_of(' IN ', ' NOT IN '), '(SELECT i FROM l WHERE i IS NOT NULL)'),
	  seq('EXISTS (SELECT 1 FROM l WHERE l.i = ', one_of(@integers)->{sql}, ')')
	  if @integers;
	push @leaves, seq(one_of(@texts)->{sql}, ' = (SELECT max(x) FROM l)') if @texts;
	return one_of(@leaves);
}

# More operators than one of DynamoDB's expressions can have.
sub long_condition
{
	my (@columns) = @_;
	local $parameter;
	my $operator = one_of(' AND ', ' OR ');
	my $column = one_of(@columns);
	my @leaves = map { chance(0.5) ? null_test($column) : leaf(@columns) } 1 .. between(1, 3);
	my @many = grep { $_->{many} } @columns;
	push @leaves, map { "$_->{sql} IS " . ($operator eq ' OR ' ? 'NOT NULL' : 'NULL') } some_of(200, 900, @many) if @many && chance(0.7);
	push @leaves, map { leaf(@columns) } 1 .. between(60, 180) unless @leaves > 60;
	return seq('(', list($operator, 1, @leaves), ')');
}

sub condition
{
	my ($depth, @columns) = @_;
	return long_condition(@columns) if $depth > 0 && !$without_twin && chance(0.006);
	return chance(0.04) ? other_leaf(@columns) : leaf(@columns) if $depth == 0 || chance(0.35);
	my $first = condition($depth - 1, @columns);
	my $second = condition($depth - 1, @columns);
	return choice(seq('NOT (', $first, ')'), $first) if chance(0.2);
	return choice(seq('(', $first, ')', one_of(' IS TRUE', ' IS NOT TRUE', ' IS FALSE', ' IS NOT FALSE', ' IS UNKNOWN', ' IS NOT UNKNOWN')), $first) if chance(0.15);
	return choice(seq('CASE WHEN ', $first, ' THEN ', $second, ' ELSE NULL END'), $first, $second) if chance(0.05);
	return choice(seq('(', $first, one_of(' AND ', ' OR '), $second, ')'), $first, $second);
}

# columns of a table, as they are written
sub columns_of
{
	my ($table, $qualifier) = @_;
	# where there is an item without a twin, a condition must not be true of it
	return map { { %$_, sql => defined $qualifier ? "$qualifier.$_->{name}" : $_->{name} } }
	  grep { !$table->{wrong} || !$_->{key} } @{ $table->{columns} };
}

1;
