/*
 * description.h
 *		A foreign table with its key, asked of DynamoDB where the columns do
 *		not name it.
 */
#ifndef DYNAMORM_FDW_DESCRIPTION_H
#define DYNAMORM_FDW_DESCRIPTION_H

#include "postgres.h"

#include "translate/table.h"

/*
 * The description of a foreign table, used as a user.  It is the session's
 * cached one: one DescribeTable per table at most, and none where a column has
 * the option "key".  Raises what table_describe(), table_set_key() and
 * request_raise() raise.
 */
extern Table *description_of_table(Oid relation_id, Oid user_id);

#endif							/* DYNAMORM_FDW_DESCRIPTION_H */
