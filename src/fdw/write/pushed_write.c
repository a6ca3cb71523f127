/*
 * pushed_write.c
 *		A WHERE and SET as one conditional request.
 *
 * request condition = attribute_exists(key) AND where AND guards: no write of
 * an item is ever unconditional, but for an upsert's that says nothing of it.
 */
#include "postgres.h"

#include "compat.h"

#include "client/request/operation.h"
#include "fdw/write/pushed_write.h"
#include "translate/condition/condition.h"
#include "translate/key/item_key.h"
#include "translate/table/table_template.h"
#include "translate/update/made_update.h"

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
					  condition_either(condition_item_absent(statement->table),
									   condition_exists(path)));
}

/* An attribute that is made of a stamp which only a new item gets; or NULL. */
static const char *
made_of_creation_stamp(const WriteStatement *statement)
{
	const Table *table = statement->table;

	if (statement->created_at == NULL)
		return NULL;
	for (int i = 0; i < table->made_count; i++)
		if (table_is_field_of(statement->created_at, table->made[i]))
			return table->made[i]->name;
	return NULL;
}

/* Fills in actions or obstacle; returns the guards. */
static List *
translate_update(Scope *scope, const WriteStatement *statement,
				 List *assignments, PushedWrite *pushed)
{
	UpdateTranslation *update = update_translate(scope, assignments);
	List	   *guards = update->guards;

	if (update->obstacle == NULL)
		update->obstacle = made_update_actions(scope, assignments,
											   statement->clauses, NULL,
											   &update->actions);
	if (update->obstacle == NULL && statement->upsert)
		update->obstacle = made_creation_actions(scope, statement->clauses,
												 &update->actions);
	if (update->obstacle == NULL)
		update->obstacle = made_of_creation_stamp(statement);
	pushed->actions = update->actions;
	if (update->obstacle != NULL)
		pushed->obstacle = psprintf("SET %s", update->obstacle);

	/* a request without actions has nothing to guard */
	if (update->obstacle == NULL &&
		(update->actions == NIL ||
		 (statement->upsert && !update_creates_item(update->actions))))
		pushed->obstacle = "SET, which may leave nothing to write";
	if (pushed->obstacle == NULL && statement->created_at != NULL)
		add_creation_stamp(scope, statement, pushed, &guards);
	return guards;
}

/*
 * There is an item, and it is a row that fulfils what a new item would; or,
 * for an upsert, there is none.
 */
static Condition *
on_rows(const WriteStatement *statement, Condition *of_new)
{
	const Table *table = statement->table;

	return statement->upsert ? condition_absent_or_row(table, of_new)
		: condition_both(condition_item_exists(table), of_new);
}

PushedWrite *
pushed_write_make(Scope *scope, const WriteStatement *statement,
				  List *clauses, List *assignments)
{
	PushedWrite *pushed = palloc0(sizeof(PushedWrite));
	List	   *of_new = !statement->upsert ? NIL
		: made_creation_clauses(scope, clauses);
	Condition  *rows;
	Condition  *where;
	List	   *guards = NIL;

	rows = condition_translate_list(scope, of_new, SENSE_MUST, NULL);
	where = condition_translate_list(scope,
									 list_difference_ptr(clauses, of_new),
									 SENSE_MUST, NULL);
	if (rows->kind == CONDITION_FALSE || where->kind == CONDITION_FALSE)
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
		pushed->condition = condition_both(on_rows(statement, rows),
										   pushed->condition);
		if (pushed->condition->kind == CONDITION_FALSE)
			pushed->obstacle = "SET";
	}
	return pushed;
}

const char *
pushed_write_limit(List *actions, const Condition *condition)
{
	return operation_expressions_fit(actions, condition) ? NULL
		: "an expression beyond DynamoDB's limits";
}
