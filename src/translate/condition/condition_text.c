/*
 * condition_text.c
 *		Parts of texts: LIKE, ^@, starts_with(), strpos().
 */
#include "postgres.h"

#include "compat.h"

#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "translate/condition/condition_text.h"

/* ---- LIKE patterns ---- */

/*
 * A pattern as the texts between its wildcards: 'ab%c_' is "ab", "c", "".
 * Without any wildcard there is one text.
 */
typedef struct LikePattern
{
	List	   *texts;			/* of char *, in the server's encoding */
	bool		has_underscore;
} LikePattern;

/*
 * False for a pattern that ends in its escape character, which PostgreSQL
 * refuses.
 */
static bool
like_parse(Datum datum, LikePattern *pattern)
{
	text	   *value = DatumGetTextPP(datum);
	const char *place = VARDATA_ANY(value);
	const char *end = place + VARSIZE_ANY_EXHDR(value);
	StringInfoData literal;
	bool		after_wildcard = false;

	pattern->texts = NIL;
	pattern->has_underscore = false;
	initStringInfo(&literal);
	for (; place < end; place++)
	{
		if (*place == '%' || *place == '_')
		{
			if (*place == '_')
				pattern->has_underscore = true;
			if (!after_wildcard)
				pattern->texts = lappend(pattern->texts, pstrdup(literal.data));
			resetStringInfo(&literal);
			after_wildcard = true;
			continue;
		}
		if (*place == '\\' && ++place == end)
			return false;
		appendStringInfoChar(&literal, *place);
		after_wildcard = false;
	}
	pattern->texts = lappend(pattern->texts, literal.data);
	return true;
}

/* ---- matches ---- */

/*
 * What DynamoDB can be asked of a text that matches: may is true for all that
 * do, must only for such.  They are one pointer where they are the same.
 */
typedef struct TextMatch
{
	Condition  *may;
	Condition  *must;
	bool		implies_text;	/* they are true for strings only */
} TextMatch;

static bool
match_prefix(const Source *source, Operand *prefix, TextMatch *match)
{
	if (prefix == NULL)
		return false;
	match->may = match->must =
		condition_begins_with(operand_path(source->path), prefix);
	match->implies_text = true;
	return true;
}

static bool
match_like(const Source *source, const LikePattern *pattern, TextMatch *match)
{
	Operand    *path = operand_path(source->path);
	int			count = list_length(pattern->texts);
	const char *first = (const char *) linitial(pattern->texts);
	const char *last = (const char *) llast(pattern->texts);
	List	   *parts = NIL;
	ListCell   *cell;

	foreach(cell, pattern->texts)
	{
		const char *text = (const char *) lfirst(cell);
		Operand    *operand = operand_text(text, strlen(text));

		if (operand == NULL)
			return false;
		if (count == 1)
			parts = list_make1(condition_compare(path, COMPARISON_EQ,
												 operand));
		else if (text[0] != '\0' && foreach_current_index(cell) == 0)
			parts = lappend(parts, condition_begins_with(path, operand));
		else if (text[0] != '\0')
			parts = lappend(parts, condition_contains(path, operand));
	}

	match->may = condition_and(parts);
	match->must = match->may;
	match->implies_text = count == 1 || first[0] != '\0';

	/* the order of the parts, and an end, cannot be asked for */
	if (pattern->has_underscore ||
		(count > 1 && (last[0] != '\0' || list_length(parts) > 1)))
		match->must = condition_constant(false);
	return true;
}

/* A pattern not known yet is shown as if it were a prefix. */
static bool
match_pattern(const Source *source, Oid function_id,
			  const ComparedValue *value, TextMatch *match)
{
	LikePattern pattern;
	text	   *prefix;

	if (value->state == VALUE_UNKNOWN)
		return match_prefix(source, operand_unknown(value->label), match);
	if (function_id == F_STARTS_WITH)
	{
		prefix = DatumGetTextPP(value->datum);
		return match_prefix(source,
							operand_text(VARDATA_ANY(prefix),
										 VARSIZE_ANY_EXHDR(prefix)),
							match);
	}
	return like_parse(value->datum, &pattern) &&
		match_like(source, &pattern, match);
}

/*
 * What ->> finds is text whatever is stored; only of strings is it known
 * which.
 */
static Condition *
condition_of_match(ConditionBuilder *builder, const Source *source,
				   const TextMatch *match, Truth truth)
{
	Condition  *is_text = source_has_type(source);
	Condition  *may = match->may;
	Condition  *must = match->must;
	Condition  *other_types;

	if (truth == TRUTH_FALSE)
	{
		may = condition_not(match->must);
		must = condition_not(match->may);
	}
	if (truth == TRUTH_FALSE || !match->implies_text)
	{
		must = condition_both(is_text, must);
		may = match->may == match->must ? must : condition_both(is_text, may);
	}

	if (source->kind == SOURCE_JSON_TEXT)
	{
		other_types = condition_both(source_has_value(builder, source),
									 condition_not(is_text));
		return condition_by_sense(builder, condition_either(may, other_types),
								  must);
	}
	if (match->may == match->must)
		return must;
	return condition_by_sense(builder, may, must);
}

/* ---- the expressions ---- */

static bool
is_text_source(const Source *source)
{
	return source != NULL &&
		(source->kind == SOURCE_JSON_TEXT ||
		 (source->kind == SOURCE_ATTRIBUTE &&
		  source->codec->kind == CODEC_TEXT));
}

static bool
is_pattern_function(Oid function_id, bool *negated)
{
	*negated = function_id == F_TEXTNLIKE || function_id == F_NAMENLIKE;
	return *negated || function_id == F_TEXTLIKE ||
		function_id == F_NAMELIKE || function_id == F_STARTS_WITH;
}

Condition *
condition_of_pattern(ConditionBuilder *builder, Oid function_id,
					 Oid collation, List *args, Truth truth)
{
	Source	   *source;
	ComparedValue value;
	TextMatch	match;
	bool		negated;

	if (!is_pattern_function(function_id, &negated) ||
		!text_equality_is_bytes(collation) ||
		!scope_is_column_free(builder->scope, lsecond(args)))
		return NULL;
	source = source_of(builder->scope, linitial(args));
	if (!is_text_source(source))
		return NULL;

	value = compared_value(builder->scope, lsecond(args));
	if (value.state == VALUE_NULL)
		return condition_constant(truth == TRUTH_UNKNOWN);
	if (truth == TRUTH_UNKNOWN)
		return source_is_null(builder, source);
	if (!match_pattern(source, function_id, &value, &match))
		return NULL;
	if (value.state == VALUE_UNKNOWN && function_id != F_STARTS_WITH)
		builder->exact = false;
	if (negated)
		truth = truth == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
	return condition_of_match(builder, source, &match, truth);
}

bool
pattern_prefix(Scope *scope, Expr *clause, Source **source, Operand **prefix,
			   bool *whole)
{
	Oid			function_id;
	Oid			collation;
	List	   *args;
	ComparedValue value;
	LikePattern pattern;
	const char *first;
	bool		negated;

	if (IsA(clause, OpExpr))
	{
		function_id = operator_function((OpExpr *) clause);
		collation = ((OpExpr *) clause)->inputcollid;
		args = ((OpExpr *) clause)->args;
	}
	else if (IsA(clause, FuncExpr))
	{
		function_id = ((FuncExpr *) clause)->funcid;
		collation = ((FuncExpr *) clause)->inputcollid;
		args = ((FuncExpr *) clause)->args;
	}
	else
		return false;

	if (!is_pattern_function(function_id, &negated) || negated ||
		!text_equality_is_bytes(collation) ||
		!scope_is_column_free(scope, lsecond(args)))
		return false;
	*source = source_of(scope, linitial(args));
	if (!is_text_source(*source))
		return false;

	value = compared_value(scope, lsecond(args));
	if (value.state == VALUE_NULL)
		return false;
	*whole = true;
	if (function_id == F_STARTS_WITH)
	{
		*prefix = value_operand(&value);
		return *prefix != NULL;
	}
	if (value.state == VALUE_UNKNOWN || !like_parse(value.datum, &pattern) ||
		list_length(pattern.texts) < 2)
		return false;
	first = (const char *) linitial(pattern.texts);
	*prefix = operand_text(first, strlen(first));
	*whole = list_length(pattern.texts) == 2 &&
		((char *) lsecond(pattern.texts))[0] == '\0' &&
		!pattern.has_underscore;
	return *prefix != NULL && first[0] != '\0';
}

/* ---- strpos() ---- */

/*
 * Only whether the text is there can be asked: position > 0, >= 1, <> 0, or
 * the opposite.
 */
static bool
position_asks_presence(Comparison comparison, const ComparedValue *value,
					   bool *present)
{
	Operand    *number = value_operand(value);
	bool		is_zero;
	bool		is_one;

	if (number == NULL || number->value == NULL)
		return false;
	is_zero = strcmp(number->value->u.text, "0") == 0;
	is_one = strcmp(number->value->u.text, "1") == 0;
	*present = (is_zero && (comparison == COMPARISON_GT ||
							comparison == COMPARISON_NE)) ||
		(is_one && comparison == COMPARISON_GE);
	return *present ||
		(is_zero && (comparison == COMPARISON_EQ ||
					 comparison == COMPARISON_LE)) ||
		(is_one && comparison == COMPARISON_LT);
}

Condition *
condition_of_position(ConditionBuilder *builder, const Source *source,
					  Comparison comparison, const ComparedValue *value)
{
	const Source *text = source->parent;
	ComparedValue searched = compared_value(builder->scope, source->searched);
	Condition  *contains;
	Operand    *operand;
	bool		present;

	if (searched.state == VALUE_NULL)
		return condition_constant(false);
	operand = value_operand(&searched);
	if (!text_equality_is_bytes(source->collation) || operand == NULL ||
		!position_asks_presence(comparison, value, &present))
		return condition_by_sense(builder, source_has_value(builder, text),
								  condition_constant(false));

	/* an empty text is everywhere */
	if (operand->value != NULL && operand->value->length == 0)
		contains = condition_constant(true);
	else
		contains = condition_contains(operand_path(text->path), operand);
	return condition_both(source_has_type(text),
						  present ? contains : condition_not(contains));
}
