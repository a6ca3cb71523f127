/*
 * codec_unit.c
 *		Units of numbers that are timestamps, and their names.
 */
#include "postgres.h"

#include "translate/codec/codec_unit.h"

bool
unit_of_name(const char *name, EpochUnit *unit)
{
	static const char *const names[] = {
		[UNIT_SECOND] = "s",
		[UNIT_MILLISECOND] = "ms",
		[UNIT_MICROSECOND] = "us",
		[UNIT_NANOSECOND] = "ns",
		[UNIT_DAY] = "d"
	};

	for (int i = 0; i < (int) lengthof(names); i++)
	{
		if (strcmp(name, names[i]) == 0)
		{
			*unit = (EpochUnit) i;
			return true;
		}
	}
	return false;
}

const char *
codec_unit_name(const Codec *codec)
{
	if (codec->kind != CODEC_EPOCH || codec->state->has_fraction)
		return NULL;
	switch (codec->state->unit)
	{
		case UNIT_SECOND:
			return "second";
		case UNIT_MILLISECOND:
			return "milliseconds";
		default:
			return NULL;
	}
}
