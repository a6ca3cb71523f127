# Statement.pm
#		Random statements on a table.
#
# A statement is a hash: tree (see Tree.pm), options (what judge.compare() is
# told), mode (how it is sent), and params, of which the tree holds markers.
package Statement;

use strict;
use utf8;
use warnings;

use Assignment;
use Code;
use Expression;
use Keys;
use Query;
use Random;
use System;
use Table;
use Tree;
use Type;

my @params;

sub marker
{
	my ($type, $value) = @_;
	return $value if $value eq 'NULL' || chance(0.3);
	my $name = $type->{cast} // $type->{name} =~ s/\(.*//r;
	push @params, [ $name eq 'char' ? 'bpchar' : $name, $value ];
	return "\x01$#params\x02";
}

# ---- parts ----

sub key_condition
{
	my ($table) = @_;
	return list(' AND ', 1, map { seq($_->{name}, ' = ', Expression::column_literal($_)) } map { { %$_, sql => $_->{name} } } $table->keys);
}

# How much of the key a statement fixes.
sub where
{
	my ($table, $columns, $reach) = @_;
	my @parts;
	my $prefix = $columns->[0]->{sql} =~ /^(\w+\.)/ ? $1 : '';
	return index_where($table, $columns, $prefix) if $reach eq 'index' && $table->{indexes} && @{ $table->{indexes} };
	return Keys::in_list($table, $prefix, @$columns) if $reach eq 'list';
	my @keys = $table->keys;
	@keys = $keys[0] if $reach =~ /partition|index/;
	@keys = () if $reach eq 'all';
	push @parts, map { seq($prefix . $_->{name}, ' = ', one_of(@{ $_->{pool} })) } @keys;
	push @parts, Expression::condition(2, @$columns) if $reach eq 'all' || chance(0.5);
	return seq(' WHERE ', list(' AND ', 1, @parts));
}

# The key of an index, as it could be asked for: with a range or not, and with
# or without what rules out the rows that are not in it.
sub index_where
{
	my ($table, $columns, $prefix) = @_;
	my $index = one_of(@{ $table->{indexes} });
	my @parts = seq($prefix . $index->{partition}->{name}, ' = ', index_value($index->{partition}));
	my $sort = $index->{sort};
	if ($sort && chance(0.85))
	{
		my $name = $prefix . $sort->{name};
		my $dice = rand;
		push @parts, $dice < 0.25 ? seq("$name IS NOT NULL")
		  : $dice < 0.5 ? seq("$name ", one_of('=', '<', '<=', '>', '>='), ' ', index_value($sort))
		  : $dice < 0.75 ? seq("$name BETWEEN ", index_value($sort), ' AND ', index_value($sort))
		  : (seq("$name ", one_of('>', '>='), ' ', index_value($sort)), seq("$name ", one_of('<', '<='), ' ', index_value($sort)));
	}
	push @parts, Expression::condition(2, @$columns) if chance(0.3);
	return seq(' WHERE ', list(' AND ', 1, @parts));
}

sub index_value
{
	my ($column) = @_;
	return $column->{pool} && chance(0.9) ? one_of(@{ $column->{pool} }) : Type::value($column->{type});
}

# In the order of an index, where rows of equal keys come in any.
sub select_in_order
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	my $index = one_of(grep { $_->{sort} && !$_->{sort}->{type}->{spellings} && $_->{sort}->{type}->{id} !~ /mood|inet|char/ } @{ $table->{indexes} // [] });
	return select_rows($table) unless $index;
	my $column = $index->{sort}->{name};
	my $where = seq(' WHERE ', list(' AND ', 1, seq("$index->{partition}->{name} = ", index_value($index->{partition})),
		chance(0.8) ? "$column IS NOT NULL" : (), chance(0.3) ? seq("$column ", one_of('<', '>='), ' ', index_value($index->{sort})) : (),
		chance(0.2) ? Expression::condition(1, @columns) : ()));
	return { tree => seq("SELECT $column FROM t", $where, " ORDER BY $column", one_of('', ' DESC'), optional(chance(0.7) ? ' LIMIT ' . between(0, 4) . (chance(0.3) ? ' OFFSET ' . between(0, 2) : '') : '')),
		options => 'reads single ordered' };
}

sub reach { my $dice = rand; return $dice < 0.5 ? 'item' : $dice < 0.6 ? 'list' : $dice < 0.75 ? 'partition' : $dice < 0.85 ? 'index' : 'all' }

sub returning
{
	my ($table) = @_;
	return chance(0.6)
	  ? seq(' RETURNING ', chance(0.5) ? '*' : Table::names(some_of(1, 3, @{ $table->{columns} })))
	  : '';
}

# ---- reading ----

sub select_rows
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	return select_in_order($table) if $table->{indexes} && chance(0.2);
	my $where = where($table, \@columns, one_of('item', 'partition', 'list', 'index', 'all', 'all'));
	my $keys = Table::names($table->keys);
	my $ordered = chance(0.4);
	my $tail = $ordered
	  ? seq(" ORDER BY $keys", chance(0.3) ? ' DESC' : '', optional(chance(0.6) ? ' LIMIT ' . between(0, 5) . (chance(0.3) ? ' OFFSET ' . between(0, 3) : '') : ''))
	  : '';
	# only the last key of two is turned round by DESC: still a total order
	my $list = chance(0.4) ? '*' : list(', ', 1, map { $_->{name} } some_of(1, 4, @{ $table->{columns} }));
	$list = list(', ', 1, selected($table)) if chance(0.3);
	return { tree => seq('SELECT ', $list, ' FROM t', $table->{wrong} ? $where : optional($where), $tail), options => 'reads single' . ($ordered ? ' ordered' : '') };
}

# Expressions to be selected, paths in documents among them.
sub selected
{
	my ($table) = @_;
	my @result;
	foreach my $column (Expression::columns_of($table))
	{
		my $family = $column->{type}->{family};
		push @result, seq($column->{sql}, ' AS ', "x_$column->{name}") if chance(0.2);
		push @result, seq(Expression::json_place($column), " AS j_$column->{name}") if $family eq 'json';
		push @result, "($column->{sql}).a AS f_$column->{name}" if $family eq 'composite';
		push @result, "cardinality($column->{sql}) AS n_$column->{name}" if $family =~ /list|set/;
	}
	return @result ? @result : '1 AS one';
}

sub select_aggregate
{
	my ($table) = @_;
	return select_rows($table) if $table->{wrong};
	my @columns = Expression::columns_of($table);
	# of equal values that are written differently, any may be the least
	my $column = one_of(grep { !$_->{type}->{no_equality} && !$_->{type}->{no_least} && $_->{type}->{ordered} && $_->{type}->{family} !~ /boolean|set|list/ && $_->{type}->{id} !~ /matrix|mood/ } @columns);
	my @aggregates = ('count(*)', 'bool_and(true)');
	push @aggregates, "count($column->{sql})", "min($column->{sql})", "max($column->{sql})" if $column;
	push @aggregates, "sum($column->{sql})" if $column && $column->{type}->{family} =~ /integer|numeric/;
	return { tree => seq('SELECT ', list(', ', 1, some_of(1, 3, @aggregates)), ' FROM t', optional(where($table, \@columns, one_of('partition', 'index', 'all', 'all')))), options => 'reads single' };
}

sub select_join
{
	my ($table) = @_;
	return select_rows($table) if $table->{wrong};
	return Keys::joined($table) if chance(0.6);
	my @columns = Expression::columns_of($table, 't');
	my @integers = grep { $_->{type}->{family} eq 'integer' } @columns;
	my @texts = grep { $_->{type}->{family} eq 'text' && $_->{type}->{id} !~ /_c/ } @columns;
	my @on;
	push @on, seq('l.i = ', one_of(@integers)->{sql}) if @integers;
	push @on, seq('l.x = ', one_of(@texts)->{sql}) if @texts;
	return select_rows($table) unless @on;
	return { tree => seq('SELECT t.*, l.i AS li, l.x AS lx FROM ', one_of('t JOIN l ON ', 'l LEFT JOIN t ON ', 't LEFT JOIN l ON '), one_of(@on),
			optional(where($table, \@columns, one_of('item', 'partition', 'all')))), options => 'reads single' };
}

# More columns, or paths in a document, than one of DynamoDB's expressions can
# name.
sub select_many
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	my @documents = grep { $_->{type}->{family} eq 'json' && $_->{type}->{name} eq 'jsonb' } @columns;
	my @selected =
	    $table->many ? map { $_->{name} } some_of(200, 900, @columns)
	  : @documents ? long_paths(one_of(@documents))
	  : return select_rows($table);
	return { tree => seq('SELECT ', list(', ', 1, @selected), ' FROM t', where($table, \@columns, one_of('item', 'partition', 'list', 'all'))), options => 'reads single' };
}

sub long_paths
{
	my ($column) = @_;
	return map { "$column->{sql} -> " . Type::quote(one_of('a', 'k', 'zz', "a_rather_long_name_$_")) . ' -> ' . Type::quote(one_of('b', "member $_")) . " AS x_$_" } 1 .. one_of(20, 150, 400);
}

# ---- writing ----

# So many assignments, or so many columns that one assignment looks at.
sub update_many
{
	my ($table) = @_;
	my @many = $table->many or return update($table);
	my @columns = Expression::columns_of($table);
	my $reach = one_of('item', 'item', 'list', 'partition');
	my @chosen = some_of(150, 900, @many);
	my $set = chance(0.5)
	  ? list(', ', 1, map { "$_->{name} = " . one_of('7', "$_->{name} + 1", 'NULL', "coalesce($_->{name}, 0) + 2") } @chosen)
	  : seq("$many[0]->{name} = ", one_of('coalesce(', 'greatest(', 'num_nonnulls('), list(', ', 1, map { $_->{name} } @chosen), ')');
	return { tree => seq('UPDATE t SET ', $set, where($table, \@columns, $reach), optional(returning($table))), options => $reach eq 'item' ? 'single' : '' };
}

sub update
{
	my ($table) = @_;
	my $reach = reach();
	my @columns = Expression::columns_of($table);
	return { tree => seq('UPDATE t SET ', Assignment::set_clause($table, @columns), where($table, \@columns, $reach), optional(returning($table))),
		options => $reach eq 'item' ? 'single' : '' };
}

sub update_from
{
	my ($table) = @_;
	return Keys::updated($table) if !$table->{wrong} && chance(0.6);
	my @columns = Expression::columns_of($table, 't');
	my @integers = grep { $_->{type}->{family} eq 'integer' } @columns;
	return update($table) unless @integers;
	my $reach = one_of('item', 'all');
	# each row of the target meets one of the source: which of several is nobody's promise
	return { tree => seq('UPDATE t SET ', Assignment::set_clause($table, @columns), ' FROM (SELECT DISTINCT i FROM l) l',
			where($table, \@columns, $reach), ' AND l.i = ', one_of(@integers)->{sql}, optional(returning_of($table))),
		options => $reach eq 'item' ? 'single' : '' };
}

sub returning_of { my ($table) = @_; return chance(0.6) ? seq(' RETURNING ', one_of('t.*', 't.*, l.i AS li')) : '' }

sub delete_from
{
	my ($table) = @_;
	return Keys::deleted($table) if !$table->{wrong} && chance(0.2);
	my @integers = grep { $_->{type}->{family} eq 'integer' } Expression::columns_of($table, 't');
	if (@integers && chance(0.2))
	{
		my @columns = Expression::columns_of($table, 't');
		return { tree => seq('DELETE FROM t USING l', where($table, \@columns, 'item'), ' AND l.i = ', one_of(@integers)->{sql}, optional(chance(0.5) ? ' RETURNING t.*' : '')), options => 'single' };
	}
	my @columns = Expression::columns_of($table);
	my $reach = one_of(('item') x 8, 'partition', 'list');
	return { tree => seq('DELETE FROM t', where($table, \@columns, $reach), optional(returning($table))), options => $reach eq 'item' ? 'single' : '' };
}

sub row_of_values
{
	my ($table, @columns) = @_;
	return seq('(', join(', ', map { Table::random_value($_) } @columns), ')');
}

sub insert
{
	my ($table) = @_;
	my @columns = @{ $table->{columns} };
	my @named = grep { $_->{key} || $_->{not_null} || chance(0.7) } Table::insertable(@columns);
	my $rows = chance(0.75) ? 1 : between(2, 3);
	my $conflict = chance(0.3) ? ' ON CONFLICT DO NOTHING' : chance(0.2) ? ' ON CONFLICT (' . Table::names($table->keys) . ') DO NOTHING' : '';
	return { tree => seq('INSERT INTO t (' . Table::names(@named) . ') VALUES ', list(', ', 1, map { row_of_values($table, @named) } 1 .. $rows), $conflict, optional(returning($table))),
		options => $rows == 1 ? 'single' : '' };
}

sub insert_or_update
{
	my ($table) = @_;
	my @named = grep { $_->{key} || $_->{not_null} || chance(0.6) } Table::insertable(@{ $table->{columns} });
	my @old = Expression::columns_of($table, 't');
	my @new = map { { %$_, sql => "excluded.$_->{name}" } } @{ $table->{columns} };
	my @items;
	foreach my $column (some_of(1, 3, Table::assignable(@old)))
	{
		my ($excluded) = grep { $_->{name} eq $column->{name} } @new;
		my $family = $column->{type}->{family};
		my $value =
		    chance(0.35) ? $excluded->{sql}
		  : $family =~ /integer|numeric|float/ && chance(0.5) ? seq($column->{sql}, ' + ', $excluded->{sql})
		  : $family eq 'list' && chance(0.5) ? seq($column->{sql}, ' || ', $excluded->{sql})
		  : chance(0.2) ? seq('coalesce(', $column->{sql}, ', ', $excluded->{sql}, ')')
		  : Assignment::value($column, @old);
		push @items, seq("$column->{name} = ", $value);
	}
	return insert($table) unless @items;
	my $where = chance(0.4) ? seq(' WHERE ', Expression::condition(1, @old)) : '';
	my $rows = chance(0.8) ? 1 : 2;
	return { tree => seq('INSERT INTO t (' . Table::names(@named) . ') VALUES ', list(', ', 1, map { row_of_values($table, @named) } 1 .. $rows),
			' ON CONFLICT (' . Table::names($table->keys) . ') DO UPDATE SET ', list(', ', 1, @items), optional($where), optional(returning_t($table))),
		options => $rows == 1 ? 'single' : '' };
}

# xmax tells an inserted row from an updated one.
sub returning_t { my ($table) = @_; return chance(0.6) ? ' RETURNING t.*' . one_of(('') x 9, ', (xmax = 0) AS inserted') : '' }

sub upsert
{
	my ($table) = @_;
	# the twin's row has its stamps before the WHERE is looked at
	my @columns = grep { !$_->{type}->{stamp} && !$_->{generated} } Expression::columns_of($table);
	my @versions = grep { $_->{type}->{id} eq 'version' } @{ $table->{columns} };
	return update($table) if $table->{check} || $table->{trigger} || grep { $_->{not_null} && !$_->{key} } @columns;
	my @key = $table->random_key;
	my @keys = $table->keys;
	my $key = join ' AND ', map { "$keys[$_]->{name} = $key[$_]" } 0 .. $#keys;
	my $where = chance(0.5) ? seq(' AND ', Expression::condition(1, @columns)) : '';
	return { tree => seq('UPDATE t SET ', Assignment::set_clause($table, @columns), " WHERE $key AND \x03UPSERT\x04", optional($where), optional(returning($table))),
		options => 'single upsert',
		insert => 'INSERT INTO t (' . Table::names(@keys, @versions) . ') VALUES (' . join(', ', @key, map { 0 } @versions) . ') ON CONFLICT DO NOTHING',
		delete => "DELETE FROM t WHERE $key" };
}

sub key_change
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	my $key = one_of($table->keys);
	my $item = seq("$key->{name} = ", one_of(@{ $key->{pool} }, $key->{not_null} ? () : ('NULL')));
	return { tree => seq('UPDATE t SET ', list(', ', 1, $item, chance(0.4) ? Assignment::item(one_of(Table::assignable(@columns)), @columns) : ()),
			where($table, \@columns, 'item'), optional(returning($table))),
		options => 'single' };
}

sub through_view
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	my $condition = Expression::condition(1, @columns);
	return { tree => seq('UPDATE v SET ', Assignment::set_clause($table, @columns), where($table, \@columns, 'item'), optional(returning($table))),
		options => 'single', view => seq('CREATE OR REPLACE TEMP VIEW v AS SELECT * FROM t WHERE ', $condition, ' WITH CHECK OPTION') };
}

# ---- how it is sent ----

sub in_cte
{
	my ($statement) = @_;
	my $text = Tree::text($statement->{tree});
	return $statement unless $text =~ /RETURNING/;
	return { %$statement, tree => seq('WITH w AS (', $statement->{tree}, ') SELECT * FROM w') };
}

# Settings that change how values are written as text: of what is stored, none
# may.
sub text_settings
{
	return '' unless chance(0.05);
	return 'SET LOCAL ' . one_of("timezone = 'America/New_York'", "timezone = 'Asia/Kolkata'", "datestyle = 'German, DMY'", "datestyle = 'SQL, MDY'",
		"intervalstyle = 'iso_8601'", 'extra_float_digits = 0', 'extra_float_digits = -5', "bytea_output = 'escape'") . ";;\n";
}

# name, how often, and what makes one
my @kinds = (
	[ 'select', 6, \&select_rows ],
	[ 'select of other shapes', 3, \&Query::random ],
	[ 'select of much', 0.6, \&select_many ],
	[ 'aggregate', 2, \&select_aggregate ],
	[ 'join', 4, \&select_join ],
	[ 'update', 14, \&update ],
	[ 'update of much', 0.4, \&update_many ],
	[ 'update from', 2, \&update_from ],
	[ 'delete', 2, \&delete_from ],
	[ 'insert', 5, \&insert ],
	[ 'insert or update', 4, \&insert_or_update ],
	[ 'upsert', 4, \&upsert ],
	[ 'key change', 2, \&key_change ],
	[ 'update of a view', 1, \&through_view ],
	[ 'cursor', 1.5, \&Code::cursor ],
	[ 'loop', 0.7, \&Code::loop ],
	[ 'two writers', 1.5, \&Code::two_writers ],
	[ 'function', 3, \&Code::function ],
	[ 'system column', 0.6, \&System::random ]);

sub weight
{
	my ($table, $name, $weight) = @_;
	return 0 if $table->{wrong} && $name =~ /much|system|cursor|loop|writers|function/;
	return 0 if $table->{small} && $name =~ /much|system/;
	return $weight * 10 if $name =~ /much/ && $table->many;
	return $weight * 4 if $name =~ /upsert|insert/ && $table->expiry;
	return $weight;
}

sub random_kind
{
	my ($table) = @_;
	my $sum = 0;
	$sum += weight($table, @$_) foreach @kinds;
	my $dice = rand $sum;
	foreach my $kind (@kinds)
	{
		$dice -= weight($table, @$kind);
		return $kind if $dice < 0;
	}
	return $kinds[0];
}

# Of a kind that is given, or of any.
sub random_statement
{
	my ($table, $kind) = @_;
	my $mode = one_of(('plain') x 6, 'generic', 'custom', 'plpgsql');
	@params = ();
	local $Expression::without_twin = $table->{wrong};
	local $Expression::parameter = $mode eq 'plain' ? undef : \&marker;
	my $impossible = chance(0.04) ? $table->with_impossible_keys : undef;
	my ($form, undef, $make) = @{ $kind // random_kind($table) };
	my $statement = $make->($impossible // $table);
	$form .= ', impossible key' if $impossible;
	$statement = in_cte($statement) if chance(0.08);
	$statement->{options} .= ' wrong' if $table->{wrong};
	my $settings = text_settings() . ($statement->{settings} // '');
	# to compile hundreds of columns takes seconds
	$settings .= "SET LOCAL jit = off;;\n" if $table->many;
	return { %$statement, form => $form, settings => $settings, mode => $mode, params => [@params] };
}

# ---- as SQL ----

sub split_marked
{
	my ($statement, $write) = @_;
	my $text = Tree::text($statement->{tree});
	my @used;
	$text =~ s/\x01(\d+)\x02/push @used, $statement->{params}->[$1]; $write->(scalar @used)/ge;
	return ($text, @used);
}

sub sent
{
	my ($statement) = @_;
	my $view = $statement->{settings} // '';
	$view .= $statement->{view} ? Tree::text($statement->{view}) =~ s/\x01(\d+)\x02/$statement->{params}->[$1]->[1]/gr . ";;\n" : '';
	if ($statement->{mode} eq 'plpgsql')
	{
		my ($text, @used) = split_marked($statement, sub { "v$_[0]" });
		my $declarations = join '', map { "  v$_ $used[ $_ - 1 ]->[0] := $used[ $_ - 1 ]->[1];\n" } 1 .. @used;
		my $body = $text =~ /^(SELECT|WITH)|RETURNING/
		  ? "  FOR one IN $text LOOP RETURN NEXT to_jsonb(one); END LOOP;\n"
		  : "  $text;\n  GET DIAGNOSTICS n = ROW_COUNT;\n  RETURN NEXT to_jsonb(n);\n";
		return "${view}CREATE OR REPLACE FUNCTION judge.f() RETURNS SETOF jsonb LANGUAGE plpgsql AS \$body\$\nDECLARE\n  one record;\n  n integer;\n${declarations}BEGIN\n$body" . "END \$body\$;;\nSELECT * FROM judge.f()";
	}
	my ($text, @used) = split_marked($statement, sub { '$' . $_[0] });
	if (!@used || $text !~ /^(SELECT|WITH)|RETURNING/)
	{
		# EXECUTE of what returns nothing does not tell how many rows there were
		$text =~ s/\$(\d+)/$used[ $1 - 1 ]->[1]/g;
		return $view . $text;
	}
	my $mode = $statement->{mode} eq 'generic' ? 'force_generic_plan' : 'force_custom_plan';
	return "${view}SET LOCAL plan_cache_mode = $mode;;\nDEALLOCATE ALL;;\nPREPARE p ("
	  . join(', ', map { $_->[0] } @used) . ") AS $text;;\nEXECUTE p(" . join(', ', map { $_->[1] } @used) . ')';
}

# The same with literals in place of parameters: its tree.
sub with_literals
{
	my ($statement, $node) = @_;
	$node //= $statement->{tree};
	return $node =~ s/\x01(\d+)\x02/$statement->{params}->[$1]->[1]/gr unless ref $node;
	my %copy = %$node;
	foreach my $part (qw(parts list or))
	{
		$copy{$part} = [ map { with_literals($statement, $_) } @{ $copy{$part} } ] if $copy{$part};
	}
	$copy{optional} = with_literals($statement, $copy{optional}) if defined $copy{optional};
	return \%copy;
}

# What each side is sent.
sub both_sides
{
	my ($statement) = @_;
	my $text = sent($statement);
	my ($remote, $twin) = ($text, $text);
	$remote =~ s/\x03UPSERT\x04/dyn_upsert()/g;
	$twin =~ s/\x03UPSERT\x04/true/g;
	$twin = "$statement->{insert};;;\n$twin;;;\n$statement->{delete}" if $statement->{insert};
	return ($remote, $twin);
}

1;
