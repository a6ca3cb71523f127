/*
 * session_tag.c
 *		Tags of a role's session, as a list "key=value, key=value".
 */
#include "postgres.h"

#include "compat.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "client/credential/session_tag.h"

#define MOST_TAGS				50
#define LONGEST_KEY				128 /* characters */
#define LONGEST_VALUE			256
#define SHORTEST_IDENTITY		2
#define LONGEST_IDENTITY		64
#define RESERVED_PREFIX			"aws:"

/* ---- lists ---- */

static char *
trim_spaces(char *text)
{
	int			length;

	text += strspn(text, " \t\n\r");
	length = strlen(text);
	while (length > 0 && strchr(" \t\n\r", text[length - 1]) != NULL)
		length--;
	text[length] = '\0';
	return text;
}

List *
session_tag_split(const char *text)
{
	char	   *rest = text == NULL ? NULL : trim_spaces(pstrdup(text));
	List	   *tags = NIL;

	while (rest != NULL && *rest != '\0')
	{
		SessionTag *tag = palloc(sizeof(SessionTag));
		char	   *key = rest;
		char	   *comma = strchr(rest, ',');
		char	   *equals;

		rest = NULL;
		if (comma != NULL)
		{
			*comma = '\0';
			rest = comma + 1;
		}
		equals = strchr(key, '=');
		if (equals != NULL)
			*equals = '\0';
		tag->key = trim_spaces(key);
		tag->value = equals == NULL ? NULL : trim_spaces(equals + 1);
		tags = lappend(tags, tag);
	}
	return tags;
}

static const SessionTag *
find_tag(List *tags, const char *key)
{
	ListCell   *cell;

	foreach(cell, tags)
	{
		const SessionTag *tag = (const SessionTag *) lfirst(cell);

		if (pg_strcasecmp(tag->key, key) == 0)
			return tag;
	}
	return NULL;
}

/* ---- checks ---- */

/*
 * Letters, digits, spaces and these; which letters there are beyond ASCII is
 * up to IAM.  The name of a role may be one of a database of another encoding.
 */
static bool
is_text_of_tag(const char *text, int longest)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.:/=+-@";
	const char *place;

	for (place = text; *place; place++)
		if (!IS_HIGHBIT_SET(*place) && strchr(allowed, *place) == NULL)
			return false;
	return pg_verifymbstr(text, strlen(text), true) &&
		pg_mbstrlen(text) <= longest;
}

static const char *
problem_of_tag(const SessionTag *tag, bool may_demand)
{
	if (tag->key[0] == '\0' || !is_text_of_tag(tag->key, LONGEST_KEY) ||
		pg_strncasecmp(tag->key, RESERVED_PREFIX,
					   strlen(RESERVED_PREFIX)) == 0)
		return "A tag's key has 1 to 128 letters, digits, spaces and _ . : / + - @, and does not begin with \"aws:\".";
	if (tag->value == NULL)
		return may_demand ? NULL : "Tags are written key=value, with commas between them.";
	if (strcmp(tag->value, SESSION_TAG_USER) != 0 &&
		!is_text_of_tag(tag->value, LONGEST_VALUE))
		return "A tag's value has at most 256 letters, digits, spaces and _ . : / = + - @, or is {user}.";
	return NULL;
}

const char *
session_tag_problem(const char *text, bool may_demand)
{
	List	   *tags = session_tag_split(text);
	ListCell   *cell;

	if (list_length(tags) > MOST_TAGS)
		return "A session has at most 50 tags.";
	foreach(cell, tags)
	{
		const SessionTag *tag = (const SessionTag *) lfirst(cell);
		const char *problem = problem_of_tag(tag, may_demand);

		if (problem != NULL)
			return problem;
		if (find_tag(tags, tag->key) != tag)
			return "A tag's key stands there once, whether in capitals or not.";
	}
	return NULL;
}

bool
session_tag_is_identity(const char *text)
{
	size_t		length = strlen(text);

	if (strcmp(text, SESSION_TAG_USER) == 0)
		return true;
	return length >= SHORTEST_IDENTITY && length <= LONGEST_IDENTITY &&
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789_=+,.@-") == length;
}

/* ---- merging ---- */

/* What is merged is taken apart again, without the spaces around a value. */
static bool
has_outer_space(const char *text)
{
	return text[0] == ' ' ||
		(text[0] != '\0' && text[strlen(text) - 1] == ' ');
}

static void
append_tag(StringInfo text, const SessionTag *tag, const char *user_name,
		   const char **problem)
{
	const char *value = tag->value;

	if (strcmp(value, SESSION_TAG_USER) == 0)
	{
		value = user_name;
		if (!is_text_of_tag(value, LONGEST_VALUE) || has_outer_space(value))
			*problem = psprintf("Session tag \"%s\" cannot have the name of the user as its value.",
								tag->key);
	}
	appendStringInfo(text, "%s%s=%s", text->len > 0 ? "," : "", tag->key,
					 value);
}

const char *
session_tag_merge(const char *text, const char *superior,
				  const char *user_name, const char **problem)
{
	List	   *own = session_tag_split(text);
	List	   *others = session_tag_split(superior);
	StringInfoData merged;
	ListCell   *cell;
	int			count = list_length(others);

	*problem = NULL;
	if (superior != NULL && strcmp(superior, SESSION_TAG_REFUSED) == 0)
	{
		*problem = "The session began with tags that it may not set, or that are none.";
		return NULL;
	}
	initStringInfo(&merged);
	foreach(cell, others)
		append_tag(&merged, (const SessionTag *) lfirst(cell), user_name,
				   problem);
	foreach(cell, own)
	{
		const SessionTag *tag = (const SessionTag *) lfirst(cell);

		if (find_tag(others, tag->key) != NULL)
			continue;
		count++;
		if (tag->value != NULL)
			append_tag(&merged, tag, user_name, problem);
		else
			*problem = psprintf("Session tag \"%s\" is demanded by the user mapping, and not set.",
								tag->key);
	}
	if (count > MOST_TAGS)
		*problem = "A session has at most 50 tags.";
	/* neither postgresql.conf nor ALTER ROLE knows this database */
	if (*problem == NULL && !pg_verifymbstr(merged.data, merged.len, true))
		*problem = "Session tags are not valid in the encoding of the database.";
	return merged.len == 0 || *problem != NULL ? NULL : merged.data;
}
