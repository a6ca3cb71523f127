/*
 * key_finder.h
 *		What is found of a key while the clauses are read; for the files of the
 *		look-up alone.
 */
#ifndef DYNAMORM_TRANSLATE_KEY_FINDER_H
#define DYNAMORM_TRANSLATE_KEY_FINDER_H

#include "postgres.h"

#include "translate/key/item_key.h"
#include "translate/key/key_lookup.h"
#include "translate/key/key_schema.h"
#include "translate/scope.h"

/* One end of a range of a sort key. */
typedef struct KeyBound
{
	Operand    *operand;		/* NULL: no such bound */
	Comparison	comparison;
	Datum		datum;			/* of the operand, if it is binary data */
	List	   *clauses;		/* that it stems from */
	List	   *used;			/* those of them that it says exactly */
} KeyBound;

/*
 * What the clauses say of one attribute of the key, or of a column that such
 * an attribute is made of.
 */
typedef struct KeyPart
{
	const Column *column;
	bool		is_sort;
	bool		is_field;		/* a field of an attribute of the key */
	Operand    *fixed;			/* NULL: not fixed */
	List	   *fixed_clauses;	/* that fix it */
	List	   *fixed_used;		/* those of them that say nothing else */
	Expr	   *value;			/* what it was made of */
	Oid			collation;		/* of the clause */
	KeyBound	lower;
	KeyBound	upper;
	Operand    *prefix;			/* NULL: none */
	List	   *prefix_clauses;
	List	   *prefix_used;
	bool		says_itself;	/* clauses speak of an attribute that is made
								 * of others */
	const Column *ordered_by;	/* the rows come in the order of this column:
								 * the first field that is not fixed */
} KeyPart;

#define KEY_PARTS_LIMIT		(2 * KEY_PART_LIMIT + 4 * KEY_FIELD_LIMIT)

/* What they say of the key. */
typedef struct KeyFinder
{
	Scope	   *scope;
	const KeySchema *schema;
	bool		impossible;		/* no item can have such a key */
	const Column *impossible_column;	/* because of what it equals; NULL: of
										 * something else */
	KeyValue	impossible_value;
	const Column *unmade;		/* an attribute that values cannot make: why */
	const TemplatePart *unmade_field;
	TemplateProblem unmade_problem;
	const Column *unfit;		/* an attribute whose text is too long */
	const AttributeValue *unfit_value;
	const Column *misfit;		/* an attribute that is not given as its
								 * template makes it */
	List	   *always_true;	/* clauses that every item's key fulfils */
	int			key_count;		/* of parts that are attributes of the key */
	int			part_count;		/* these go first, partition key before all */
	KeyPart		parts[KEY_PARTS_LIMIT]; /* not initialised beyond the count */
} KeyFinder;

/* ---- key_template.c ---- */

/* Adds the columns that attributes of the key are made of. */
extern void key_template_add_fields(KeyFinder *finder);

/*
 * Says of the attributes that are made of columns what the clauses say of
 * those.
 */
extern void key_template_apply(KeyFinder *finder);

/* The part that a column is; NULL if it is none. */
extern KeyPart *key_finder_part(KeyFinder *finder, const Column *column);

/* Adds a part that nothing is known of yet; there must be room for it. */
extern KeyPart *key_finder_add_part(KeyFinder *finder, const Column *column);

#endif							/* DYNAMORM_TRANSLATE_KEY_FINDER_H */
