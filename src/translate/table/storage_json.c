/*
 * storage_json.c
 *		The options of a foreign table that are JSON: "indexes" and "tags".
 */
#include "postgres.h"

#include <limits.h>

#include "client/wire/json_tree.h"
#include "translate/table/storage_json.h"

/* Source: DynamoDB Developer Guide, "Quotas". */
#define MOST_PROJECTED_OF_INDEX	100
#define LONGEST_TAG_KEY			(128 * 4)
#define LONGEST_TAG_VALUE		(256 * 4)

/* ---- indexes ---- */

static void
check_members(JsonTree *tree, const JsonNode *json)
{
	static const char *const known[] = {
		"name", "kind", "partition", "sort", "projection",
		"read_capacity_units", "write_capacity_units",
		"max_read_request_units", "max_write_request_units"
	};
	int			count;
	const char **names = json_tree_names(json, &count);

	for (int i = 0; i < count; i++)
	{
		bool		found = false;

		for (int j = 0; j < (int) lengthof(known) && !found; j++)
			found = strcmp(names[i], known[j]) == 0;
		if (!found)
			json_tree_fail(tree, "An index has a member that is none of name, kind, partition, sort, projection, read_capacity_units, write_capacity_units, max_read_request_units and max_write_request_units");
	}
}

static int
read_index_part(JsonTree *tree, const JsonNode *json, const char *member,
				KeyAttribute *part)
{
	const JsonNode *array = json_tree_array(tree, json, member);
	int			count = json_tree_count(array);

	if (count > KEY_PART_LIMIT)
	{
		json_tree_fail(tree, "An index has more than 4 partition or 4 sort attributes");
		return 0;
	}
	for (int i = 0; i < count; i++)
	{
		part[i].name = json_tree_element_text(tree, array, i);
		if (part[i].name == NULL || part[i].name[0] == '\0')
		{
			json_tree_fail(tree, "A key attribute has no name");
			return 0;
		}
	}
	return count;
}

static void
check_index_key(JsonTree *tree, const IndexDescription *index)
{
	for (int i = 0; i < index->partition_count + index->sort_count; i++)
		for (int j = 0; j < i; j++)
		{
			const char *a = i < index->partition_count
				? index->partition[i].name
				: index->sort[i - index->partition_count].name;
			const char *b = j < index->partition_count
				? index->partition[j].name
				: index->sort[j - index->partition_count].name;

			if (strcmp(a, b) == 0)
				json_tree_fail(tree, "An attribute is twice in the key of an index");
		}
	if (index->is_global && index->partition_count == 0)
		json_tree_fail(tree, "A global index has no \"partition\"");
	if (!index->is_global &&
		(index->partition_count != 0 || index->sort_count != 1))
		json_tree_fail(tree, "A local index has one attribute in \"sort\", and no \"partition\", which is the table's");
}

static void
read_projection_option(JsonTree *tree, const JsonNode *json,
					   IndexDescription *index)
{
	const JsonNode *names;
	const char *word;

	if (!json_tree_is_array(json, "projection"))
	{
		word = json_tree_text(tree, json, "projection");
		if (word == NULL || strcmp(word, "all") == 0)
			index->projection = INDEX_PROJECTS_ALL;
		else if (strcmp(word, "keys_only") == 0)
			index->projection = INDEX_PROJECTS_KEYS;
		else
			json_tree_fail(tree, "A \"projection\" is none of \"all\", \"keys_only\" and a list of attributes");
		return;
	}
	names = json_tree_array(tree, json, "projection");
	index->projection = INDEX_PROJECTS_SOME;
	if (json_tree_count(names) < 1 ||
		json_tree_count(names) > MOST_PROJECTED_OF_INDEX)
	{
		json_tree_fail(tree, "A \"projection\" has no attributes, or more than 100");
		return;
	}
	index->projected = palloc(json_tree_count(names) * sizeof(char *));
	for (int i = 0; i < json_tree_count(names); i++)
	{
		const char *name = json_tree_element_text(tree, names, i);

		if (name == NULL)
			return;
		index->projected[index->projected_count++] = name;
	}
}

static int64
read_units(JsonTree *tree, const JsonNode *json, const char *member)
{
	int64		units = json_tree_number(tree, json, member);

	if (units == 0 || units > INT_MAX)
		json_tree_fail(tree, "A number of units is out of range");
	return Max(units, 0);
}

static void
read_index_option(JsonTree *tree, const JsonNode *json, IndexDetails *details)
{
	IndexDescription *index = &details->index;
	const char *kind = json_tree_text(tree, json, "kind");

	check_members(tree, json);
	index->name = json_tree_text(tree, json, "name");
	if (index->name == NULL ||
		!is_dynamodb_name(index->name, SHORTEST_INDEX_NAME))
		json_tree_fail(tree, "The \"name\" of an index has 3 to 255 characters: letters, digits, \"_\", \"-\" and \".\"");
	index->is_global = kind == NULL || strcmp(kind, "global") == 0;
	if (!index->is_global && strcmp(kind, "local") != 0)
		json_tree_fail(tree, "The \"kind\" of an index is neither \"global\" nor \"local\"");
	index->partition_count = read_index_part(tree, json, "partition",
											 index->partition);
	index->sort_count = read_index_part(tree, json, "sort", index->sort);
	if (tree->problem == NULL)
		check_index_key(tree, index);
	read_projection_option(tree, json, index);
	details->throughput = (Throughput) {
		.read_units = read_units(tree, json, "read_capacity_units"),
		.write_units = read_units(tree, json, "write_capacity_units"),
		.most_read_units = read_units(tree, json, "max_read_request_units"),
		.most_write_units = read_units(tree, json, "max_write_request_units")
	};
	if (!index->is_global &&
		details->throughput.read_units + details->throughput.write_units +
		details->throughput.most_read_units +
		details->throughput.most_write_units > 0)
		json_tree_fail(tree, "A local index has no units of its own");
}

const char *
storage_json_read_indexes(const char *text, TableDetails *details)
{
	JsonTree	tree;
	int			count;
	int			global_count = 0;

	if (!json_tree_read_array(&tree, text, strlen(text)))
		return "It is no JSON list of indexes";
	count = json_tree_count(tree.root);
	if (count > MOST_LOCAL_INDEXES + MOST_GLOBAL_INDEXES)
		return "A table has at most 5 local and 20 global indexes";
	details->indexes = palloc0(Max(count, 1) * sizeof(IndexDetails));
	details->index_count = count;
	for (int i = 0; tree.problem == NULL && i < count; i++)
	{
		const JsonNode *json = json_tree_element_object(&tree, tree.root, i);

		if (json != NULL)
			read_index_option(&tree, json, &details->indexes[i]);
	}
	if (tree.problem != NULL)
		return tree.problem;

	table_details_sort(details);
	for (int i = 0; i < count; i++)
	{
		global_count += details->indexes[i].index.is_global;
		if (i > 0 && strcmp(details->indexes[i].index.name,
							details->indexes[i - 1].index.name) == 0)
			return "Two indexes have the same name";
	}
	if (global_count > MOST_GLOBAL_INDEXES ||
		count - global_count > MOST_LOCAL_INDEXES)
		return "A table has at most 5 local and 20 global indexes";
	return NULL;
}

/* ---- tags ---- */

const char *
storage_json_read_tags(const char *text, TableDetails *details)
{
	JsonTree	tree;
	const char **names;
	int			count;

	if (!json_tree_read(&tree, text, strlen(text)))
		return "It is no JSON object of texts";
	names = json_tree_names(tree.root, &count);
	if (count > MOST_TABLE_TAGS)
		return "A table has at most 50 tags";
	details->tags = palloc(Max(count, 1) * sizeof(TableTag));
	for (int i = 0; i < count; i++)
	{
		TableTag	tag = {
			.key = names[i],
			.value = json_tree_text(&tree, tree.root, names[i])
		};

		if (tag.value == NULL)
			return "The value of a tag is no text";
		if (tag.key[0] == '\0' || strlen(tag.key) > LONGEST_TAG_KEY ||
			strlen(tag.value) > LONGEST_TAG_VALUE)
			return "The key of a tag has 1 to 128 characters, and its value at most 256";
		details->tags[details->tag_count++] = tag;
	}
	table_details_sort(details);
	return NULL;
}
