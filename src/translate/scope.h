/*
 * scope.h
 *		What a translation needs to know: the table, its range table index, and
 *		how column-free expressions get their values.
 *
 * Translation runs twice: when planning, to see what can be pushed (constants
 * are known, the rest not yet), and when execution begins, with all values.
 * A value that is not known is taken for an ordinary one: not NULL, storable.
 */
#ifndef DYNAMORM_TRANSLATE_SCOPE_H
#define DYNAMORM_TRANSLATE_SCOPE_H

#include "postgres.h"

#include "nodes/primnodes.h"
#include "client/wire/expression.h"
#include "translate/table/table.h"

typedef struct Scope Scope;

/* What evaluating an expression came to. */
typedef enum Knowledge
{
	VALUE_IS_KNOWN,
	VALUE_IS_NOT_KNOWN,			/* not before execution */
	VALUE_IS_NOT_FOR_NOW		/* that it is evaluated, or fails, must not be
								 * noticed if there is no row that needs it */
} Knowledge;

struct Scope
{
	const Table *table;
	Index		varno;			/* of the table in the expressions */
	int			values_varno;	/* rows of this one are values: INNER_VAR for
								 * "excluded"; 0: of none */
	bool		others_are_values;	/* rows of all other tables are values: of
									 * a join's outer rows */
	bool		reads_fields;	/* columns that are read out of the text of an
								 * attribute count as sources, though DynamoDB
								 * cannot look at them: for look-ups of keys */
	const bool *hidden;			/* columns, by attnum - 1, whose attributes may
								 * not be named (in the filter of a Query);
								 * NULL: none */

	/*
	 * Evaluates a column-free expression.  NULL: only constants are known.
	 * The value lives as long as the memory context that was current when the
	 * translation was called.
	 */
	Knowledge	(*evaluate) (Scope *scope, Expr *expr, Datum *value,
							 bool *isnull);
	bool		has_gates;		/* clauses without columns are demanded */
	bool		demanded;		/* the values asked for now are needed whether
								 * there is a row or not */
	bool		withheld;		/* one was asked for that was not for now:
								 * what was made of it is of no use */

	/*
	 * Is the value another at each evaluation?  NULL:
	 * contain_volatile_functions().  EXPLAIN leaves out the calls that will
	 * have been replaced by their values when a row is written.
	 */
	bool		(*is_volatile) (Node *expr);

	/* How EXPLAIN shows a value not known; NULL: as "?". */
	const char *(*label) (Scope *scope, Expr *expr);
};

typedef enum ValueState
{
	VALUE_UNKNOWN,				/* not known yet */
	VALUE_NULL,					/* SQL NULL */
	VALUE_KNOWN
} ValueState;

/* Has the expression no column of the scope's table, and nothing volatile? */
extern bool scope_is_column_free(const Scope *scope, Expr *expr);

/*
 * The value of a column-free expression.  Sets withheld for one that is not
 * for now.
 */
extern ValueState scope_value(Scope *scope, Expr *expr, Datum *value);

/* The label of a value that is not known. */
extern const char *scope_label(Scope *scope, Expr *expr);

/*
 * The place in a list that a column-free integer means as an index, where the
 * first element has the index first.  False if it means none, or may mean one
 * from the list's end.  A value not known yet counts as the first place.
 */
extern bool scope_list_place(Scope *scope, Expr *index, int first,
							 int *place);

/*
 * The column that an expression is, looking through relabelings that keep the
 * stored bytes (RelabelType between binary compatible types, varchar to text);
 * NULL if it is none.
 */
extern Column *scope_column(const Scope *scope, Expr *expr);

#endif							/* DYNAMORM_TRANSLATE_SCOPE_H */
