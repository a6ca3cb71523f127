/*
 * key.c
 *		Which part of a key a WHERE fixes: GetItem, BatchGetItem, Query or
 *		Scan.
 *
 * A key attribute of the table always has its column's type and, by rule, the
 * canonical spelling, so a key condition says exactly what its clause says.
 * The key attributes of an index have the type, but any spelling.  What cannot
 * be said as a key condition stays in rest and is checked otherwise.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "translate/codec/codec.h"
#include "translate/condition/condition_compare.h"
#include "translate/condition/condition_source.h"
#include "translate/condition/condition_text.h"
#include "translate/condition/condition_value.h"
#include "translate/key/key.h"
#include "translate/key/key_finder.h"
#include "translate/key/key_list.h"
#include "translate/table/table_template.h"

/* ---- the order of stored keys ---- */

bool
key_order_is_plain(const Column *column, Oid collation)
{
	return stored_order_is_plain(column->codec, column->key != KEY_NONE,
								 collation);
}

bool
field_order_is_plain(const Column *column, Oid collation)
{
	switch (column->codec->kind)
	{
		case CODEC_INTEGER:
		case CODEC_NUMERIC:
		case CODEC_DIGITS:
			/* padded: as such it is no order of numbers but of texts */
			return true;
		default:
			return stored_order_is_plain(column->codec, true, collation);
	}
}

/* ---- reading the clauses ---- */

/* The part of the key that a source is; NULL if it is none. */
static KeyPart *
find_part(KeyFinder *finder, const Source *source)
{
	if (source->kind != SOURCE_ATTRIBUTE || source->parent != NULL)
		return NULL;
	return key_finder_part(finder, source->column);
}

/* No item can have the value in this part of its key. */
static void
note_impossible(KeyFinder *finder, const KeyPart *part,
				const ComparisonParts *parts, const ComparedValue *value)
{
	finder->impossible = true;
	if (finder->impossible_column != NULL)
		return;
	finder->impossible_column = part->column;
	finder->impossible_value = (KeyValue) {
		.datum = value->datum,
		.type_id = value->type_id,
		.collation = parts->collation
	};
}

/* Have stored values their only spelling? */
static bool
is_spelled(const KeyPart *part, const ComparisonParts *parts)
{
	return part->is_field || source_is_key(parts->source);
}

/*
 * Can the part of a key, or a column that one is made of, have the value?  The
 * limits of a key are those of the whole text, which key_template_apply()
 * looks at.
 */
static bool
can_hold(const KeyPart *part, const Operand *operand)
{
	if (part->is_field && operand->value != NULL &&
		operand->value->type == ATTRIBUTE_S)
		return operand->value->length > 0;
	return key_can_hold(part->column, part->is_sort, operand);
}

static bool
can_be_bound(const KeyPart *part, const Operand *operand)
{
	if (part->is_field && operand->value != NULL &&
		operand->value->type == ATTRIBUTE_S)
		return operand->value->length > 0;
	return key_can_be_bound(part->is_sort, operand);
}

static void
find_equality(KeyFinder *finder, KeyPart *part, Expr *clause,
			  const ComparisonParts *parts, const ComparedValue *value)
{
	Operand    *operand;

	switch (plain_value(part->column->codec, is_spelled(part, parts), value,
						parts->collation, &operand))
	{
		case PLAIN_NOT:
			return;
		case PLAIN_OPERAND:
			break;
		default:
			note_impossible(finder, part, parts, value);
			return;
	}
	if (!can_hold(part, operand))
	{
		/* a string that an index cannot hold may still be in the table */
		if (finder->schema->index_name == NULL ||
			operand->value->type == ATTRIBUTE_N)
			note_impossible(finder, part, parts, value);
	}
	else if (part->fixed == NULL)
	{
		part->fixed = operand;
		part->fixed_clauses = part->fixed_used = list_make1(clause);
		part->value = parts->other;
		part->collation = parts->collation;
	}
	else if (part->fixed->value != NULL && operand->value != NULL &&
			 !attribute_equal(part->fixed->value, operand->value))
	{
		/*
		 * Both cannot be.  The planner sees this of constants; of others, as
		 * in a policy and in the WHERE that it is to guard against, an item
		 * that is not looked for must not be read.
		 */
		finder->impossible = true;
	}
}

static void
find_range(KeyFinder *finder, KeyPart *part, Expr *clause,
		   const ComparisonParts *parts, const ComparedValue *value)
{
	bool		is_lower = parts->comparison == COMPARISON_GT ||
		parts->comparison == COMPARISON_GE;
	KeyBound   *bound = is_lower ? &part->lower : &part->upper;
	bool		is_key = is_spelled(part, parts);
	bool		is_wider = false;
	Operand    *operand;

	switch (plain_ordered_value(part->column->codec, is_key, value,
								parts->collation, &operand))
	{
		case PLAIN_LESS:
			/* a bound below all keys: all are above it, and none below */
			finder->impossible |= !is_lower;
			return;
		case PLAIN_GREATER:
			finder->impossible |= is_lower;
			return;
		case PLAIN_OPERAND:
			break;
		default:
			operand = wider_bound(part->column->codec, is_key, value,
								  is_lower);
			if (operand == NULL)
				return;
			is_wider = true;
	}
	if (!can_be_bound(part, operand))
	{
		/* nothing sorts below an empty key */
		if (!is_lower && attribute_size(operand->value) == 0 &&
			(parts->comparison == COMPARISON_LT ||
			 finder->schema->index_name == NULL))
			finder->impossible = true;
		return;
	}
	if (!part->is_sort || bound->operand != NULL)
		return;
	bound->clauses = list_make1(clause);
	bound->used = is_wider ? NIL : bound->clauses;
	bound->comparison = parts->comparison;
	if (is_wider)
		bound->comparison = is_lower ? COMPARISON_GE : COMPARISON_LE;
	bound->operand = operand;
	bound->datum = value->datum;
}

static void
find_prefix(KeyFinder *finder, Expr *clause)
{
	KeyPart    *part;
	Source	   *source;
	Operand    *prefix;
	bool		whole;

	if (!pattern_prefix(finder->scope, clause, &source, &prefix, &whole))
		return;
	part = find_part(finder, source);
	if (part == NULL || !part->is_sort || part->prefix != NULL ||
		finder->scope->withheld || !can_be_bound(part, prefix))
		return;
	part->prefix = prefix;
	part->prefix_clauses = list_make1(clause);
	part->prefix_used = whole ? part->prefix_clauses : NIL;
}

/* Whatever is read has all attributes of the key. */
static bool
is_always_true(KeyFinder *finder, Expr *clause)
{
	NullTest   *test = (NullTest *) clause;
	const KeyPart *part;
	Source	   *source;

	if (!IsA(clause, NullTest) || test->nulltesttype != IS_NOT_NULL ||
		test->argisrow)
		return false;
	source = source_of(finder->scope, test->arg);
	if (source == NULL)
		return false;
	part = find_part(finder, source);
	return part != NULL && (!part->is_field || part->column->source != NULL);
}

static void
read_clause(KeyFinder *finder, Expr *clause)
{
	OpExpr	   *op = (OpExpr *) comparison_of_clause(clause);
	ComparisonParts parts;
	ComparedValue value;
	KeyPart    *part;

	if (is_always_true(finder, clause))
	{
		finder->always_true = lappend(finder->always_true, clause);
		return;
	}
	if (!IsA(op, OpExpr) || list_length(op->args) != 2 ||
		!comparison_take_apart(finder->scope, op->opno, op->inputcollid,
							   op->args, &parts))
	{
		find_prefix(finder, clause);
		return;
	}
	if (parts.other_source != NULL)
		return;
	part = find_part(finder, parts.source);
	if (part == NULL)
		return;

	value = compared_key_value(finder->scope, parts.other);
	if (value.state == VALUE_NULL)
		finder->impossible = true;
	else if (parts.comparison == COMPARISON_EQ)
		find_equality(finder, part, clause, &parts, &value);
	else if (parts.comparison != COMPARISON_NE)
		find_range(finder, part, clause, &parts, &value);
}

/* ---- the range of the sort key ---- */

/* Is the lower bound above the upper one?  DynamoDB refuses such a range. */
static bool
bounds_are_reversed(const KeyBound *lower, const KeyBound *upper)
{
	const AttributeValue *low = lower->operand->value;
	const AttributeValue *high = upper->operand->value;

	if (low == NULL || high == NULL)
		return false;
	if (low->type == ATTRIBUTE_B)
		return DatumGetBool(DirectFunctionCall2(byteagt, lower->datum,
												upper->datum));
	return key_value_is_before(high, low);
}

static void
use_clauses(List **list, List *clauses)
{
	*list = list_union_ptr(*list, clauses);
}

/*
 * Do the attributes of the table's key begin as those of rows, as far as the
 * Query is by them?  Its filter cannot ask.
 */
static bool
begins_as_rows(const KeyFinder *finder)
{
	bool		is_used = true;

	for (int i = 0; i < finder->key_count; i++)
	{
		const KeyPart *part = &finder->parts[i];
		const Template *template = part->column->template;
		int			length = 0;

		if (template != NULL &&
			(part->column->key != KEY_NONE || template->field_count == 0))
			(void) template_start(template, &length);
		if (part->says_itself ||
			(length > 0 &&
			 (!is_used || (part->fixed == NULL && part->prefix == NULL &&
						   part->lower.operand == NULL))))
			return false;
		is_used &= part->fixed != NULL;
	}
	return true;
}

/*
 * The one condition on an attribute of the sort key that DynamoDB takes, or
 * NULL.  Notes the clauses that it stems from, and those that it says exactly.
 */
static Condition *
sort_key_condition(const KeyPart *part, KeyLookup *lookup)
{
	const KeyBound *lower = &part->lower;
	const KeyBound *upper = &part->upper;
	const KeyBound *only = lower->operand != NULL ? lower : upper;
	Operand    *path = operand_path(path_make(part->column->attribute_name));

	if (part->fixed != NULL)
	{
		use_clauses(&lookup->used, part->fixed_used);
		use_clauses(&lookup->on_sort, part->fixed_clauses);
		return key_equals(part->column, part->fixed);
	}
	if (part->prefix != NULL)
	{
		use_clauses(&lookup->used, part->prefix_used);
		use_clauses(&lookup->on_sort, part->prefix_clauses);
		return condition_begins_with(path, part->prefix);
	}
	if (lower->operand != NULL && upper->operand != NULL)
	{
		/* BETWEEN includes its bounds: > and < must be checked again */
		if (lower->comparison == COMPARISON_GE)
			use_clauses(&lookup->used, lower->used);
		if (upper->comparison == COMPARISON_LE)
			use_clauses(&lookup->used, upper->used);
		use_clauses(&lookup->on_sort, lower->clauses);
		use_clauses(&lookup->on_sort, upper->clauses);
		return condition_between(path, lower->operand, upper->operand);
	}
	if (only->operand != NULL)
	{
		use_clauses(&lookup->used, only->used);
		use_clauses(&lookup->on_sort, only->clauses);
		return condition_compare(path, only->comparison, only->operand);
	}
	return NULL;
}

/* ---- the answer ---- */

static bool
partition_is_fixed(const KeyFinder *finder)
{
	int			i;

	for (i = 0; i < finder->schema->partition_count; i++)
		if (finder->parts[i].fixed == NULL)
			return false;
	return finder->schema->partition_count > 0;
}

/* ---- the look-up ---- */

/* Is it the table's key, and all of it is fixed? */
static bool
is_whole_key(const KeyFinder *finder)
{
	int			i;

	for (i = 0; i < finder->key_count; i++)
		if (finder->parts[i].fixed == NULL)
			return false;
	return finder->key_count > 0 && finder->schema->index_name == NULL;
}

/*
 * The partition key is fixed.  Of a sort key of several attributes those are
 * used that are fixed from the left, and one range after them.
 */
static void
use_key(KeyFinder *finder, KeyLookup *lookup)
{
	const KeySchema *schema = finder->schema;
	bool		may_go_on = true;
	int			i;

	lookup->access = KEY_ACCESS_QUERY;
	if (schema->index_name == NULL)
		lookup->partition = finder->parts[0].fixed->value;
	for (i = 0; i < finder->key_count && may_go_on; i++)
	{
		const KeyPart *part = &finder->parts[i];
		Condition  *condition;

		if (part->is_sort)
			condition = sort_key_condition(part, lookup);
		else
		{
			condition = key_equals(part->column, part->fixed);
			use_clauses(&lookup->used, part->fixed_used);
			use_clauses(&lookup->on_partition, part->fixed_clauses);
		}
		if (condition != NULL)
			lookup->condition = lookup->condition == NULL ? condition
				: condition_both(lookup->condition, condition);
		may_go_on = part->fixed != NULL;
		if (part->is_sort && may_go_on)
			lookup->sort_fixed++;
		if (!may_go_on)
			lookup->ordered_by = part->ordered_by;
		if (!may_go_on && part->lower.operand != NULL &&
			part->upper.operand != NULL &&
			bounds_are_reversed(&part->lower, &part->upper))
			lookup->access = KEY_ACCESS_NOTHING;
	}
	lookup->may_be_others = !begins_as_rows(finder);
	if (is_whole_key(finder))
	{
		lookup->access = KEY_ACCESS_ITEM;
		for (i = 0; i < finder->part_count; i++)
		{
			const KeyPart *part = &finder->parts[i];

			if (part->value == NULL)
				continue;
			lookup->value_columns =
				lappend(lookup->value_columns,
						unconstify(Column *, part->column));
			lookup->values = lappend(lookup->values, part->value);
			lookup->collations = lappend_oid(lookup->collations,
											 part->collation);
		}
		lookup->key = key_of_operands(finder->scope->table,
									  finder->parts[0].fixed,
									  schema->sort_count == 0 ? NULL
									  : finder->parts[1].fixed);
	}
}

KeyLookup *
key_lookup(Scope *scope, const KeySchema *schema, List *clauses)
{
	KeyLookup  *lookup = palloc0(sizeof(KeyLookup));
	KeyFinder	finder;
	bool		before = scope->reads_fields;
	ListCell   *cell;
	int			i;

	/* there is room for far more parts than there are */
	memset(&finder, 0, offsetof(KeyFinder, parts));
	finder.scope = scope;
	finder.schema = schema;
	for (i = 0; i < schema->partition_count; i++)
		key_finder_add_part(&finder, schema->partition[i]);
	for (i = 0; i < schema->sort_count; i++)
		key_finder_add_part(&finder, schema->sort[i])->is_sort = true;
	key_template_add_fields(&finder);
	scope->reads_fields = true;
	foreach(cell, clauses)
	{
		scope->withheld = false;
		read_clause(&finder, (Expr *) lfirst(cell));
	}
	if (!finder.impossible)
		key_template_apply(&finder);

	lookup->access = KEY_ACCESS_SCAN;
	if (finder.impossible)
	{
		lookup->access = KEY_ACCESS_NOTHING;
		lookup->impossible_column = finder.impossible_column;
		lookup->impossible_value = finder.impossible_value;
		lookup->unmade = finder.unmade;
		lookup->unmade_field = finder.unmade_field;
		lookup->unmade_problem = finder.unmade_problem;
		lookup->unfit = finder.unfit;
		lookup->unfit_value = finder.unfit_value;
		lookup->misfit = finder.misfit;
	}
	else if (is_whole_key(&finder) || schema->index_name != NULL ||
			 schema->partition_count == 0 ||
			 !key_list_find(scope, schema, clauses, lookup))
	{
		if (partition_is_fixed(&finder))
			use_key(&finder, lookup);
	}
	scope->reads_fields = before;
	use_clauses(&lookup->by, lookup->on_partition);
	use_clauses(&lookup->by, lookup->on_sort);
	lookup->used = list_concat_copy(lookup->used, finder.always_true);
	lookup->rest = list_difference_ptr(clauses, lookup->used);
	return lookup;
}

/* ---- keys that an upsert stores ---- */

/*
 * The column must be able to read the value, and would write the same: equal
 * to a key column may also be what its type cannot hold.
 */
static void
check_fits_column(const Table *table, const Column *column,
				  const AttributeValue *value)
{
	CodecPlace	place = table_place(table, column, NULL);
	Datum		datum;
	bool		isnull;

	key_check_value(table, column, value);
	datum = codec_decode(column->codec, value, &isnull, &place);
	(void) codec_encode(column->codec, datum, &place);
}

void
key_check_upsert(const Table *table, const KeyLookup *lookup)
{
	const Column *columns[] = {table->partition_key, table->sort_key};

	if (lookup->impossible_column != NULL)
	{
		const Column *column = lookup->impossible_column;
		const KeyValue *given = &lookup->impossible_value;
		ComparedValue value = {
			.state = VALUE_KNOWN,
			.datum = given->datum,
			.type_id = given->type_id
		};
		CodecPlace	place = table_place(table, column, NULL);

		check_fits_column(table, column,
						  plain_encode(column->codec, &value, &place));
		return;
	}
	if (lookup->unmade != NULL)
		table_raise_unmade(table, lookup->unmade, lookup->unmade_field,
						   lookup->unmade_problem);
	if (lookup->unfit != NULL)
		key_check_value(table, lookup->unfit, lookup->unfit_value);
	if (lookup->misfit != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_GENERATED_ALWAYS),
				 errmsg("column \"%s\" of foreign table \"%s\" can have no other value than the one that its template makes",
						lookup->misfit->name, table->relation_name),
				 errhint("Add equalities on the columns that it is made of instead.")));
	if (lookup->key == NULL)
		return;
	for (int i = 0; i < (int) lengthof(columns); i++)
	{
		if (columns[i] != NULL)
			check_fits_column(table, columns[i],
							  item_find(lookup->key,
										columns[i]->attribute_name));
	}
}
