/*
 * table_description.c
 *		What DynamoDB says of its tables: the answer to DescribeTable.
 */
#include "postgres.h"

#include "client/wire/json_tree.h"
#include "client/wire/table_description.h"
#include "client/wire/text.h"

/*
 * More than DynamoDB has: 25 indexes by default, and 100 attributes that they
 * project.  What looks at all of them for each column of a table shall end
 * soon.
 */
#define MOST_INDEXES		250
#define MOST_DEFINITIONS	2500
#define MOST_PROJECTED		10000

/* ---- reading ---- */

/*
 * The type of a key attribute, by AttributeDefinitions.  False if it is not
 * told, or none that a key may have.
 */
static bool
find_type(JsonTree *tree, const JsonNode *definitions, const char *name,
		  AttributeType *type)
{
	for (int i = 0; i < json_tree_count(definitions); i++)
	{
		const JsonNode *definition = json_tree_element_object(tree,
															  definitions, i);
		const char *other = json_tree_text(tree, definition, "AttributeName");
		const char *type_name = json_tree_text(tree, definition,
											   "AttributeType");

		if (other != NULL && type_name != NULL && strcmp(other, name) == 0)
			return attribute_type_from_name(type_name, type) &&
				*type <= ATTRIBUTE_B;
	}
	return false;
}

/* False for a key that is of no form known here. */
static bool
read_index_key(JsonTree *tree, const JsonNode *json,
			   const JsonNode *definitions, IndexDescription *index)
{
	const JsonNode *members = json_tree_array(tree, json, "KeySchema");

	for (int i = 0; i < json_tree_count(members); i++)
	{
		const JsonNode *member = json_tree_element_object(tree, members, i);
		const char *role = json_tree_text(tree, member, "KeyType");
		bool		is_sort = role != NULL && strcmp(role, "RANGE") == 0;
		int		   *count = is_sort ? &index->sort_count
			: &index->partition_count;
		KeyAttribute *part;

		if (*count >= KEY_PART_LIMIT)
			return false;
		part = is_sort ? &index->sort[*count] : &index->partition[*count];
		part->name = json_tree_text(tree, member, "AttributeName");
		if (part->name == NULL ||
			!find_type(tree, definitions, part->name, &part->type))
			return false;
		(*count)++;
	}
	return index->partition_count > 0;
}

static void
read_projection(JsonTree *tree, const JsonNode *json, IndexDescription *index,
				int *left)
{
	const JsonNode *projection = json_tree_object(tree, json, "Projection");
	const char *type = json_tree_text(tree, projection, "ProjectionType");
	const JsonNode *names = json_tree_array(tree, projection,
											"NonKeyAttributes");

	index->projection = type == NULL || strcmp(type, "KEYS_ONLY") == 0
		? INDEX_PROJECTS_KEYS
		: strcmp(type, "ALL") == 0 ? INDEX_PROJECTS_ALL
		: INDEX_PROJECTS_SOME;
	index->projected = palloc(json_tree_count(names) * sizeof(char *));
	for (int i = 0; i < json_tree_count(names); i++)
	{
		const char *name = json_tree_element_text(tree, names, i);

		if (name == NULL)
			json_tree_fail(tree, "a projected attribute has no name");
		if (--*left < 0)
			json_tree_fail(tree, "too many attributes are projected");
		index->projected[index->projected_count++] = name;
	}
}

/* Adds the indexes of one kind to a description, which has room for them. */
static void
read_indexes(JsonTree *tree, const JsonNode *array, bool is_global,
			 const JsonNode *definitions, TableDescription *description,
			 int *left)
{
	for (int i = 0; i < json_tree_count(array); i++)
	{
		const JsonNode *json = json_tree_element_object(tree, array, i);
		const char *status = json_tree_text(tree, json, "IndexStatus");
		IndexDescription *index =
			&description->indexes[description->index_count];

		memset(index, 0, sizeof(IndexDescription));
		index->name = json_tree_text(tree, json, "IndexName");
		index->is_global = is_global;
		/* a local index has no status: it is made with its table */
		index->is_usable = !is_global ||
			(status != NULL && strcmp(status, "ACTIVE") == 0 &&
			 !json_tree_flag(tree, json, "Backfilling"));
		read_projection(tree, json, index, left);
		if (index->name != NULL &&
			is_dynamodb_name(index->name, SHORTEST_INDEX_NAME) &&
			read_index_key(tree, json, definitions, index))
			description->index_count++;
	}
}

static void
read_table_key(JsonTree *tree, const JsonNode *table,
			   const JsonNode *definitions, TableDescription *description)
{
	const JsonNode *members = json_tree_array(tree, table, "KeySchema");

	for (int i = 0; i < json_tree_count(members); i++)
	{
		const JsonNode *member = json_tree_element_object(tree, members, i);
		const char *role = json_tree_text(tree, member, "KeyType");
		const char *name = json_tree_text(tree, member, "AttributeName");

		if (role != NULL && strcmp(role, "HASH") == 0)
			description->partition_key = name;
		else if (role != NULL && strcmp(role, "RANGE") == 0)
			description->sort_key = name;
	}
	if ((description->partition_key != NULL &&
		 !find_type(tree, definitions, description->partition_key,
					&description->partition_type)) ||
		(description->sort_key != NULL &&
		 !find_type(tree, definitions, description->sort_key,
					&description->sort_type)))
		json_tree_fail(tree, "an attribute of the key has no type");
}

void *
table_description_read(char *answer, int length, const char **problem)
{
	TableDescription *description = palloc0(sizeof(TableDescription));
	JsonTree	tree;
	const JsonNode *table;
	const JsonNode *definitions;
	const JsonNode *local;
	const JsonNode *global;
	const char *status;
	int			index_count;
	int			left = MOST_PROJECTED;

	(void) json_tree_read(&tree, answer, length);
	table = json_tree_object(&tree, tree.root, "Table");
	if (table == NULL)
		json_tree_fail(&tree, "it does not describe a table");
	definitions = json_tree_array(&tree, table, "AttributeDefinitions");
	local = json_tree_array(&tree, table, "LocalSecondaryIndexes");
	global = json_tree_array(&tree, table, "GlobalSecondaryIndexes");
	index_count = json_tree_count(local) + json_tree_count(global);
	if (index_count > MOST_INDEXES)
		json_tree_fail(&tree, "a table has too many indexes");
	if (json_tree_count(definitions) > MOST_DEFINITIONS)
		json_tree_fail(&tree, "a table has too many attributes of keys");

	if (tree.problem == NULL)
	{
		status = json_tree_text(&tree, table, "TableStatus");
		/* one that is changed can be used */
		description->is_active = status != NULL &&
			strcmp(status, "ACTIVE") == 0;
		description->item_count = json_tree_number(&tree, table, "ItemCount");
		description->size = json_tree_number(&tree, table, "TableSizeBytes");
		description->indexes = palloc(index_count * sizeof(IndexDescription));
		read_table_key(&tree, table, definitions, description);
		read_indexes(&tree, local, false, definitions, description, &left);
		read_indexes(&tree, global, true, definitions, description, &left);
	}
	*problem = tree.problem;
	return tree.problem == NULL ? description : NULL;
}

/* ---- copies ---- */

static void
copy_key(KeyAttribute *attributes, int count)
{
	for (int i = 0; i < count; i++)
		attributes[i].name = pstrdup(attributes[i].name);
}

TableDescription *
table_description_copy(const TableDescription *description)
{
	TableDescription *copy = palloc(sizeof(TableDescription));
	Size		size = description->index_count * sizeof(IndexDescription);

	*copy = *description;
	copy->partition_key = text_copy(description->partition_key);
	copy->sort_key = text_copy(description->sort_key);
	copy->indexes = palloc(size);
	memcpy(copy->indexes, description->indexes, size);
	for (int i = 0; i < copy->index_count; i++)
	{
		IndexDescription *index = &copy->indexes[i];
		const char **projected = palloc(index->projected_count *
										sizeof(char *));

		for (int j = 0; j < index->projected_count; j++)
			projected[j] = pstrdup(index->projected[j]);
		index->name = pstrdup(index->name);
		index->projected = projected;
		copy_key(index->partition, index->partition_count);
		copy_key(index->sort, index->sort_count);
	}
	return copy;
}
