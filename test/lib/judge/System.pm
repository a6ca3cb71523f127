# System.pm
#		Statements that name system columns.  An item has none but tableoid:
#		the others are refused, wherever they stand, before anything is written.
package System;

use strict;
use utf8;
use warnings;

use Assignment;
use Expression;
use Random;
use Table;
use Tree;

my @refused = ('ctid', 'xmin', 'xmax', 'cmin', 'cmax');

sub where { my (@columns) = @_; return seq(' WHERE ', Expression::condition(1, @columns)) }

sub key { my ($table) = @_; my @keys = $table->keys; return join ' AND ', map { "$_->{name} = " . one_of(@{ $_->{pool} }) } @keys }

# ---- refused ----

# What the planner drops with a condition that is false of all rows is not
# refused: a system column stands beside nothing that folds to a constant, as
# IS NOT NULL of one does from PostgreSQL 19 on.
sub read_refused
{
	my ($table, @columns) = @_;
	my $column = one_of(@refused);
	my $keys = Table::names($table->keys);
	return one_of(
		seq("SELECT $keys, $column FROM t", optional(where(@columns))),
		"SELECT $keys FROM t WHERE $column\::text <> '' AND " . key($table),
		seq("SELECT $keys FROM t", optional(where(@columns)), " ORDER BY $column"),
		seq("SELECT count($column\::text) FROM t WHERE ", key($table)),
		'SELECT count(*) FROM t JOIN t u ON u.ctid = t.ctid',
		seq("SELECT l.i, (SELECT $column\::text FROM t", where(@columns), ' LIMIT 1) FROM l'),
		"SELECT i FROM l WHERE EXISTS (SELECT FROM t WHERE $column\::text <> '' AND " . key($table) . ')',
		seq("SELECT t.$column, l.i FROM l LEFT JOIN t ON ", key($table)));
}

sub written_refused
{
	my ($table, @columns) = @_;
	my $column = one_of(@refused);
	my $set = Assignment::set_clause($table, @columns);
	my $some = seq('(SELECT ctid FROM t', where(@columns), optional(' LIMIT 2'), ')');
	my @named = grep { $_->{key} || $_->{not_null} } @{ $table->{columns} };
	return one_of(
		seq('DELETE FROM t WHERE ctid IN ', $some),
		seq('DELETE FROM t WHERE ctid = ANY (ARRAY', $some, ')'),
		seq('DELETE FROM t USING (SELECT ctid, row_number() OVER () AS r FROM t) x WHERE t.ctid = x.ctid AND x.r > ', between(1, 3)),
		seq('UPDATE t SET ', $set, ' WHERE ctid = (SELECT min(ctid) FROM t', where(@columns), ')'),
		seq('WITH x AS ', $some, ' UPDATE t SET ', $set, ' FROM x WHERE t.ctid = x.ctid RETURNING 1 AS one'),
		seq('UPDATE t SET ', $set, ' WHERE ', key($table), " AND $column\::text <> ''"),
		seq('UPDATE t SET ', $set, ' WHERE ', key($table), " RETURNING $column"),
		seq('DELETE FROM t WHERE ', key($table), " RETURNING $column"),
		seq('INSERT INTO t (' . Table::names(@named) . ') VALUES (', join(', ', map { Table::random_value($_) } @named), ") ON CONFLICT DO NOTHING RETURNING $column"));
}

# ---- tableoid ----

sub table_oid
{
	my ($table, @columns) = @_;
	my $keys = Table::names($table->keys);
	my $returning = ' RETURNING tableoid::regclass::text AS o';
	return one_of(
		{ tree => seq("SELECT $keys, tableoid::regclass::text AS o FROM t", optional(where(@columns))), options => 'reads single' },
		{ tree => seq("SELECT $keys FROM t WHERE tableoid ", one_of('=', '<>'), " 't'::regclass AND ", Expression::condition(1, @columns)), options => 'reads single' },
		{ tree => seq('UPDATE t SET ', Assignment::set_clause($table, @columns), ' WHERE ', key($table), one_of('', " AND tableoid = 't'::regclass"), $returning), options => 'single' },
		{ tree => seq('DELETE FROM t WHERE ', key($table), $returning), options => 'single' });
}

sub random
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	my $dice = rand;
	return table_oid($table, @columns) if $dice < 0.3;
	return { tree => read_refused($table, @columns), options => 'reads single refused' } if $dice < 0.6;
	return { tree => written_refused($table, @columns), options => 'refused' };
}

1;
