/*
 * condition_builder.h
 *		What the files that translate conditions share: one translation, and
 *		what is said in its sense.
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
#ifndef DYNAMORM_TRANSLATE_CONDITION_BUILDER_H
#define DYNAMORM_TRANSLATE_CONDITION_BUILDER_H

#include "postgres.h"

#include "client/wire/expression.h"
#include "translate/scope.h"

/* What the senses mean: condition.h. */
typedef enum ConditionSense
{
	SENSE_MAY,
	SENSE_MUST
} ConditionSense;

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

/* One condition for each sense. */
extern Condition *condition_by_sense(ConditionBuilder *builder,
									 Condition *may, Condition *must);

/* What cannot be translated: true in SENSE_MAY, false in SENSE_MUST. */
extern Condition *condition_guess(ConditionBuilder *builder);

/* The function of an operator expression. */
extern Oid	operator_function(const OpExpr *op);

/* Is it text, varchar or name, which are stored as they are? */
extern bool type_is_plain_text(Oid type_id);

/*
 * The codec of a number or text on its own, which need not fit the column that
 * it is compared with; made once in a session.  NULL if the type has none.
 */
extern Codec *codec_of_own_type(Oid type_id);

/* Operands of a text, in the server's encoding, and of a number. */
extern Operand *operand_text(const char *server_text, int length);
extern Operand *operand_number(int64 number);

#endif							/* DYNAMORM_TRANSLATE_CONDITION_BUILDER_H */
