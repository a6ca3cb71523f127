/*
 * partiql.h
 *		Statements in PartiQL.
 *
 * Names stand in a statement, each quoted by one function; values only ever
 * are its parameters.
 *
 * Source: DynamoDB Developer Guide, "PartiQL insert statements for DynamoDB".
 */
#ifndef DYNAMORM_TRANSLATE_PARTIQL_H
#define DYNAMORM_TRANSLATE_PARTIQL_H

#include "postgres.h"

#include "client/wire/attribute.h"

/*
 * The statement that inserts an item, if its key is free, with a parameter for
 * each of the item's attributes; in the current memory context, in UTF-8.
 * NULL: it would be longer than DynamoDB takes, or cannot name the table.
 */
extern char *partiql_insert(const char *table_name, const DynamoItem *item);

#endif							/* DYNAMORM_TRANSLATE_PARTIQL_H */
