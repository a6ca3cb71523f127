/*
 * operation_test.c
 *		The bodies of transactions, which are sent again byte for byte.
 *
 * Links: src/client/request/operation.c src/client/wire/expression.c
 * Links: src/client/wire/expression_limit.c src/client/wire/attribute.c
 * Links: test/lib/unit/server.c -lpgcommon -lpgport -lcrypto
 *
 * What is expected is written by hand, by DynamoDB's API Reference,
 * "TransactWriteItems" and "TransactGetItems".
 */
#include "postgres.h"

#include <time.h>

#include "client/request/operation.h"
#include "compat.h"
#include "server.h"

/* {"id": text} */
static DynamoItem *
key_of(const char *text)
{
	DynamoItem *key = palloc(sizeof(DynamoItem));

	key->count = 0;
	key->attributes = palloc(sizeof(Attribute));
	item_add(key, "id",
			 attribute_make_text(ATTRIBUTE_S, unconstify(char *, text),
								 strlen(text)));
	return key;
}

static void
test_token(void)
{
	char	   *first = operation_token();
	char	   *second = operation_token();

	report(strlen(first) == OPERATION_TOKEN_LENGTH, "a token's length");
	report(strspn(first, "0123456789abcdef") == OPERATION_TOKEN_LENGTH,
		   "a token is of hexadecimal digits");
	report(strcmp(first, second) != 0, "two tokens differ");
	report(Abs(operation_token_time(first) - (int64) time(NULL)) < 60,
		   "a token tells when it was made");
	report(operation_token_time("6553f100aaaaaaaaaaaaaaaaaaaaaaaa") == 1700000000,
		   "one that was made in November 2023");
	report(operation_token_time("ffffffffaaaaaaaaaaaaaaaaaaaaaaaa") == 4294967295,
		   "one of the farthest future");
	report(operation_token_time("") == -1 &&
		   operation_token_time("6553f100aaaaaaaaaaaaaaaaaaaaaaa") == -1 &&
		   operation_token_time("6553f100aaaaaaaaaaaaaaaaaaaaaaaaa") == -1 &&
		   operation_token_time("6553f10Gaaaaaaaaaaaaaaaaaaaaaaaa") == -1 &&
		   operation_token_time("-553f100aaaaaaaaaaaaaaaaaaaaaaaa") == -1,
		   "what is no token");
}

static void
test_transaction(void)
{
	WriteOperation operations[] = {
		{
			.kind = WRITE_PUT,
			.table_name = "t",
			.item = key_of("a"),
			.expressions = operation_expressions(NIL,
												 condition_not_exists(path_make("id")),
												 true)
		},
		{.kind = WRITE_DELETE,.table_name = "u",.item = key_of("b")},
		{.kind = WRITE_UPDATE,.table_name = "t",.item = key_of("c")},
		{.kind = WRITE_CONDITION_CHECK,.table_name = "t",.item = key_of("d")}
	};
	StringInfoData body;

	initStringInfo(&body);
	operation_append_transaction(&body, operations, lengthof(operations), "x");
	report_text(body.data,
				"{\"TransactItems\":["
				"{\"Put\":{\"TableName\":\"t\",\"Item\":{\"id\":{\"S\":\"a\"}},"
				"\"ConditionExpression\":\"attribute_not_exists(#0)\","
				"\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
				"\"ExpressionAttributeNames\":{\"#0\":\"id\"}}},"
				"{\"Delete\":{\"TableName\":\"u\",\"Key\":{\"id\":{\"S\":\"b\"}}}},"
				"{\"Update\":{\"TableName\":\"t\",\"Key\":{\"id\":{\"S\":\"c\"}}}},"
				"{\"ConditionCheck\":{\"TableName\":\"t\",\"Key\":{\"id\":{\"S\":\"d\"}}}}],"
				"\"ClientRequestToken\":\"x\",\"ReturnConsumedCapacity\":\"TOTAL\"}",
				"all kinds of actions, under the token given");
}

static void
test_transact_get(void)
{
	DynamoItem *keys[] = {key_of("a"), key_of("b")};
	StringInfoData body;

	initStringInfo(&body);
	operation_append_transact_get(&body, "t", keys, 2,
								  operation_batch_members(false,
														  list_make1(path_make("n"))));
	report_text(body.data,
				"{\"TransactItems\":["
				"{\"Get\":{\"TableName\":\"t\",\"Key\":{\"id\":{\"S\":\"a\"}},"
				"\"ProjectionExpression\":\"#0\","
				"\"ExpressionAttributeNames\":{\"#0\":\"n\"}}},"
				"{\"Get\":{\"TableName\":\"t\",\"Key\":{\"id\":{\"S\":\"b\"}},"
				"\"ProjectionExpression\":\"#0\","
				"\"ExpressionAttributeNames\":{\"#0\":\"n\"}}}],"
				"\"ReturnConsumedCapacity\":\"TOTAL\"}",
				"each key is a read of its own, with the projection");
	resetStringInfo(&body);
	operation_append_transact_get(&body, "t", keys, 1,
								  operation_batch_members(false, NIL));
	report_text(body.data,
				"{\"TransactItems\":["
				"{\"Get\":{\"TableName\":\"t\",\"Key\":{\"id\":{\"S\":\"a\"}}}}],"
				"\"ReturnConsumedCapacity\":\"TOTAL\"}",
				"a whole item");
}

int
main(void)
{
	test_token();
	test_transaction();
	test_transact_get();
	return report_end();
}
