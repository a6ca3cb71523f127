/*
 * codec_time.c
 *		Dates and times as ISO 8601 text.
 *
 * The texts have a fixed width, in UTC where a time zone belongs to the type,
 * and so sort as the values do.  What ISO 8601's four digits cannot say sorts
 * by its first byte:
 *
 *		-infinity
 *		/9956-03-15		years before 1: 10000 less the year, here 44 BC
 *		2024-03-15
 *		Y0012024-03-15	years after 9999, as in ISO 8601-2, but of seven digits
 *		infinity
 *
 * A timestamp has as many digits of a second as its type; formats spell it as
 * other programs do.  Other spellings that the input functions know are read
 * as well.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/formatting.h"
#include "utils/timestamp.h"

#include "translate/codec/codec_error.h"
#include "translate/codec/codec_text.h"
#include "translate/codec/codec_time.h"

/* What a year begins with that is not of four digits after Christ. */
#define BEFORE_CHRIST		'/'
#define LONG_YEAR			'Y'

/* The first year of LONG_YEAR, and what years before Christ are taken from. */
#define YEAR_LIMIT			10000

/* The widths of parts of texts. */
#define LONG_YEAR_DIGITS	7	/* dates reach 5874897 */
#define DATE_WIDTH			10	/* YYYY-MM-DD */
#define TIME_WIDTH			9	/* THH:MM:SS */

#define FRACTION_DIGITS		6	/* of what PostgreSQL stores */
#define GO_DIGITS			9	/* of what Go does */

bool
time_is_timestamp(Oid type_id)
{
	return type_id == TIMESTAMPOID || type_id == TIMESTAMPTZOID;
}

bool
time_is_own_type(Oid type_id)
{
	switch (type_id)
	{
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case INTERVALOID:
			return true;
		default:
			return false;
	}
}

/* ---- writing texts ---- */

static char *
write_infinity(bool positive)
{
	return pstrdup(positive ? "infinity" : "-infinity");
}

/* year is 0 for 1 BC, -1 for 2 BC and so on. */
static char *
write_day(int year, int month, int day)
{
	if (year >= YEAR_LIMIT)
		return psprintf("%c%0*d-%02d-%02d", LONG_YEAR, LONG_YEAR_DIGITS, year,
						month, day);
	if (year <= 0)
		return psprintf("%c%04d-%02d-%02d", BEFORE_CHRIST,
						YEAR_LIMIT - (1 - year), month, day);
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/* Digits of a second in a timestamp of the codec's. */
static int
digits_of_type(const Codec *codec)
{
	return codec->base_typmod < 0 ? FRACTION_DIGITS : codec->base_typmod;
}

/* Digits of a second that are written of a timestamp. */
static int
written_digits(const Codec *codec, int microseconds)
{
	int			digits = FRACTION_DIGITS;

	switch (codec->state->time_format)
	{
		case TIME_OF_TYPE:
			return digits_of_type(codec);
		case TIME_ISOFORMAT:
			return microseconds == 0 ? 0 : digits;
		case TIME_RFC3339NANO:
			for (; digits > 0 && microseconds % 10 == 0; digits--)
				microseconds /= 10;
			return digits;
		default:
			return digits;
	}
}

static const char *
written_zone(const Codec *codec)
{
	if (codec->base_type_id != TIMESTAMPTZOID)
		return "";
	switch (codec->state->time_format)
	{
		case TIME_ISOFORMAT:
			return "+00:00";
		case TIME_PYNAMODB:
			return "+0000";
		default:
			return "Z";
	}
}

/* What the last of so many digits of a second counts, in microseconds. */
static int64
unit_of_digits(int digits)
{
	int64		unit = 1;

	for (; digits < FRACTION_DIGITS; digits++)
		unit *= 10;
	return unit;
}

/* To the second, and the fraction beside it. */
static char *
write_to_second(Timestamp timestamp, int *microseconds)
{
	struct pg_tm tm;
	fsec_t		fraction;

	if (timestamp2tm(timestamp, NULL, &tm, &fraction, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	*microseconds = fraction;
	return psprintf("%sT%02d:%02d:%02d",
					write_day(tm.tm_year, tm.tm_mon, tm.tm_mday),
					tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The microseconds must fit the digits that are written. */
static char *
write_timestamp(const Codec *codec, Timestamp timestamp)
{
	const char *zone = written_zone(codec);
	int			microseconds;
	int			digits;
	char	   *text;

	if (TIMESTAMP_NOT_FINITE(timestamp))
		return write_infinity(TIMESTAMP_IS_NOEND(timestamp));
	text = write_to_second(timestamp, &microseconds);
	digits = written_digits(codec, microseconds);
	if (digits == 0)
		return psprintf("%s%s", text, zone);
	return psprintf("%s.%0*d%s", text, digits,
					microseconds / (int) unit_of_digits(digits), zone);
}

static char *
write_date(DateADT date)
{
	int			year;
	int			month;
	int			day;

	if (DATE_NOT_FINITE(date))
		return write_infinity(DATE_IS_NOEND(date));
	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return write_day(year, month, day);
}

static char *
write_time(TimeADT time)
{
	return psprintf("%02d:%02d:%02d.%06d", (int) (time / USECS_PER_HOUR),
					(int) (time / USECS_PER_MINUTE % 60),
					(int) (time / USECS_PER_SEC % 60),
					(int) (time % USECS_PER_SEC));
}

/* The zone is part of the value: it counts in comparisons. */
static char *
write_timetz(const TimeTzADT *value)
{
	char	   *time = write_time(value->time);
	int			offset = abs(value->zone);
	char	   *text;

	/* the type stores seconds west of Greenwich */
	text = psprintf("%s%c%02d:%02d", time, value->zone <= 0 ? '+' : '-',
					offset / SECS_PER_HOUR,
					offset / SECS_PER_MINUTE % 60);
	if (offset % SECS_PER_MINUTE != 0)
		text = psprintf("%s:%02d", text, offset % SECS_PER_MINUTE);
	return text;
}

/*
 * Of all intervals that are equal, the one that justify_interval() makes of
 * them: less than 24 hours, less than 30 days, and all of one sign.  What its
 * months and days cannot count stays in the next smaller unit.
 */
static Interval
justify_interval(const Interval *interval)
{
	Interval	justified;
	int64		time = interval->time % USECS_PER_DAY;
	int64		days = (int64) interval->month * DAYS_PER_MONTH +
		interval->day + interval->time / USECS_PER_DAY;
	int64		months;

	if (days > 0 && time < 0)
	{
		days--;
		time += USECS_PER_DAY;
	}
	else if (days < 0 && time > 0)
	{
		days++;
		time -= USECS_PER_DAY;
	}
	months = days / DAYS_PER_MONTH;
	months = Max(Min(months, PG_INT32_MAX), PG_INT32_MIN);
	days -= months * DAYS_PER_MONTH;
	justified.month = (int32) months;
	justified.day = (int32) Max(Min(days, PG_INT32_MAX), PG_INT32_MIN);
	justified.time = time + (days - justified.day) * USECS_PER_DAY;
	return justified;
}

/* Months, days and time are independent: 'P1M' is not 'P30D'. */
static char *
write_interval(const Interval *interval)
{
	StringInfoData text;
	int64		hours = interval->time / USECS_PER_HOUR;
	int			minutes = (int) (interval->time / USECS_PER_MINUTE % 60);
	int64		rest = interval->time % USECS_PER_MINUTE;

	initStringInfo(&text);
	appendStringInfoChar(&text, 'P');
	if (interval->month / MONTHS_PER_YEAR != 0)
		appendStringInfo(&text, "%dY", interval->month / MONTHS_PER_YEAR);
	if (interval->month % MONTHS_PER_YEAR != 0)
		appendStringInfo(&text, "%dM", interval->month % MONTHS_PER_YEAR);
	if (interval->day != 0)
		appendStringInfo(&text, "%dD", interval->day);
	if (interval->time != 0 || text.len == 1)
		appendStringInfoChar(&text, 'T');
	if (hours != 0)
		appendStringInfo(&text, INT64_FORMAT "H", hours);
	if (minutes != 0)
		appendStringInfo(&text, "%dM", minutes);
	if (rest % USECS_PER_SEC != 0)
		appendStringInfo(&text, "%s%d.%06dS", rest < 0 ? "-" : "",
						 (int) Abs(rest / USECS_PER_SEC),
						 (int) Abs(rest % USECS_PER_SEC));
	else if (rest != 0 || text.data[text.len - 1] == 'T')
		appendStringInfo(&text, "%dS", (int) (rest / USECS_PER_SEC));
	return text.data;
}

/* A key has one spelling for all intervals that are equal. */
static char *
write_interval_for(const Codec *codec, const Interval *interval)
{
	Interval	justified;

#ifdef INTERVAL_NOT_FINITE
	if (INTERVAL_NOT_FINITE(interval))
		return write_infinity(INTERVAL_IS_NOEND(interval));
#endif
	if (!codec->is_key)
		return write_interval(interval);
	justified = justify_interval(interval);
	return write_interval(&justified);
}

static char *
write_own_type(Codec *codec, Datum value)
{
	switch (codec->base_type_id)
	{
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return write_timestamp(codec, DatumGetTimestamp(value));
		case DATEOID:
			return write_date(DatumGetDateADT(value));
		case TIMEOID:
			return write_time(DatumGetTimeADT(value));
		case TIMETZOID:
			return write_timetz(DatumGetTimeTzADTP(value));
		default:
			return write_interval_for(codec, DatumGetIntervalP(value));
	}
}

/* Is the value a multiple of the type's precision? */
static bool
fits_precision(const Codec *codec, int64 microseconds)
{
	return microseconds % unit_of_digits(digits_of_type(codec)) == 0;
}

EncodeProblem
time_encode(Codec *codec, Datum value, AttributeValue *out)
{
	char	   *text;

	/* no column holds such a value, but it can be compared with one */
	if (time_is_timestamp(codec->base_type_id) &&
		!TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value)) &&
		!fits_precision(codec, DatumGetTimestamp(value)))
		return ENCODE_PRECISION;
	text = write_own_type(codec, value);
	text_to_attribute(text, strlen(text), out);
	return ENCODE_OK;
}

int
time_text_width(const Codec *codec)
{
	TimeFormat	format = codec->state->time_format;
	int			digits;

	if (codec->base_type_id == DATEOID)
		return DATE_WIDTH;
	if (!time_is_timestamp(codec->base_type_id) || format == TIME_ISOFORMAT ||
		format == TIME_RFC3339NANO)
		return 0;
	digits = written_digits(codec, 0);
	return DATE_WIDTH + TIME_WIDTH + (digits > 0 ? 1 + digits : 0) +
		strlen(written_zone(codec));
}

bool
time_order_is_plain(const Codec *codec)
{
	return codec->state->time_format != TIME_RFC3339NANO;
}

char *
time_bound(const Codec *codec, Datum value, bool is_lower)
{
	Timestamp	timestamp = DatumGetTimestamp(value);
	int64		unit = unit_of_digits(digits_of_type(codec));
	int64		rest;
	int			microseconds;
	char	   *text;

	if (!time_is_timestamp(codec->base_type_id) ||
		TIMESTAMP_NOT_FINITE(timestamp))
		return NULL;
	rest = timestamp % unit;
	timestamp -= rest < 0 ? rest + unit : rest;
	if (!IS_VALID_TIMESTAMP(timestamp))
		return NULL;
	if (time_order_is_plain(codec))
		return write_timestamp(codec, timestamp);

	/* within a second "Z" comes after all fractions */
	text = write_to_second(timestamp, &microseconds);
	return is_lower ? text : psprintf("%s%s", text, written_zone(codec));
}

/* ---- reading texts ---- */

/* Two digits; a number above 99 if they are none. */
static inline int
two_digits(const char *text)
{
	unsigned char tens = text[0] - '0';
	unsigned char ones = text[1] - '0';

	return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

/* The seven digits of a long year; 0 if they are none, or of another one. */
static int
read_long_year(const char *text)
{
	int			year = 0;

	for (int i = 0; i < LONG_YEAR_DIGITS; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return 0;
		year = year * 10 + (text[i] - '0');
	}
	return year < YEAR_LIMIT ? 0 : year;
}

/*
 * The day at the start of a text, as write_day() writes it.  Returns what
 * follows it; NULL if there is none.
 */
static const char *
read_day(const char *text, const char *end, DateADT *date)
{
	char		first = text < end ? *text : '\0';
	bool		is_before = first == BEFORE_CHRIST;
	int			year;
	int			month;
	int			day;

	if (is_before)
		text++;
	if (end - text < DATE_WIDTH)
		return NULL;
	if (first == LONG_YEAR)
	{
		if (end - text < DATE_WIDTH + 1 + LONG_YEAR_DIGITS - 4)
			return NULL;
		year = read_long_year(text + 1);
		text += 1 + LONG_YEAR_DIGITS - 4;
	}
	else
	{
		year = two_digits(text) * 100 + two_digits(text + 2);
		if (year >= YEAR_LIMIT)
			return NULL;
	}
	month = two_digits(text + 5);
	day = two_digits(text + 8);
	if (year < 1 || text[4] != '-' || text[7] != '-' ||
		month < 1 || month > MONTHS_PER_YEAR || day < 1)
		return NULL;
	if (is_before)
		year -= YEAR_LIMIT - 1;
	if (day > day_tab[isleap(year)][month - 1] ||
		!IS_VALID_JULIAN(year, month, day))
		return NULL;
	*date = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	return IS_VALID_DATE(*date) ? text + DATE_WIDTH : NULL;
}

/* Is the day one of those that a timestamp reaches? */
static bool
is_timestamp_day(DateADT date)
{
	return date < TIMESTAMP_END_JULIAN - POSTGRES_EPOCH_JDATE;
}

/* The end of a timestamp in UTC without its zone; NULL: it has another. */
static const char *
before_zone_utc(const char *text, int length)
{
	static const char *const zones[] = {"Z", "+00:00", "+0000"};

	for (int i = 0; i < (int) lengthof(zones); i++)
	{
		int			width = strlen(zones[i]);

		if (length > width &&
			memcmp(text + length - width, zones[i], width) == 0)
			return text + length - width;
	}
	return NULL;
}

/*
 * A day, THH:MM:SS, a fraction of as many digits as are read, and UTC if the
 * type has a time zone: what we write, and what most others do.  False if it
 * is anything else, which the input function then reads.
 */
static bool
read_iso_timestamp(const char *text, int length, bool with_zone,
				   int most_digits, Timestamp *timestamp)
{
	DateADT		date;
	int			hour;
	int			minute;
	int			second;
	int			fraction = 0;
	int			unit = USECS_PER_SEC / 10;
	const char *end = with_zone ? before_zone_utc(text, length)
		: text + length;
	const char *place;

	if (end == NULL)
		return false;
	place = read_day(text, end, &date);
	if (place == NULL || end - place < TIME_WIDTH || place[0] != 'T' ||
		place[3] != ':' || place[6] != ':' || !is_timestamp_day(date))
		return false;
	hour = two_digits(place + 1);
	minute = two_digits(place + 4);
	second = two_digits(place + 7);
	place += TIME_WIDTH;
	if (hour > 23 || minute > 59 || second > 59)
		return false;

	if (place < end)
	{
		if (*place++ != '.' || place == end)
			return false;
		for (; place < end; place++, unit /= 10)
		{
			if (*place < '0' || *place > '9' || most_digits-- == 0)
				return false;
			fraction += (*place - '0') * unit;
		}
	}
	*timestamp = date * USECS_PER_DAY + hour * USECS_PER_HOUR +
		minute * USECS_PER_MINUTE + second * USECS_PER_SEC + fraction;
	return true;
}

/* Is it finer than microseconds, to which the input functions would round? */
static bool
is_finer_than_microseconds(const char *text)
{
	while ((text = strpbrk(text, ".,")) != NULL)
	{
		int			digits = strspn(++text, "0123456789");

		for (int i = FRACTION_DIGITS; i < digits; i++)
		{
			if (text[i] != '0')
				return true;
		}
	}
	return false;
}

void
time_raise_misfit(const Decoding *decoding, const Codec *codec,
			 const AttributeValue *value)
{
	codec_raise_misfit(decoding, codec, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE,
					   value);
}

/*
 * The text of a value.  The input functions know words that mean another time
 * each time they are read: those are no stored times.
 */
static char *
fixed_text(const AttributeValue *value, const Decoding *decoding)
{
	static const char *const words[] = {
		"now", "today", "tomorrow", "yesterday"
	};
	char	   *text = text_to_server(value, decoding);
	char	   *lower = str_tolower(text, strlen(text), C_COLLATION_OID);
	int			i;

	for (i = 0; i < (int) lengthof(words); i++)
		if (strstr(lower, words[i]) != NULL)
			codec_raise_moving_time(decoding, value);
	return text;
}

void
time_check_precision(const Codec *codec, int64 microseconds,
					 const AttributeValue *value, const Decoding *decoding)
{
	if (!fits_precision(codec, microseconds))
		time_raise_misfit(decoding, codec, value);
}

/* The text without digits beyond microseconds. */
static char *
cut_to_microseconds(char *text)
{
	const char *point = strpbrk(text, ".,");
	int			digits;

	if (point == NULL)
		return text;
	digits = strspn(++point, "0123456789");
	if (digits <= FRACTION_DIGITS)
		return text;
	return psprintf("%.*s%s", (int) (point - text) + FRACTION_DIGITS, text,
					point + digits);
}

static Timestamp
read_timestamp(Codec *codec, const AttributeValue *value,
			   const Decoding *decoding)
{
	bool		of_go = codec->state->time_format == TIME_RFC3339NANO;
	char	   *text;
	Timestamp	timestamp;

	if (!read_iso_timestamp(value->u.text, value->length,
							codec->base_type_id == TIMESTAMPTZOID,
							of_go ? GO_DIGITS : FRACTION_DIGITS, &timestamp))
	{
		text = fixed_text(value, decoding);
		if (of_go)
			text = cut_to_microseconds(text);
		else if (is_finer_than_microseconds(text))
			time_raise_misfit(decoding, codec, value);
		timestamp = DatumGetTimestamp(text_call_input(codec, text, -1));
	}
	if (!TIMESTAMP_NOT_FINITE(timestamp))
		time_check_precision(codec, timestamp, value, decoding);
	return timestamp;
}

bool
time_is_spelling(const Codec *codec, const AttributeValue *value)
{
	Timestamp	timestamp;
	const char *text;

	if (!read_iso_timestamp(value->u.text, value->length,
							codec->base_type_id == TIMESTAMPTZOID,
							FRACTION_DIGITS, &timestamp) ||
		!fits_precision(codec, timestamp))
		return false;
	text = write_timestamp(codec, timestamp);
	return (int) strlen(text) == value->length &&
		memcmp(text, value->u.text, value->length) == 0;
}

static DateADT
read_date(Codec *codec, const AttributeValue *value, const Decoding *decoding)
{
	const char *end = value->u.text + value->length;
	char	   *text;
	DateADT		date;

	if (read_day(value->u.text, end, &date) == end)
		return date;

	/* date_in() reads a time of day too, and drops it */
	text = fixed_text(value, decoding);
	if (strchr(text, ':') != NULL)
		time_raise_misfit(decoding, codec, value);
	return DatumGetDateADT(text_call_input(codec, text, -1));
}

/* The types whose typmod is more than a precision, or rarely is one. */
static Datum
read_other(Codec *codec, const AttributeValue *value, const Decoding *decoding)
{
	char	   *text = fixed_text(value, decoding);
	Datum		datum;
	Datum		adjusted;

	if (is_finer_than_microseconds(text))
		time_raise_misfit(decoding, codec, value);
	datum = text_call_input(codec, text, -1);
	switch (codec->base_type_id)
	{
		case TIMEOID:
			time_check_precision(codec, DatumGetTimeADT(datum), value,
								 decoding);
			break;
		case TIMETZOID:
			time_check_precision(codec, DatumGetTimeTzADTP(datum)->time, value,
								 decoding);
			break;
		default:
			if (codec->base_typmod < 0)
				break;
			adjusted = text_call_input(codec, text, codec->base_typmod);
			if (memcmp(DatumGetIntervalP(datum), DatumGetIntervalP(adjusted),
					   sizeof(Interval)) != 0)
				time_raise_misfit(decoding, codec, value);
			break;
	}
	return datum;
}

Datum
time_decode(Codec *codec, const AttributeValue *value,
			const Decoding *decoding)
{
	switch (codec->base_type_id)
	{
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return TimestampGetDatum(read_timestamp(codec, value, decoding));
		case DATEOID:
			return DateADTGetDatum(read_date(codec, value, decoding));
		default:
			return read_other(codec, value, decoding);
	}
}
