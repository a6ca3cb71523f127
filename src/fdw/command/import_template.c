/*
 * import_template.c
 *		The templates of a foreign table for one kind of items.
 */
#include "postgres.h"

#include "compat.h"

#include "lib/stringinfo.h"

#include "fdw/command/import_template.h"

/* Its attributes are the same in all items of an entity of ElectroDB. */
#define ELECTRODB_PREFIX	"__edb_"

/* What templates are told from. */
typedef struct FieldList
{
	int			count;
	ImportedColumn **columns;	/* of each field */
	InferredField *fields;
} FieldList;

/* ---- which columns may be fields ---- */

static const AttributeValue **
values_of_attribute(const ItemKind *kind, const char *attribute)
{
	const AttributeValue **values = palloc(kind->count *
										   sizeof(AttributeValue *));

	for (int i = 0; i < kind->count; i++)
	{
		values[i] = item_find(kind->items[i], attribute);
		if (values[i] != NULL && values[i]->type == ATTRIBUTE_NULL)
			values[i] = NULL;
	}
	return values;
}

/*
 * Is the attribute called as one that is there only to be the key of an index,
 * such as GSI1PK, gs1sk, LSI1SK?
 */
static bool
is_called_key(const char *name)
{
	char		letters[8];
	int			length = 0;

	for (; *name != '\0'; name++)
	{
		if ((*name >= '0' && *name <= '9') || *name == '_' || *name == '-')
			continue;
		if (length == 5)
			return false;
		letters[length++] = pg_ascii_tolower(*name);
	}
	letters[length] = '\0';
	return length >= 2 && strchr("glips", letters[0]) != NULL &&
		letters[length - 1] == 'k' &&
		(letters[length - 2] == 'p' || letters[length - 2] == 's');
}

static bool
is_text_column(const ImportedColumn *column)
{
	return strcmp(column->sql_type, "text") == 0;
}

/* Is it there only to be a key, which may be anything? */
static bool
is_only_key(const ImportedColumn *column)
{
	return column->is_key && is_text_column(column) &&
		(column->key_option != NULL || is_called_key(column->attribute));
}

static bool
is_number_column(const ImportedColumn *column)
{
	return strcmp(column->sql_type, "numeric") == 0 ||
		strcmp(column->sql_type, "bigint") == 0;
}

static bool
can_be_field_column(const ImportedColumn *column)
{
	/* a template could not name it */
	if (strpbrk(column->attribute_name, "{}:") != NULL)
		return false;
	return column->template == NULL && !is_only_key(column) &&
		(is_text_column(column) || is_number_column(column) ||
		 column->is_time_to_live || strcmp(column->sql_type, "boolean") == 0);
}

static void
add_field_column(FieldList *list, ImportedColumn *column,
				 const AttributeValue **values)
{
	InferredField *field = &list->fields[list->count];

	list->columns[list->count++] = column;
	field->name = column->wanted_name != NULL ? column->wanted_name
		: column->attribute;
	field->is_text = is_text_column(column);
	field->is_number = is_number_column(column);
	field->values = values;
}

static FieldList *
make_field_list(const ImportState *state, const ItemKind *kind)
{
	FieldList  *list = palloc0(sizeof(FieldList));
	int			room = list_length(state->columns) *
		(1 + MOST_INFERRED_PARTS);
	ListCell   *cell;

	list->columns = palloc(room * sizeof(ImportedColumn *));
	list->fields = palloc0(room * sizeof(InferredField));
	/* what a library adds of its own, such as _ct, is meant last */
	for (int own = 0; own <= 1; own++)
	{
		foreach(cell, state->columns)
		{
			ImportedColumn *column = (ImportedColumn *) lfirst(cell);

			if (can_be_field_column(column) &&
				(column->attribute[0] == '_') == (own == 1))
				add_field_column(list, column,
								 values_of_attribute(kind, column->attribute));
		}
	}
	return list;
}

/* ---- giving templates ---- */

static void
set_constant(ImportedColumn *column, const ItemKind *kind, const char *literal)
{
	TemplateQuestion question = {
		.count = kind->count,
		.texts = values_of_attribute(kind, column->attribute)
	};

	/* a constant of the type that it is stored as */
	if (column->is_time_to_live)
		column->sql_type = "numeric";
	column->is_time_to_live = false;
	column->template = infer_constant(&question, literal);
	column->fields = palloc0(sizeof(ImportedColumn *));
	column->is_never_null = false;
}

/* The attribute that tells the kind, and what ElectroDB adds to each item. */
static void
add_constants(ImportState *state)
{
	const ItemKind *kind = state->table->kind;
	const char *discriminator = state->table->kind_attribute;
	ListCell   *cell;

	if (discriminator == NULL)
		return;
	foreach(cell, state->columns)
	{
		ImportedColumn *column = (ImportedColumn *) lfirst(cell);
		const AttributeValue *first;
		bool		all_same = true;

		if (strcmp(column->attribute, discriminator) == 0)
			set_constant(column, kind, kind->name);
		if (column->template != NULL ||
			strcmp(discriminator, ELECTRODB_PREFIX "e__") != 0 ||
			strncmp(column->attribute, ELECTRODB_PREFIX,
					strlen(ELECTRODB_PREFIX)) != 0)
			continue;
		first = item_find(kind->items[0], column->attribute);
		for (int i = 0; i < kind->count && all_same; i++)
		{
			const AttributeValue *value = item_find(kind->items[i],
													column->attribute);

			all_same = value != NULL && first != NULL &&
				attribute_equal(value, first);
		}
		if (all_same && item_sample_text(first) != NULL &&
			identifier_to_server(first->u.text) != NULL)
			set_constant(column, kind, item_sample_text(first));
	}
}

/* Can the database's encoding spell all of it? */
static bool
has_server_spelling(const InferredTemplate *template)
{
	for (int i = 0; i < template->count; i++)
		if ((template->parts[i].literal != NULL &&
			 identifier_to_server(template->parts[i].literal) == NULL) ||
			(template->parts[i].word != NULL &&
			 identifier_to_server(template->parts[i].word) == NULL))
			return false;
	return true;
}

/* A column that is read out of a key. */
static ImportedColumn *
add_piece_column(ImportState *state, const ImportedColumn *key,
				 const char *word)
{
	ImportedColumn *column = palloc0(sizeof(ImportedColumn));

	column->attribute = key->attribute;
	column->attribute_name = key->attribute_name;
	column->wanted_name = identifier_to_server(word);
	column->sql_type = "text";
	state->columns = lappend(state->columns, column);
	return column;
}

/*
 * What the template says of the columns that are its fields.  A piece that is
 * all that is not literal is the key's own column; others get columns.
 */
static void
set_fields(ImportState *state, ImportedColumn *column, FieldList *list)
{
	const InferredTemplate *template = column->template;
	bool		is_own = template->pieces == 1 && template->fields == 0;

	column->fields = palloc0(template->count * sizeof(ImportedColumn *));
	for (int i = 0; i < template->count; i++)
	{
		const InferredPart *part = &template->parts[i];
		ImportedColumn *field;

		if (part->literal != NULL)
			continue;
		if (part->field >= 0)
			field = list->columns[part->field];
		else
		{
			field = is_own ? column
				: add_piece_column(state, column, part->word);
			if (is_own)
				column->wanted_name = identifier_to_server(part->word);
			add_field_column(list, field, part->values);
		}
		column->fields[i] = field;
		field->is_field = true;
		field->is_never_null = field->is_never_null ||
			column->key_option != NULL;
	}
	/* INSERT makes it */
	if (!is_own)
		column->is_never_null = false;
}

/*
 * An index does not have to have all items.  Where some lack its key, that is
 * a default.
 */
static bool
is_only_default(const ImportedColumn *column, const ItemKind *kind)
{
	const InferredTemplate *template = column->template;

	return column->key_option == NULL && template->fields == 0 &&
		template->pieces == 0 && template->items < kind->count;
}

/* What the key begins with tells the kind, where no attribute does. */
static const KeyStart *
start_of_column(const ImportState *state, const ImportedColumn *column)
{
	const ItemKind *kind = state->table->kind;

	if (column->key_option == NULL)
		return NULL;
	return strcmp(column->key_option, "partition") == 0 ? &kind->partition
		: &kind->sort;
}

static bool
begins_with(const InferredTemplate *template, const char *start)
{
	return template != NULL && template->parts[0].literal != NULL &&
		strncmp(template->parts[0].literal, start, strlen(start)) == 0;
}

static void
infer_column(ImportState *state, ImportedColumn *column, FieldList *list)
{
	const ItemKind *kind = state->table->kind;
	const KeyStart *start = start_of_column(state, column);
	const char *discriminator = state->table->kind_attribute;
	TemplateQuestion question = {
		.count = kind->count,
		.texts = values_of_attribute(kind, column->attribute),
		.field_count = list->count,
		.fields = list->fields,
		.may_have_pieces = is_only_key(column),
		.is_partition = start == &kind->partition,
		.prefers_lower = discriminator != NULL &&
		strcmp(discriminator, ELECTRODB_PREFIX "e__") == 0
	};
	InferredTemplate *template = infer_template(&question);

	if (start != NULL && start->text != NULL &&
		!begins_with(template, start->text))
		template = start->is_whole ? infer_constant(&question, start->text)
			: infer_start(&question, start->text);
	if (template == NULL || !has_server_spelling(template) ||
		(!is_only_key(column) && template->count == template->fields))
		return;
	column->template = template;
	if (is_only_default(column, kind))
	{
		column->template = NULL;
		column->default_text =
			identifier_to_server(template->parts[0].literal);
		return;
	}
	set_fields(state, column, list);
}

/* The columns that may get a template; first those that are only keys. */
static List *
list_keys(const ImportState *state)
{
	List	   *keys = NIL;

	for (int only = 1; only >= 0; only--)
	{
		ListCell   *cell;

		foreach(cell, state->columns)
		{
			ImportedColumn *column = (ImportedColumn *) lfirst(cell);

			if (column->is_key && is_text_column(column) &&
				column->template == NULL && is_only_key(column) == (only == 1))
				keys = lappend(keys, column);
		}
	}
	return keys;
}

/* Its place among those that may be fields; NULL: it is none of them. */
static InferredField *
field_of_column(FieldList *list, const ImportedColumn *column)
{
	for (int i = 0; i < list->count; i++)
		if (list->columns[i] == column)
			return &list->fields[i];
	return NULL;
}

void
import_add_templates(ImportState *state)
{
	FieldList  *list;
	ListCell   *cell;

	add_constants(state);
	list = make_field_list(state, state->table->kind);
	foreach(cell, list_keys(state))
	{
		ImportedColumn *column = (ImportedColumn *) lfirst(cell);
		InferredField *field = field_of_column(list, column);

		/* what others are made of is no made one */
		if (column->is_field)
			continue;
		if (field != NULL)
			field->is_barred = true;
		infer_column(state, column, list);
		if (column->template != NULL)
			continue;

		/* a key as it is may be part of the next one */
		if (field != NULL)
			field->is_barred = false;
		else if (strpbrk(column->attribute_name, "{}:") == NULL)
			add_field_column(list, column,
							 values_of_attribute(state->table->kind,
												 column->attribute));
	}
}

/* ---- telling ---- */

static void
append_literal(StringInfo out, const char *literal)
{
	for (const char *place = identifier_to_server(literal); *place; place++)
	{
		if (*place == '{' || *place == '}')
			appendStringInfoChar(out, *place);
		appendStringInfoChar(out, *place);
	}
}

char *
import_template_text(const ImportedColumn *column)
{
	const InferredTemplate *template = column->template;
	StringInfoData text;

	if (template == NULL)
		return NULL;
	initStringInfo(&text);
	for (int i = 0; i < template->count; i++)
	{
		const InferredPart *part = &template->parts[i];

		if (part->literal != NULL)
		{
			append_literal(&text, part->literal);
			continue;
		}
		appendStringInfo(&text, "{%s",
						 column->fields[i] == column ? ""
						 : column->fields[i]->name);
		if (part->width > 0)
			appendStringInfo(&text, ":0%d", part->width);
		if (part->letters != LETTERS_KEPT)
			appendStringInfoString(&text, part->letters == LETTERS_LOWER
								   ? ":lower" : ":upper");
		appendStringInfoChar(&text, '}');
	}
	return text.data;
}

void
import_tell_templates(const ImportState *state)
{
	ListCell   *cell;

	foreach(cell, state->columns)
	{
		const ImportedColumn *column = (const ImportedColumn *) lfirst(cell);

		if (column->default_text != NULL)
			ereport(NOTICE,
					(errmsg("%s: \"%s\" is '%s' in all items that have it, and gets that as its default",
							state->table->local_name, column->attribute_name,
							column->default_text)));
		if (column->template != NULL)
			ereport(NOTICE,
					(errmsg("%s: \"%s\" is '%s' in %d of %d items",
							state->table->local_name, column->attribute_name,
							import_template_text(column),
							column->template->items,
							state->table->kind->count)));
	}
}
