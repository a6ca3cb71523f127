/*
 * stored_table.c
 *		All that DynamoDB tells of a table now: how it is made, and its state.
 *
 * The requests live as long as the memory context that they are made in, since
 * what they tell is in their answers.
 */
#include "postgres.h"

#include "fdw/catalog/description.h"
#include "fdw/catalog/stored_table.h"

/* Attempts of what can be done without. */
#define SIDE_ATTEMPTS		3

/* A table has at most 50 tags, which are one page, or few. */
#define MOST_TAG_PAGES		50

TableDetails *
stored_table_describe(Connection *connection, const char *table_name,
					  Request **refusal)
{
	Request    *request = description_request(connection, "DescribeTable",
											  table_details_read, table_name,
											  0);
	TableDetails *details;

	*refusal = NULL;
	if (request_outcome(request) != OUTCOME_SUCCESS)
	{
		*refusal = request;
		return NULL;
	}
	details = palloc(sizeof(TableDetails));
	*details = *(const TableDetails *) request_answer(request);
	return details;
}

/* The answer to an operation; NULL: there is none. */
static const void *
ask_aside(Connection *connection, const char *operation, AnswerReader read,
		  const char *table_name)
{
	Request    *request = description_request(connection, operation, read,
											  table_name, SIDE_ATTEMPTS);

	return request_outcome(request) == OUTCOME_SUCCESS
		? request_answer(request) : NULL;
}

void
stored_table_add_time_to_live(Connection *connection, const char *table_name,
							  TableDetails *details)
{
	const TimeToLive *answer = ask_aside(connection, "DescribeTimeToLive",
										 time_to_live_read, table_name);

	if (answer == NULL)
		return;
	details->time_to_live = answer->attribute;
	details->tells_time_to_live = true;
}

void
stored_table_add_recovery(Connection *connection, const char *table_name,
						  TableDetails *details)
{
	const ContinuousBackups *answer = ask_aside(connection,
												"DescribeContinuousBackups",
												continuous_backups_read,
												table_name);

	if (answer == NULL)
		return;
	details->point_in_time_recovery = answer->point_in_time_recovery;
	details->tells_recovery = true;
}

/* NULL: DynamoDB does not tell. */
static const TagPage *
ask_for_tags(Connection *connection, const char *table_name, const char *arn,
			 const char *start)
{
	StringInfoData body;
	RequestSpec spec = {
		.operation = "ListTagsOfResource",
		.kind = REQUEST_READ,
		.table = table_name,
		.read = tag_page_read,
		.max_attempts = SIDE_ATTEMPTS
	};
	Request    *request;

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"ResourceArn\":");
	json_append_string(&body, arn, strlen(arn));
	if (start != NULL)
	{
		appendStringInfoString(&body, ",\"NextToken\":");
		json_append_string(&body, start, strlen(start));
	}
	appendStringInfoChar(&body, '}');
	spec.body = body.data;
	spec.body_length = body.len;
	request = request_run(connection, &spec);
	return request_outcome(request) == OUTCOME_SUCCESS
		? request_answer(request) : NULL;
}

void
stored_table_add_tags(Connection *connection, const char *table_name,
					  TableDetails *details)
{
	TableTag   *tags = NULL;
	int			count = 0;
	const char *start = NULL;

	if (details->arn == NULL)
		return;
	for (int i = 0; i < MOST_TAG_PAGES; i++)
	{
		const TagPage *page = ask_for_tags(connection, table_name,
										   details->arn, start);
		Size		size;

		if (page == NULL)
			return;
		size = Max(count + page->count, 1) * sizeof(TableTag);
		tags = tags == NULL ? palloc(size) : repalloc(tags, size);
		memcpy(tags + count, page->tags, page->count * sizeof(TableTag));
		count += page->count;
		start = page->next;
		if (start == NULL)
		{
			details->tags = tags;
			details->tag_count = count;
			details->tells_tags = true;
			table_details_sort(details);
			return;
		}
	}
}
