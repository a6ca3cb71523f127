/*
 * made_column.c
 *		Columns whose attributes are made of other columns, in the rows that
 *		are written.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "utils/rel.h"

#include "fdw/write/column_action.h"
#include "fdw/write/constraint.h"
#include "fdw/write/made_column.h"
#include "translate/codec/codec.h"
#include "translate/update/made_update.h"

/* ---- what a statement depends on ---- */

List *
made_column_assigned(const Table *table, List *assigned)
{
	List	   *all = list_copy(assigned);

	for (int i = 0; i < table->made_count; i++)
	{
		const Column *made = table->made[i];

		if (made->attnum != 0 && made_is_assigned(made, assigned))
			all = lappend_int(all, made->attnum);
	}
	return all;
}

static List *
with_generated_columns(const Table *table, List *assigned)
{
	Relation	relation = table_open(table->relation_id, NoLock);
	List	   *all = list_copy(assigned);

	for (int i = 1; i <= table->column_count; i++)
		if (constraint_is_generated(relation->rd_att, i))
			all = lappend_int(all, i);
	table_close(relation, NoLock);
	return all;
}

void
made_column_add_read(const Table *table, List *assigned, Bitmapset **read)
{
	List	   *changed = table->made_count == 0 ? NIL
		: with_generated_columns(table, assigned);

	for (int i = 0; i < table->made_count; i++)
	{
		const Column *made = table->made[i];
		bool		is_assigned = list_member_int(assigned, made->attnum);

		/* what it is now tells whether it is given another value */
		if (is_assigned)
			*read = bms_add_member(*read, made->attnum -
								   FirstLowInvalidHeapAttributeNumber);
		if (!is_assigned && !made_is_assigned(made, changed))
			continue;
		for (int n = 0; n < table->column_count; n++)
			if (table_is_field_of(&table->columns[n], made))
				*read = bms_add_member(*read, n + 1 -
									   FirstLowInvalidHeapAttributeNumber);
	}
}

/* ---- values ---- */

static void raise_given(const Table *table, const Column *made,
						const AttributeValue *attribute)
			pg_attribute_noreturn();

static void
raise_given(const Table *table, const Column *made,
			const AttributeValue *attribute)
{
	StringInfoData readable;

	initStringInfo(&readable);
	if (attribute == NULL)
		appendStringInfoString(&readable, "NULL");
	else
		attribute_append_readable(&readable, attribute);
	ereport(ERROR,
			(errcode(ERRCODE_GENERATED_ALWAYS),
			 errmsg("column \"%s\" of foreign table \"%s\" can have no other value than the one that its template makes",
					made->name, table->relation_name),
			 errdetail("That is %s.", readable.data),
			 errhint("Leave the column out, and give values to those that it is made of."),
			 err_generic_string(PG_DIAG_COLUMN_NAME, made->name)));
}

/* The value that the attribute is as the column's; NULL attribute: NULL. */
static Datum
value_of(const Table *table, const Column *made,
		 const AttributeValue *attribute, bool *isnull)
{
	CodecPlace	place = table_place(table, made, NULL);

	return codec_decode(made->codec, attribute, isnull, &place);
}

/* The first field that is NULL. */
static const Column *
null_field(const Column *made, RowValues row)
{
	const TemplatePart *part = made->template->parts;

	while (part->literal != NULL || !row.nulls[part->column->attnum - 1])
		part++;
	return part->column;
}

/*
 * Sets a column to what it is made of; a value that it has already must be
 * that.
 */
static void
fill_column(const Table *table, const Column *made,
			const AttributeValue *attribute, RowValues row, bool is_given)
{
	int			i = made->attnum - 1;
	bool		isnull;
	Datum		value = value_of(table, made, attribute, &isnull);

	if (is_given &&
		!column_datum_unchanged(made, row.nulls[i], row.values[i], isnull,
								value))
		raise_given(table, made, attribute);
	row.values[i] = value;
	row.nulls[i] = isnull;
}

/* A column that has its value only in the attribute; NULL: none. */
static const Column *
value_inside(const Column *made, RowValues row)
{
	const Template *template = made->template;

	for (int i = 0; i < template->count; i++)
	{
		const TemplatePart *part = &template->parts[i];

		if (part->literal == NULL && part->column->source == made &&
			!row.nulls[part->column->attnum - 1])
			return part->column;
	}
	return NULL;
}

static void raise_lost(const Table *table, const Column *null,
					   const Column *lost) pg_attribute_noreturn();

static void
raise_lost(const Table *table, const Column *null, const Column *lost)
{
	ereport(ERROR,
			(errcode(ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("null value in column \"%s\" of foreign table \"%s\", where column \"%s\" has one",
					null->name, table->relation_name, lost->name),
			 errdetail("The value of column \"%s\" is stored only in a text that is made of both.",
					   lost->name),
			 errhint("Give a value to both columns, or to none."),
			 err_generic_string(PG_DIAG_COLUMN_NAME, null->name)));
}

/* Nothing that a row has may be lost because another field is NULL. */
static void
check_null_fields(const Table *table, const Column *made, RowValues row)
{
	const Column *inside = value_inside(made, row);

	if (made->key != KEY_NONE)
		column_raise_null(table, null_field(made, row), NULL);
	if (inside != NULL)
		raise_lost(table, null_field(made, row), inside);
}

static void
make_column(const Table *table, const Column *made, RowValues row,
			bool is_given)
{
	AttributeValue *attribute = table_make_attribute(table, made, row.values,
													 row.nulls);

	if (attribute == NULL)
		check_null_fields(table, made, row);
	if (made->attnum != 0)
		fill_column(table, made, attribute, row, is_given);
}

void
made_column_fill(const Table *table, RowValues row)
{
	for (int i = 0; i < table->made_count; i++)
	{
		const Column *made = table->made[i];

		make_column(table, made, row,
					made->attnum != 0 && !row.nulls[made->attnum - 1]);
	}
}

bool
made_column_is_due(const Column *made, const List *assigned, RowValues old,
				   RowValues row)
{
	const Template *template = made->template;

	if (made_is_assigned(made, assigned))
		return true;
	for (int i = 0; i < template->count; i++)
	{
		const Column *column = template->parts[i].column;
		int			n;

		if (template->parts[i].literal != NULL)
			continue;
		n = column->attnum - 1;
		if (!column_datum_unchanged(column, old.nulls[n], old.values[n],
									row.nulls[n], row.values[n]))
			return true;
	}
	return false;
}

void
made_column_fill_again(const Table *table, const List *assigned,
					   RowValues old, RowValues row)
{
	for (int i = 0; i < table->made_count; i++)
	{
		const Column *made = table->made[i];
		int			n = made->attnum - 1;
		bool		is_given = made->attnum != 0 &&
			!column_datum_unchanged(made, old.nulls[n], old.values[n],
									row.nulls[n], row.values[n]);

		if (is_given || made_column_is_due(made, assigned, old, row))
			make_column(table, made, row, is_given);
	}
}

UpdateAction *
made_column_action(const Table *table, const Column *made, RowValues row)
{
	DocumentPath *path = path_make(made->attribute_name);
	AttributeValue *attribute = table_make_attribute(table, made, row.values,
													 row.nulls);

	if (attribute == NULL)
		return update_action(UPDATE_REMOVE, path, NULL);
	return update_action(UPDATE_SET, path, operand_value(attribute));
}
