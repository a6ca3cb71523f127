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
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "utils/partcache.h"
#include "utils/rel.h"

#include "fdw/write/column_action.h"
#include "fdw/write/constraint.h"
#include "translate/codec/codec.h"

bool
constraint_is_generated(TupleDesc descriptor, AttrNumber attnum)
{
	return TupleDescAttr(descriptor, attnum - 1)->attgenerated ==
		ATTRIBUTE_GENERATED_STORED;
}

static void
check_generated(const Table *table, Relation relation, AttrDefault *generated)
{
	const Column *column = &table->columns[generated->adnum - 1];
	Bitmapset  *looked_at = NULL;

	pull_varattnos(stringToNode(generated->adbin), 1, &looked_at);
	for (int i = 0; i < table->made_count; i++)
	{
		const Column *made = table->made[i];

		if (made->attnum != 0 &&
			bms_is_member(made->attnum - FirstLowInvalidHeapAttributeNumber,
						  looked_at))
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
					 errmsg("generated column \"%s\" of foreign table \"%s\" depends on column \"%s\", which has a template",
							column->name, table->relation_name, made->name),
					 errhint("Let it depend on the columns that the template names.")));
	}
}

void
constraint_check_generated(const Table *table, Relation relation)
{
	TupleConstr *constraints = relation->rd_att->constr;

	if (table->made_count == 0 || constraints == NULL)
		return;
	for (int i = 0; i < constraints->num_defval; i++)
		if (constraint_is_generated(relation->rd_att,
									constraints->defval[i].adnum))
			check_generated(table, relation, &constraints->defval[i]);
}

/* A column that is computed when it is read stands for others. */
static void
add_columns_of(Node *expression, Relation relation, Bitmapset **columns)
{
	pull_varattnos(expand_virtual_columns(expression, relation), 1, columns);
}

/* Of NOT NULL on columns that are computed when they are read. */
static void
add_virtual_not_null(Relation relation, Bitmapset **columns)
{
	for (int i = 0; i < RelationGetNumberOfAttributes(relation); i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(relation->rd_att, i);

		if (!attribute->attisdropped && attribute->attnotnull &&
			is_virtual_column(attribute))
			add_columns_of((Node *) makeVar(1, i + 1, attribute->atttypid,
											attribute->atttypmod,
											attribute->attcollation, 0),
						   relation, columns);
	}
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
		add_columns_of(stringToNode(constraints->check[i].ccbin), relation,
					   &columns);
	add_virtual_not_null(relation, &columns);
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

/*
 * A key column is NOT NULL whether it is declared so or not, but
 * ExecConstraints() knows of declarations only.  Of several columns that are
 * NULL it names the first, and so a declared one before the key is left to it.
 */
static void
check_key_not_null(const Table *table, const TupleTableSlot *slot,
				   const char *readable_key)
{
	int			i;

	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (!slot->tts_isnull[column->attnum - 1])
			continue;
		if (column->not_null)
			return;
		if (column->in_key)
			column_raise_null(table, column, readable_key);
	}
}

/*
 * A set has no order and no duplicates, and one that is empty is no attribute;
 * nor is a JSON null.  What is checked is the row as it will be read.
 */
static void
load_as_stored(const Table *table, TupleTableSlot *slot)
{
	for (int i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		CodecPlace	place;
		AttributeValue *value;
		EncodeProblem problem;

		if (column->codec == NULL || slot->tts_isnull[i] ||
			column->is_document || (column->codec->kind != CODEC_SET &&
									column->codec->kind != CODEC_JSON))
			continue;
		place = table_place(table, column, NULL);
		problem = codec_try_encode(column->codec, slot->tts_values[i], &value);
		if (problem == ENCODE_ABSENT)
			slot->tts_isnull[i] = true;
		else if (problem == ENCODE_OK && column->codec->kind == CODEC_SET)
			slot->tts_values[i] = codec_decode(column->codec, value,
											   &slot->tts_isnull[i], &place);
	}
}

void
constraint_check_row(const Table *table, ResultRelInfo *info,
					 TupleTableSlot *slot, EState *estate, WCOKind policies,
					 const char *readable_key)
{
	Relation	relation = info->ri_RelationDesc;

	if (info->ri_WithCheckOptions != NIL || relation->rd_att->constr != NULL ||
		relation->rd_rel->relispartition)
		load_as_stored(table, slot);
	if (info->ri_WithCheckOptions != NIL)
		ExecWithCheckOptions(policies, info, slot, estate);
	check_key_not_null(table, slot, readable_key);
	if (relation->rd_att->constr != NULL)
		ExecConstraints(info, slot, estate);
	if (relation->rd_rel->relispartition)
		ExecPartitionCheck(info, slot, estate, true);
	if (info->ri_WithCheckOptions != NIL)
		ExecWithCheckOptions(WCO_VIEW_CHECK, info, slot, estate);
}
