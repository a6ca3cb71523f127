/*
 * constraint.c
 *		What PostgreSQL holds true of a row before it is stored, and which
 *		columns that depends on.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_attribute.h"
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "utils/partcache.h"
#include "utils/rel.h"

#include "fdw/write/constraint.h"

bool
constraint_is_generated(TupleDesc descriptor, AttrNumber attnum)
{
	return TupleDescAttr(descriptor, attnum - 1)->attgenerated ==
		ATTRIBUTE_GENERATED_STORED;
}

Bitmapset *
constraint_columns(Oid relation_id, List *assigned)
{
	Relation	relation = table_open(relation_id, NoLock);
	TupleConstr *constraints = relation->rd_att->constr;
	Bitmapset  *columns = NULL;
	bool		whole_row;
	ListCell   *cell;
	int			i;

	for (i = 0; constraints != NULL && i < constraints->num_check; i++)
		pull_varattnos(stringToNode(constraints->check[i].ccbin), 1,
					   &columns);
	for (i = 0; constraints != NULL && i < constraints->num_defval; i++)
		if (constraint_is_generated(relation->rd_att, constraints->defval[i].adnum))
			pull_varattnos(stringToNode(constraints->defval[i].adbin), 1,
						   &columns);
	if (relation->rd_rel->relispartition)
		pull_varattnos((Node *) RelationGetPartitionQual(relation), 1,
					   &columns);
	table_close(relation, NoLock);

	whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns);
	foreach(cell, assigned)
	{
		if (whole_row ||
			bms_is_member(lfirst_int(cell) - FirstLowInvalidHeapAttributeNumber,
						  columns))
			return columns;
	}
	return NULL;
}

void
constraint_check_row(ResultRelInfo *info, TupleTableSlot *slot, EState *estate,
				  WCOKind policies)
{
	Relation	relation = info->ri_RelationDesc;

	if (info->ri_WithCheckOptions != NIL)
		ExecWithCheckOptions(policies, info, slot, estate);
	if (relation->rd_att->constr != NULL)
		ExecConstraints(info, slot, estate);
	if (relation->rd_rel->relispartition)
		ExecPartitionCheck(info, slot, estate, true);
	if (info->ri_WithCheckOptions != NIL)
		ExecWithCheckOptions(WCO_VIEW_CHECK, info, slot, estate);
}
