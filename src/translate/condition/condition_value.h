/*
 * condition_value.h
 *		The values that conditions compare with.
 */
#ifndef DYNAMORM_TRANSLATE_CONDITION_VALUE_H
#define DYNAMORM_TRANSLATE_CONDITION_VALUE_H

#include "postgres.h"

#include "translate/condition/condition_source.h"

/* A column-free operand. */
typedef struct ComparedValue
{
	ValueState	state;
	Datum		datum;			/* KNOWN */
	Oid			type_id;
	const char *label;			/* UNKNOWN */
} ComparedValue;

/* Can DynamoDB's comparison with the value stand for SQL's? */
typedef enum PlainValue
{
	PLAIN_OPERAND,				/* yes */
	PLAIN_NOTHING,				/* no stored value is equal to it */
	PLAIN_LESS,					/* it is below all stored values */
	PLAIN_GREATER,				/* it is above all stored values */
	PLAIN_NOT					/* it must be looked at more closely */
} PlainValue;

extern ComparedValue compared_value(Scope *scope, Expr *expr);

/*
 * The same for a key that is looked up: it is evaluated whether there is such
 * a row or not, as for PostgreSQL's own indexes.
 */
extern ComparedValue compared_key_value(Scope *scope, Expr *expr);

/*
 * The value for comparing for equality with what the codec stores; is_key: in
 * a key attribute, whose values have their canonical spelling.
 */
extern PlainValue plain_value(Codec *codec, bool is_key,
							  const ComparedValue *value, Oid collation,
							  Operand **operand);

/* What plain_value() says for equality, for < <= > >=. */
extern PlainValue plain_ordered_value(Codec *codec, bool is_key,
									  const ComparedValue *value,
									  Oid collation, Operand **operand);

/*
 * A bound that stands for the value where plain_ordered_value() says
 * PLAIN_NOT: what is at or above the value (is_lower), or at or below, is so
 * of the bound, but not the other way round.  NULL if there is none.
 */
extern Operand *wider_bound(Codec *codec, bool is_key,
							const ComparedValue *value, bool is_lower);

/*
 * The value as the codec spells it, for the equality of spellings; NULL if it
 * has no spelling.
 */
extern Operand *spelled_operand(Codec *codec, const ComparedValue *value);

/*
 * A known value as plain_value() compares it with what the codec stores;
 * raises what codec_encode() does if it cannot be stored at all.
 */
extern AttributeValue *plain_encode(Codec *codec, const ComparedValue *value,
									const CodecPlace *place);

/* Are spellings ordered as the values that they are of? */
extern bool spelling_is_ordered(const Codec *codec);

/* Does DynamoDB order what the codec stores as SQL does? */
extern bool stored_order_is_plain(const Codec *codec, bool is_key,
								  Oid collation);

/* A number or text on its own, for sizes, or NULL. */
extern Operand *value_operand(const ComparedValue *value);

/* Is text equal only if its bytes are; are bytes its order? */
extern bool text_equality_is_bytes(Oid collation);
extern bool text_order_is_bytes(Oid collation);

/*
 * The btree comparison that an operator is, on what the codec reads (its left
 * operand) and a value of the type.  False if it is none, or another one.
 */
extern bool comparison_on_codec(Oid operator_id, const Codec *codec,
								Oid value_type, Comparison *comparison);

/*
 * The btree comparison that an operator is, on a source of any kind and a
 * value of the type.  False if it is none, or another one.
 */
extern bool comparison_on_source(Oid operator_id, const Source *source,
								 Oid value_type, Comparison *comparison);

extern Comparison comparison_negate(Comparison comparison);

#endif							/* DYNAMORM_TRANSLATE_CONDITION_VALUE_H */
