/*
 * compute.h
 *		The computed path: WHERE and SET evaluated here, on an item that was
 *		read, and written on condition that what was read still stands.
 */
#ifndef DYNAMORM_FDW_COMPUTE_H
#define DYNAMORM_FDW_COMPUTE_H

#include "postgres.h"

#include "compat.h"

#include "fdw/write/write_statement.h"

/* The executable form of a WHERE and SET. */
typedef struct Computation
{
	List	   *assignments;	/* of Assignment */
	ExprState  *where;			/* NULL: always true */
	List	   *multi_selects;	/* of ExprState, to be evaluated first */
	List	   *values;			/* of ExprState, one for each assignment */
} Computation;

/* Prepares expressions, in the current memory context. */
extern Computation *computation_make(const WriteStatement *statement,
									 List *clauses, List *assignments);

/*
 * The columns that compute_load() is to decode: those that are read, and the
 * key; NULL for the whole row.  For WriteStatement.loaded_columns.
 */
extern const bool *compute_loaded_columns(const Table *table,
										  Bitmapset *read_columns,
										  bool whole_row);

/*
 * Loads an item, as the row that WHERE and SET see; NULL: the row that an
 * upsert starts from, with the key and all else NULL.
 */
extern void compute_load(const WriteStatement *statement,
						 const DynamoItem *item, const DynamoItem *key,
						 const char *readable_key);

/* Is the WHERE true of the row loaded? */
extern bool compute_where(const WriteStatement *statement,
						  const Computation *computation);

/*
 * Has a row other values in the columns of which its key is made than the
 * clauses give them?  An upsert's row would have the same key.
 */
extern bool compute_is_other_row(const WriteStatement *statement,
								 const DynamoItem *item,
								 const DynamoItem *key);

/* What a computation wants written. */
typedef struct ComputedWrite
{
	char	   *expressions;	/* of the UpdateItem or DeleteItem; where the
								 * key changes, of the deletion */
	const DynamoItem *new_item; /* the item under its new key, or as it is put;
								 * NULL: neither */
	bool		puts;			/* a PutItem makes it */
} ComputedWrite;

/*
 * Evaluates SET on the row loaded, checks what PostgreSQL would check of the
 * new row, and returns the conditional write.  item is the one loaded, or NULL
 * for an upsert's; key is its key.  Raises what evaluation raises, and 23502,
 * 23514, 22003 and so on for values that may not be stored, 54000 for a
 * request beyond DynamoDB's limits.
 */
extern ComputedWrite *compute_write(const WriteStatement *statement,
									const Computation *computation,
									const DynamoItem *item,
									const DynamoItem *key,
									const char *readable_key);

/* The same where it is kept until COMMIT. */
typedef struct ComputedImage
{
	const DynamoItem *image;	/* as the item will be, also under a new key;
								 * NULL: it is deleted */
	bool		moves;			/* it gets another key */
	List	   *assigned;		/* of UpdateAction: the attributes that it
								 * assigns */
	Bitmapset  *seen;			/* columns on which the image depends, beside
								 * those that the statement reads */
} ComputedImage;

/*
 * As compute_write(), but for limits of requests.  The image is not copied
 * deeply.
 */
extern ComputedImage *compute_image(const WriteStatement *statement,
									const Computation *computation,
									const DynamoItem *item,
									const DynamoItem *key,
									const char *readable_key);

/*
 * Condition: the attributes of these columns (see pull_varattnos()) are what
 * they are in the item; or, for no item, there still is none.  They must be
 * all that the write depends on and does not set.
 */
extern Condition *compute_unchanged(const Table *table,
									Bitmapset *held_columns,
									const DynamoItem *item);

#endif							/* DYNAMORM_FDW_COMPUTE_H */
