/*
 * template.h
 *		The option "template": how the text of an attribute is made of literal
 *		text and of the values of columns, and taken apart again.
 *
 *		USER#{user_id}			another column's value
 *		INVOICE#{}				the column's own
 *		ORDER#{order_id:06}		padded with zeros
 *		{email:lower}			in small letters; :upper; both {n:06:lower}
 *		{{ and }}				braces
 *
 * A field is spelled as its column is stored; numbers in plain digits.
 */
#ifndef DYNAMORM_TRANSLATE_TEMPLATE_H
#define DYNAMORM_TRANSLATE_TEMPLATE_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "client/wire/attribute.h"

/* As many fields may the template of a key's attribute have. */
#define KEY_TEMPLATE_LIMIT	8

struct Column;

typedef enum LetterCase
{
	LETTERS_KEPT,
	LETTERS_LOWER,
	LETTERS_UPPER
} LetterCase;

/* Literal text, or a field. */
typedef struct TemplatePart
{
	const char *literal;		/* UTF-8; NULL: a field */
	int			length;			/* of the literal */
	const char *name;			/* of the field's column; "": the column that
								 * has the template */
	struct Column *column;		/* that, once the table is described */
	int			width;			/* digits that a number is padded to; 0: it is
								 * not */
	LetterCase	letters;
	int			text_width;		/* bytes of the text of each value that has
								 * one, where another field follows at once;
								 * 0: it does not */
} TemplatePart;

typedef struct Template
{
	int			count;
	TemplatePart *parts;
	int			field_count;	/* 0: a constant */
	AttributeValue *constant;	/* that; NULL: it has fields */
	struct Column *owner;		/* whose attribute is made by it, once the
								 * table is described */
} Template;

/* Why values have no text. */
typedef enum TemplateProblem
{
	TEMPLATE_OK,
	TEMPLATE_EMPTY,				/* a field is empty */
	TEMPLATE_WIDTH,				/* a value does not fit its width */
	TEMPLATE_AMBIGUOUS			/* the text would be taken apart otherwise */
} TemplateProblem;

/*
 * Reads a template, in the current memory context.  NULL if it is none:
 * *problem is then a sentence for errdetail.
 */
extern Template *template_parse(const char *text, const char **problem);

/*
 * Appends the text of one field's value; out stays as it is on a problem.
 */
extern TemplateProblem template_append_field(StringInfo out,
											 const TemplatePart *part,
											 const AttributeValue *value);

/*
 * The text of the values, one for each part (literals are not looked at), as S
 * in the current memory context.  NULL with *problem and the field that it is
 * about in *culprit if they have none.
 */
extern AttributeValue *template_make(const Template *template,
									 AttributeValue *const *values,
									 TemplateProblem *problem,
									 const TemplatePart **culprit);

/*
 * Takes a text apart into values, one for each part, of the attribute types
 * that the fields' columns have.  False if it is none of the template's.
 */
extern bool template_take_apart(const Template *template,
								const AttributeValue *text,
								AttributeValue **values);

/* Has the text the template's literals, whatever is between them? */
extern bool template_fits_literals(const Template *template,
								   const AttributeValue *text);

/*
 * The literal that each text begins with; length 0: there is none.
 */
extern const char *template_start(const Template *template, int *length);

/* Does literal text follow a field? */
extern bool template_has_later_literals(const Template *template);

#endif							/* DYNAMORM_TRANSLATE_TEMPLATE_H */
