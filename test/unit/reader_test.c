/*
 * reader_test.c
 *		Tests of the JSON reader, without a server.
 *
 *	cc -std=gnu11 -Isrc test/unit/reader_test.c src/client/wire/json_reader.c
 *
 * Prints TAP.  Every text is read from a buffer of exactly its size, so that
 * a sanitizer or valgrind sees any byte read beyond it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/wire/json_reader.h"

static int	test_count = 0;
static int	failure_count = 0;

/* TAP gives a meaning to # and to line feeds: others stand for them. */
static void
report(bool passed, const char *name)
{
	test_count++;
	if (!passed)
		failure_count++;
	printf("%sok %d - ", passed ? "" : "not ", test_count);
	for (; *name != '\0'; name++)
		putchar(*name >= 0x20 && *name < 0x7F && *name != '#' ? *name : '.');
	putchar('\n');
}

/* Appends bytes to the description of what was read; controls as \xx. */
static void
describe_bytes(char **out, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		unsigned char byte = (unsigned char) bytes[i];

		if (byte < 0x20 || byte >= 0x7F)
			*out += sprintf(*out, "\\%02x", byte);
		else
			*(*out)++ = (char) byte;
	}
}

/*
 * Reads all tokens, and describes them: containers and words as they are,
 * names as name=, strings in single quotes, numbers as #5.  A problem gives !.
 */
static void
describe_tokens(JsonReader *reader, char *out)
{
	for (;;)
	{
		JsonToken	token = json_reader_next(reader);

		switch (token)
		{
			case TOKEN_PROBLEM:
				*out++ = '!';
				/* fall through */
			case TOKEN_END:
				*out = '\0';
				return;
			case TOKEN_OBJECT:
				*out++ = '{';
				break;
			case TOKEN_OBJECT_END:
				*out++ = '}';
				break;
			case TOKEN_ARRAY:
				*out++ = '[';
				break;
			case TOKEN_ARRAY_END:
				*out++ = ']';
				break;
			case TOKEN_NAME:
				describe_bytes(&out, reader->text, reader->length);
				*out++ = '=';
				break;
			case TOKEN_STRING:
				*out++ = '\'';
				describe_bytes(&out, reader->text, reader->length);
				*out++ = '\'';
				if (reader->text[reader->length] != '\0')
					*out++ = '?';
				break;
			case TOKEN_NUMBER:
				*out++ = '#';
				describe_bytes(&out, reader->text, reader->length);
				break;
			case TOKEN_TRUE:
				*out++ = 'T';
				break;
			case TOKEN_FALSE:
				*out++ = 'F';
				break;
			case TOKEN_NULL:
				*out++ = 'N';
				break;
		}
	}
}

static void
check_bytes(const char *text, size_t length, const char *expected,
			const char *name)
{
	char	   *buffer = malloc(length > 0 ? length : 1);
	char	   *description = malloc(8 * length + 64);
	JsonReader	reader;
	bool		passed;

	memcpy(buffer, text, length);
	json_reader_start(&reader, buffer, length);
	describe_tokens(&reader, description);
	passed = strcmp(description, expected) == 0;
	report(passed, name);
	if (!passed)
		printf("# expected %s\n# got      %s\n# problem  %s\n", expected,
			   description, reader.problem ? reader.problem : "none");
	free(buffer);
	free(description);
}

static void
check(const char *text, const char *expected)
{
	check_bytes(text, strlen(text), expected, text);
}

/* The text is refused, with a reason. */
static void
check_refused(const char *text, const char *problem)
{
	size_t		length = strlen(text);
	char	   *buffer = malloc(length > 0 ? length : 1);
	char		name[128];
	JsonReader	reader;
	JsonToken	token;
	bool		passed;

	memcpy(buffer, text, length);
	json_reader_start(&reader, buffer, length);
	do
		token = json_reader_next(&reader);
	while (token != TOKEN_PROBLEM && token != TOKEN_END);
	passed = token == TOKEN_PROBLEM && reader.problem != NULL &&
		strcmp(reader.problem, problem) == 0 &&
		json_reader_next(&reader) == TOKEN_PROBLEM;
	snprintf(name, sizeof(name), "refused: %s", text);
	report(passed, name);
	if (!passed)
		printf("# expected %s\n# got      %s\n", problem,
			   reader.problem ? reader.problem : "none");
	free(buffer);
}

static void
test_grammar(void)
{
	check("{}", "{}");
	check("[]", "[]");
	check(" \t\r\n[ ] ", "[]");
	check("null", "N");
	check("[true,false,null]", "[TFN]");
	check("{\"a\":{\"S\":\"x\"},\"b\":{\"L\":[{\"N\":\"1\"}]}}",
		  "{a={S='x'}b={L=[{N='1'}]}}");
	check("{ \"a\" : [ 1 , { } , [ ] ] }", "{a=[#1{}[]]}");
	check("{\"\":\"\"}", "{=''}");
	check("{\"a\":1,\"a\":2}", "{a=#1a=#2}");

	check_refused("", "the text ends within a value");
	check_refused(" ", "the text ends within a value");
	check_refused("{", "an object has a member without a name");
	check_refused("[", "the text ends within a value");
	check_refused("[1", "the text ends within a value");
	check_refused("[1,", "the text ends within a value");
	check_refused("[1,]", "a value is not JSON");
	check_refused("[,1]", "a value is not JSON");
	check_refused("[1 2]", "a comma is missing");
	check_refused("[1}", "a comma is missing");
	check_refused("{\"a\":1]", "a comma is missing");
	check_refused("{\"a\"}", "the name of a member has no value");
	check_refused("{\"a\":}", "a value is not JSON");
	check_refused("{\"a\":1,}", "an object has a member without a name");
	check_refused("{a:1}", "an object has a member without a name");
	check_refused("{} {}", "something follows the value");
	check_refused("]", "a value is not JSON");
	check_refused("nul", "a value is not JSON");
	check_refused("True", "a value is not JSON");
	check_refused("'a'", "a value is not JSON");
}

static void
test_numbers(void)
{
	check("0", "#0");
	check("-0.5e+10", "#-0.5e+10");
	check("[1795340770.169,1E5,12]", "[#1795340770.169#1E5#12]");
	check_refused("01", "a value is not JSON");
	check_refused("-", "a value is not JSON");
	check_refused("+1", "a value is not JSON");
	check_refused(".5", "a value is not JSON");
	check_refused("5.", "a number is incomplete");
	check_refused("5e", "a number is incomplete");
	check_refused("5e+", "a number is incomplete");
	check_refused("5x", "something follows the value");
	check_refused("NaN", "a value is not JSON");
}

static void
test_strings(void)
{
	check("\"plain text, longer than eight bytes\"",
		  "'plain text, longer than eight bytes'");
	check("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "'\"\\/\\08\\0c\\0a\\0d\\09'");
	check("\"a\\u0041b\"", "'aAb'");
	check("\"\\u00e9\\u20ac\"", "'\\c3\\a9\\e2\\82\\ac'");
	check("\"\\ud83d\\uDE00!\"", "'\\f0\\9f\\98\\80!'");
	check("\"a\\u0000b\"", "'a\\00b'");
	check("[\"\\u0041\",\"after an escape\",\"\\n\"]",
		  "['A''after an escape''\\0a']");
	check("\"caf\303\251 \342\202\254 \360\237\230\200\"",
		  "'caf\\c3\\a9 \\e2\\82\\ac \\f0\\9f\\98\\80'");
	check("\"\\n\303\251\\n\342\202\254 and much more plain text\"",
		  "'\\0a\\c3\\a9\\0a\\e2\\82\\ac and much more plain text'");
	check("\"\177\"", "'\\7f'");

	check_refused("\"", "a string does not end");
	check_refused("\"abcdefghijk", "a string does not end");
	check_refused("\"a\\", "a string holds an invalid escape sequence");
	check_refused("\"\\x41\"", "a string holds an invalid escape sequence");
	check_refused("\"\\u12\"", "a string holds an invalid escape sequence");
	check_refused("\"\\u12g4\"", "a string holds an invalid escape sequence");
	check_refused("\"\\ud83d\"", "a string holds an invalid escape sequence");
	check_refused("\"\\ud83dabcdef\"",
				  "a string holds an invalid escape sequence");
	check_refused("\"\\ud83d\\u0041\"",
				  "a string holds an invalid escape sequence");
	check_refused("\"\\ude00\"", "a string holds an invalid escape sequence");
	check_refused("\"a\nb\"", "a string holds a control character");
	check_refused("\"12345678\001\"", "a string holds a control character");
	check_bytes("\"a\0b\"", 5, "!", "refused: a NUL byte in a string");
}

static void
test_utf8(void)
{
	static const char *const refused[] = {
		"\"\200\"",				/* a lone continuation byte */
		"\"\300\200\"",			/* overlong NUL */
		"\"\301\277\"",
		"\"\340\237\277\"",		/* overlong, three bytes */
		"\"\355\240\200\"",		/* U+D800 */
		"\"\360\217\277\277\"", /* overlong, four bytes */
		"\"\364\220\200\200\"", /* U+110000 */
		"\"\365\200\200\200\"",
		"\"\377\"",
		"\"\303\"",				/* cut by the quote */
		"\"\342\202\"",
		"\"\360\237\230\"",
		"\"\303",				/* cut by the end */
		"\"\342\202",
		"\"\342\202A\"",
		"\"\360\237\230A\""
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		check_refused(refused[i], "a string is not valid UTF-8");

	check("\"\302\200\337\277\"", "'\\c2\\80\\df\\bf'");
	check("\"\340\240\200\355\237\277\356\200\200\357\277\277\"",
		  "'\\e0\\a0\\80\\ed\\9f\\bf\\ee\\80\\80\\ef\\bf\\bf'");
	check("\"\360\220\200\200\364\217\277\277\"",
		  "'\\f0\\90\\80\\80\\f4\\8f\\bf\\bf'");
}

/* An escape at every place of a word of eight bytes, and after each other. */
static void
test_alignment(void)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz";
	bool		passed = true;

	for (int before = 0; before <= 20; before++)
	{
		for (int after = 0; after <= 20; after++)
		{
			char		text[64];
			char		expected[64];
			int			length;
			JsonReader	reader;

			length = sprintf(text, "\"%.*s\\n%.*s\"", before, plain, after,
							 plain);
			sprintf(expected, "%.*s\n%.*s", before, plain, after, plain);
			json_reader_start(&reader, text, length);
			passed = passed &&
				json_reader_next(&reader) == TOKEN_STRING &&
				strcmp(reader.text, expected) == 0 &&
				json_reader_next(&reader) == TOKEN_END;
		}
	}
	report(passed, "escapes at every place of a string");
}

static void
test_depth(void)
{
	char		text[2 * JSON_DEPTH_LIMIT + 2];
	JsonReader	reader;
	JsonToken	token;

	memset(text, '[', JSON_DEPTH_LIMIT);
	memset(text + JSON_DEPTH_LIMIT, ']', JSON_DEPTH_LIMIT);
	json_reader_start(&reader, text, 2 * JSON_DEPTH_LIMIT);
	do
		token = json_reader_next(&reader);
	while (token != TOKEN_PROBLEM && token != TOKEN_END);
	report(token == TOKEN_END, "as deep as the limit");

	memset(text, '[', JSON_DEPTH_LIMIT + 1);
	memset(text + JSON_DEPTH_LIMIT + 1, ']', JSON_DEPTH_LIMIT + 1);
	json_reader_start(&reader, text, sizeof(text));
	do
		token = json_reader_next(&reader);
	while (token != TOKEN_PROBLEM && token != TOKEN_END);
	report(token == TOKEN_PROBLEM &&
		   strcmp(reader.problem, "values are nested too deeply") == 0,
		   "one deeper than the limit");
}

static void
test_skipping(void)
{
#define SKIPPED "{\"a\":\"\\u0041\\n\",\"b\":[1,\"\303\251\"]}"
	static const char source[] = "{\"skip\":" SKIPPED ",\"keep\":\"\\n\"}";
	char		text[sizeof(source)];
	JsonReader	reader;
	JsonToken	token;
	char	   *start;

	memcpy(text, source, sizeof(source));
	json_reader_start(&reader, text, sizeof(source) - 1);
	json_reader_next(&reader);
	json_reader_next(&reader);
	token = json_reader_next(&reader);
	start = reader.start;
	report(token == TOKEN_OBJECT && json_reader_skip(&reader, token),
		   "an object is skipped");
	report(reader.next - start == sizeof(SKIPPED) - 1 &&
		   memcmp(start, SKIPPED, sizeof(SKIPPED) - 1) == 0,
		   "its text is as it was");
	report(json_reader_next(&reader) == TOKEN_NAME &&
		   strcmp(reader.text, "keep") == 0, "the next member follows");
	report(json_reader_next(&reader) == TOKEN_STRING &&
		   strcmp(reader.text, "\n") == 0, "its value is unescaped");
	report(json_reader_next(&reader) == TOKEN_OBJECT_END &&
		   json_reader_next(&reader) == TOKEN_END, "and the end is reached");

	memcpy(text, "[[1,[2],3],4]", 14);
	json_reader_start(&reader, text, 13);
	json_reader_next(&reader);
	report(json_reader_skip(&reader, json_reader_next(&reader)) &&
		   json_reader_next(&reader) == TOKEN_NUMBER &&
		   reader.text[0] == '4', "an array is skipped");

	memcpy(text, "[{\"a\":\"\\x\"}]", 13);
	json_reader_start(&reader, text, 12);
	json_reader_next(&reader);
	report(!json_reader_skip(&reader, json_reader_next(&reader)), "what is skipped is checked");
}

/* Every prefix of a text is refused without reading beyond it. */
static void
test_truncation(void)
{
	static const char source[] =
		"{\"a\":{\"S\":\"\\ud83d\\ude00 \303\251\"},\"b\":[true,-1.5e3,null]}";
	bool		passed = true;

	for (size_t length = 0; length < sizeof(source) - 1; length++)
	{
		char	   *text = malloc(length > 0 ? length : 1);
		JsonReader	reader;
		JsonToken	token;

		memcpy(text, source, length);
		json_reader_start(&reader, text, length);
		do
			token = json_reader_next(&reader);
		while (token != TOKEN_PROBLEM && token != TOKEN_END);
		if (token != TOKEN_PROBLEM)
		{
			printf("# accepted the first %d bytes\n", (int) length);
			passed = false;
		}
		free(text);
	}
	report(passed, "every truncation is refused");
}

int
main(void)
{
	test_grammar();
	test_numbers();
	test_strings();
	test_utf8();
	test_alignment();
	test_depth();
	test_skipping();
	test_truncation();
	printf("1..%d\n", test_count);
	return failure_count == 0 ? 0 : 1;
}
