/*
 * made_text.c
 *		The text of an attribute that is made of values, some of which may not
 *		be known before execution.
 */
#include "postgres.h"

#include "translate/key/made_text.h"

void
made_text_begin(MadeText *made)
{
	memset(made, 0, sizeof(MadeText));
	initStringInfo(&made->text);
	initStringInfo(&made->label);
}

void
made_text_copy(MadeText *copy, const MadeText *made)
{
	*copy = *made;
	initStringInfo(&copy->text);
	appendBinaryStringInfo(&copy->text, made->text.data, made->text.len);
	initStringInfo(&copy->label);
	appendBinaryStringInfo(&copy->label, made->label.data, made->label.len);
}

static void
append_label(MadeText *made, const char *label)
{
	if (made->label.len > 0)
		appendStringInfoString(&made->label, " || ");
	appendStringInfoString(&made->label, label);
}

/* What was appended to the text, from a place on, as a literal. */
static void
label_text(MadeText *made, int start)
{
	AttributeValue text = {
		.type = ATTRIBUTE_S,
		.length = made->text.len - start,
		.u.text = made->text.data + start
	};
	StringInfoData readable;

	initStringInfo(&readable);
	attribute_append_readable(&readable, &text);
	append_label(made, readable.data);
}

void
made_text_append_literal(MadeText *made, const char *text, int length)
{
	int			start = made->text.len;

	appendBinaryStringInfo(&made->text, text, length);
	label_text(made, start);
}

void
made_text_append_value(MadeText *made, const TemplatePart *part,
					   const Operand *operand)
{
	int			start = made->text.len;

	if (operand->value == NULL)
	{
		made->is_unknown = true;
		append_label(made, operand->label);
		return;
	}
	made->problem = template_append_field(&made->text, part, operand->value);
	made->culprit = part;
	if (made->problem == TEMPLATE_OK)
		label_text(made, start);
}

Operand *
made_text_operand(const MadeText *made)
{
	if (made->is_unknown)
		return operand_unknown(pstrdup(made->label.data));
	return operand_value(attribute_make_text(ATTRIBUTE_S,
											 pnstrdup(made->text.data,
													  made->text.len),
											 made->text.len));
}

/* All values are known: the text must give those back that are read of it. */
static Operand *
operand_of_known(const Template *template, Operand *const *fields,
				 TemplateProblem *problem, const TemplatePart **culprit)
{
	AttributeValue **values = palloc0(template->count *
									  sizeof(AttributeValue *));
	AttributeValue *value;

	for (int i = 0; i < template->count; i++)
		if (fields[i] != NULL)
			values[i] = fields[i]->value;
	value = template_make(template, values, problem, culprit);
	return value == NULL ? NULL : operand_value(value);
}

Operand *
made_operand(const Column *column, Operand *const *fields,
			 TemplateProblem *problem, const TemplatePart **culprit)
{
	const Template *template = column->template;
	MadeText	made;

	*problem = TEMPLATE_OK;
	if (template->field_count == 0)
		return operand_value(template->constant);
	made_text_begin(&made);
	for (int i = 0; i < template->count && made.problem == TEMPLATE_OK; i++)
	{
		const TemplatePart *part = &template->parts[i];

		if (part->literal != NULL)
			made_text_append_literal(&made, part->literal, part->length);
		else
			made_text_append_value(&made, part, fields[i]);
	}
	if (made.problem != TEMPLATE_OK)
	{
		*problem = made.problem;
		*culprit = made.culprit;
		return NULL;
	}
	return made.is_unknown ? made_text_operand(&made)
		: operand_of_known(template, fields, problem, culprit);
}
