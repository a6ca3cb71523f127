/*
 * table_names.c
 *		What DynamoDB says of its tables: the answers to ListTables and
 *		DescribeTimeToLive.
 */
#include "postgres.h"

#include "client/wire/json_tree.h"
#include "client/wire/table_description.h"

/* Bytes of the longest name of a table or an index. */
#define LONGEST_NAME	255

bool
is_dynamodb_name(const char *name, int shortest)
{
	size_t		length = strspn(name, "abcdefghijklmnopqrstuvwxyz"
								"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

	return length >= (size_t) shortest && length <= LONGEST_NAME &&
		name[length] == '\0';
}

void *
table_names_read(char *answer, int length, const char **problem)
{
	TableNames *names = palloc0(sizeof(TableNames));
	JsonTree	tree;
	const JsonNode *array;

	(void) json_tree_read(&tree, answer, length);
	array = json_tree_array(&tree, tree.root, "TableNames");
	if (array == NULL)
		json_tree_fail(&tree, "it does not list tables");
	names->names = palloc(json_tree_count(array) * sizeof(char *));
	for (int i = 0; i < json_tree_count(array); i++)
	{
		const char *name = json_tree_element_text(&tree, array, i);

		if (name == NULL || !is_dynamodb_name(name, 1))
			json_tree_fail(&tree, "a table has no name that it may have");
		names->names[names->count++] = name;
	}
	names->last = json_tree_text(&tree, tree.root, "LastEvaluatedTableName");
	if (names->last != NULL &&
		(names->count == 0 || !is_dynamodb_name(names->last, 1)))
		json_tree_fail(&tree, "the next page begins nowhere");
	*problem = tree.problem;
	return tree.problem == NULL ? names : NULL;
}

void *
time_to_live_read(char *answer, int length, const char **problem)
{
	TimeToLive *time_to_live = palloc0(sizeof(TimeToLive));
	JsonTree	tree;
	const JsonNode *description;

	(void) json_tree_read(&tree, answer, length);
	description = json_tree_object(&tree, tree.root, "TimeToLiveDescription");
	if (description == NULL)
		json_tree_fail(&tree, "it does not describe a time to live");
	time_to_live->attribute = json_tree_text(&tree, description,
											 "AttributeName");
	*problem = tree.problem;
	return tree.problem == NULL ? time_to_live : NULL;
}
