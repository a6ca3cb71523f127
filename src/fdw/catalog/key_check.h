/*
 * key_check.h
 *		Does a foreign table declare the key that its DynamoDB table has?
 *
 * DynamoDB refuses requests with another key, in words that vary by operation,
 * so that nothing need be asked before: it is asked only where it describes
 * the table anyway, and where it has refused.
 */
#ifndef DYNAMORM_FDW_KEY_CHECK_H
#define DYNAMORM_FDW_KEY_CHECK_H

#include "postgres.h"

#include "client/request/request.h"
#include "client/wire/table_description.h"
#include "translate/table/table.h"

/*
 * description_ask() for a plan, which relies on the key: raises HV004 if that
 * is another one.
 */
extern const TableDescription *key_check_description(const Table *table,
													 Oid user_id);

/*
 * A request on the table has failed, and its failure is about to be raised:
 * raises HV004 in its place if the key is another one.  extra_detail as of
 * request_raise().
 */
extern void key_check_refusal(const Table *table, Connection *connection,
							  const Request *request,
							  const char *extra_detail);

/* The same, and else raises what request_raise() does. */
extern void key_check_raise(const Table *table, Connection *connection,
							const Request *request, const char *extra_detail)
			pg_attribute_noreturn();

#endif							/* DYNAMORM_FDW_KEY_CHECK_H */
