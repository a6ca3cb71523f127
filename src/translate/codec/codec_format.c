/*
 * codec_format.c
 *		The spellings that a column's option "format" names, as other programs
 *		write them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "translate/codec/codec_error.h"
#include "translate/codec/codec_format.h"
#include "translate/codec/codec_number.h"
#include "translate/codec/codec_text.h"

#define DEFAULT_WORDS_OF_S	"true,false"
#define DEFAULT_WORDS_OF_N	"1,0"

/* A format that has a name. */
typedef struct NamedFormat
{
	Oid			type_id;
	const char *name;
	TimeFormat	time_format;
	bool		without_hyphens;
	bool		in_capitals;
} NamedFormat;

static const NamedFormat named_formats[] = {
	{TIMESTAMPTZOID, "rfc3339nano", TIME_RFC3339NANO},
	{TIMESTAMPTZOID, "isoformat", TIME_ISOFORMAT},
	{TIMESTAMPTZOID, "pynamodb", TIME_PYNAMODB},
	{TIMESTAMPTZOID, "iso6", TIME_ISO6},
	{TIMESTAMPOID, "isoformat", TIME_ISOFORMAT},
	{TIMESTAMPOID, "iso6", TIME_ISO6},
	{UUIDOID, "hex", TIME_OF_TYPE, true, false},
	{UUIDOID, "upper", TIME_OF_TYPE, false, true},
	{UUIDOID, "hex upper", TIME_OF_TYPE, true, true}
};

const char *
format_name(Oid type_id, int number)
{
	for (int i = 0; i < (int) lengthof(named_formats); i++)
		if (named_formats[i].type_id == type_id && number-- == 0)
			return named_formats[i].name;
	return NULL;
}

/* 'a', 'b', 'c'; NULL: values of the type have none. */
static char *
list_formats(Oid type_id)
{
	StringInfoData names;
	const char *name;

	initStringInfo(&names);
	for (int i = 0; (name = format_name(type_id, i)) != NULL; i++)
		appendStringInfo(&names, "%s'%s'", i > 0 ? ", " : "", name);
	return names.len == 0 ? NULL : names.data;
}

static bool
choose_named(Codec *codec, const char *format_option)
{
	for (int i = 0; i < (int) lengthof(named_formats); i++)
	{
		const NamedFormat *format = &named_formats[i];

		if (format->type_id != codec->base_type_id ||
			strcmp(format->name, format_option) != 0)
			continue;
		codec->state->time_format = format->time_format;
		codec->state->without_hyphens = format->without_hyphens;
		codec->state->in_capitals = format->in_capitals;
		return true;
	}
	return false;
}

/* ---- booleans ---- */

/* One word as the attribute that stands for it; false if there is none. */
static bool
make_word(const Codec *codec, char *text, int length, AttributeValue *word)
{
	if (length == 0)
		return false;
	text = pnstrdup(text, length);
	if (codec->attribute_type == ATTRIBUTE_N)
		return number_encode_text(text, word) == ENCODE_OK;
	text_to_attribute(text, length, word);
	return true;
}

/* "Y,N": what is true goes first. */
static bool
choose_words(Codec *codec, const char *format_option)
{
	AttributeValue *words = codec->state->words;
	char	   *text = pstrdup(format_option);
	char	   *comma = strchr(text, ',');

	return comma != NULL && strchr(comma + 1, ',') == NULL &&
		make_word(codec, text, comma - text, &words[1]) &&
		make_word(codec, comma + 1, strlen(comma + 1), &words[0]) &&
		!attribute_equal(&words[0], &words[1]);
}

bool
format_read_word(const Codec *codec, const AttributeValue *value,
				 const Decoding *decoding)
{
	const AttributeValue *words = codec->state->words;

	for (int i = 0; i < 2; i++)
		if (scalars_equal(value, &words[i]))
			return i == 1;
	codec_raise_word(decoding, codec, value);
}

/* ---- choosing ---- */

/* The format of a codec whose kind has formats; false if it has not this. */
static bool
choose_by_kind(Codec *codec, const char *format_option)
{
	switch (codec->kind)
	{
		case CODEC_WORDS:
			return choose_words(codec, format_option);
		case CODEC_EPOCH:
			codec->state->has_fraction =
				strcmp(format_option, "fraction") == 0 &&
				codec->base_type_id != DATEOID &&
				codec->state->unit == UNIT_SECOND;
			return codec->state->has_fraction;
		case CODEC_CANONICAL_TEXT:
			return choose_named(codec, format_option);
		default:
			return false;
	}
}

/* Which formats there would be. */
static const char *
hint_at_formats(const Codec *codec)
{
	const char *names;

	if (codec->kind == CODEC_WORDS)
		return codec->attribute_type == ATTRIBUTE_N
			? "Set option \"format\" to two numbers, that of true first, such as '1,0'."
			: "Set option \"format\" to two words, that of true first, such as 'Y,N'.";
	if (codec->kind == CODEC_EPOCH && codec->base_type_id != DATEOID)
		return "Set option \"format\" to 'fraction' with the unit 's', or drop it.";
	names = codec->kind == CODEC_CANONICAL_TEXT
		? list_formats(codec->base_type_id) : NULL;
	if (names == NULL)
		return "Drop option \"format\".";
	return psprintf("Set option \"format\" to one of %s, or drop it.", names);
}

bool
format_choose(Codec *codec, const char *format_option, const char **problem,
			  const char **hint)
{
	if (codec->kind == CODEC_SET || codec->kind == CODEC_LIST)
		return true;			/* the elements have it */
	if (format_option == NULL)
	{
		if (codec->kind == CODEC_WORDS)
			(void) choose_words(codec, codec->attribute_type == ATTRIBUTE_N
								? DEFAULT_WORDS_OF_N : DEFAULT_WORDS_OF_S);
		return true;
	}
	codec->is_declared = choose_by_kind(codec, format_option);
	if (codec->is_declared)
		return true;
	*problem = psprintf("Values of type %s that are stored as '%s' have no format \"%s\".",
						format_type_be(codec->base_type_id),
						attribute_type_name(codec->attribute_type),
						format_option);
	*hint = hint_at_formats(codec);
	return false;
}
