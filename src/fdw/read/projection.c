/*
 * projection.c
 *		Which places inside documents and composite values a query looks at,
 *		where it does not need them whole.
 *
 * Only names are followed: an element of a list that is asked for alone comes
 * back as the first of a shorter list.  What is not there, or not a map, is
 * missing from the answer, and -> and field selection find NULL in both.
 */
#include "postgres.h"

#include "compat.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"

#include "fdw/read/projection.h"
#include "translate/condition/condition_source.h"

/* How the query looks at the columns. */
typedef struct ColumnUses
{
	Scope		scope;			/* first, so that the scope leads here */
	bool		unknown;		/* a name is known at execution only */
	Bitmapset  *whole;			/* attribute numbers, as pull_varattnos() */
	List	   *places;			/* of DocumentPath */
} ColumnUses;

/* Asked for where a value is not known: such a place cannot be asked for. */
static const char *
note_unknown(Scope *scope, Expr *expr)
{
	((ColumnUses *) scope)->unknown = true;
	return "";
}

static bool
find_uses(Node *node, void *context)
{
	ColumnUses *uses = (ColumnUses *) context;
	DocumentPath *path;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		pull_varattnos(node, uses->scope.varno, &uses->whole);
		return false;
	}
	if (IsA(node, OpExpr) || IsA(node, FuncExpr) ||
		IsA(node, SubscriptingRef) || IsA(node, FieldSelect))
	{
		uses->unknown = false;
		path = condition_path_inside(&uses->scope, (Expr *) node);
		if (path != NULL && !uses->unknown)
		{
			uses->places = lappend(uses->places, path);
			return false;
		}
	}
	return expression_tree_walker(node, find_uses, context);
}

/* The places below an attribute, without those that lie within others. */
static List *
places_below(List *places, const char *attribute_name)
{
	List	   *kept = NIL;
	ListCell   *cell;

	foreach(cell, places)
	{
		DocumentPath *path = (DocumentPath *) lfirst(cell);
		List	   *others = NIL;
		bool		covered = false;
		ListCell   *other;

		if (strcmp(path->steps[0].name, attribute_name) != 0)
			continue;
		foreach(other, kept)
		{
			DocumentPath *another = (DocumentPath *) lfirst(other);

			if (!path_overlaps(path, another))
				others = lappend(others, another);
			else if (another->step_count <= path->step_count)
			{
				covered = true;
				others = lappend(others, another);
			}
		}
		kept = covered ? others : lappend(others, path);
	}
	return kept;
}

static List *
names_of(const DocumentPath *path)
{
	List	   *names = NIL;
	int			i;

	for (i = 1; i < path->step_count; i++)
		names = lappend(names,
						makeString(pstrdup(path->steps[i].name)));
	return names;
}

List *
projection_inside(PlannerInfo *root, RelOptInfo *baserel, const Table *table)
{
	ColumnUses	uses = {
		.scope = {
			.table = table,
			.varno = baserel->relid,
			.label = note_unknown
		}
	};
	List	   *inside = NIL;
	int			i;

	/* all expressions that see the row must be known */
	if (root->parse->commandType != CMD_SELECT ||
		bms_num_members(root->all_baserels) != 1 ||
		root->rowMarks != NIL || root->placeholder_list != NIL)
		return NIL;
	(void) find_uses((Node *) root->processed_tlist, &uses);
	(void) find_uses(root->parse->havingQual, &uses);
	(void) find_uses((Node *) extract_actual_clauses(baserel->baserestrictinfo,
													 false), &uses);
	(void) find_uses((Node *) extract_actual_clauses(baserel->baserestrictinfo,
													 true), &uses);
	if (bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, uses.whole))
		return NIL;

	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		List	   *element;
		ListCell   *cell;
		List	   *places;

		if (column->name == NULL ||
			bms_is_member(column->attnum - FirstLowInvalidHeapAttributeNumber,
						  uses.whole))
			continue;
		places = places_below(uses.places, column->attribute_name);
		if (places == NIL)
			continue;
		element = list_make1(makeInteger(column->attnum));
		foreach(cell, places)
			element = lappend(element,
							  names_of((DocumentPath *) lfirst(cell)));
		inside = lappend(inside, element);
	}
	return inside;
}

List *
projection_of_column(List *inside, const Column *column)
{
	List	   *paths = NIL;
	ListCell   *cell;
	ListCell   *place;
	ListCell   *name;

	foreach(cell, inside)
	{
		List	   *element = (List *) lfirst(cell);

		if (intVal(linitial(element)) != column->attnum)
			continue;
		for_each_from(place, element, 1)
		{
			DocumentPath *path = path_make(column->attribute_name);

			foreach(name, (List *) lfirst(place))
				path = path_with_name(path, strVal(lfirst(name)));
			paths = lappend(paths, path);
		}
		return paths;
	}
	return list_make1(path_make(column->attribute_name));
}
