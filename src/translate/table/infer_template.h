/*
 * infer_template.h
 *		The template that makes the texts of an attribute, told from items.
 */
#ifndef DYNAMORM_TRANSLATE_INFER_TEMPLATE_H
#define DYNAMORM_TRANSLATE_INFER_TEMPLATE_H

#include "postgres.h"

#include "client/wire/attribute.h"
#include "translate/table/template.h"

/* More parts than a template is looked for with. */
#define MOST_INFERRED_PARTS	32

/* A column that may be a field. */
typedef struct InferredField
{
	const char *name;			/* of its attribute, UTF-8 */
	bool		is_text;		/* it can be in other letters */
	bool		is_number;		/* it can be padded with zeros */
	const AttributeValue **values;	/* of each item; NULL: it has none */
	bool		is_barred;		/* it may be none now */
	bool		is_constant;	/* of all items asked about */
} InferredField;

/* A literal text, a field, or a piece that no field has. */
typedef struct InferredPart
{
	const char *literal;		/* UTF-8; NULL: it is none */
	int			length;			/* of the literal */
	int			field;			/* -1: none */
	int			width;			/* as of TemplatePart, as the next */
	LetterCase	letters;
	const char *word;			/* that stands before the piece, in small
								 * letters */
	const AttributeValue **values;	/* pieces, of each item; NULL: it has no
									 * such text */
} InferredPart;

typedef struct InferredTemplate
{
	int			count;
	InferredPart parts[MOST_INFERRED_PARTS];
	int			pieces;			/* of them */
	int			fields;
	int			items;			/* that have the attribute */
} InferredTemplate;

typedef struct TemplateQuestion
{
	int			count;			/* items */
	const AttributeValue **texts;	/* of each item; NULL: it has none */
	int			field_count;
	InferredField *fields;
	bool		may_have_pieces;	/* the attribute is there to be a key, so
									 * that a text without fields is one too */
	bool		is_partition;	/* texts that are all the same do not tell that
								 * they are a constant */
	bool		prefers_lower;	/* where a text's letters do not tell */
} TemplateQuestion;

/*
 * A template that makes the text of every item which has one, in the current
 * memory context; NULL: none is seen.
 */
extern InferredTemplate *infer_template(const TemplateQuestion *question);

/*
 * A literal text and all that follows it, of which nothing else is known; NULL
 * if not all texts begin so, and go on.
 */
extern InferredTemplate *infer_start(const TemplateQuestion *question,
									 const char *literal);

/* A literal text alone, whatever the items have. */
extern InferredTemplate *infer_constant(const TemplateQuestion *question,
										const char *literal);

#endif							/* DYNAMORM_TRANSLATE_INFER_TEMPLATE_H */
