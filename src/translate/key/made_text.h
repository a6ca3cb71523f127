/*
 * made_text.h
 *		The text of an attribute that is made of values, some of which may not
 *		be known before execution.
 */
#ifndef DYNAMORM_TRANSLATE_MADE_TEXT_H
#define DYNAMORM_TRANSLATE_MADE_TEXT_H

#include "postgres.h"

#include "client/wire/expression.h"
#include "translate/table/table_column.h"

/* A text that is being made. */
typedef struct MadeText
{
	StringInfoData text;		/* of what is known */
	StringInfoData label;		/* to be shown, if something is not */
	bool		is_unknown;
	TemplateProblem problem;	/* why no text can be made */
	const TemplatePart *culprit;
} MadeText;

/* In the current memory context. */
extern void made_text_begin(MadeText *made);
extern void made_text_copy(MadeText *copy, const MadeText *made);

extern void made_text_append_literal(MadeText *made, const char *text,
									 int length);

/* A field's value; sets problem if it has no text there. */
extern void made_text_append_value(MadeText *made, const TemplatePart *part,
								   const Operand *operand);

extern Operand *made_text_operand(const MadeText *made);

/*
 * The attribute of one that is made, of the values of its fields, by part of
 * the template.  NULL with problem and culprit if no row has such values.
 */
extern Operand *made_operand(const Column *column, Operand *const *fields,
							 TemplateProblem *problem,
							 const TemplatePart **culprit);

#endif							/* DYNAMORM_TRANSLATE_MADE_TEXT_H */
