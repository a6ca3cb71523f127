/*
 * page_course.h
 *		Where the pages of a Query or Scan, or of a segment, have led so far.
 *
 * DynamoDB goes through keys in an order, so that no page begins where one
 * before it has begun.  An endpoint whose pages lead round in a circle would
 * be read for ever.
 */
#ifndef DYNAMORM_CLIENT_PAGE_COURSE_H
#define DYNAMORM_CLIENT_PAGE_COURSE_H

#include "postgres.h"

#include "client/wire/attribute.h"

/* All zero: at the beginning. */
typedef struct PageCourse
{
	char	   *next_key;		/* JSON of where the next page begins; NULL: at
								 * the beginning, or at the end */
	char	   *mark;			/* of where an earlier one began; NULL: none */
	int64		pages;			/* that have been followed by another */
} PageCourse;

/*
 * Goes on after a page that ends with the key (LastEvaluatedKey; NULL: it was
 * the last).  What it allocates is in the current memory context.  Raises
 * HV000 if the course has come round: at once if the page is followed by
 * itself, and of a longer circle before the third time round.
 */
extern void page_course_advance(PageCourse *course, const DynamoItem *last_key,
								const char *table_name);

/* Frees what it has allocated, and is at the beginning again. */
extern void page_course_reset(PageCourse *course);

#endif							/* DYNAMORM_CLIENT_PAGE_COURSE_H */
