/*
 * key_list.c
 *		WHERE clauses that leave a list of keys: IN, = ANY (array), OR of
 *		equalities, and for two key columns their combinations.
 *
 * A clause that bounds the key becomes a list of choices, of which one must
 * hold; AND combines the lists of its arms, OR appends them.
 */
#include "postgres.h"

#include "compat.h"

#include "nodes/nodeFuncs.h"

#include "translate/condition/condition_array.h"
#include "translate/condition/condition_compare.h"
#include "translate/condition/condition_source.h"
#include "translate/condition/condition_value.h"
#include "translate/key/item_set.h"
#include "translate/key/key_list.h"
#include "translate/key/made_text.h"
#include "translate/table/table_template.h"

/* More keys than these are not worth a list: a Scan reads 2,000 at once. */
#define MAX_CHOICES				100000

/* What is guessed of an array that is not known yet, as core does. */
#define UNKNOWN_ARRAY_LENGTH	10

/* What one BatchGetItem reads is not large. */
#define LARGE_PRODUCT			100

/* Values of the parts of a key, and of the columns that they are made of. */
typedef struct KeyChoice
{
	Operand    *partition;		/* NULL: any */
	Operand    *sort;			/* NULL: any */
	Operand    *fields[KEY_FIELD_LIMIT];	/* in the order of key_fields() */
	int			weight;			/* keys that it probably stands for */
} KeyChoice;

/* What a clause says of the key. */
typedef struct Choices
{
	List	   *list;			/* of KeyChoice; NIL: no key is possible */
	bool		exact;			/* the key says all that the clause says */
	bool		is_product;		/* of each with each, of several */
} Choices;

static bool choices_of_clause(Scope *scope, Expr *clause, Choices *choices);

/* ---- combining ---- */

static bool
operands_are_equal(const Operand *a, const Operand *b)
{
	return a->value->length == b->value->length &&
		memcmp(a->value->u.text, b->value->u.text, a->value->length) == 0;
}

/*
 * What both say of one part of the key: *both.  False if they contradict each
 * other; *decided is false if that cannot be known yet.
 */
static bool
combine_part(Operand *a, Operand *b, Operand **both, bool *decided)
{
	*both = a != NULL ? a : b;
	if (a == NULL || b == NULL)
		return true;
	if (a->value == NULL || b->value == NULL)
	{
		*decided = false;
		return true;
	}
	return operands_are_equal(a, b);
}

static bool
combine_fields(const KeyChoice *a, const KeyChoice *b, KeyChoice *both,
			   bool *decided)
{
	for (int i = 0; i < KEY_FIELD_LIMIT; i++)
		if (!combine_part(a->fields[i], b->fields[i], &both->fields[i],
						  decided))
			return false;
	return true;
}

/*
 * AND: combines each choice of one list with each of the other, in *both.
 * False if there would be too many, or if values are not known that would have
 * to be compared.
 */
static bool
combine_choices(const List *a, const List *b, List **both)
{
	ListCell   *cell;
	ListCell   *other;

	*both = NIL;
	if ((int64) list_length(a) * list_length(b) > MAX_CHOICES)
		return false;
	foreach(cell, a)
	{
		KeyChoice  *left = (KeyChoice *) lfirst(cell);

		foreach(other, b)
		{
			KeyChoice  *right = (KeyChoice *) lfirst(other);
			KeyChoice  *choice = palloc(sizeof(KeyChoice));
			bool		decided = true;

			choice->weight = left->weight * right->weight;
			if (combine_part(left->partition, right->partition,
							 &choice->partition, &decided) &&
				combine_part(left->sort, right->sort, &choice->sort,
							 &decided) &&
				combine_fields(left, right, choice, &decided))
				*both = lappend(*both, choice);
			if (!decided)
				return false;
		}
	}
	return true;
}

/* How many keys they probably stand for. */
static int
total_weight(const List *choices)
{
	int			total = 0;
	ListCell   *cell;

	foreach(cell, choices)
		total += ((KeyChoice *) lfirst(cell))->weight;
	return total;
}

/*
 * Takes what a clause of an AND says into the choices that its other clauses
 * have left.  False if it could not be, or says nothing of the key.
 */
static bool
narrow_choices(Scope *scope, Expr *clause, Choices *choices)
{
	Choices		more;
	List	   *both;

	if (!choices_of_clause(scope, clause, &more) ||
		!combine_choices(choices->list, more.list, &both))
		return false;
	choices->is_product |= more.is_product ||
		(total_weight(choices->list) > 1 && total_weight(more.list) > 1);
	choices->list = both;
	choices->exact &= more.exact;
	return true;
}

static Choices
any_key(void)
{
	KeyChoice  *any = palloc0(sizeof(KeyChoice));

	any->weight = 1;
	return (Choices) {
		.list = list_make1(any),
		.exact = true
	};
}

/* ---- clauses ---- */

static Operand **
place_in_choice(const Table *table, const Column *column, KeyChoice *choice)
{
	KeyFields	fields = key_fields(table);
	int			i = 0;

	if (column->key == KEY_PARTITION)
		return &choice->partition;
	if (column->key == KEY_SORT)
		return &choice->sort;
	while (fields.columns[i] != column)
		i++;
	return &choice->fields[i];
}

static void
add_choice(Scope *scope, Choices *choices, const Column *column,
		   Operand *operand, int weight)
{
	KeyChoice  *choice;

	/* no item has such a key */
	if (!key_can_hold(column, column->key == KEY_SORT, operand))
		return;
	choice = palloc0(sizeof(KeyChoice));
	choice->weight = weight;
	*place_in_choice(scope->table, column, choice) = operand;
	choices->list = lappend(choices->list, choice);
}

static bool
choices_of_equality(Scope *scope, OpExpr *op, Choices *choices)
{
	ComparisonParts parts;
	ComparedValue value;
	Operand    *operand;

	if (list_length(op->args) != 2 ||
		!comparison_take_apart(scope, op->opno, op->inputcollid, op->args,
							   &parts) ||
		parts.other_source != NULL || parts.comparison != COMPARISON_EQ ||
		!source_tells_key(parts.source))
		return false;
	/* one that has an attribute of its own may be another there */
	choices->exact = table_is_key_attribute(parts.source->column);
	value = compared_key_value(scope, parts.other);
	if (value.state == VALUE_NULL)
		return true;
	switch (plain_value(parts.source->column->codec, true, &value,
						parts.collation, &operand))
	{
		case PLAIN_NOT:
			return false;
		case PLAIN_OPERAND:
			add_choice(scope, choices, parts.source->column, operand, 1);
			return true;
		default:
			return true;
	}
}

static bool
choices_of_array(Scope *scope, ScalarArrayOpExpr *test, Choices *choices)
{
	Source	   *source;
	List	   *operands;
	bool		is_whole_array;
	ListCell   *cell;

	if (!membership_operands(scope, test, &source, &operands,
							 &is_whole_array) ||
		list_length(operands) > MAX_CHOICES)
		return false;
	choices->exact = table_is_key_attribute(source->column);
	foreach(cell, operands)
		add_choice(scope, choices, source->column, lfirst(cell),
				   is_whole_array ? UNKNOWN_ARRAY_LENGTH : 1);
	return true;
}

static bool
choices_of_or(Scope *scope, BoolExpr *or, Choices *choices)
{
	ListCell   *cell;

	foreach(cell, or->args)
	{
		Choices		arm;

		if (!choices_of_clause(scope, lfirst(cell), &arm))
			return false;
		choices->list = list_concat(choices->list, arm.list);
		choices->exact &= arm.exact;
		choices->is_product |= arm.is_product;
	}
	return list_length(choices->list) <= MAX_CHOICES;
}

static bool
choices_of_and(Scope *scope, BoolExpr *and, Choices *choices)
{
	bool		narrowed = false;
	ListCell   *cell;

	*choices = any_key();
	foreach(cell, and->args)
	{
		if (narrow_choices(scope, lfirst(cell), choices))
			narrowed = true;
		else
			choices->exact = false;
	}
	return narrowed;
}

/* False if the clause says nothing of the key that could be a list. */
static bool
choices_of_clause(Scope *scope, Expr *clause, Choices *choices)
{
	*choices = (Choices) {.exact = true};
	clause = comparison_of_clause(clause);

	if (IsA(clause, OpExpr))
		return choices_of_equality(scope, (OpExpr *) clause, choices);
	if (IsA(clause, ScalarArrayOpExpr))
		return choices_of_array(scope, (ScalarArrayOpExpr *) clause, choices);
	if (is_orclause(clause))
		return choices_of_or(scope, (BoolExpr *) clause, choices);
	if (is_andclause(clause))
		return choices_of_and(scope, (BoolExpr *) clause, choices);
	return false;
}

/* ---- the answer ---- */

/*
 * The attribute that is made of the fields of a choice; NULL: not all of them
 * are fixed.  *impossible: no item can have it.
 */
static Operand *
made_of_choice(const Table *table, const Column *made, KeyChoice *choice,
			   bool *impossible)
{
	const Template *template = made->template;
	Operand   **fields = palloc0(template->count * sizeof(Operand *));
	Operand    *operand;
	TemplateProblem problem;
	const TemplatePart *culprit;

	*impossible = false;
	for (int i = 0; i < template->count; i++)
	{
		const TemplatePart *part = &template->parts[i];

		if (part->literal != NULL)
			continue;
		fields[i] = *place_in_choice(table, part->column, choice);
		if (fields[i] == NULL)
			return NULL;
	}
	operand = made_operand(made, fields, &problem, &culprit);
	*impossible = operand == NULL;
	return operand;
}

/* A part of the key, if its columns fix it; false: no item can have it. */
static bool
make_part(const Table *table, const Column *part, KeyChoice *choice,
		  Operand **operand)
{
	bool		impossible = false;

	if (part == NULL)
		return true;
	if (*operand == NULL && part->template != NULL)
		*operand = made_of_choice(table, part, choice, &impossible);
	else if (*operand != NULL && (*operand)->value != NULL)
		impossible = !table_key_value_fits(part, (*operand)->value);
	return !impossible &&
		(*operand == NULL ||
		 key_can_hold(part, part->key == KEY_SORT, *operand));
}

/* Makes the parts of the keys; choices that are impossible go. */
static List *
make_parts(const Table *table, List *choices)
{
	List	   *possible = NIL;
	ListCell   *cell;

	foreach(cell, choices)
	{
		KeyChoice  *choice = (KeyChoice *) lfirst(cell);

		if (make_part(table, table->partition_key, choice,
					  &choice->partition) &&
			make_part(table, table->sort_key, choice, &choice->sort))
			possible = lappend(possible, choice);
	}
	return possible;
}

/* Do all choices fix the whole key? */
static bool
are_whole_keys(const Table *table, const List *choices)
{
	ListCell   *cell;

	foreach(cell, choices)
	{
		KeyChoice  *choice = (KeyChoice *) lfirst(cell);

		if (choice->partition == NULL ||
			(table->sort_key != NULL && choice->sort == NULL))
			return false;
	}
	return true;
}

/* The partition key that all choices have, or NULL. */
static Operand *
common_partition(const List *choices)
{
	Operand    *first = ((KeyChoice *) linitial(choices))->partition;
	ListCell   *cell;

	foreach(cell, choices)
	{
		Operand    *operand = ((KeyChoice *) lfirst(cell))->partition;

		if (operand != first &&
			(operand->value == NULL || first->value == NULL ||
			 !operands_are_equal(operand, first)))
			return NULL;
	}
	return first;
}

/* The choices as a person would write them. */
static Condition *
condition_of_choices(const Table *table, const List *choices)
{
	DocumentPath *path = path_make((table->sort_key != NULL ? table->sort_key
									: table->partition_key)->attribute_name);
	Operand    *partition = common_partition(choices);
	List	   *operands = NIL;
	List	   *conditions = NIL;
	ListCell   *cell;

	foreach(cell, choices)
	{
		KeyChoice  *choice = (KeyChoice *) lfirst(cell);

		operands = lappend(operands, table->sort_key == NULL
						   ? choice->partition : choice->sort);
		if (table->sort_key != NULL)
			conditions = lappend(conditions,
								 condition_both(key_equals(table->partition_key,
														   choice->partition),
												key_equals(table->sort_key,
														   choice->sort)));
	}
	if (list_length(choices) == 1 &&
		((KeyChoice *) linitial(choices))->weight == 1)
		return table->sort_key == NULL
			? key_equals(table->partition_key, partition)
			: (Condition *) linitial(conditions);
	if (table->sort_key == NULL)
		return condition_in(operand_path(path), operands);
	if (partition != NULL)
		return condition_both(key_equals(table->partition_key, partition),
							  condition_in(operand_path(path), operands));
	return condition_or(conditions);
}

/*
 * Their keys, each once, and in *choices what they were made of; NIL if not
 * all values are known yet.
 */
static List *
keys_of_choices(const Table *table, List **choices)
{
	ItemSet    *seen = item_set_make();
	List	   *keys = NIL;
	List	   *distinct = NIL;
	ListCell   *cell;

	foreach(cell, *choices)
	{
		KeyChoice  *choice = (KeyChoice *) lfirst(cell);
		DynamoItem *key = key_of_operands(table, choice->partition,
										  choice->sort);

		if (key == NULL)
			return NIL;
		if (!item_set_add(seen, key))
			continue;
		keys = lappend(keys, key);
		distinct = lappend(distinct, choice);
	}
	item_set_free(seen);
	*choices = distinct;
	return keys;
}

bool
key_list_is_large_product(const KeyLookup *lookup)
{
	return lookup->access == KEY_ACCESS_ITEMS && lookup->is_product &&
		lookup->key_count > LARGE_PRODUCT;
}

static KeyAccess
access_of_choices(const List *choices, const List *keys)
{
	if (choices == NIL)
		return KEY_ACCESS_NOTHING;
	return list_length(keys) == 1 ? KEY_ACCESS_ITEM : KEY_ACCESS_ITEMS;
}

bool
key_list_find(Scope *scope, const KeySchema *schema, List *clauses,
			  KeyLookup *lookup)
{
	const Table *table = scope->table;
	KeyLookup	found = {.from_list = true};
	Choices		choices = any_key();
	ListCell   *cell;

	foreach(cell, clauses)
	{
		Expr	   *clause = (Expr *) lfirst(cell);

		choices.exact = true;
		if (!narrow_choices(scope, clause, &choices))
			continue;
		found.by = lappend(found.by, clause);
		if (choices.exact)
			found.used = lappend(found.used, clause);
	}
	choices.list = make_parts(table, choices.list);
	if (!are_whole_keys(table, choices.list))
		return false;

	found.is_product = choices.is_product;
	found.keys = keys_of_choices(table, &choices.list);
	found.key_count = found.keys != NIL ? list_length(found.keys)
		: total_weight(choices.list);
	found.access = access_of_choices(choices.list, found.keys);
	if (schema->without_products && key_list_is_large_product(&found))
		return false;
	if (found.access == KEY_ACCESS_ITEM)
		found.key = linitial(found.keys);
	if (scope->label != NULL && choices.list != NIL)
		found.condition = condition_of_choices(table, choices.list);
	*lookup = found;
	return true;
}
