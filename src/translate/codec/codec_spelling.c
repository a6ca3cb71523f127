/*
 * codec_spelling.c
 *		How a stored value is spelled that others have written: the type and
 *		option that a column would have to have.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "translate/codec/codec.h"
#include "translate/codec/codec_format.h"
#include "translate/codec/codec_spelling.h"
#include "translate/codec/codec_text.h"
#include "translate/codec/codec_time.h"

bool
spelling_is_open(const Codec *codec)
{
	return codec->kind == CODEC_CANONICAL_TEXT && !codec->is_declared &&
		(codec->base_type_id == UUIDOID ||
		 (time_is_timestamp(codec->base_type_id) && codec->base_typmod != 6));
}

int
codec_text_width(const Codec *codec)
{
	if (codec->kind != CODEC_CANONICAL_TEXT)
		return 0;
	return codec->base_type_id == UUIDOID ? text_uuid_width(codec)
		: time_text_width(codec);
}

/* Is the value as a column of the type and format would spell it? */
static bool
is_spelling(Oid type_id, int32 typmod, const char *format,
			const AttributeValue *value)
{
	CodecOptions options = {.type = "S", .format = format};
	const char *problem;
	const char *hint;
	Codec	   *codec = codec_create(type_id, typmod, InvalidOid, &options,
									 &problem, &hint);

	if (codec == NULL)
		return false;
	return type_id == UUIDOID ? text_is_uuid_spelling(codec, value)
		: time_is_spelling(codec, value);
}

char *
spelling_declaration(const Codec *codec, const AttributeValue *value)
{
	static const int32 precisions[] = {-1, 3, 0, 1, 2, 4, 5};
	Oid			type_id = codec->base_type_id;
	const char *format;

	if (value->type != ATTRIBUTE_S || codec->kind != CODEC_CANONICAL_TEXT)
		return NULL;
	for (int i = 0; i < (int) lengthof(precisions) && !codec->is_declared; i++)
	{
		if (precisions[i] >= 0 && !time_is_timestamp(type_id))
			break;
		if (precisions[i] != codec->base_typmod &&
			is_spelling(type_id, precisions[i], NULL, value))
			return psprintf("TYPE %s", format_type_with_typemod(type_id,
																precisions[i]));
	}
	if (codec->is_declared &&
		is_spelling(type_id, codec->base_typmod, NULL, value))
		return pstrdup("OPTIONS (DROP format)");
	for (int i = 0; (format = format_name(type_id, i)) != NULL; i++)
		if (is_spelling(type_id, codec->base_typmod, format, value))
			return psprintf("OPTIONS (%s format '%s')",
							codec->is_declared ? "SET" : "ADD", format);
	return NULL;
}
