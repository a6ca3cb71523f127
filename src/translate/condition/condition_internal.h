/*
 * condition_internal.h
 *		What the files that translate conditions share.
 *
 * A leaf of a WHERE, such as a comparison, is translated by asking when it is
 * TRUE, FALSE or UNKNOWN in SQL.  Whoever answers builds the condition for the
 * builder's sense and, where the other sense would get another one, says that
 * the translation is not exact.
 *
 * A stored value that its column cannot read, being of the wrong type, has no
 * meaning in SQL.  In the sense MUST no answer may be true for it, in the
 * sense MAY it does not matter.
 */
#ifndef DYNAMORM_TRANSLATE_CONDITION_INTERNAL_H
#define DYNAMORM_TRANSLATE_CONDITION_INTERNAL_H

#include "postgres.h"

#include "translate/condition/condition.h"

/* ---- truth ---- */

typedef enum Truth
{
	TRUTH_TRUE,
	TRUTH_FALSE,
	TRUTH_UNKNOWN,
	TRUTH_NOT_TRUE,				/* FALSE or UNKNOWN; asked of no leaf, nor are
								 * those below */
	TRUTH_NOT_FALSE,
	TRUTH_NOT_UNKNOWN
} Truth;

/* One translation. */
typedef struct ConditionBuilder
{
	Scope	   *scope;
	ConditionSense sense;
	bool		exact;			/* so far both senses are the same */
} ConditionBuilder;

/* ---- condition.c ---- */

/* The condition under which the expression has the truth value. */
extern Condition *condition_of(ConditionBuilder *builder, Expr *expr,
							   Truth truth);

/* One condition for each sense. */
extern Condition *condition_by_sense(ConditionBuilder *builder,
									 Condition *may, Condition *must);

/* What cannot be translated: true in SENSE_MAY, false in SENSE_MUST. */
extern Condition *condition_guess(ConditionBuilder *builder);

/* The function of an operator expression. */
extern Oid	operator_function(const OpExpr *op);

/* ---- condition_source.c: what a leaf is about ---- */

typedef enum SourceKind
{
	SOURCE_ATTRIBUTE,			/* the value at the path, read by its codec */
	SOURCE_JSON,				/* what -> finds inside a document */
	SOURCE_JSON_TEXT,			/* what ->> finds */
	SOURCE_SIZE,				/* elements or bytes of the value at the path */
	SOURCE_TYPE,				/* dyn_attribute_type() */
	SOURCE_POSITION				/* strpos() */
} SourceKind;

/* A value of the row that DynamoDB can look at. */
typedef struct Source
{
	SourceKind	kind;
	const Column *column;		/* the path starts with its attribute */
	DocumentPath *path;
	Codec	   *codec;			/* of the value at the path; NULL inside a
								 * document */
	const struct Source *parent;	/* the value that holds this one; NULL: the
									 * source is a whole column */
	bool		null_if_empty;	/* SIZE: array_length() */
	Expr	   *searched;		/* POSITION: what is looked for */
	Oid			collation;		/* POSITION */
} Source;

/* The source that an expression is; NULL if DynamoDB cannot look at it. */
extern Source *source_of(Scope *scope, Expr *expr);

/* Is it a key column itself? */
extern bool source_is_key(const Source *source);

/* The attribute at the path is of a type that the source reads. */
extern Condition *source_has_type(const Source *source);

/* The source is not NULL, or NULL, in SQL. */
extern Condition *source_has_value(ConditionBuilder *builder,
								   const Source *source);
extern Condition *source_is_null(ConditionBuilder *builder,
								 const Source *source);

/* A list of lists, read as an array of several dimensions. */
extern Condition *source_is_nested_list(const Source *source);

/*
 * An element of what is no list: a document's set is read as an array, and
 * for -> a scalar is an array of itself, but DynamoDB has no path to either.
 * Where this is true nothing can be said of the source.  NULL if that cannot
 * be.
 */
extern Condition *source_is_opaque(const Source *source);

/* dyn_attribute_exists(c) */
extern Condition *condition_of_existence(ConditionBuilder *builder,
										 FuncExpr *call, Truth truth);

/* IS NULL, IS NOT NULL */
extern Condition *condition_of_null_test(ConditionBuilder *builder,
										 NullTest *test, Truth truth);

/* ---- condition_value.c: the values compared with ---- */

/* A column-free operand. */
typedef struct ComparedValue
{
	ValueState	state;
	Datum		datum;			/* KNOWN */
	Oid			type_id;
	const char *label;			/* UNKNOWN */
} ComparedValue;

/* Can DynamoDB's comparison with the value stand for SQL's? */
typedef enum PlainValue
{
	PLAIN_OPERAND,				/* yes */
	PLAIN_NOTHING,				/* no stored value is equal to it */
	PLAIN_LESS,					/* it is below all stored values */
	PLAIN_GREATER,				/* it is above all stored values */
	PLAIN_NOT					/* it must be looked at more closely */
} PlainValue;

extern ComparedValue compared_value(Scope *scope, Expr *expr);

/*
 * The value for comparing for equality with what the codec stores; is_key: in
 * a key attribute, whose values have their canonical spelling.
 */
extern PlainValue plain_value(Codec *codec, bool is_key,
							  const ComparedValue *value, Oid collation,
							  Operand **operand);

/* The same for < <= > >=. */
extern PlainValue plain_ordered_value(Codec *codec, bool is_key,
									  const ComparedValue *value,
									  Oid collation, Operand **operand);

/*
 * A known value as plain_value() compares it with what the codec stores;
 * raises what codec_encode() does if it cannot be stored at all.
 */
extern AttributeValue *plain_encode(Codec *codec, const ComparedValue *value,
									const CodecPlace *place);

/* Does DynamoDB order what the codec stores as SQL does? */
extern bool stored_order_is_plain(const Codec *codec, bool is_key,
								  Oid collation);

/* A number or text on its own, for sizes, or NULL. */
extern Operand *value_operand(const ComparedValue *value);

/* Operands made here. */
extern Operand *operand_text(const char *server_text, int length);
extern Operand *operand_number(int64 number);

/* Is text equal only if its bytes are; are bytes its order? */
extern bool text_equality_is_bytes(Oid collation);
extern bool text_order_is_bytes(Oid collation);

/*
 * The btree comparison that an operator is, on what the codec reads (its left
 * operand) and a value of the type.  False if it is none, or another one.
 */
extern bool comparison_on_codec(Oid operator_id, const Codec *codec,
								Oid value_type, Comparison *comparison);

/* The same for sources of all kinds. */
extern bool comparison_on_source(Oid operator_id, const Source *source,
								 Oid value_type, Comparison *comparison);

extern Comparison comparison_negate(Comparison comparison);

/* ---- condition_compare.c ---- */

/* A comparison taken apart: source operator value. */
typedef struct ComparisonParts
{
	Source	   *source;
	Expr	   *other;			/* column-free, or NULL with other_source */
	Source	   *other_source;
	Comparison	comparison;
	Oid			collation;
} ComparisonParts;

/*
 * Takes an operator with two operands apart, source first.  False if it is no
 * comparison that is known here.
 */
extern bool comparison_take_apart(Scope *scope, Oid operator_id,
								  Oid collation, List *args,
								  ComparisonParts *parts);

extern Condition *condition_of_comparison(ConditionBuilder *builder,
										  const ComparisonParts *parts,
										  Truth truth);

/* The source compared with a value; truth is TRUE or FALSE. */
extern Condition *condition_of_value(ConditionBuilder *builder,
									 const Source *source,
									 Comparison comparison,
									 const ComparedValue *value,
									 Oid collation, Truth truth);

extern Condition *condition_of_distinct(ConditionBuilder *builder,
										DistinctExpr *distinct, Truth truth);

/* ---- condition_array.c ---- */

/* = ANY (array), <> ALL (array) and the like */
extern Condition *condition_of_array_test(ConditionBuilder *builder,
										  ScalarArrayOpExpr *test,
										  Truth truth);

/*
 * The values that an attribute is one of, in a test for = ANY (array): a list
 * of Operand, without those that no stored value can equal.  *is_whole_array:
 * the array is not known, and its one operand stands for all elements.  False
 * if it is no such test, or does not compare plainly with a key.
 */
extern bool membership_operands(Scope *scope, ScalarArrayOpExpr *test,
								Source **source, List **operands,
								bool *is_whole_array);

/* column @> array, column && array; NULL if it is neither */
extern Condition *condition_of_containment(ConditionBuilder *builder,
										   OpExpr *op, Truth truth);

/* ---- condition_text.c ---- */

/* LIKE, ^@, starts_with(); NULL if it is none of them */
extern Condition *condition_of_pattern(ConditionBuilder *builder,
									   Oid function_id, Oid collation,
									   List *args, Truth truth);

/*
 * The prefix that a pattern match fixes, for a key condition: the column's
 * expression and the prefix.  *whole: the match says nothing more.
 */
extern bool pattern_prefix(Scope *scope, Expr *clause, Source **source,
						   Operand **prefix, bool *whole);

/* strpos(column, text) compared with a number */
extern Condition *condition_of_position(ConditionBuilder *builder,
										const Source *source,
										Comparison comparison,
										const ComparedValue *value);

/* ---- condition_json.c ---- */

/* ? : NULL if it is not that */
extern Condition *condition_of_json_key(ConditionBuilder *builder,
										OpExpr *op, Truth truth);

/* What -> or ->> found, compared with a value; truth TRUE is asked for. */
extern Condition *condition_of_json(ConditionBuilder *builder,
									const Source *source,
									Comparison comparison,
									const ComparedValue *value,
									Oid collation);

#endif							/* DYNAMORM_TRANSLATE_CONDITION_INTERNAL_H */
