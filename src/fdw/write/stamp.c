/*
 * stamp.c
 *		The values of version, created_at and updated_at columns.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "fdw/write/stamp.h"
#include "translate/codec/codec_unit.h"

Expr *
stamp_now(const Column *column)
{
	const Codec *codec = column->codec;
	Expr	   *now;

	now = (Expr *) makeFuncExpr(F_NOW, TIMESTAMPTZOID, NIL, InvalidOid,
								InvalidOid, COERCE_EXPLICIT_CALL);

	/* a unit of seconds or milliseconds holds no microseconds */
	if (codec->kind == CODEC_EPOCH && codec_unit_name(codec) != NULL)
		now = (Expr *) makeFuncExpr(F_DATE_TRUNC_TEXT_TIMESTAMPTZ,
									TIMESTAMPTZOID,
									list_make2(makeConst(TEXTOID, -1,
														 InvalidOid, -1,
														 CStringGetTextDatum(codec_unit_name(codec)),
														 false, false),
											   now),
									InvalidOid, InvalidOid,
									COERCE_EXPLICIT_CALL);
	return (Expr *) coerce_to_target_type(NULL, (Node *) now, TIMESTAMPTZOID,
										  codec->type_id, codec->typmod,
										  COERCION_ASSIGNMENT,
										  COERCE_IMPLICIT_CAST, -1);
}

Const *
stamp_integer(Oid type_id, int value)
{
	int16		length;
	bool		by_value;
	Datum		datum;

	switch (type_id)
	{
		case INT2OID:
			datum = Int16GetDatum(value);
			break;
		case INT4OID:
			datum = Int32GetDatum(value);
			break;
		default:
			datum = Int64GetDatum(value);
			break;
	}
	get_typlenbyval(type_id, &length, &by_value);
	return makeConst(type_id, -1, InvalidOid, length, datum, false, by_value);
}

Expr *
stamp_next_version(Index relid, const Column *column)
{
	const Codec *codec = column->codec;
	Oid			type_id = codec->base_type_id;
	CoalesceExpr *current = makeNode(CoalesceExpr);
	Oid			plus;
	OpExpr	   *sum;

	current->coalescetype = type_id;
	current->args = list_make2(makeVar(relid, column->attnum, codec->type_id,
									   codec->typmod, InvalidOid, 0),
							   stamp_integer(type_id, 0));
	current->location = -1;

	plus = OpernameGetOprid(list_make2(makeString("pg_catalog"),
									   makeString("+")),
							type_id, type_id);
	sum = (OpExpr *) make_opclause(plus, type_id, false, (Expr *) current,
								   (Expr *) stamp_integer(type_id, 1),
								   InvalidOid, InvalidOid);
	set_opfuncid(sum);
	return (Expr *) sum;
}

void
stamp_assignments(const Table *table, Index relid, List **assigned,
				  List **expressions)
{
	int			i;

	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		Expr	   *expr;

		if (column->name == NULL || list_member_int(*assigned, column->attnum))
			continue;
		if (column->is_version)
			expr = stamp_next_version(relid, column);
		else if (column->is_updated_at)
			expr = stamp_now(column);
		else
			continue;
		*assigned = lappend_int(*assigned, column->attnum);
		*expressions = lappend(*expressions, expr);
	}
}
