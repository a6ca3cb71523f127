/*
 * write_statement.c
 *		An UPDATE or DELETE that this extension runs itself, and how it is
 *		pushed to DynamoDB.
 *
 * request condition = attribute_exists(key) AND where AND guards, with the old
 * item asked for if it fails: no write of ours is ever unconditional.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/write/write_statement.h"
#include "translate/condition/condition.h"

/*
 * An upsert stamps created_at only where it creates the item; that the item is
 * there and has no such attribute is left to the computed path.
 */
static void
add_creation_stamp(Scope *scope, const WriteStatement *statement,
				   PushedWrite *pushed, List **guards)
{
	const Column *column = statement->created_at;
	DocumentPath *path = path_make(column->attribute_name);
	AttributeValue *value = NULL;
	Operand    *operand;
	Datum		datum;

	if (scope_value(scope, statement->created_at_value, &datum) == VALUE_KNOWN)
		value = codec_encode(column->codec, datum,
							 &(CodecPlace) {
								 .table = statement->table->relation_name,
								 .column = column->name,
								 .attribute = column->attribute_name
							 });
	operand = value != NULL ? operand_value(value)
		: operand_unknown(scope_label(scope, statement->created_at_value));

	pushed->actions = lappend(pushed->actions,
							  update_action(UPDATE_SET, path,
											operand_if_not_exists(path,
																  operand)));
	*guards = lappend(*guards,
					  condition_either(condition_not_exists(path_make(statement->table->partition_key->attribute_name)),
									   condition_exists(path)));
}

/* Fills in actions or obstacle; returns the guards. */
static List *
translate_update(Scope *scope, const WriteStatement *statement,
				 List *assignments, PushedWrite *pushed)
{
	UpdateTranslation *update = update_translate(scope, assignments);
	List	   *guards = update->guards;

	pushed->actions = update->actions;
	if (update->obstacle != NULL)
		pushed->obstacle = psprintf("SET %s", update->obstacle);

	/*
	 * Whether a request that only removes creates the item differs from
	 * engine to engine; and one without actions has nothing to guard.
	 */
	if (update->obstacle == NULL &&
		(update->actions == NIL ||
		 (statement->upsert && update->only_removes)))
		pushed->obstacle = "SET, which may leave nothing to write";
	if (pushed->obstacle == NULL && statement->created_at != NULL)
		add_creation_stamp(scope, statement, pushed, &guards);
	return guards;
}

PushedWrite *
pushed_write_make(Scope *scope, const WriteStatement *statement,
				  List *clauses, List *assignments)
{
	PushedWrite *pushed = palloc0(sizeof(PushedWrite));
	const char *key = statement->table->partition_key->attribute_name;
	Condition  *where;
	List	   *guards = NIL;

	where = condition_translate_list(scope, clauses, SENSE_MUST, NULL);
	if (where->kind == CONDITION_FALSE)
		pushed->obstacle = "WHERE";
	else if (statement->multi_selects != NIL)

		/* its parameters have no values before the row is known */
		pushed->obstacle = "a sub-select in SET";
	else if (statement->check_locally)
		pushed->obstacle = "a constraint on an assigned column";
	else if (statement->operation == CMD_UPDATE)
		guards = translate_update(scope, statement, assignments, pushed);

	if (pushed->obstacle == NULL)
	{
		pushed->condition = condition_both(where, condition_and(guards));
		if (!statement->upsert)
			pushed->condition =
				condition_both(condition_exists(path_make(key)),
							   pushed->condition);
		if (pushed->condition->kind == CONDITION_FALSE)
			pushed->obstacle = "SET";
	}
	return pushed;
}

/*
 * Writes both expressions, empty where there is nothing to say; false if one
 * is beyond the limits.
 */
static bool
write_expressions(List *actions, const Condition *condition,
				  Placeholders *placeholders, StringInfo update,
				  StringInfo condition_text)
{
	initStringInfo(update);
	initStringInfo(condition_text);
	if (actions != NIL)
	{
		write_update(update, actions, placeholders);
		if (!expression_within_limits(update, placeholders))
			return false;
	}
	if (condition->kind != CONDITION_TRUE)
	{
		write_condition(condition_text, condition, placeholders);
		return expression_within_limits(condition_text, placeholders);
	}
	return true;
}

const char *
write_limit_obstacle(List *actions, const Condition *condition)
{
	StringInfoData update;
	StringInfoData condition_text;

	return write_expressions(actions, condition, placeholders_make(false),
							 &update, &condition_text) ? NULL
		: "an expression beyond DynamoDB's limits";
}

char *
write_request_tail(const WriteStatement *statement, List *actions,
				   const Condition *condition)
{
	Placeholders *placeholders = placeholders_make(false);
	StringInfoData tail;
	StringInfoData update;
	StringInfoData condition_text;

	if (!write_expressions(actions, condition, placeholders, &update,
						   &condition_text))
		return NULL;
	initStringInfo(&tail);
	if (update.len > 0)
		json_append_text_member(&tail, "UpdateExpression", update.data);
	if (condition_text.len > 0)
	{
		json_append_text_member(&tail, "ConditionExpression",
								condition_text.data);
		appendStringInfoString(&tail,
							   ",\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"");
	}
	write_placeholders(&tail, placeholders);
	if (statement->returning)
		appendStringInfo(&tail, ",\"ReturnValues\":\"%s\"",
						 statement->operation == CMD_UPDATE
						 ? "ALL_NEW" : "ALL_OLD");
	appendStringInfoString(&tail, ",\"ReturnConsumedCapacity\":\"TOTAL\"}");
	return tail.data;
}

Request *
write_request_start(const WriteStatement *statement, const DynamoItem *key,
					const char *readable_key, const char *tail)
{
	const Table *table = statement->table;
	StringInfoData body;
	RequestSpec spec = {
		.operation = statement->operation == CMD_UPDATE
			? "UpdateItem" : "DeleteItem",
		.kind = REQUEST_WRITE,
		.table = table->table_name,
		.key = readable_key,
		.counters = statement->counters,
		.wants_item = statement->returning
	};

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"TableName\":");
	json_append_string(&body, table->table_name, strlen(table->table_name));
	appendStringInfoString(&body, ",\"Key\":");
	json_append_item(&body, key);
	appendStringInfoString(&body, tail);
	spec.body = body.data;
	spec.body_length = body.len;
	return request_start(statement->connection, &spec);
}

Request *
write_put_start(Connection *connection, const Table *table,
				const DynamoItem *item, const char *readable_key,
				const char *tail, RequestCounters *counters)
{
	StringInfoData body;
	RequestSpec spec = {
		.operation = "PutItem",
		.kind = REQUEST_WRITE,
		.table = table->table_name,
		.key = readable_key,
		.counters = counters
	};

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"TableName\":");
	json_append_string(&body, table->table_name, strlen(table->table_name));
	appendStringInfoString(&body, ",\"Item\":");
	json_append_item(&body, item);
	appendStringInfoString(&body, tail);
	spec.body = body.data;
	spec.body_length = body.len;
	return request_start(connection, &spec);
}

void
write_raise_duplicate(const Table *table, const char *readable_key,
					  int64 written)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("duplicate key value violates the key of foreign table \"%s\"",
					table->relation_name),
			 written == 0
			 ? errdetail("Item %s already exists.", readable_key)
			 : errdetail_plural("Item %s already exists.  Before that, the statement wrote %lld item.",
								"Item %s already exists.  Before that, the statement wrote %lld items.",
								(unsigned long) written,
								readable_key,
								(long long) written)));
}
