# Probe.pm
#		Conditions by which a tenant would learn of rows that are not his: they
#		fail for some of them, tell what they see, or name what he may not know.
package Probe;

use strict;
use utf8;
use warnings;

use Expression;
use Layout;
use Random;
use Tree;
use Type;

sub any_key { return Type::quote(one_of(@Layout::own_keys, @Layout::taken_keys, @Layout::hidden_keys)) }

sub any_tenant { return Type::quote(chance(0.6) ? $Layout::other : $Layout::own) }

# By what is fixed: the item, the tenant, neither.
sub place
{
	my ($p) = @_;
	return one_of(
		"${p}k = " . any_key(),
		"${p}k = " . any_key(),
		"${p}k IN (" . join(', ', map { any_key() } 1 .. between(2, 4)) . ')',
		"${p}k >= " . any_key(),
		"${p}k LIKE '" . one_of('o%', 'x%', 'y%', '%1') . "'",
		"${p}tenant = " . any_tenant() . " AND ${p}k = " . any_key(),
		"(${p}tenant, ${p}k) IN (('$Layout::other', " . any_key() . "), ('$Layout::own', " . any_key() . '))',
		"${p}tenant " . one_of('=', '<>', '>=', 'LIKE') . ' ' . any_tenant(),
		"${p}tenant IS DISTINCT FROM current_user");
}

# What fails, or speaks.
sub telling
{
	my ($p) = @_;
	my $column = one_of('body', 'n', 'm', 'tags', 'list', 'doc', 'k', 'tenant');
	my $text = one_of('body', 'k', 'tenant');
	return one_of(
		"1 / ${p}n > 0",
		"100 / (${p}n - 77) < 5",
		"${p}m + 1 > 0",
		"${p}body\::integer > 0",
		"(${p}doc ->> 'a')::integer = 1",
		"jsonb_array_length(${p}doc) > 0",
		"attack.tell(${p}$column)",
		"attack.tell(${p}$column)",
		"attack.tell_stable(${p}$column)",
		"attack.tell_always(${p}$column)",
		"attack.fail(${p}$column)",
		"attack.fail_at(${p}$text, " . one_of("'secret 5'", "'x1'", "'$Layout::other'") . '::text)',
		"attack.fail_at(${p}n, " . between(0, 5) . ')',
		"attack.ratio(${p}n) = 1",
		"attack.number(${p}$text) > 0",
		"${p}$text OPERATOR(attack.<<<) 'secret 5'",
		"${p}n OPERATOR(attack.<<<) " . between(0, 5),
		"judge.counted(${p}n) > 1",
		"(SELECT attack.tell(${p}$column))",
		"EXISTS (SELECT FROM t u WHERE u.k = ${p}k AND attack.tell(u.$column))",
		"${p}n = (SELECT 1 / max(n) FROM t)",
		"${p}n * 1000000000 > 0",
		"dyn_attribute_exists(${p}body)",
		"dyn_attribute_type(${p}doc) = 'M'");
}

# prefix: "t.", or nothing
sub condition
{
	my ($table, $prefix) = @_;
	my @columns = Expression::columns_of($table, $prefix ? $prefix =~ s/\.$//r : ());
	my @parts = map { chance(0.5) ? telling($prefix) : place($prefix) } 1 .. between(1, 2);
	push @parts, Expression::condition(1, @columns) if chance(0.3);
	return list(chance(0.8) ? ' AND ' : ' OR ', 1, map { chance(0.1) ? seq('NOT (', $_, ')') : seq('(', $_, ')') } @parts);
}

sub where { my ($table, $prefix) = @_; return seq(' WHERE ', condition($table, $prefix // '')) }

# What shows rows, or fails of them, in a list of expressions.
sub selected
{
	return one_of('*', 't', 'tenant, k, n', 'k, body', 'count(*)', 'count(*), sum(n), min(k), max(body)', '1 / n', 'k, attack.tell(body)', "string_agg(body, ',' ORDER BY k)", 'json_agg(t ORDER BY k)',
		'count(*) FILTER (WHERE attack.tell(n))', 'tableoid::regclass, k', 'sum(100 / n)', 'length(body)', "doc ->> 'a'", 'dyn_attribute_type(doc), k', 'pg_column_size(t.*) > 0');
}

1;
