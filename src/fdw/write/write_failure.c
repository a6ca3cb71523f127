/*
 * write_failure.c
 *		What a statement whose writes have failed says of them.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/rel.h"

#include "fdw/write/write_failure.h"
#include "fdw/write/write_request.h"
#include "translate/key/item_key.h"
#include "translate/table/table_template.h"

static bool
is_unknown(const ItemWrite *write)
{
	return write->state == ITEM_FAILED &&
		(write->batch != NULL || write->request != NULL) &&
		write_request_outcome(write) == OUTCOME_UNKNOWN;
}

/* All writes of the group, as a list of ItemWrite. */
static List *
writes_of_all(const Writer *writer)
{
	List	   *all = NIL;
	ListCell   *cell;

	foreach(cell, writer->group->writers)
		all = list_concat(all, ((Writer *) lfirst(cell))->writes);
	return all;
}

static int64
written_by_all(const Writer *writer)
{
	int64		written = 0;
	ListCell   *cell;

	foreach(cell, writer->group->writers)
		written += ((Writer *) lfirst(cell))->written;
	return written;
}

/* Appends a sentence, two spaces after the one before. */
static void
begin_sentence(StringInfo text)
{
	if (text->len > 0)
		appendStringInfoString(text, "  ");
}

/*
 * How far the statement came, but for the write that is raised (NULL: none
 * is); empty if there is nothing to tell.
 */
static void
append_progress(StringInfo text, const Writer *writer, const ItemWrite *raised)
{
	StringInfoData unknown;
	int64		written = writer->is_atomic ? 0 : written_by_all(writer);
	int			count = 0;
	ListCell   *cell;

	initStringInfo(&unknown);
	foreach(cell, writes_of_all(writer))
	{
		const ItemWrite *write = (const ItemWrite *) lfirst(cell);

		if (write != raised && is_unknown(write))
			appendStringInfo(&unknown, "%s%s", count++ > 0 ? ", " : "",
							 write->readable_key);
	}
	if (written > 0 || count > 0)
	{
		begin_sentence(text);
		appendStringInfo(text,
						 ngettext("Before that, the statement wrote %lld item.",
								  "Before that, the statement wrote %lld items.",
								  (unsigned long) written),
						 (long long) written);
	}
	if (count > 0)
	{
		begin_sentence(text);
		appendStringInfo(text,
						 ngettext("The outcome is unknown of the write of %s too.",
								  "The outcome is unknown of the writes of %s too.",
								  count),
						 unknown.data);
	}
}

/* The other rows whose keys are taken, of those that were sent together. */
static void
append_others_taken(StringInfo text, const Writer *writer,
					const DynamoItem *key)
{
	StringInfoData others;
	int			count = 0;
	ListCell   *cell;

	initStringInfo(&others);
	foreach(cell, writes_of_all(writer))
	{
		const ItemWrite *write = (const ItemWrite *) lfirst(cell);

		if (write->state == ITEM_TAKEN && write->key != key &&
			write->next != NEXT_MOVE)
			appendStringInfo(&others, "%s%s", count++ > 0 ? ", " : "",
							 write->readable_key);
	}
	if (count == 0)
		return;
	begin_sentence(text);
	appendStringInfo(text,
					 ngettext("The key of %s is taken too.",
							  "The keys of %s are taken too.", count),
					 others.data);
}

void
write_failure_raise_taken(const Writer *writer, const DynamoItem *key)
{
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfo(&detail, "Key %s already exists.",
					 key_describe(writer->table, key));
	append_progress(&detail, writer, NULL);
	append_others_taken(&detail, writer, key);
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("duplicate key value violates the key of foreign table \"%s\"",
					writer->table->relation_name),
			 errdetail_internal("%s", detail.data),
			 errtableconstraint(RelationIdGetRelation(writer->table->relation_id),
								table_key_constraint(writer->table))));
}

void
write_failure_raise(const Writer *writer)
{
	const ItemWrite *unknown = NULL;
	const ItemWrite *refused = NULL;
	StringInfoData detail;
	ListCell   *cell;

	foreach(cell, writes_of_all(writer))
	{
		const ItemWrite *write = (const ItemWrite *) lfirst(cell);

		if (unknown == NULL && is_unknown(write))
			unknown = write;
		else if (refused == NULL && !is_unknown(write) &&
				 (write->state == ITEM_FAILED || write->state == ITEM_TAKEN))
			refused = write;
	}
	Assert(unknown != NULL || refused != NULL);

	if (unknown == NULL && refused->state == ITEM_TAKEN)
		write_failure_raise_taken(refused->writer,
								  refused->next == NEXT_MOVE
								  ? refused->new_item : refused->key);
	initStringInfo(&detail);
	if (unknown != NULL && refused != NULL)
		appendStringInfo(&detail, "The write of %s has failed.",
						 refused->readable_key);
	append_progress(&detail, writer, unknown);
	write_request_raise(unknown != NULL ? unknown : refused,
						detail.len > 0 ? detail.data : NULL);
}

void
write_failure_tell(const Writer *writer, ErrorData *error,
				   const char *readable_key)
{
	StringInfoData detail;
	StringInfoData progress;

	initStringInfo(&progress);
	append_progress(&progress, writer, NULL);
	if (progress.len == 0)
		return;
	initStringInfo(&detail);
	if (error->detail != NULL)
		appendStringInfoString(&detail, error->detail);
	if (readable_key != NULL &&
		(error->detail == NULL ||
		 strstr(error->detail, readable_key) == NULL))
	{
		begin_sentence(&detail);
		appendStringInfo(&detail, "It was item %s.", readable_key);
	}
	begin_sentence(&detail);
	appendStringInfoString(&detail, progress.data);
	error->detail = detail.data;
}
