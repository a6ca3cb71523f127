/*
 * page_course.c
 *		Where the pages of a Query or Scan, or of a segment, have led so far.
 *
 * One earlier place is remembered, and replaced by the present one after 1, 2,
 * 4, 8, ... pages: once the distance to the next replacement is longer than
 * the circle, the place comes by again.
 *
 * Source: R. P. Brent, "An improved Monte Carlo factorization algorithm", BIT
 * 20 (1980), section 3.
 */
#include "postgres.h"

#include "compat.h"

#include "lib/stringinfo.h"

#include "client/request/page_course.h"

static void
raise_circle(const char *table_name, bool is_itself)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 is_itself
			 ? errmsg("DynamoDB's page of table \"%s\" is followed by itself",
					  table_name)
			 : errmsg("DynamoDB's pages of table \"%s\" go round in a circle",
					  table_name),
			 is_itself
			 ? errdetail("The LastEvaluatedKey of the answer is the ExclusiveStartKey of the request.")
			 : errdetail("The LastEvaluatedKey of the answer is that of a page before it.")));
}

void
page_course_advance(PageCourse *course, const DynamoItem *last_key,
					const char *table_name)
{
	StringInfoData text;

	if (last_key == NULL)
	{
		page_course_reset(course);
		return;
	}
	initStringInfo(&text);
	json_append_item(&text, last_key);
	if (course->next_key != NULL && strcmp(course->next_key, text.data) == 0)
		raise_circle(table_name, true);
	if (course->mark != NULL && strcmp(course->mark, text.data) == 0)
		raise_circle(table_name, false);
	if (course->next_key != NULL)
		pfree(course->next_key);
	course->next_key = text.data;

	course->pages++;
	if ((course->pages & (course->pages - 1)) == 0)
	{
		if (course->mark != NULL)
			pfree(course->mark);
		course->mark = pstrdup(text.data);
	}
}

void
page_course_reset(PageCourse *course)
{
	if (course->next_key != NULL)
		pfree(course->next_key);
	if (course->mark != NULL)
		pfree(course->mark);
	memset(course, 0, sizeof(PageCourse));
}
