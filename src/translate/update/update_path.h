/*
 * update_path.h
 *		SET inside documents, composite values and arrays, as paths.
 */
#ifndef DYNAMORM_TRANSLATE_UPDATE_PATH_H
#define DYNAMORM_TRANSLATE_UPDATE_PATH_H

#include "postgres.h"

#include "translate/update/update_builder.h"

/*
 * A changed jsonb column: subscripts, jsonb_set(), -, #- and ||, also one upon
 * the other.  On false, actions and guards may hold a part of it.
 */
extern bool update_document(UpdateBuilder *builder, Expr *expr);

/* row.field = v, of a composite column. */
extern bool update_composite(UpdateBuilder *builder, FieldStore *store);

/* l[2].field = v, of an array of composite values. */
extern bool update_element_fields(UpdateBuilder *builder,
								  DocumentPath *element, FieldStore *store);

#endif							/* DYNAMORM_TRANSLATE_UPDATE_PATH_H */
