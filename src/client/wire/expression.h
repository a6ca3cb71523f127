/*
 * expression.h
 *		DynamoDB's expressions as trees, and their text with placeholders.
 *
 * Nothing of SQL is known here.  The trees are built by condition.c and
 * update.c and written either for a request (every name a #placeholder, every
 * value a :placeholder) or readably, for EXPLAIN.
 *
 * Source: DynamoDB Developer Guide, "Using expressions in DynamoDB".
 */
#ifndef DYNAMORM_TRANSLATE_EXPRESSION_H
#define DYNAMORM_TRANSLATE_EXPRESSION_H

#include "postgres.h"

#include "client/wire/attribute.h"
#include "nodes/pg_list.h"

/* ---- document paths: a.b[2] ---- */

typedef struct PathStep
{
	const char *name;			/* UTF-8; NULL: an index step */
	int			index;			/* from 0, if name is NULL */
} PathStep;

typedef struct DocumentPath
{
	int			step_count;		/* at least 1; the first is a name */
	PathStep   *steps;
} DocumentPath;

extern DocumentPath *path_make(const char *attribute_name);
extern DocumentPath *path_with_name(const DocumentPath *parent,
									const char *name);
extern DocumentPath *path_with_index(const DocumentPath *parent, int index);
extern bool path_equal(const DocumentPath *a, const DocumentPath *b);

/* Is one the other, or an ancestor of it? */
extern bool path_overlaps(const DocumentPath *a, const DocumentPath *b);

/* ---- operands ---- */

typedef enum OperandKind
{
	OPERAND_PATH,
	OPERAND_VALUE,
	OPERAND_SIZE,				/* size(left); conditions only */
	OPERAND_IF_NOT_EXISTS,		/* if_not_exists(path, left); updates only, as
								 * are those below */
	OPERAND_LIST_APPEND,		/* list_append(left, right) */
	OPERAND_PLUS,				/* left + right; only outermost */
	OPERAND_MINUS				/* left - right; only outermost */
} OperandKind;

typedef struct Operand
{
	OperandKind kind;
	DocumentPath *path;			/* PATH, IF_NOT_EXISTS */
	AttributeValue *value;		/* VALUE; NULL: not known yet (EXPLAIN) */
	const char *label;			/* VALUE: how to show it; NULL: as it is, which
								 * is known */
	struct Operand *left;
	struct Operand *right;
} Operand;

extern Operand *operand_path(DocumentPath *path);
extern Operand *operand_value(AttributeValue *value);
extern Operand *operand_unknown(const char *label);
extern Operand *operand_size(Operand *of);
extern Operand *operand_if_not_exists(DocumentPath *path, Operand *otherwise);
extern Operand *operand_binary(OperandKind kind, Operand *left,
							   Operand *right);

/* ---- conditions ---- */

typedef enum ConditionKind
{
	CONDITION_TRUE,				/* never written: folded away */
	CONDITION_FALSE,			/* never written: folded away */
	CONDITION_AND,				/* children: at least two */
	CONDITION_OR,
	CONDITION_NOT,				/* children: one */
	CONDITION_COMPARE,			/* left comparison right */
	CONDITION_BETWEEN,			/* left BETWEEN right AND upper */
	CONDITION_IN,				/* left IN (operands) */
	CONDITION_EXISTS,			/* attribute_exists(left) */
	CONDITION_NOT_EXISTS,		/* attribute_not_exists(left) */
	CONDITION_TYPE,				/* attribute_type(left, type) */
	CONDITION_BEGINS_WITH,		/* begins_with(left, right) */
	CONDITION_CONTAINS			/* contains(left, right) */
} ConditionKind;

typedef enum Comparison
{
	COMPARISON_EQ,
	COMPARISON_NE,
	COMPARISON_LT,
	COMPARISON_LE,
	COMPARISON_GT,
	COMPARISON_GE
} Comparison;

typedef struct Condition
{
	ConditionKind kind;
	Comparison	comparison;		/* COMPARE */
	AttributeType type;			/* TYPE */
	Operand    *left;
	Operand    *right;
	Operand    *upper;			/* BETWEEN */
	List	   *children;		/* AND, OR, NOT: of Condition */
	List	   *operands;		/* IN: of Operand, 1 to 99 */
} Condition;

/* AND, OR and NOT fold constants and flatten; lists are of Condition. */
extern Condition *condition_constant(bool value);
extern Condition *condition_and(List *children);
extern Condition *condition_or(List *children);
extern Condition *condition_both(Condition *a, Condition *b);
extern Condition *condition_either(Condition *a, Condition *b);
extern Condition *condition_not(Condition *child);
extern Condition *condition_compare(Operand *left, Comparison comparison,
									Operand *right);

/* Bounds must not be reversed: DynamoDB refuses that. */
extern Condition *condition_between(Operand *left, Operand *lower,
									Operand *upper);

/* Any number of operands: none is false, more than 99 are split by OR. */
extern Condition *condition_in(Operand *left, List *operands);
extern Condition *condition_exists(DocumentPath *path);
extern Condition *condition_not_exists(DocumentPath *path);

/* The attribute has the value; NULL: it does not exist. */
extern Condition *condition_attribute_is(const char *name,
										 AttributeValue *value);
extern Condition *condition_type(DocumentPath *path, AttributeType type);
extern Condition *condition_begins_with(Operand *left, Operand *right);
extern Condition *condition_contains(Operand *left, Operand *right);

/* ---- updates ---- */

typedef enum UpdateActionKind
{
	UPDATE_SET,
	UPDATE_REMOVE,
	UPDATE_ADD,
	UPDATE_DELETE
} UpdateActionKind;

typedef struct UpdateAction
{
	UpdateActionKind kind;
	DocumentPath *path;
	Operand    *operand;		/* NULL for REMOVE */
} UpdateAction;

extern UpdateAction *update_action(UpdateActionKind kind, DocumentPath *path,
								   Operand *operand);

/* ---- text ---- */

/*
 * The placeholders of one request, shared by all its expressions.  A readable
 * one writes names and values in place of placeholders.
 */
typedef struct Placeholders
{
	bool		readable;		/* for EXPLAIN */
	List	   *names;			/* of const char *: #0, #1, ... */
	List	   *values;			/* of AttributeValue *: :0, :1, ...; NULL: one
								 * not known yet, which can only be counted */
	int			operator_count; /* of the expression being written */
	bool		assigning;		/* it is an update expression */
	Size		bytes;			/* of names, wherever they stand, and of the
								 * values that conditions compare with */
	bool		impossible;		/* a path, a name or such a value is one that
								 * no expression may have */
} Placeholders;

extern Placeholders *placeholders_make(bool readable);

/*
 * Writes a condition (not a constant one), an update expression of a list of
 * UpdateAction, or a projection of a list of DocumentPath.
 */
extern void write_condition(StringInfo out, const Condition *condition,
							Placeholders *placeholders);
extern void write_update(StringInfo out, List *actions,
						 Placeholders *placeholders);
extern void write_projection(StringInfo out, List *paths,
							 Placeholders *placeholders);

/* ---- expression_limit.c: what one request can hold ---- */

/*
 * Is the expression within DynamoDB's limits: 4 KB, 300 operators, and 1 MB
 * with its names and values?  out holds only this expression, as written with
 * placeholders.
 */
extern bool expression_within_limits(StringInfo out,
									 const Placeholders *placeholders);

/*
 * The condition, or as many of the parts that it ANDs as one expression can
 * hold, in their order; the constant true, if none.  The placeholders have
 * those of the expressions that will be written before it, and get its own.
 * Values need not be known yet.
 */
extern Condition *condition_within_limits(Condition *condition,
										  Placeholders *placeholders);

/*
 * The paths, if one projection can hold them; else the attributes that they
 * begin with; NIL, which is to ask for whole items, if those are too many as
 * well.  The placeholders have those of the expressions that will be written
 * before it.
 */
extern List *projection_within_limits(List *paths,
									  Placeholders *placeholders);

/* ---- members of a request ---- */

/*
 * Appends ,"ExpressionAttributeNames":{...},"ExpressionAttributeValues":{...},
 * each only if it has members.
 */
extern void write_placeholders(StringInfo out,
							   const Placeholders *placeholders);

/* Appends ,"member":"text" with the text quoted for JSON. */
extern void json_append_text_member(StringInfo out, const char *member,
									const char *text);

#endif							/* DYNAMORM_TRANSLATE_EXPRESSION_H */
