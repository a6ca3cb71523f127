/*
 * json_reader.h
 *		Reads JSON in place, token by token.
 *
 * A page of a scan holds up to 1 MB of JSON, nearly all of it short strings
 * that are wanted as they stand.  So nothing is copied and no tree is built:
 * strings are unescaped where they are, and a NUL replaces their closing
 * quote.  The text is checked fully: grammar (RFC 8259), UTF-8, surrogates,
 * depth.
 *
 * This file and json_reader.c include no header of PostgreSQL, so that a
 * fuzzer can drive them.
 */
#ifndef DYNAMORM_CLIENT_JSON_READER_H
#define DYNAMORM_CLIENT_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Containers may nest this deep.  DynamoDB allows 32 levels of lists and maps,
 * each of which takes two of JSON, inside a few of the answer itself.
 */
#define JSON_DEPTH_LIMIT	128

typedef enum JsonToken
{
	TOKEN_PROBLEM,				/* not JSON: see problem */
	TOKEN_END,					/* the text is at its end */
	TOKEN_OBJECT,				/* { */
	TOKEN_OBJECT_END,			/* } */
	TOKEN_ARRAY,				/* [ */
	TOKEN_ARRAY_END,			/* ] */
	TOKEN_NAME,					/* of a member; its value follows */
	TOKEN_STRING,
	TOKEN_NUMBER,
	TOKEN_TRUE,
	TOKEN_FALSE,
	TOKEN_NULL
} JsonToken;

typedef enum JsonExpectation
{
	EXPECT_VALUE,
	EXPECT_ELEMENT_OR_END,		/* after [ */
	EXPECT_NAME_OR_END,			/* after { */
	EXPECT_SEPARATOR			/* after a value: a comma, or the end of what
								 * holds it */
} JsonExpectation;

typedef struct JsonReader
{
	char	   *next;			/* first byte not read yet */
	char	   *end;			/* one past the last byte */
	char	   *start;			/* first byte of the latest token */
	char	   *text;			/* of a NAME or STRING, unescaped, with a NUL
								 * after it and maybe NULs in it; of a NUMBER,
								 * without a NUL after it */
	size_t		length;			/* bytes of text */
	const char *problem;		/* what is wrong; a constant */
	JsonExpectation expectation;
	bool		untouched;		/* leave the bytes of strings as they are */
	int			depth;			/* containers open */
	bool		in_array[JSON_DEPTH_LIMIT]; /* kind of each open container */
} JsonReader;

/*
 * Starts to read length bytes at text, which the reader will change.  Bytes
 * beyond them are neither read nor written.
 */
extern void json_reader_start(JsonReader *reader, char *text, size_t length);

/* Reads the next token.  After a TOKEN_PROBLEM there is nothing but it. */
extern JsonToken json_reader_next(JsonReader *reader);

/*
 * Skips the rest of the value that the given token, the latest one, began,
 * without changing any byte of it: its text is from start as it was at that
 * token to next as it is now.  (Not of a string, which has been unescaped.)
 * False if it is not JSON.
 */
extern bool json_reader_skip(JsonReader *reader, JsonToken token);

#endif							/* DYNAMORM_CLIENT_JSON_READER_H */
