/*
 * condition_source.h
 *		What the leaf of a condition is about: a value of the row that DynamoDB
 *		can look at.
 */
#ifndef DYNAMORM_TRANSLATE_CONDITION_SOURCE_H
#define DYNAMORM_TRANSLATE_CONDITION_SOURCE_H

#include "postgres.h"

#include "translate/condition/condition_builder.h"

typedef enum SourceKind
{
	SOURCE_ATTRIBUTE,			/* the value at the path, read by its codec */
	SOURCE_JSON,				/* what -> finds inside a document */
	SOURCE_JSON_TEXT,			/* what ->> finds */
	SOURCE_SIZE,				/* elements or bytes of the value at the
								 * path */
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

/*
 * Is it a key column itself?  Or one by whose value a key is told, which is
 * one, or which the key is made of?
 */
extern bool source_is_key(const Source *source);
extern bool source_tells_key(const Source *source);

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

/*
 * The place inside a column that an expression looks at (doc -> 'a' ->> 'b',
 * row.field), as far as it leads by names, which must be known; NULL if it is
 * none, or leads by an index first.
 */
extern DocumentPath *condition_path_inside(Scope *scope, Expr *expr);

#endif							/* DYNAMORM_TRANSLATE_CONDITION_SOURCE_H */
