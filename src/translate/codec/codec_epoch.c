/*
 * codec_epoch.c
 *		Timestamps and dates as numbers since 1970, in a unit.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "translate/codec/codec_epoch.h"
#include "translate/codec/codec_error.h"
#include "translate/codec/codec_number.h"
#include "translate/codec/codec_time.h"

/* The powers of ten that turn a unit of time into microseconds. */
static const int unit_scales[] = {
	[UNIT_SECOND] = 6,
	[UNIT_MILLISECOND] = 3,
	[UNIT_MICROSECOND] = 0,
	[UNIT_NANOSECOND] = -3
};

#define FRACTION_DIGITS		6	/* of what PostgreSQL stores */

#define EPOCH_DAYS			(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE)
#define EPOCH_MICROSECONDS	(EPOCH_DAYS * USECS_PER_DAY)

/*
 * Both parts have the same sign.  They become one text digit by digit, since
 * the last dates in microseconds are beyond 64 bits.
 */
static EncodeProblem
write_epoch(const CodecState *state, int64 seconds, int microseconds,
			AttributeValue *out)
{
	const char *sign = seconds < 0 || microseconds < 0 ? "-" : "";
	char	   *text;

	seconds = Abs(seconds);
	microseconds = Abs(microseconds);
	switch (state->unit)
	{
		case UNIT_SECOND:
			if (microseconds != 0 && !state->has_fraction)
				return ENCODE_UNIT;
			text = psprintf("%s" INT64_FORMAT ".%06d", sign, seconds,
							microseconds);
			break;
		case UNIT_DAY:
			text = psprintf("%s" INT64_FORMAT, sign, seconds / SECS_PER_DAY);
			break;
		case UNIT_MILLISECOND:
			if (microseconds % 1000 != 0)
				return ENCODE_UNIT;
			text = psprintf("%s" INT64_FORMAT "%03d", sign, seconds,
							microseconds / 1000);
			break;
		case UNIT_MICROSECOND:
			text = psprintf("%s" INT64_FORMAT "%06d", sign, seconds,
							microseconds);
			break;
		default:
			text = psprintf("%s" INT64_FORMAT "%06d000", sign, seconds,
							microseconds);
			break;
	}
	return number_encode_text(text, out);
}

EncodeProblem
epoch_encode(Codec *codec, Datum value, AttributeValue *out)
{
	if (codec->base_type_id == DATEOID)
	{
		DateADT		date = DatumGetDateADT(value);

		if (DATE_NOT_FINITE(date))
			return ENCODE_NOT_FINITE;
		return write_epoch(codec->state,
						   ((int64) date + EPOCH_DAYS) * SECS_PER_DAY, 0, out);
	}
	else
	{
		Timestamp	timestamp = DatumGetTimestamp(value);
		int64		seconds = timestamp / USECS_PER_SEC +
			(int64) EPOCH_DAYS * SECS_PER_DAY;
		int			microseconds = (int) (timestamp % USECS_PER_SEC);

		if (TIMESTAMP_NOT_FINITE(timestamp))
			return ENCODE_NOT_FINITE;
		/* between the two epochs the signs differ */
		if (seconds > 0 && microseconds < 0)
		{
			seconds--;
			microseconds += USECS_PER_SEC;
		}
		return write_epoch(codec->state, seconds, microseconds, out);
	}
}

/* Days since 1970; false if there is a time of day, or it is out of range. */
static bool
read_epoch_date(const Codec *codec, const AttributeValue *value,
				const NumberShape *shape, DateADT *date)
{
	bool		counts_days = codec->state->unit == UNIT_DAY;
	int			unit = counts_days ? 1 : SECS_PER_DAY;
	uint64		magnitude;
	int64		days;
	bool		negative;

	if (!number_read_scaled(value->u.text, shape, counts_days ? 0 :
							unit_scales[codec->state->unit] - FRACTION_DIGITS,
							&negative, &magnitude) ||
		magnitude % unit != 0 || magnitude / unit > PG_INT32_MAX)
		return false;
	days = (int64) (magnitude / unit);
	days = (negative ? -days : days) - EPOCH_DAYS;
	*date = (DateADT) days;
	return *date == days && IS_VALID_DATE(*date);
}

/*
 * Microseconds since 1970, as a magnitude, since the last ones before the end
 * of the type's range need all 64 bits.
 */
static bool
read_epoch_timestamp(const Codec *codec, const AttributeValue *value,
					 const NumberShape *shape, Timestamp *timestamp)
{
	uint64		magnitude;
	bool		negative;

	if (!number_read_scaled(value->u.text, shape,
							unit_scales[codec->state->unit], &negative,
							&magnitude))
		return false;
	if (!negative && magnitude > (uint64) EPOCH_MICROSECONDS)
	{
		magnitude -= EPOCH_MICROSECONDS;
		if (magnitude > (uint64) PG_INT64_MAX)
			return false;
		*timestamp = (int64) magnitude;
	}
	else
	{
		if (magnitude > (uint64) (PG_INT64_MAX - EPOCH_MICROSECONDS))
			return false;
		*timestamp = (negative ? -(int64) magnitude : (int64) magnitude) -
			EPOCH_MICROSECONDS;
	}
	return IS_VALID_TIMESTAMP(*timestamp);
}

Datum
epoch_decode(Codec *codec, const AttributeValue *value,
			 const Decoding *decoding)
{
	NumberShape shape;
	DateADT		date;
	Timestamp	timestamp;

	if (!number_read_shape(value->u.text, value->length, &shape))
		codec_raise_spelling(decoding, value);
	if (codec->base_type_id == DATEOID)
	{
		if (!read_epoch_date(codec, value, &shape, &date))
			time_raise_misfit(decoding, codec, value);
		return DateADTGetDatum(date);
	}
	if (!read_epoch_timestamp(codec, value, &shape, &timestamp))
		time_raise_misfit(decoding, codec, value);
	time_check_precision(codec, timestamp, value, decoding);
	return TimestampGetDatum(timestamp);
}
