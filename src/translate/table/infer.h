/*
 * infer.h
 *		Types of columns, told from the items of a sample.
 *
 * Types are taken as they are seen, but nothing is made of values: strings
 * stay text even if all of them look like dates, and numbers are numeric,
 * which holds every number there can be.
 */
#ifndef DYNAMORM_TRANSLATE_INFER_H
#define DYNAMORM_TRANSLATE_INFER_H

#include "postgres.h"

#include "client/wire/attribute.h"
#include "nodes/pg_list.h"

/* What was seen of one attribute. */
typedef struct SeenAttribute
{
	const char *name;			/* UTF-8; the key of a hash table */
	int64		items;			/* that have it */
	int64		counts[ATTRIBUTE_M + 1];	/* of them, by type */
	bool		some_fraction;	/* an N that no bigint can hold */
	bool		some_no_time;	/* an N that is no time in seconds */
	int64		elements;		/* in its lists */
	int64		element_counts[ATTRIBUTE_M + 1];	/* of them, by type */
} SeenAttribute;

typedef struct Survey Survey;

/* Begins a survey in the current memory context. */
extern Survey *survey_make(void);

/* Looks at an item; nothing of it is kept. */
extern void survey_look(Survey *survey, const DynamoItem *item);

/* What was seen of an attribute; NULL: no item has it. */
extern const SeenAttribute *survey_find(const Survey *survey,
										const char *name);

/* All attributes, as a list of SeenAttribute in the order of their names. */
extern List *survey_attributes(const Survey *survey);

/* A column's type. */
typedef struct InferredType
{
	const char *sql;			/* "text", "numeric[]", ... */
	const char *type_option;	/* the option "type" it needs; NULL: none */
	bool		is_mixed;		/* no one type holds all that was seen, so that
								 * it is jsonb */
} InferredType;

/*
 * The type of a column that can hold what was seen.  whole_numbers: bigint
 * where all numbers seen are whole ones that it holds, else numeric.
 */
extern InferredType infer_type(const SeenAttribute *seen, bool whole_numbers);

/* The type of a key attribute, which is declared as S, N or B. */
extern const char *infer_key_type(AttributeType type,
								  const SeenAttribute *seen,
								  bool whole_numbers);

/* "S (12) and N (1)": the types seen, the most frequent first. */
extern char *infer_describe_types(const SeenAttribute *seen);

#endif							/* DYNAMORM_TRANSLATE_INFER_H */
