/*
 * session_tag.h
 *		Tags of a role's session, as a list "key=value, key=value".
 *
 * A value may be {user}, which stands for the name of a user; and a key alone
 * says that another list must have it.  Neither commas nor braces may stand in
 * keys or values: whoever chooses a value adds no tag by it.
 *
 * Source: IAM User Guide, "Pass session tags in AWS STS"; AWS Security Token
 * Service API Reference, "Tag".
 */
#ifndef DYNAMORM_CLIENT_SESSION_TAG_H
#define DYNAMORM_CLIENT_SESSION_TAG_H

#include "postgres.h"

#include "nodes/pg_list.h"

#define SESSION_TAG_USER		"{user}"

/* In place of a list, and of no tag: what should stand there is not known. */
#define SESSION_TAG_REFUSED		"{refused}"

typedef struct SessionTag
{
	const char *key;
	const char *value;			/* NULL: another list must have it */
} SessionTag;

/* The tags of a list (NULL: there are none), in order, as a List. */
extern List *session_tag_split(const char *text);

/*
 * Why something is no list of tags, in a sentence; NULL if it is one.
 * may_demand: it may have keys alone.
 */
extern const char *session_tag_problem(const char *text, bool may_demand);

/*
 * The tags of both lists (NULL: none), the second of which goes first where
 * both have a key; {user} is replaced.  NULL: there are none, or they cannot
 * be had: *problem then says why.  All in the current memory context.
 */
extern const char *session_tag_merge(const char *text, const char *superior,
									 const char *user_name,
									 const char **problem);

/*
 * Is it a source identity: 2 to 64 of the characters that it may have, or
 * {user}?
 */
extern bool session_tag_is_identity(const char *text);

#endif							/* DYNAMORM_CLIENT_SESSION_TAG_H */
