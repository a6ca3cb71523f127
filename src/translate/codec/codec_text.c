/*
 * codec_text.c
 *		Strings and binary data: text itself, and the types that are stored as
 *		text in the one spelling that their output function gives.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "common/base64.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "translate/codec/codec_error.h"
#include "translate/codec/codec_text.h"

/* ---- settings ---- */

/*
 * Sets a setting until the level of nesting ends, which begins here if it has
 * not yet.
 */
static void
pin_setting(int *level, const char *name, const char *value)
{
	if (*level == 0)
		*level = NewGUCNestLevel();
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

static bool
time_zone_is_utc(void)
{
	const char *name = pg_get_timezone_name(session_timezone);

	return strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0 ||
		strcmp(name, "Etc/UTC") == 0;
}

/*
 * Makes text I/O independent of the session.  Returns the level of nesting to
 * end afterwards, 0 if nothing had to be set; the end of the transaction ends
 * it after an error.
 */
static int
pin_settings(int pins)
{
	int			level = 0;

	if (pins & PIN_FORMATS)
	{
		if (DateStyle != USE_ISO_DATES || DateOrder != DATEORDER_MDY)
			pin_setting(&level, "datestyle", "ISO, MDY");
		if (IntervalStyle != INTSTYLE_POSTGRES)
			pin_setting(&level, "intervalstyle", "postgres");
		if (extra_float_digits < 1)
			pin_setting(&level, "extra_float_digits", "1");
		if (!time_zone_is_utc())
			pin_setting(&level, "timezone", "UTC");
	}
	if (pins & PIN_NAMES)
		pin_setting(&level, "search_path", "pg_catalog");
	if (pins & PIN_MONEY)
		pin_setting(&level, "lc_monetary", "C");
	return level;
}

static void
unpin_settings(int level)
{
	if (level != 0)
		AtEOXact_GUC(true, level);
}

/* Which settings the texts of a type depend on. */
static int
needed_pins(Oid type_id, char type_kind)
{
	if (type_kind == TYPTYPE_ENUM)
		return 0;
	switch (type_id)
	{
		case UUIDOID:
		case BPCHAROID:
		case CHAROID:
		case OIDOID:
		case INETOID:
		case CIDROID:
		case MACADDROID:
		case MACADDR8OID:
		case BITOID:
		case VARBITOID:
		case JSONOID:
		case JSONBOID:
			return 0;
		case MONEYOID:
			return PIN_MONEY;
		case REGCLASSOID:
		case REGTYPEOID:
		case REGPROCOID:
		case REGPROCEDUREOID:
		case REGOPEROID:
		case REGOPERATOROID:
		case REGCONFIGOID:
		case REGDICTIONARYOID:
		case REGCOLLATIONOID:
			return PIN_NAMES;
		default:
			return PIN_FORMATS;
	}
}

void
text_prepare(Codec *codec)
{
	CodecState *state = codec->state;
	Oid			input;
	Oid			output;
	bool		is_varlena;

	if (codec->kind == CODEC_TEXT)
	{
		state->is_varchar = codec->base_type_id != NAMEOID;
		if (!state->is_varchar)
			state->max_length = NAMEDATALEN - 1;
		else if (codec->base_type_id == VARCHAROID &&
				 codec->base_typmod >= (int32) VARHDRSZ)
			state->max_length = codec->base_typmod - VARHDRSZ;
		else
			state->max_length = -1;
		return;
	}
	state->pins = needed_pins(codec->base_type_id,
							  get_typtype(codec->base_type_id));
	getTypeInputInfo(codec->base_type_id, &input, &state->input_parameter);
	getTypeOutputInfo(codec->base_type_id, &output, &is_varlena);
	fmgr_info_cxt(input, &state->input, state->context);
	fmgr_info_cxt(output, &state->output, state->context);
}

/* ---- encodings ---- */

char *
text_to_server(const AttributeValue *value, const Decoding *decoding)
{
	if (memchr(value->u.text, '\0', value->length) != NULL)
		codec_raise_nul(decoding);
	return pg_any_to_server(value->u.text, value->length, PG_UTF8);
}

void
text_to_attribute(char *text, int length, AttributeValue *out)
{
	char	   *converted = pg_server_to_any(text, length, PG_UTF8);

	codec_set_text(out, ATTRIBUTE_S, converted,
				   converted == text ? length : (int) strlen(converted));
}

/* ---- text, varchar, name ---- */

static void
encode_varlena(Datum value, AttributeValue *out)
{
	text	   *packed = DatumGetTextPP(value);

	text_to_attribute(text_to_cstring(packed), VARSIZE_ANY_EXHDR(packed),
					  out);
}

static Datum
decode_text(Codec *codec, const AttributeValue *value,
			const Decoding *decoding)
{
	const CodecState *state = codec->state;
	const char *text = value->u.text;
	int			length = value->length;

	if (!state->is_utf8)
	{
		text = text_to_server(value, decoding);
		if (text != value->u.text)
			length = strlen(text);
	}
	else if (memchr(text, '\0', length) != NULL)
		codec_raise_nul(decoding);

	if (state->max_length >= 0 && length > state->max_length &&
		(!state->is_varchar ||
		 pg_mbstrlen_with_len(text, length) > state->max_length))
		codec_raise_misfit(decoding, codec,
						   ERRCODE_STRING_DATA_RIGHT_TRUNCATION, value);
	if (codec->base_type_id == NAMEOID)
		return DirectFunctionCall1(namein, CStringGetDatum(text));
	return PointerGetDatum(cstring_to_text_with_len(text, length));
}

/* ---- other types ---- */

Datum
text_call_input(Codec *codec, char *text, int32 typmod)
{
	CodecState *state = codec->state;
	int			level = pin_settings(state->pins);
	Datum		datum;

	datum = InputFunctionCall(&state->input, text, state->input_parameter,
							  typmod);
	unpin_settings(level);
	return datum;
}

static char *
call_output(Codec *codec, Datum value)
{
	CodecState *state = codec->state;
	int			level = pin_settings(state->pins);
	char	   *text;

	text = OutputFunctionCall(&state->output, value);
	unpin_settings(level);
	return text;
}

/* char(n): trailing blanks mean nothing, so none are stored. */
static void
encode_bpchar(Datum value, AttributeValue *out)
{
	char	   *padded = TextDatumGetCString(value);
	int			length = strlen(padded);

	while (length > 0 && padded[length - 1] == ' ')
		length--;
	padded[length] = '\0';
	text_to_attribute(padded, length, out);
}

/* "char" keeps the first byte of whatever its input function is given. */
static void
check_single_char(Codec *codec, const AttributeValue *value, const char *text,
				  Datum datum, const Decoding *decoding)
{
	if (strcmp(call_output(codec, datum), text) != 0)
		codec_raise_misfit(decoding, codec,
						   ERRCODE_STRING_DATA_RIGHT_TRUNCATION, value);
}

/* Of a uuid that others write without hyphens, or in capitals. */
static void
apply_uuid_format(const CodecState *state, char *text)
{
	char	   *out = text;

	for (; *text != '\0'; text++)
	{
		if (state->without_hyphens && *text == '-')
			continue;
		*out++ = state->in_capitals ? pg_ascii_toupper((unsigned char) *text)
			: *text;
	}
	*out = '\0';
}

int
text_uuid_width(const Codec *codec)
{
	return codec->state->without_hyphens ? 32 : 36;
}

bool
text_is_uuid_spelling(const Codec *codec, const AttributeValue *value)
{
	static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	const char *digits = codec->state->in_capitals
		? "0123456789ABCDEF" : "0123456789abcdef";
	const char *text = value->u.text;
	const char *end = text + value->length;

	for (const char *place = pattern; *place != '\0'; place++)
	{
		if (*place == '-' && codec->state->without_hyphens)
			continue;
		if (text == end || (*place == '-' ? *text != '-'
							: strchr(digits, *text) == NULL))
			return false;
		text++;
	}
	return text == end;
}

void
text_encode(Codec *codec, Datum value, AttributeValue *out)
{
	char	   *text;

	if (codec->kind == CODEC_TEXT && codec->base_type_id != NAMEOID)
	{
		encode_varlena(value, out);
		return;
	}
	if (codec->base_type_id == BPCHAROID)
	{
		encode_bpchar(value, out);
		return;
	}

	if (codec->base_type_id == NAMEOID)
		text = pstrdup(NameStr(*DatumGetName(value)));
	else
		text = call_output(codec, value);
	if (codec->base_type_id == UUIDOID)
		apply_uuid_format(codec->state, text);
	text_to_attribute(text, strlen(text), out);
}

Datum
text_decode(Codec *codec, const AttributeValue *value,
			const Decoding *decoding)
{
	char	   *text;
	Datum		datum;

	if (codec->kind == CODEC_TEXT)
		return decode_text(codec, value, decoding);

	text = text_to_server(value, decoding);
	datum = text_call_input(codec, text, codec->base_typmod);
	if (codec->base_type_id == CHAROID)
		check_single_char(codec, value, text, datum, decoding);
	return datum;
}

/* ---- bytea ---- */

void
bytea_encode(Datum value, AttributeValue *out)
{
	bytea	   *bytes = DatumGetByteaPP(value);
	int			size = VARSIZE_ANY_EXHDR(bytes);
	int			room = pg_b64_enc_len(size);
	char	   *text = palloc(room + 1);
	int			length;

	length = pg_b64_encode((void *) VARDATA_ANY(bytes), size, text, room);
	text[length] = '\0';
	codec_set_text(out, ATTRIBUTE_B, text, length);
}

Datum
bytea_decode(const AttributeValue *value, const Decoding *decoding)
{
	int			room = pg_b64_dec_len(value->length);
	bytea	   *bytes = palloc(room + VARHDRSZ);
	int			size;

	size = pg_b64_decode(value->u.text, value->length,
						 (void *) VARDATA(bytes), room);
	if (size < 0)
		codec_raise_spelling(decoding, value);
	SET_VARSIZE(bytes, size + VARHDRSZ);
	return PointerGetDatum(bytes);
}
