# Attack.pm
#		Random statements of a tenant, of which each may tell, or change, what
#		is another's.  Beside those of the judge: what fails for a row, what is
#		refused, plans that are kept, and what PostgREST sends.
#
# A statement is a hash: form, and tree (see Tree.pm).
package Attack;

use strict;
use utf8;
use warnings;

use Assignment;
use Expression;
use Layout;
use Probe;
use Random;
use Statement;
use Table;
use Tree;
use Type;

sub text { return Tree::text($_[0]) }

# ---- reading ----

sub ordered { return chance(0.5) ? ' ORDER BY k' . one_of('', ' DESC') . optional_limit() : '' }
sub optional_limit { return chance(0.5) ? ' LIMIT ' . between(0, 3) . one_of('', ' OFFSET ' . between(0, 3)) : '' }

sub select_rows
{
	my ($table) = @_;
	my $selected = Probe::selected();
	my $is_total = $selected =~ /count|sum|agg/;
	return seq("SELECT $selected FROM t", optional(Probe::where($table)), optional($is_total ? '' : ordered()), optional(chance(0.1) ? one_of(' FOR UPDATE', ' FOR SHARE', ' FOR KEY SHARE', ' FOR UPDATE NOWAIT') : ''));
}

sub select_grouped
{
	my ($table) = @_;
	return seq('SELECT ', one_of('tenant', 'n', 'left(k, 1)', 'body'), ', count(*) FROM t', optional(Probe::where($table)), ' GROUP BY 1', optional(one_of('', ' HAVING count(*) > 1', ' HAVING bool_and(attack.tell(k))')), ' ORDER BY 1');
}

sub select_joined
{
	my ($table) = @_;
	my $on = one_of('u.k = t.k', 'u.n = t.n', 'u.tenant = t.tenant', 'u.tenant <> t.tenant', 'u.k > t.k', 'true');
	return one_of(
		seq('SELECT t.k, u.k, u.tenant FROM t ', one_of('JOIN', 'LEFT JOIN'), " t u ON $on", optional(Probe::where($table, 't.'))),
		seq('SELECT t.k, u.k FROM t CROSS JOIN LATERAL (SELECT * FROM t x WHERE x.k <> t.k AND x.n = t.n ORDER BY x.k LIMIT 2) u', optional(Probe::where($table, 't.'))),
		seq('SELECT w.k, t.* FROM (VALUES ', list(', ', 1, map { '(' . Probe::any_tenant() . ', ' . Probe::any_key() . ')' } 1 .. between(1, 5)), ') w (tenant, k) ', one_of('JOIN', 'LEFT JOIN'), ' t ON t.k = w.k', one_of('', ' AND t.tenant = w.tenant'), optional(Probe::where($table, 't.'))),
		seq('SELECT i, x FROM l WHERE ', one_of('', 'NOT '), 'EXISTS (SELECT FROM t WHERE t.n = l.i AND ', Probe::condition($table, 't.'), ')'),
		seq('SELECT i, (SELECT max(k) FROM t WHERE t.n = l.i AND ', Probe::condition($table, 't.'), ') FROM l'));
}

sub in_union
{
	my ($table) = @_;
	return seq('SELECT k FROM t', Probe::where($table), one_of(' UNION', ' UNION ALL', ' EXCEPT', ' INTERSECT'), ' SELECT k FROM t', optional(Probe::where($table)));
}

# ---- writing ----

sub assignment
{
	my ($table) = @_;
	my @columns = Expression::columns_of($table);
	return Assignment::set_clause($table, @columns) if chance(0.4);
	return list(', ', 1, some_of(1, 2,
			'n = ' . one_of('1 / n', 'n + 1', 'dyn_increment(n)', '2147483647', 'n * 1000000000', '7'),
			'm = ' . one_of('2', '3', 'm - 1', 'coalesce(m, 0) + 5', 'attack.ratio(n)', '(SELECT count(*) FROM t)::integer', '(SELECT max(u.n) FROM t u WHERE u.k = t.k)'),
			'body = ' . one_of("body || 'x'", 'upper(body)', 'tenant', "(SELECT string_agg(body, ',' ORDER BY k) FROM t)", 'CASE WHEN attack.tell(body) THEN body END'),
			chance(0.3) ? 'tenant = ' . Probe::any_tenant() : (),
			chance(0.2) ? 'k = ' . one_of(map { Type::quote($_) } @Layout::own_keys, @Layout::taken_keys) : (),
			"tags = dyn_set_add(tags, '{z}')", "list = list || 'z'::text", q(doc = '{"a": 5}')));
}

sub returning { return optional(chance(0.6) ? ' RETURNING ' . one_of('*', 'k', 'tenant, n', '1 / n', 'attack.tell(body)', '(SELECT count(*) FROM t)') : '') }

sub update
{
	my ($table) = @_;
	return seq('UPDATE t SET ', assignment($table), Probe::where($table), returning());
}

sub update_upsert
{
	my ($table) = @_;
	my $tenant = chance(0.6) ? "tenant = '$Layout::own' AND " : chance(0.5) ? "tenant = '$Layout::other' AND " : '';
	my $key = Type::quote(one_of(@Layout::own_keys, @Layout::taken_keys));
	return seq('UPDATE t SET ', assignment($table), " WHERE ${tenant}k = $key AND dyn_upsert()", optional(chance(0.5) ? seq(' AND ', Probe::condition($table, '')) : ''), returning());
}

sub update_from
{
	my ($table) = @_;
	return one_of(
		seq('UPDATE t SET ', assignment($table), ' FROM l WHERE l.i = t.n AND ', Probe::condition($table, 't.')),
		seq('UPDATE t SET n = u.n + 1 FROM t u WHERE u.k = t.k AND ', Probe::condition($table, 'u.'), ' RETURNING t.k, u.k'),
		seq('UPDATE t SET body = w.k FROM (VALUES ', list(', ', 1, map { '(' . Probe::any_key() . ')' } 1 .. 3), ') w (k) WHERE w.k = t.k AND ', Probe::condition($table, 't.'), ' RETURNING t.*'));
}

sub delete_from
{
	my ($table) = @_;
	return one_of(
		seq('DELETE FROM t', Probe::where($table), returning()),
		seq('DELETE FROM t USING l WHERE l.i = t.n AND ', Probe::condition($table, 't.'), ' RETURNING t.k'),
		seq('DELETE FROM t WHERE k IN (SELECT k FROM t u', Probe::where($table, 'u.'), ')'));
}

sub new_row
{
	my ($table, $odds) = @_;
	my ($tenant, $key, @columns) = @{ $table->{columns} };
	return '(' . join(', ', Type::quote(chance($odds) ? $Layout::other : $Layout::own), one_of(@{ $key->{pool} }), map { Table::random_value($_) } @columns) . ')';
}

sub insert
{
	my ($table) = @_;
	return seq('INSERT INTO t VALUES ', list(', ', 1, map { new_row($table, 0.3) } 1 .. between(1, 3)), optional(one_of('', ' ON CONFLICT DO NOTHING')), returning());
}

sub insert_select
{
	my ($table) = @_;
	return seq('INSERT INTO t (tenant, k, body, n) SELECT ', one_of("'$Layout::own'", 'tenant', "'$Layout::other'"), ', ', one_of("k || 'z'", 'k', "'o' || n"), ', body, n FROM t', optional(Probe::where($table)), one_of('', ' ON CONFLICT DO NOTHING'), returning());
}

sub insert_or_update
{
	my ($table) = @_;
	my $target = join ', ', map { $_->{name} } $table->keys;
	return seq('INSERT INTO t VALUES ', list(', ', 1, map { new_row($table, 0.2) } 1 .. between(1, 2)),
		" ON CONFLICT ($target) DO UPDATE SET ", list(', ', 1, some_of(1, 2, 'n = coalesce(t.n, 0) + excluded.n', 'body = excluded.body', 'm = 2', 'm = t.n + 1', 'n = 1 / t.n', "body = 'old ' || t.body", 'tenant = excluded.tenant')),
		optional(chance(0.4) ? Probe::where($table, 't.') : ''), returning());
}

sub merge
{
	my ($table) = @_;
	return seq('MERGE INTO t USING l ON t.n = l.i WHEN MATCHED THEN ', one_of('DELETE', 'UPDATE SET n = n + 1', 'DO NOTHING'));
}

# ---- how it is sent ----

# A reading or writing statement.
sub any
{
	my ($table) = @_;
	return one_of(\&select_rows, \&select_rows, \&select_joined, \&update, \&update, \&delete_from, \&insert, \&update_upsert)->($table);
}

sub explained
{
	my ($table, $layout) = @_;
	# of what is read and does not come out an ordinary table tells as well
	my $options = !$layout->is_by_attribute && chance(0.4) ? 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF' : one_of('COSTS OFF', 'VERBOSE, COSTS OFF', 'COSTS OFF, FORMAT JSON');
	return seq("EXPLAIN ($options) ", any($table));
}

sub copied
{
	my ($table) = @_;
	return one_of(
		seq('COPY (', select_rows($table), ') TO STDOUT'),
		seq('COPY (', update($table), ') TO STDOUT'),
		'COPY t TO STDOUT',
		'COPY t (k, body) TO STDOUT (FORMAT csv)',
		"\\copy t (tenant, k, n) FROM '/dev/null'");
}

# In blocks: what a function catches, and what it finds.
sub caught { my ($table) = @_; return seq('SELECT attack.caught(', dollar_quoted(any($table)), ')') }
sub each_row { my ($table) = @_; return seq('SELECT attack.each(', dollar_quoted(select_rows($table)), ')') }
sub dollar_quoted { return '$text$' . text($_[0]) . '$text$' }

sub in_transaction
{
	my ($table) = @_;
	return seq('BEGIN', one_of('', ' ISOLATION LEVEL REPEATABLE READ', ' READ ONLY'), ";\n", optional(chance(0.6) ? "SET LOCAL dynamorm_fdw.transaction_mode = 'atomic';\n" : ''),
		list(";\n", 1, map { one_of(any($table), any($table), 'SAVEPOINT s', 'ROLLBACK TO s') } 1 .. between(2, 4)), ";\n", one_of('COMMIT', 'COMMIT', 'ROLLBACK'));
}

sub cursor
{
	my ($table) = @_;
	return seq("BEGIN;\nDECLARE c CURSOR FOR ", select_rows($table), ";\nFETCH 2 FROM c;\n", any($table), ";\n", one_of('FETCH ALL FROM c', 'UPDATE t SET n = 1 WHERE CURRENT OF c', 'MOVE 1 IN c', 'CLOSE c'), ";\nCOMMIT");
}

my $plans = 0;

# Six times, so that the plan may become a generic one.
sub prepared
{
	my ($table) = @_;
	my $name = 'plan_' . ++$plans;
	my $statement = one_of('SELECT * FROM t WHERE k = $1 AND ', 'SELECT k, n FROM t WHERE k > $1 AND ', 'UPDATE t SET n = n + 1 WHERE k = $1 AND ', 'DELETE FROM t WHERE k = $1 AND ', 'SELECT count(*) FROM t WHERE tenant = $1 AND ');
	return seq("SET plan_cache_mode = ", one_of('auto', 'force_generic_plan', 'force_custom_plan'), ";\nPREPARE $name (text) AS $statement", Probe::condition($table, ''), ";\n",
		list(";\n", 1, map { "EXECUTE $name(" . one_of(Probe::any_key(), Probe::any_key(), Probe::any_tenant()) . ')' } 1 .. between(1, 6)),
		optional(";\nEXPLAIN (COSTS OFF) EXECUTE $name(" . Probe::any_key() . ')'), ";\nDEALLOCATE $name");
}

sub through_view
{
	my ($table) = @_;
	my $name = 'v_' . ++$plans;
	return seq("CREATE TEMP VIEW $name ", one_of('', 'WITH (security_barrier) ', 'WITH (security_invoker) '), 'AS SELECT * FROM t', optional(Probe::where($table)), optional(one_of('', ' WITH CHECK OPTION')), ";\n",
		list(";\n", 1, map { (text(any($table)) =~ s/\b(FROM|UPDATE|INTO) t\b/$1 $name AS t/gr) =~ s/INTO $name AS t/INTO $name/r } 1 .. 2), ";\nDROP VIEW $name");
}

# ---- settings and functions ----

sub setting
{
	my ($table, $layout) = @_;
	return one_of(
		'SET dynamorm_fdw.report_conditions = ' . one_of('on', 'on', 'off'),
		'SET dynamorm_fdw.enable_batch_join = ' . one_of('on', 'off'),
		'SET dynamorm_fdw.enable_concurrent_writes = ' . one_of('on', 'off'),
		'SET dynamorm_fdw.max_read_units = ' . ($layout->is_by_attribute ? 100000 : one_of(1, 2, 100, 100, 100000)),
		'SET dynamorm_fdw.transaction_mode = ' . one_of('immediate', 'atomic', 'immediate'),
		'RESET dynamorm_fdw.transaction_mode',
		'SET ' . one_of(qw(enable_hashjoin enable_mergejoin enable_nestloop enable_material enable_sort enable_hashagg)) . ' = ' . one_of('on', 'off'),
		'SET row_security = ' . one_of('on', 'off', 'on'),
		'RESET row_security',
		'SET default_transaction_isolation = ' . one_of("'read committed'", "'repeatable read'", "'read committed'"),
		'SET constraint_exclusion = ' . one_of('on', 'off', 'partition'),
		'SET client_min_messages = ' . one_of('warning', 'notice', 'notice'),
		'SET work_mem = ' . one_of("'64kB'", "'4MB'"),
		'RESET dynamorm_fdw.max_read_units',
		'SET debug_parallel_query = on', 'SET parallel_setup_cost = 0');
}

# With the foreign table itself, of which the tenant has no right.
sub called
{
	my ($table, $layout) = @_;
	my $key = '{"tenant": "' . one_of($Layout::own, $Layout::other) . '", "k": "' . one_of(@Layout::own_keys, @Layout::taken_keys) . '"}';
	my $relation = one_of('t', 't_item', 't_item', 'app.t_item');
	return one_of(
		"SELECT " . one_of('dyn_increment', 'dyn_decrement') . "('$relation', '" . one_of($key, $key, '{"k": "x1"}', '{"body": "secret 5"}', '{}') . "', '" . one_of('n', 'body', 'secret') . "')",
		"SELECT dyn_increment('$relation', '$key', 'n', 1, NULL::bigint)",
		"SELECT * FROM dyn_check_table('$relation')",
		"SELECT dyn_create_table('$relation')",
		"SELECT dyn_drop_table('$relation')",
		q(SELECT dyn_request('dynamo', 'Scan', '{"TableName": "tenants"}')),
		q(SELECT dyn_create_commit_table('dynamo')),
		q(SELECT dyn_transaction_status('none')),
		q(SELECT dyn_transaction_status('none', 'dynamo')),
		"SELECT * FROM t_item",
		'SELECT count(*) FROM t_item',
		q(INSERT INTO t_item (tenant, k) VALUES ('tenant_bob', 'o1')),
		'UPDATE t_item SET n = 1', 'DELETE FROM t_item', 'TRUNCATE t', 'TRUNCATE t_item', 'ANALYZE t', 'ANALYZE t_item', 'LOCK TABLE t', 'COPY t_item TO STDOUT',
		'IMPORT FOREIGN SCHEMA dynamodb FROM SERVER dynamo INTO pg_temp',
		'ALTER TABLE t DISABLE ROW LEVEL SECURITY',
		'CREATE POLICY mine ON t USING (true)',
		q(CREATE FOREIGN TABLE pg_temp.f (k text OPTIONS (key 'partition')) SERVER dynamo),
		q(CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo),
		'CREATE TEMP TABLE c PARTITION OF t FOR VALUES IN (1)',
		"SELECT has_table_privilege('t_item', 'SELECT')",
		"SELECT tablename, attname, n_distinct, most_common_vals FROM pg_stats WHERE tablename LIKE 't%' ORDER BY 1, 2",
		'SELECT * FROM t TABLESAMPLE SYSTEM (100)',
		"SELECT umoptions FROM pg_user_mappings WHERE srvname = 'dynamo'",
		statistics($layout));
}

# What the session has asked for: with the tenant in the key, none of it is
# about others.
sub statistics
{
	my ($layout) = @_;
	return 'SELECT 1' if $layout->is_by_attribute || $layout->{pooled};
	return one_of('SELECT operation, calls, requests, capacity_units FROM dyn_stat_requests ORDER BY 1, 2', 'SELECT dyn_stat_reset()');
}

# ---- PostgREST ----

sub postgrest
{
	my ($table) = @_;
	my @columns = some_of(2, 4, 'k', 'n', 'body', 'm');
	my $columns = join ', ', map { "\"t\".\"$_\"" } @columns;
	my $wrapped = "SELECT '' AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total, '' AS header, coalesce(json_agg(_postgrest_t), '[]') AS body, nullif(current_setting('response.headers', true), '') AS response_headers FROM (SELECT * FROM pgrst_source) _postgrest_t";
	my $filter = one_of('"t"."k" = ' . Probe::any_key(), '"t"."tenant" = ' . Probe::any_tenant(), '"t"."n" > 1', '"t"."body" LIKE \'s%\'', '"t"."k" = ANY (\'{o1,x1,y1}\')', 'NOT "t"."n" IS NULL');
	my ($tenant, $key) = (one_of($Layout::own, $Layout::own, $Layout::other), one_of(@Layout::own_keys, @Layout::taken_keys));
	my $json = "'[{\"tenant\": \"$tenant\", \"k\": \"$key\", \"n\": " . between(0, 5) . ", \"body\": \"from\"}]'::json";
	my $target = join ', ', map { "\"$_->{name}\"" } $table->keys;
	my $body = one_of(
		seq("WITH pgrst_source AS (SELECT $columns FROM \"app\".\"t\" WHERE ", $filter, optional(' ORDER BY "t"."k" ASC'), " LIMIT 3 OFFSET 0) $wrapped"),
		seq("WITH pgrst_source AS (SELECT $columns FROM \"app\".\"t\" WHERE ", $filter, "), pgrst_source_count AS (SELECT 1 FROM \"app\".\"t\" WHERE ", $filter, ') SELECT (SELECT pg_catalog.count(*) FROM pgrst_source_count) AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total FROM (SELECT * FROM pgrst_source) _postgrest_t'),
		seq("WITH pgrst_source AS (INSERT INTO \"app\".\"t\" (\"tenant\", \"k\", \"n\", \"body\") SELECT pgrst_body.\"tenant\", pgrst_body.\"k\", pgrst_body.\"n\", pgrst_body.\"body\" FROM (SELECT $json AS json_data) pgrst_payload, LATERAL (SELECT * FROM json_to_recordset(pgrst_payload.json_data) AS _(\"tenant\" text, \"k\" text, \"n\" integer, \"body\" text)) pgrst_body ",
			one_of('', "ON CONFLICT($target) DO UPDATE SET \"n\" = EXCLUDED.\"n\", \"body\" = EXCLUDED.\"body\" ", "ON CONFLICT($target) DO NOTHING "), "RETURNING $columns) $wrapped"),
		seq("WITH pgrst_source AS (UPDATE \"app\".\"t\" SET \"n\" = pgrst_body.\"n\" FROM (SELECT '{\"n\": 4}'::json AS json_data) pgrst_payload, LATERAL (SELECT * FROM json_to_record(pgrst_payload.json_data) AS _(\"n\" integer)) pgrst_body WHERE ", $filter, " RETURNING $columns) $wrapped"),
		seq("WITH pgrst_source AS (DELETE FROM \"app\".\"t\" WHERE ", $filter, " RETURNING $columns) $wrapped"));
	return seq("BEGIN ISOLATION LEVEL READ COMMITTED", one_of('', '', ' READ ONLY'), ";\nSELECT set_config('search_path', 'app, public, attack, judge', true), set_config('request.method', 'GET', true), set_config('request.headers', '{}', true);\n", $body, ";\nCOMMIT");
}

# ---- any ----

# What the judge makes, in what a tenant may do.
sub judged
{
	my ($table, $layout, $tenant) = @_;
	my $statement = Statement::random_statement($table);
	$statement->{mode} = 'plain' if chance(0.3);
	my ($text) = Statement::both_sides($statement);
	my $name = 'p_' . ++$plans;
	$text =~ s/;;\n/;\n/g;
	$text =~ s/judge\.f\(/pg_temp.f_$tenant(/g;
	# of its variables one is called like a column
	$text =~ s/^  n integer;$/  so_many integer;/m;
	$text =~ s/GET DIAGNOSTICS n = ROW_COUNT;\n  RETURN NEXT to_jsonb\(n\)/GET DIAGNOSTICS so_many = ROW_COUNT;\n  RETURN NEXT to_jsonb(so_many)/;
	$text =~ s/DEALLOCATE ALL;\n//;
	$text =~ s/\b(PREPARE|EXECUTE) p\b/$1 $name/g;
	$text =~ s/\b(VIEW|UPDATE) v\b/$1 v_$tenant/g;
	$text = "BEGIN;\n$text;\nCOMMIT" if $text =~ /^SET LOCAL/m && !$layout->{pooled};
	return $text;
}

my @kinds = (
	[ 'judged', 26, \&judged ],
	[ 'select', 10, \&select_rows ],
	[ 'grouped', 3, \&select_grouped ],
	[ 'joined', 6, \&select_joined ],
	[ 'union', 2, \&in_union ],
	[ 'update', 9, \&update ],
	[ 'upsert', 4, \&update_upsert ],
	[ 'update from', 3, \&update_from ],
	[ 'delete', 2.5, \&delete_from ],
	[ 'insert', 5, \&insert ],
	[ 'insert select', 2.5, \&insert_select ],
	[ 'insert or update', 3, \&insert_or_update ],
	[ 'merge', 0.5, \&merge ],
	[ 'explain', 5, \&explained ],
	[ 'copy', 2.5, \&copied ],
	[ 'caught', 3, \&caught ],
	[ 'each row', 1.5, \&each_row ],
	[ 'transaction', 3, \&in_transaction ],
	[ 'cursor', 2, \&cursor ],
	[ 'prepared', 3, \&prepared ],
	[ 'view', 2.5, \&through_view ],
	[ 'setting', 4, \&setting ],
	[ 'function', 4, \&called ],
	[ 'PostgREST', 5, \&postgrest ]);

# Of a layout, by one of its tenants.
sub random_statement
{
	my ($layout, $tenant) = @_;
	my $sum = 0;
	$sum += $_->[1] foreach @kinds;
	my $dice = rand $sum;
	my $kind = $kinds[0];
	foreach (@kinds)
	{
		$kind = $_;
		last if ($dice -= $_->[1]) < 0;
	}
	my ($form, undef, $make) = @$kind;
	return { form => $form, tree => $make->($layout->{table}, $layout, $tenant) };
}

1;
