/*
 * table_expiry.c
 *		Items whose time to live is over, where a table hides them (option
 *		"hide_expired").
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "datatype/timestamp.h"

#include "translate/codec/codec_number.h"
#include "translate/table/table_expiry.h"

/* Years are taken for 365 days: which DynamoDB takes it does not say. */
#define OLDEST_EXPIRY	(INT64CONST(5) * 365 * USECS_PER_DAY)

/* Digits of a fraction of seconds that count. */
#define FRACTION_DIGITS	6

/* Digits of seconds, beyond which no time is over. */
#define MOST_DIGITS		12

bool		show_expired = false;

/* Microseconds since 1970. */
static int64
latest_expiry(void)
{
	return GetCurrentTransactionStartTimestamp() +
		(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
}

bool
table_has_expired(const Table *table, const DynamoItem *item)
{
	const AttributeValue *value = table->expiry == NULL ? NULL
		: item_find(item, table->expiry->attribute_name);
	NumberShape shape;
	int			lowest;
	bool		negative;
	uint64		time;
	int64		latest;

	if (value == NULL || value->type != ATTRIBUTE_N ||
		!number_read_shape(value->u.text, value->length, &shape) ||
		shape.highest < 0 || shape.highest >= MOST_DIGITS)
		return false;
	lowest = shape.lowest;
	shape.lowest = Max(lowest, -FRACTION_DIGITS);
	if (!number_read_scaled(value->u.text, &shape, FRACTION_DIGITS, &negative,
							&time) || negative)
		return false;
	latest = latest_expiry();
	return (int64) time >= latest - OLDEST_EXPIRY &&
		((int64) time < latest ||
		 ((int64) time == latest && lowest >= -FRACTION_DIGITS));
}

static AttributeValue *
seconds_value(int64 microseconds)
{
	char	   *text = psprintf(INT64_FORMAT ".%06d",
								microseconds / USECS_PER_SEC,
								(int) (microseconds % USECS_PER_SEC));
	int			length = strlen(text);

	while (text[length - 1] == '0')
		length--;
	if (text[length - 1] == '.')
		length--;
	text[length] = '\0';
	return attribute_make_text(ATTRIBUTE_N, text, length);
}

AttributeValue *
expiry_earliest(void)
{
	return seconds_value(latest_expiry() - OLDEST_EXPIRY);
}

AttributeValue *
expiry_latest(void)
{
	return seconds_value(latest_expiry());
}
