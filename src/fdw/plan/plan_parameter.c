/*
 * plan_parameter.c
 *		Paths whose key comes from the rows of other relations.
 *
 * Such a path is read again for each outer row: one GetItem or Query each.  It
 * serves where a batch join (batch_join.h) cannot, above all joins on the
 * partition key alone.
 *
 * Source: PostgreSQL documentation, "FDW Routines for Scanning Foreign
 * Tables", and postgresGetForeignPaths().
 */
#include "postgres.h"

#include "compat.h"

#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"

#include "fdw/plan/plan_parameter.h"
#include "translate/key/item_key.h"

/* More combinations of relations are not tried. */
#define MAX_SOURCES		8

/* Callback of generate_implied_equalities_for_column(). */
static bool
is_key_column(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec,
			  EquivalenceMember *member, void *argument)
{
	const Column *column = (const Column *) argument;
	Node	   *expr = (Node *) member->em_expr;

	while (IsA(expr, RelabelType))
		expr = (Node *) ((RelabelType *) expr)->arg;
	return IsA(expr, Var) && (Index) ((Var *) expr)->varno == rel->relid &&
		((Var *) expr)->varattno == column->attnum;
}

static List *
add_source(List *sources, Relids source)
{
	ListCell   *cell;

	if (bms_is_empty(source) || list_length(sources) >= MAX_SOURCES)
		return sources;
	foreach(cell, sources)
		if (bms_equal(lfirst(cell), source))
			return sources;
	return lappend(sources, source);
}

/* Adds what the clauses need beside the relation itself. */
static List *
add_sources_of(List *sources, RelOptInfo *baserel, List *clauses)
{
	ListCell   *cell;

	foreach(cell, clauses)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, cell);

		if (join_clause_is_movable_to(clause, baserel))
			sources = add_source(sources,
								 bms_del_member(bms_union(clause->clause_relids,
														  baserel->lateral_relids),
												baserel->relid));
	}
	return sources;
}

List *
plan_parameter_sources(PlannerInfo *root, RelOptInfo *baserel,
					   const Table *table)
{
	KeyFields	key = key_fields(table);
	List	   *sources = add_sources_of(NIL, baserel, baserel->joininfo);
	int			count;
	int			i;

	for (i = 0; i < key.count; i++)
		if (baserel->has_eclass_joins)
			sources = add_sources_of(sources, baserel,
									 generate_implied_equalities_for_column(root,
																			baserel,
																			is_key_column,
																			unconstify(Column *, key.columns[i]),
																			baserel->lateral_referencers));

	/* the parts of a key may come from different relations */
	count = key.count == 1 ? 0 : list_length(sources);
	for (i = 0; i < count; i++)
	{
		int			j;

		for (j = i + 1; j < count; j++)
			sources = add_source(sources, bms_union(list_nth(sources, i),
													list_nth(sources, j)));
	}
	return sources;
}
