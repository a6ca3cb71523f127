/*
 * sample.h
 *		Items from all over a table: random segments of it, each read whole.
 *
 * DynamoDB gives no random items, but it cuts a table into as many segments as
 * one likes, by a hash of the partition key.  How many are to be read depends
 * on how many items there are, which DynamoDB counts every six hours: a table
 * that it has not counted yet, and that has more than a page, is estimated by
 * first pages of small segments.
 */
#ifndef DYNAMORM_FDW_SAMPLE_H
#define DYNAMORM_FDW_SAMPLE_H

#include "postgres.h"

#include "client/request/request.h"

typedef struct SampleSpec
{
	Connection *connection;
	const char *table_name;		/* UTF-8 */
	List	   *projection;		/* of DocumentPath; NIL: whole items */
	double		item_count;		/* of the table; not positive: not known */
	int			wanted;			/* about so many items */
	RequestCounters *counters;
	int			table_rate;		/* read units a second; 0: no limit */

	/* called for each item, which lives until it returns */
	void		(*take) (const DynamoItem *item, void *argument);
	void	   *argument;
} SampleSpec;

typedef struct SampleResult
{
	int64		items;			/* taken */
	double		item_count;		/* of the table, as told or estimated; not
								 * positive: not known */
	double		fraction;		/* of the table that was read, 1 for all of it;
								 * 0: not known */
	bool		is_limited;		/* max_read_units has ended it */
	bool		is_denied;		/* the right to scan the table is lacking, and
								 * nothing was read */
} SampleResult;

/*
 * Reads; eventually consistent, at half the price.  Raises what
 * request_raise() raises, but for the lack of the right to scan.
 */
extern SampleResult sample_read(const SampleSpec *spec);

#endif							/* DYNAMORM_FDW_SAMPLE_H */
