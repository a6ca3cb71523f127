/*
 * whole_row.c
 *		The target of an UPDATE or DELETE as a whole row, in a join.
 *
 * The row identity of a foreign table is its whole row as a RECORD.  Above a
 * join what the query names as a whole row is looked for among the columns of
 * the plan below by its number alone, and found in that RECORD, which is of
 * another type (search_indexed_tlist_for_var() in setrefs.c).
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "utils/lsyscache.h"

#include "fdw/plan/whole_row.h"

static bool
is_whole_row(const Var *var, Index rtindex)
{
	return (Index) var->varno == rtindex && var->varlevelsup == 0 &&
		var->varattno == InvalidAttrNumber && var->vartype != RECORDOID;
}

static bool
has_whole_row(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
		return is_whole_row((const Var *) node, *(Index *) context);
	return expression_tree_walker(node, has_whole_row, context);
}

/* Fields that were dropped are in the row, too, as in its type. */
static Node *
spell_out(REPLACED_VAR *var, replace_rte_variables_context *context)
{
	const RangeTblEntry *target =
		(const RangeTblEntry *) context->callback_arg;
	RowExpr    *row;

	if (!is_whole_row(var, var->varno))
		return (Node *) copyObject(var);
	row = makeNode(RowExpr);
	expand_whole_row(unconstify(RangeTblEntry *, target), var->varno,
					 var->location, &row->args);
	row->row_typeid = var->vartype;
	row->row_format = COERCE_IMPLICIT_CAST;
	row->location = var->location;
	return (Node *) row;
}

static void
refuse_inherited(const RangeTblEntry *target)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot use whole rows of \"%s\", which has foreign tables as parts, in a join that updates or deletes them",
					get_rel_name(target->relid)),
			 errhint("Name the columns that are needed.")));
}

void
whole_row_spell_out(PlannerInfo *root, Index rtindex,
					const RangeTblEntry *target)
{
	Query	   *parse = root->parse;
	Index		named = parse->resultRelation;
	List	   *from = parse->jointree->fromlist;

	if (list_length(from) == 1 && IsA(linitial(from), RangeTblRef))
		return;
	if (!has_whole_row((Node *) parse->jointree, &named) &&
		!has_whole_row((Node *) root->processed_tlist, &named))
		return;
	if (named != rtindex)
		refuse_inherited(planner_rt_fetch(named, root));
	parse->jointree = (FromExpr *)
		replace_rte_variables((Node *) parse->jointree, rtindex, 0, spell_out,
							  unconstify(RangeTblEntry *, target),
							  &parse->hasSubLinks);
	root->processed_tlist = (List *)
		replace_rte_variables((Node *) root->processed_tlist, rtindex, 0,
							  spell_out, unconstify(RangeTblEntry *, target),
							  &parse->hasSubLinks);
}
