/*
 * json_reader.c
 *		Reads JSON in place, token by token.
 */
#include <stdint.h>
#include <string.h>

#include "client/wire/json_reader.h"

/* Bytes that end a run of plain characters in a string. */
#define REPEATED(byte)		(UINT64_C(0x0101010101010101) * (byte))
#define HIGH_BITS			REPEATED(0x80)

/*
 * Is any of the eight bytes a control character, a quote, a backslash or part
 * of a multi-byte character?  Subtracting borrows out of a byte exactly if it
 * is too small; bytes that are not ASCII are found by their high bit.
 */
static inline bool
has_special_byte(uint64_t bytes)
{
	uint64_t	quote = bytes ^ REPEATED('"');
	uint64_t	backslash = bytes ^ REPEATED('\\');

	return (((bytes - REPEATED(0x20)) | (quote - REPEATED(0x01)) |
			 (backslash - REPEATED(0x01)) | bytes) & HIGH_BITS) != 0;
}

static inline bool
is_special_byte(unsigned char byte)
{
	return byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\';
}

void
json_reader_start(JsonReader *reader, char *text, size_t length)
{
	memset(reader, 0, sizeof(JsonReader));
	reader->next = text;
	reader->start = text;
	reader->end = text + length;
	reader->expectation = EXPECT_VALUE;
}

static JsonToken
fail_reader(JsonReader *reader, const char *problem)
{
	if (reader->problem == NULL)
		reader->problem = problem;
	return TOKEN_PROBLEM;
}

static inline void
skip_blanks(JsonReader *reader)
{
	char	   *place = reader->next;

	while (place < reader->end && (*place == ' ' || *place == '\n' ||
								   *place == '\r' || *place == '\t'))
		place++;
	reader->next = place;
}

/* ---- strings ---- */

/* The first byte at or after place that is not plain; end if all are. */
static inline char *
find_special(char *place, const char *end)
{
	while (end - place >= 8)
	{
		uint64_t	bytes;

		memcpy(&bytes, place, 8);
		if (has_special_byte(bytes))
			break;
		place += 8;
	}
	while (place < end && !is_special_byte((unsigned char) *place))
		place++;
	return place;
}

/*
 * The length of the well-formed multi-byte UTF-8 character at place; 0 if
 * there is none.  Overlong forms, surrogates and what is beyond U+10FFFF are
 * not well-formed (Unicode, table 3-7).
 */
static int
multibyte_length(const char *place, const char *end)
{
	const unsigned char *bytes = (const unsigned char *) place;
	size_t		left = end - place;
	unsigned char lowest = 0x80;
	unsigned char highest = 0xBF;
	int			length;

	if (bytes[0] >= 0xC2 && bytes[0] <= 0xDF)
		length = 2;
	else if (bytes[0] >= 0xE0 && bytes[0] <= 0xEF)
	{
		length = 3;
		if (bytes[0] == 0xE0)
			lowest = 0xA0;
		else if (bytes[0] == 0xED)
			highest = 0x9F;
	}
	else if (bytes[0] >= 0xF0 && bytes[0] <= 0xF4)
	{
		length = 4;
		if (bytes[0] == 0xF0)
			lowest = 0x90;
		else if (bytes[0] == 0xF4)
			highest = 0x8F;
	}
	else
		return 0;

	if (left < (size_t) length || bytes[1] < lowest || bytes[1] > highest)
		return 0;
	for (int i = 2; i < length; i++)
	{
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
	}
	return length;
}

/* The four hexadecimal digits at place; -1 if they are not. */
static int
read_hexadecimal(const char *place, const char *end)
{
	int			value = 0;

	if (end - place < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		char		digit = place[i];

		value <<= 4;
		if (digit >= '0' && digit <= '9')
			value |= digit - '0';
		else if (digit >= 'a' && digit <= 'f')
			value |= digit - 'a' + 10;
		else if (digit >= 'A' && digit <= 'F')
			value |= digit - 'A' + 10;
		else
			return -1;
	}
	return value;
}

/* Writes a character as UTF-8; returns the byte after it. */
static char *
write_utf8(char *out, uint32_t character)
{
	if (character < 0x80)
		*out++ = (char) character;
	else if (character < 0x800)
	{
		*out++ = (char) (0xC0 | (character >> 6));
		*out++ = (char) (0x80 | (character & 0x3F));
	}
	else if (character < 0x10000)
	{
		*out++ = (char) (0xE0 | (character >> 12));
		*out++ = (char) (0x80 | ((character >> 6) & 0x3F));
		*out++ = (char) (0x80 | (character & 0x3F));
	}
	else
	{
		*out++ = (char) (0xF0 | (character >> 18));
		*out++ = (char) (0x80 | ((character >> 12) & 0x3F));
		*out++ = (char) (0x80 | ((character >> 6) & 0x3F));
		*out++ = (char) (0x80 | (character & 0x3F));
	}
	return out;
}

/*
 * Reads what follows \u at *place, and the second half of a surrogate pair.
 * False if it is no character.
 */
static bool
read_code_point(char **place, const char *end, uint32_t *character)
{
	int			first = read_hexadecimal(*place, end);
	int			second;

	if (first < 0)
		return false;
	*place += 4;
	*character = first;
	if (first < 0xD800 || first > 0xDFFF)
		return true;

	if (first > 0xDBFF || end - *place < 6 ||
		(*place)[0] != '\\' || (*place)[1] != 'u')
		return false;
	second = read_hexadecimal(*place + 2, end);
	if (second < 0xDC00 || second > 0xDFFF)
		return false;
	*place += 6;
	*character = 0x10000 + ((uint32_t) (first - 0xD800) << 10) +
		(second - 0xDC00);
	return true;
}

/*
 * Reads the escape whose backslash stands at *place, and returns the
 * character; false if there is no such escape.
 */
static bool
read_escape(char **place, const char *end, uint32_t *character)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter;

	if (end - *place < 2)
		return false;
	if ((*place)[1] == 'u')
	{
		*place += 2;
		return read_code_point(place, end, character);
	}
	letter = memchr(letters, (*place)[1], sizeof(letters) - 1);
	if (letter == NULL)
		return false;
	*place += 2;
	*character = (unsigned char) meanings[letter - letters];
	return true;
}

/*
 * Reads the string whose opening quote is next.  out lags behind place once an
 * escape, which is always longer than what it stands for, was read.
 */
static bool
read_string(JsonReader *reader)
{
	char	   *text = reader->next + 1;
	char	   *place = text;
	char	   *out = text;

	reader->text = text;
	for (;;)
	{
		char	   *special = find_special(place, reader->end);
		uint32_t	character;
		int			length;

		if (out != place && !reader->untouched)
			memmove(out, place, special - place);
		out += special - place;
		place = special;

		if (place == reader->end)
		{
			fail_reader(reader, "a string does not end");
			return false;
		}
		if (*place == '"')
			break;
		if (*place == '\\')
		{
			if (!read_escape(&place, reader->end, &character))
			{
				fail_reader(reader, "a string holds an invalid escape sequence");
				return false;
			}
			if (reader->untouched)
				out = place;
			else
				out = write_utf8(out, character);
			continue;
		}
		length = multibyte_length(place, reader->end);
		if (length == 0)
		{
			fail_reader(reader, (unsigned char) *place < 0x20 ?
						"a string holds a control character" :
						"a string is not valid UTF-8");
			return false;
		}
		if (out != place && !reader->untouched)
			memmove(out, place, length);
		out += length;
		place += length;
	}

	reader->length = out - text;
	if (!reader->untouched)
		*out = '\0';
	reader->next = place + 1;
	return true;
}

/* ---- other values ---- */

static inline char *
skip_digits(char *place, const char *end)
{
	while (place < end && *place >= '0' && *place <= '9')
		place++;
	return place;
}

static JsonToken
read_number(JsonReader *reader)
{
	char	   *place = reader->next;
	char	   *end = reader->end;
	char	   *digits;

	if (*place == '-')
		place++;
	digits = place;
	place = skip_digits(place, end);
	if (place == digits || (*digits == '0' && place - digits > 1))
		return fail_reader(reader, "a value is not JSON");
	if (place < end && *place == '.')
	{
		digits = ++place;
		place = skip_digits(place, end);
		if (place == digits)
			return fail_reader(reader, "a number is incomplete");
	}
	if (place < end && (*place == 'e' || *place == 'E'))
	{
		place++;
		if (place < end && (*place == '+' || *place == '-'))
			place++;
		digits = place;
		place = skip_digits(place, end);
		if (place == digits)
			return fail_reader(reader, "a number is incomplete");
	}
	reader->text = reader->next;
	reader->length = place - reader->next;
	reader->next = place;
	reader->expectation = EXPECT_SEPARATOR;
	return TOKEN_NUMBER;
}

static JsonToken
read_word(JsonReader *reader, const char *word, JsonToken token)
{
	size_t		length = strlen(word);

	if ((size_t) (reader->end - reader->next) < length ||
		memcmp(reader->next, word, length) != 0)
		return fail_reader(reader, "a value is not JSON");
	reader->next += length;
	reader->expectation = EXPECT_SEPARATOR;
	return token;
}

static JsonToken
open_container(JsonReader *reader, bool is_array)
{
	if (reader->depth == JSON_DEPTH_LIMIT)
		return fail_reader(reader, "values are nested too deeply");
	reader->in_array[reader->depth++] = is_array;
	reader->next++;
	reader->expectation = is_array ? EXPECT_ELEMENT_OR_END :
		EXPECT_NAME_OR_END;
	return is_array ? TOKEN_ARRAY : TOKEN_OBJECT;
}

static JsonToken
close_container(JsonReader *reader)
{
	bool		is_array = reader->in_array[--reader->depth];

	reader->start = reader->next++;
	reader->expectation = EXPECT_SEPARATOR;
	return is_array ? TOKEN_ARRAY_END : TOKEN_OBJECT_END;
}

static JsonToken
read_value(JsonReader *reader)
{
	if (reader->next == reader->end)
		return fail_reader(reader, "the text ends within a value");
	reader->start = reader->next;
	switch (*reader->next)
	{
		case '"':
			if (!read_string(reader))
				return TOKEN_PROBLEM;
			reader->expectation = EXPECT_SEPARATOR;
			return TOKEN_STRING;
		case '{':
			return open_container(reader, false);
		case '[':
			return open_container(reader, true);
		case 't':
			return read_word(reader, "true", TOKEN_TRUE);
		case 'f':
			return read_word(reader, "false", TOKEN_FALSE);
		case 'n':
			return read_word(reader, "null", TOKEN_NULL);
		default:
			return read_number(reader);
	}
}

/* Reads the name of a member, and the colon after it. */
static JsonToken
read_name(JsonReader *reader)
{
	if (reader->next == reader->end || *reader->next != '"')
		return fail_reader(reader, "an object has a member without a name");
	reader->start = reader->next;
	if (!read_string(reader))
		return TOKEN_PROBLEM;
	skip_blanks(reader);
	if (reader->next == reader->end || *reader->next != ':')
		return fail_reader(reader, "the name of a member has no value");
	reader->next++;
	reader->expectation = EXPECT_VALUE;
	return TOKEN_NAME;
}

/* A comma, and what it announces; or the end of the container. */
static JsonToken
read_after_separator(JsonReader *reader)
{
	bool		is_array;

	if (reader->depth == 0)
		return reader->next == reader->end ? TOKEN_END :
			fail_reader(reader, "something follows the value");
	if (reader->next == reader->end)
		return fail_reader(reader, "the text ends within a value");

	is_array = reader->in_array[reader->depth - 1];
	if (*reader->next == (is_array ? ']' : '}'))
		return close_container(reader);
	if (*reader->next != ',')
		return fail_reader(reader, "a comma is missing");
	reader->next++;
	skip_blanks(reader);
	return is_array ? read_value(reader) : read_name(reader);
}

JsonToken
json_reader_next(JsonReader *reader)
{
	if (reader->problem != NULL)
		return TOKEN_PROBLEM;
	skip_blanks(reader);
	switch (reader->expectation)
	{
		case EXPECT_SEPARATOR:
			return read_after_separator(reader);
		case EXPECT_NAME_OR_END:
			if (reader->next < reader->end && *reader->next == '}')
				return close_container(reader);
			return read_name(reader);
		case EXPECT_ELEMENT_OR_END:
			if (reader->next < reader->end && *reader->next == ']')
				return close_container(reader);
			return read_value(reader);
		case EXPECT_VALUE:
			break;
	}
	return read_value(reader);
}

bool
json_reader_skip(JsonReader *reader, JsonToken token)
{
	int			depth = reader->depth;

	if (token != TOKEN_OBJECT && token != TOKEN_ARRAY)
		return token != TOKEN_PROBLEM;
	reader->untouched = true;
	while (token != TOKEN_PROBLEM && reader->depth >= depth)
		token = json_reader_next(reader);
	reader->untouched = false;
	return token != TOKEN_PROBLEM;
}
