/*
 * key.c
 *		Which part of the key a WHERE fixes: GetItem, BatchGetItem, Query or
 *		Scan.
 *
 * A key attribute always has its column's type and, by rule, the canonical
 * spelling, so a key condition says exactly what its clause says.  What cannot
 * be said that way stays in rest and is checked otherwise.
 */
#include "postgres.h"

#include "compat.h"

#include <errno.h>

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "translate/key_internal.h"

/* Source: Developer Guide, "Quotas". */
#define MAX_PARTITION_KEY_LENGTH	2048
#define MAX_SORT_KEY_LENGTH			1024

/* One end of a range of the sort key. */
typedef struct KeyBound
{
	Expr	   *clause;			/* NULL: no such bound */
	Comparison	comparison;
	Operand    *operand;
	Datum		datum;			/* if known */
} KeyBound;

/* What the clauses say of the key. */
typedef struct KeyFinder
{
	Scope	   *scope;
	bool		impossible;		/* no item can have such a key */
	Expr	   *partition_clause;
	Operand    *partition;		/* NULL: not fixed */
	Expr	   *sort_clause;
	Operand    *sort;			/* NULL: not fixed */
	KeyBound	lower;
	KeyBound	upper;
	Expr	   *prefix_clause;	/* NULL: none */
	Operand    *prefix;
	bool		prefix_is_whole;	/* the clause says nothing more */
} KeyFinder;

/* ---- values that can be keys ---- */

/* Bytes of an S or B. */
static int
key_length(const AttributeValue *value)
{
	int			padding = 0;

	if (value->type == ATTRIBUTE_S)
		return value->length;
	while (padding < value->length &&
		   value->u.text[value->length - 1 - padding] == '=')
		padding++;
	return value->length / 4 * 3 - padding;
}

static int
max_key_length(const Column *column)
{
	return column->key == KEY_PARTITION ? MAX_PARTITION_KEY_LENGTH
		: MAX_SORT_KEY_LENGTH;
}

/* Can a column of the integer type hold the number? */
static bool
fits_integer(Oid type_id, const char *text)
{
	char	   *end;
	long long	number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0')
		return false;
	switch (type_id)
	{
		case INT2OID:
			return number >= PG_INT16_MIN && number <= PG_INT16_MAX;
		case INT4OID:
			return number >= PG_INT32_MIN && number <= PG_INT32_MAX;
		default:
			return true;
	}
}

bool
key_can_hold(const Column *column, const Operand *operand)
{
	const AttributeValue *value = operand->value;
	int			length;

	if (value == NULL)
		return true;
	if (column->codec->kind == CODEC_INTEGER)
		return fits_integer(column->codec->base_type_id, value->u.text);
	if (value->type == ATTRIBUTE_N)
		return true;
	length = key_length(value);
	return length > 0 && length <= max_key_length(column);
}

/* Can the value stand in a key condition? */
static bool
can_be_bound(const Column *column, const Operand *operand)
{
	const AttributeValue *value = operand->value;
	int			length;

	if (value == NULL || value->type == ATTRIBUTE_N)
		return true;
	length = key_length(value);
	return length > 0 && length <= max_key_length(column);
}

/* ---- reading the clauses ---- */

static void
find_equality(KeyFinder *finder, Expr *clause, const ComparisonParts *parts,
			  const ComparedValue *value)
{
	const Column *column = parts->source->column;
	Operand    *operand;

	switch (plain_value(column->codec, true, value, parts->collation,
						&operand))
	{
		case PLAIN_NOT:
			return;
		case PLAIN_OPERAND:
			break;
		default:
			finder->impossible = true;
			return;
	}
	if (!key_can_hold(column, operand))
		finder->impossible = true;
	else if (column->key == KEY_PARTITION && finder->partition == NULL)
	{
		finder->partition = operand;
		finder->partition_clause = clause;
	}
	else if (column->key == KEY_SORT && finder->sort == NULL)
	{
		finder->sort = operand;
		finder->sort_clause = clause;
	}
}

static void
find_range(KeyFinder *finder, Expr *clause, const ComparisonParts *parts,
		   const ComparedValue *value)
{
	const Column *column = parts->source->column;
	bool		is_lower = parts->comparison == COMPARISON_GT ||
		parts->comparison == COMPARISON_GE;
	KeyBound   *bound = is_lower ? &finder->lower : &finder->upper;
	Operand    *operand;

	switch (plain_ordered_value(column->codec, true, value, parts->collation,
								&operand))
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
			return;
	}
	if (!can_be_bound(column, operand))
	{
		/* nothing sorts below an empty key */
		if (!is_lower && key_length(operand->value) == 0)
			finder->impossible = true;
		return;
	}
	if (column->key != KEY_SORT || bound->clause != NULL)
		return;
	bound->clause = clause;
	bound->comparison = parts->comparison;
	bound->operand = operand;
	bound->datum = value->datum;
}

static void
find_prefix(KeyFinder *finder, Expr *clause)
{
	Source	   *source;
	Operand    *prefix;
	bool		whole;

	if (finder->prefix_clause != NULL ||
		!pattern_prefix(finder->scope, clause, &source, &prefix, &whole) ||
		!source_is_key(source) || source->column->key != KEY_SORT ||
		!can_be_bound(source->column, prefix))
		return;
	finder->prefix_clause = clause;
	finder->prefix = prefix;
	finder->prefix_is_whole = whole;
}

static void
read_clause(KeyFinder *finder, Expr *clause)
{
	OpExpr	   *op = (OpExpr *) clause;
	ComparisonParts parts;
	ComparedValue value;

	if (!IsA(clause, OpExpr) || list_length(op->args) != 2 ||
		!comparison_take_apart(finder->scope, op->opno, op->inputcollid,
							   op->args, &parts))
	{
		find_prefix(finder, clause);
		return;
	}
	if (parts.other_source != NULL || !source_is_key(parts.source))
		return;

	value = compared_value(finder->scope, parts.other);
	if (value.state == VALUE_NULL)
		finder->impossible = true;
	else if (parts.comparison == COMPARISON_EQ)
		find_equality(finder, clause, &parts, &value);
	else if (parts.comparison != COMPARISON_NE)
		find_range(finder, clause, &parts, &value);
}

/* ---- the range of the sort key ---- */

/* Is the lower bound above the upper one?  DynamoDB refuses such a range. */
static bool
bounds_are_reversed(const KeyBound *lower, const KeyBound *upper)
{
	const AttributeValue *low = lower->operand->value;
	const AttributeValue *high = upper->operand->value;
	Datum		numbers[2];
	int			result;

	if (low == NULL || high == NULL)
		return false;
	switch (low->type)
	{
		case ATTRIBUTE_N:
			numbers[0] = DirectFunctionCall3(numeric_in,
											 CStringGetDatum(low->u.text),
											 ObjectIdGetDatum(InvalidOid),
											 Int32GetDatum(-1));
			numbers[1] = DirectFunctionCall3(numeric_in,
											 CStringGetDatum(high->u.text),
											 ObjectIdGetDatum(InvalidOid),
											 Int32GetDatum(-1));
			return DatumGetBool(DirectFunctionCall2(numeric_gt, numbers[0],
													numbers[1]));
		case ATTRIBUTE_B:
			return DatumGetBool(DirectFunctionCall2(byteagt, lower->datum,
													upper->datum));
		default:
			result = memcmp(low->u.text, high->u.text,
							Min(low->length, high->length));
			return result > 0 || (result == 0 && low->length > high->length);
	}
}

static Condition *
compare_key(const Column *column, Comparison comparison, Operand *operand)
{
	return condition_compare(operand_path(path_make(column->attribute_name)),
							 comparison, operand);
}

Condition *
key_equals(const Column *column, Operand *operand)
{
	return compare_key(column, COMPARISON_EQ, operand);
}

/*
 * The one condition on the sort key that DynamoDB takes, or NULL; clauses that
 * it says exactly are added to used.
 */
static Condition *
sort_key_condition(KeyFinder *finder, List **used)
{
	const Column *column = finder->scope->table->sort_key;
	const KeyBound *lower = &finder->lower;
	const KeyBound *upper = &finder->upper;
	const KeyBound *only = lower->clause != NULL ? lower : upper;

	if (finder->sort != NULL)
	{
		*used = lappend(*used, finder->sort_clause);
		return key_equals(column, finder->sort);
	}
	if (finder->prefix_clause != NULL)
	{
		if (finder->prefix_is_whole)
			*used = lappend(*used, finder->prefix_clause);
		return condition_begins_with(operand_path(path_make(column->attribute_name)),
									 finder->prefix);
	}
	if (lower->clause != NULL && upper->clause != NULL)
	{
		/* BETWEEN includes its bounds: > and < must be checked again */
		if (lower->comparison == COMPARISON_GE)
			*used = lappend(*used, lower->clause);
		if (upper->comparison == COMPARISON_LE)
			*used = lappend(*used, upper->clause);
		return condition_between(operand_path(path_make(column->attribute_name)),
								 lower->operand, upper->operand);
	}
	if (only->clause != NULL)
	{
		*used = lappend(*used, only->clause);
		return compare_key(column, only->comparison, only->operand);
	}
	return NULL;
}

/* ---- the answer ---- */

static void
set_key_attribute(DynamoItem *key, const Column *column,
				  const Operand *operand)
{
	Attribute  *attribute = &key->attributes[key->count++];

	attribute->name = unconstify(char *, column->attribute_name);
	attribute->name_length = column->attribute_name_length;
	attribute->value = *operand->value;
}

DynamoItem *
key_of_operands(const Table *table, const Operand *partition,
				const Operand *sort)
{
	DynamoItem *key;

	if (partition->value == NULL || (sort != NULL && sort->value == NULL))
		return NULL;
	key = palloc0(sizeof(DynamoItem));
	key->attributes = palloc0(2 * sizeof(Attribute));
	set_key_attribute(key, table->partition_key, partition);
	if (sort != NULL)
		set_key_attribute(key, table->sort_key, sort);
	return key;
}

static bool
is_whole_key(const KeyFinder *finder)
{
	return finder->partition != NULL &&
		(finder->scope->table->sort_key == NULL || finder->sort != NULL);
}

/* Leaves the lookup a Scan where the partition key is not fixed. */
static void
use_key(KeyFinder *finder, KeyLookup *lookup)
{
	const Table *table = finder->scope->table;
	Condition  *on_sort_key = NULL;

	if (finder->partition == NULL)
		return;
	lookup->used = list_make1(finder->partition_clause);
	lookup->condition = key_equals(table->partition_key, finder->partition);
	if (table->sort_key != NULL)
		on_sort_key = sort_key_condition(finder, &lookup->used);
	if (on_sort_key != NULL)
		lookup->condition = condition_both(lookup->condition, on_sort_key);

	if (table->sort_key != NULL && finder->sort == NULL)
	{
		lookup->access = KEY_ACCESS_QUERY;
		if (finder->lower.clause != NULL && finder->upper.clause != NULL &&
			bounds_are_reversed(&finder->lower, &finder->upper))
			lookup->access = KEY_ACCESS_NOTHING;
		return;
	}
	lookup->access = KEY_ACCESS_ITEM;
	lookup->key = key_of_operands(table, finder->partition, finder->sort);
}

KeyLookup *
key_lookup(Scope *scope, List *clauses)
{
	KeyLookup  *lookup = palloc0(sizeof(KeyLookup));
	KeyFinder	finder = {.scope = scope};
	ListCell   *cell;

	if (scope->table->partition_key != NULL)
		foreach(cell, clauses)
			read_clause(&finder, (Expr *) lfirst(cell));

	lookup->access = KEY_ACCESS_SCAN;
	if (finder.impossible)
		lookup->access = KEY_ACCESS_NOTHING;
	else if (is_whole_key(&finder) ||
			 scope->table->partition_key == NULL ||
			 !key_list_find(scope, clauses, lookup))
		use_key(&finder, lookup);
	lookup->rest = list_difference_ptr(clauses, lookup->used);
	return lookup;
}
