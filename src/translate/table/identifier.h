/*
 * identifier.h
 *		Names of DynamoDB's tables and attributes as identifiers of PostgreSQL.
 */
#ifndef DYNAMORM_TRANSLATE_IDENTIFIER_H
#define DYNAMORM_TRANSLATE_IDENTIFIER_H

#include "postgres.h"

#include "nodes/pg_list.h"

typedef enum IdentifierStyle
{
	IDENTIFIER_KEEP,			/* as the name is */
	IDENTIFIER_SNAKE_CASE		/* userId and UserID as user_id */
} IdentifierStyle;

/*
 * A UTF-8 name in the server's encoding, in the current memory context; NULL
 * if that lacks one of its characters.
 */
extern char *identifier_to_server(const char *name);

/*
 * The identifier of a name in the server's encoding: in the style, and cut to
 * what an identifier may be long, between characters.
 */
extern char *identifier_of_name(const char *name, IdentifierStyle style);

/*
 * The identifier itself if it is not in the list of those taken (of char *),
 * else with the first number after it that makes it a new one.
 */
extern char *identifier_not_taken(const char *identifier, const List *taken);

#endif							/* DYNAMORM_TRANSLATE_IDENTIFIER_H */
