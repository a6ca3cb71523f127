/*
 * own_write.c
 *		What a statement's own command, or one inside it, has written already.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/write/buffered_write.h"
#include "fdw/write/own_write.h"

/* Has the statement's command, or one inside it, written the item? */
static bool
find_written(const Writer *writer, const DynamoItem *key, WrittenBy *by)
{
	return writer->is_atomic ? buffered_write_find(writer, key, by)
		: written_find(writer->noted, key, writer->running.command_id, by);
}

bool
own_write_has(const Writer *writer, const DynamoItem *key)
{
	WrittenBy	by;

	return find_written(writer, key, &by) &&
		by.how != WRITTEN_GONE && by.how != WRITTEN_UNMADE;
}

static bool
passes_over(const Writer *writer, WrittenBy by)
{
	return by.command_id == writer->running.command_id ||
		by.how == WRITTEN_MADE || by.how == WRITTEN_UNMADE;
}

bool
own_write_passes_over(const Writer *writer, const DynamoItem *key)
{
	WrittenBy	by;

	return find_written(writer, key, &by) && passes_over(writer, by);
}

static void
raise_changed_inside(const Writer *writer, const ItemWrite *write)
{
	ereport(ERROR,
			(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
			 write->kind == WRITE_DELETE
			 ? errmsg("tuple to be deleted was already modified by an operation triggered by the current command")
			 : errmsg("tuple to be updated was already modified by an operation triggered by the current command"),
			 errdetail("Item %s of table \"%s\".", write->readable_key,
					   writer->table->table_name),
			 errhint("Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.")));
}

/* As for a row in ExecUpdate() and ExecDelete() (nodeModifyTable.c). */
bool
own_write_skips(const Writer *writer, const ItemWrite *write)
{
	WrittenBy	by;

	if (!write->skips_changed || !find_written(writer, write->key, &by))
		return false;
	if (!passes_over(writer, by))
		raise_changed_inside(writer, write);
	return true;
}

void
own_write_check_decided(const Writer *writer, const ItemWrite *write)
{
	WrittenBy	by;

	if (write->kind == WRITE_UPDATE &&
		find_written(writer, write->key, &by) &&
		by.command_id > writer->running.command_id)
		raise_changed_inside(writer, write);
}

bool
own_write_has_new_key(const Writer *writer, const ItemWrite *write)
{
	bool		moves = write->next == NEXT_MOVE;
	bool		puts = write->next == NEXT_WRITE && write->kind == WRITE_PUT;

	return writer->table->hides_expired && (moves || puts) &&
		own_write_has(writer, moves ? write->new_item : write->key);
}
