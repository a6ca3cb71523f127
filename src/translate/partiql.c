/*
 * partiql.c
 *		Statements in PartiQL.
 */
#include "postgres.h"

#include "compat.h"

#include "lib/stringinfo.h"

#include "translate/partiql.h"

/*
 * Characters of a statement; here bytes are counted.  Source: API Reference,
 * "BatchStatementRequest".
 */
#define STATEMENT_LIMIT		8192

/*
 * A name in quotes: double ones for a table, and single ones for the name of a
 * member, which is a string.  Within them only the quote itself means
 * something, and it is doubled.
 */
static void
append_name(StringInfo out, const char *name, char quote)
{
	appendStringInfoChar(out, quote);
	for (const char *next = name; *next != '\0'; next++)
	{
		if (*next == quote)
			appendStringInfoChar(out, quote);
		appendStringInfoChar(out, *next);
	}
	appendStringInfoChar(out, quote);
}

char *
partiql_insert(const char *table_name, const DynamoItem *item)
{
	StringInfoData text;

	/* of an ARN nobody promises that it may stand there */
	if (strncmp(table_name, "arn:", 4) == 0)
		return NULL;
	initStringInfo(&text);
	appendStringInfoString(&text, "INSERT INTO ");
	append_name(&text, table_name, '"');
	appendStringInfoString(&text, " VALUE ");
	for (int i = 0; i < item->count; i++)
	{
		appendStringInfoString(&text, i > 0 ? "," : "{");
		append_name(&text, item->attributes[i].name, '\'');
		appendStringInfoString(&text, ":?");
		if (text.len >= STATEMENT_LIMIT)
			break;
	}
	appendStringInfoChar(&text, '}');
	return text.len <= STATEMENT_LIMIT ? text.data : NULL;
}
