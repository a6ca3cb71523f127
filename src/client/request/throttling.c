/*
 * throttling.c
 *		Why DynamoDB throttles: its reasons, and what helps against each.
 *
 * Source: DynamoDB Developer Guide, "DynamoDB throttling resolution guide";
 * API Reference, "ThrottlingReason" and "TransactWriteItems".
 */
#include "postgres.h"

#include "compat.h"

#include "lib/stringinfo.h"

#include "client/request/throttling.h"
#include "client/wire/attribute.h"

/* As many bytes of what an endpoint says are shown. */
#define REMOTE_TEXT_LENGTH	4096

#define HINT_ANY \
	"The table's or the account's capacity is exhausted.  Retry later, or raise the capacity."
#define HINT_PROVISIONED \
	"The capacity that the table or index has been given is exhausted.  Raise it, let it scale, or retry later."

typedef struct ThrottlingAdvice
{
	const char *ending;			/* of the reason */
	const char *table;			/* the hint where a table throttles */
	const char *index;			/* ... and where an index does */
} ThrottlingAdvice;

/* A reason is Table or Index, Read or Write, and one of these. */
static const ThrottlingAdvice limits[] = {
	{"KeyRangeThroughputExceeded",
		"Too many requests go to one partition key, or to keys close to each other.  Spread them over more keys, or retry later; more capacity does not help.",
	"Too many requests go to one partition key of the index, or to keys close to each other.  Spread its values, or retry later; more capacity does not help."},
	{"ProvisionedThroughputExceeded",
		"The table's provisioned capacity is exhausted.  Raise it, let it scale, or retry later.",
	"The index's provisioned capacity is exhausted.  Raise it, let it scale, or retry later."},
	{"MaxOnDemandThroughputExceeded",
		"The table has a maximum of on-demand throughput, which is reached.  Raise it, or retry later.",
	"The index has a maximum of on-demand throughput, which is reached.  Raise it, or retry later."},
	{"AccountLimitExceeded",
		"The account's quota for one table is reached.  Have AWS raise it, or retry later.",
	"The account's quota for one index is reached.  Have AWS raise it, or retry later."}
};

/* What the actions of a cancelled transaction have in place of reasons. */
static const char *const cancellations[][2] = {
	{"ProvisionedThroughputExceeded", HINT_PROVISIONED},
	{"ThrottlingError",
	"DynamoDB is still scaling the table or index, or too many requests go to one key.  Retry later, or spread them over more keys."}
};

char *
throttling_text(const ThrottlingReason *reason)
{
	StringInfoData text;

	initStringInfo(&text);
	attribute_append_server_text(&text, reason->reason,
								 (int) strnlen(reason->reason,
											   REMOTE_TEXT_LENGTH));
	if (reason->resource != NULL)
	{
		/* of the resource's ARN, the last part names it */
		const char *colon = strrchr(reason->resource, ':');
		const char *name = colon != NULL ? colon + 1 : reason->resource;

		appendStringInfoString(&text, " of ");
		attribute_append_server_text(&text, name,
									 (int) strnlen(name, REMOTE_TEXT_LENGTH));
	}
	return text.data;
}

static const char *
hint_of_reason(const char *reason)
{
	bool		of_index = strncmp(reason, "Index", 5) == 0;
	size_t		length = strlen(reason);

	for (int i = 0; i < (int) lengthof(limits); i++)
	{
		const ThrottlingAdvice *limit = &limits[i];
		size_t		ending = strlen(limit->ending);

		if (length >= ending &&
			strcmp(reason + length - ending, limit->ending) == 0)
			return of_index ? limit->index : limit->table;
	}
	return NULL;
}

static const char *
hint_of_cancellation(const char *code)
{
	for (int i = 0; i < (int) lengthof(cancellations); i++)
		if (strcmp(code, cancellations[i][0]) == 0)
			return cancellations[i][1];
	return NULL;
}

static void
add_hint(StringInfo hints, const char *hint)
{
	if (hint == NULL || (hints->len > 0 && strstr(hints->data, hint) != NULL))
		return;
	if (hints->len > 0)
		appendStringInfoString(hints, "  ");
	appendStringInfoString(hints, hint);
}

const char *
throttling_hint(const Response *response)
{
	StringInfoData hints;

	if (response == NULL)
		return HINT_ANY;
	initStringInfo(&hints);
	for (int i = 0; i < response->throttling_count; i++)
		add_hint(&hints, hint_of_reason(response->throttling[i].reason));
	/* where there are reasons in full, they say more than codes do */
	if (hints.len > 0)
		return hints.data;
	for (int i = 0; i < response->reason_count; i++)
		add_hint(&hints, hint_of_cancellation(response->reasons[i].code));
	return hints.len > 0 ? hints.data : HINT_ANY;
}
