/*
 * codec_unit.h
 *		Units of numbers that are timestamps, and their names.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_UNIT_H
#define DYNAMORM_TRANSLATE_CODEC_UNIT_H

#include "postgres.h"

#include "translate/codec/codec_state.h"

/*
 * The unit that a column's option "unit" names ("s", "ms", "us", "ns", "d");
 * false if there is none of that name.
 */
extern bool unit_of_name(const char *name, EpochUnit *unit);

/*
 * CODEC_EPOCH: the unit as date_trunc() names it ("second", "milliseconds");
 * NULL where what is written holds every microsecond, and for days.
 */
extern const char *codec_unit_name(const Codec *codec);

#endif							/* DYNAMORM_TRANSLATE_CODEC_UNIT_H */
