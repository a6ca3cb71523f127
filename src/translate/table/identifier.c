/*
 * identifier.c
 *		Names of DynamoDB's tables and attributes as identifiers of PostgreSQL.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/namespace.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "translate/table/identifier.h"

char *
identifier_to_server(const char *name)
{
	int			length = strlen(name);
	int			encoding = GetDatabaseEncoding();
	unsigned char *converted;
	Oid			procedure;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return pstrdup(name);
	procedure = FindDefaultConversionProc(PG_UTF8, encoding);
	if (!OidIsValid(procedure))
		return NULL;
	converted = palloc(length * MAX_CONVERSION_GROWTH + 1);
	if (pg_do_encoding_conversion_buf(procedure, PG_UTF8, encoding,
									  (unsigned char *) unconstify(char *, name),
									  length, converted,
									  length * MAX_CONVERSION_GROWTH + 1,
									  true) < length)
		return NULL;
	return (char *) converted;
}

static bool
is_upper(char byte)
{
	return byte >= 'A' && byte <= 'Z';
}

static bool
is_lower_or_digit(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

/* Does a word begin at this place, which is not the first? */
static bool
begins_word(const char *place)
{
	return is_upper(*place) &&
		(is_lower_or_digit(place[-1]) ||
		 (is_upper(place[-1]) && place[1] >= 'a' && place[1] <= 'z'));
}

static char *
snake_case(const char *name)
{
	StringInfoData out;

	initStringInfo(&out);
	for (const char *place = name; *place; place++)
	{
		bool		is_letter = is_upper(*place) ||
			is_lower_or_digit(*place) || IS_HIGHBIT_SET(*place);

		if (out.len > 0 && out.data[out.len - 1] != '_' &&
			(!is_letter || (place > name && begins_word(place))))
			appendStringInfoChar(&out, '_');
		if (is_letter)
			appendStringInfoChar(&out,
								 is_upper(*place) ? *place - 'A' + 'a' : *place);
	}
	if (out.len > 0 && out.data[out.len - 1] == '_')
		out.data[--out.len] = '\0';
	/* nothing was a letter */
	if (out.len == 0)
		return pstrdup(name);
	return out.data;
}

/* Cuts so that length bytes more have room. */
static char *
cut_identifier(const char *name, int length)
{
	return pnstrdup(name, pg_mbcliplen(name, strlen(name),
									   NAMEDATALEN - 1 - length));
}

char *
identifier_of_name(const char *name, IdentifierStyle style)
{
	return cut_identifier(style == IDENTIFIER_SNAKE_CASE ? snake_case(name)
						  : name, 0);
}

static bool
is_taken(const char *identifier, const List *taken)
{
	ListCell   *cell;

	foreach(cell, taken)
	{
		if (strcmp((const char *) lfirst(cell), identifier) == 0)
			return true;
	}
	return false;
}

char *
identifier_not_taken(const char *identifier, const List *taken)
{
	char	   *candidate = pstrdup(identifier);

	for (int number = 2; is_taken(candidate, taken); number++)
	{
		char		suffix[16];

		snprintf(suffix, sizeof(suffix), "_%d", number);
		candidate = psprintf("%s%s", cut_identifier(identifier, strlen(suffix)), suffix);
	}
	return candidate;
}
