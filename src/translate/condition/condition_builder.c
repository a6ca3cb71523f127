/*
 * condition_builder.c
 *		What the files that translate conditions share: one translation, and
 *		what is said in its sense.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "translate/codec/codec.h"
#include "translate/condition/condition_builder.h"

Condition *
condition_by_sense(ConditionBuilder *builder, Condition *may, Condition *must)
{
	builder->exact = false;
	return builder->sense == SENSE_MAY ? may : must;
}

Condition *
condition_guess(ConditionBuilder *builder)
{
	return condition_by_sense(builder, condition_constant(true),
							  condition_constant(false));
}

Oid
operator_function(const OpExpr *op)
{
	return OidIsValid(op->opfuncid) ? op->opfuncid : get_opcode(op->opno);
}

/* ---- values of types on their own ---- */

bool
type_is_plain_text(Oid type_id)
{
	return type_id == TEXTOID || type_id == VARCHAROID || type_id == NAMEOID;
}

Codec *
codec_of_own_type(Oid type_id)
{
	static Oid	type_ids[8];
	static Codec *codecs[lengthof(type_ids)];
	MemoryContext old;
	CodecOptions options = {.type = type_is_plain_text(type_id) ? "S" : "N"};
	const char *problem;
	const char *hint;
	int			i = 0;

	while (OidIsValid(type_ids[i]) && type_ids[i] != type_id)
		i++;
	if (type_ids[i] == type_id)
		return codecs[i];

	Assert(i < (int) lengthof(type_ids) - 1);
	old = MemoryContextSwitchTo(TopMemoryContext);
	codecs[i] = codec_create(type_id, -1, get_typcollation(type_id),
							 &options, &problem, &hint);
	MemoryContextSwitchTo(old);
	if (codecs[i] != NULL)
		type_ids[i] = type_id;
	return codecs[i];
}

Operand *
operand_text(const char *server_text, int length)
{
	Datum		text = PointerGetDatum(cstring_to_text_with_len(server_text,
																length));
	AttributeValue *value;

	if (codec_try_encode(codec_of_own_type(TEXTOID), text,
						 &value) != ENCODE_OK)
		return NULL;
	return operand_value(value);
}

Operand *
operand_number(int64 number)
{
	return operand_value(attribute_make_integer(number));
}
