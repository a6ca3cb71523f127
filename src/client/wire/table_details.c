/*
 * table_details.c
 *		A table of DynamoDB as it is made: what answers tell of one.
 */
#include "postgres.h"

#include "client/wire/json_tree.h"
#include "client/wire/table_details.h"

/* More than DynamoDB has on a resource, which is 50. */
#define MOST_TAGS			250

/* ---- names ---- */

static const char *const class_names[] = {
	[TABLE_CLASS_STANDARD] = "STANDARD",
	[TABLE_CLASS_INFREQUENT] = "STANDARD_INFREQUENT_ACCESS"
};
static const char *const view_names[] = {
	[STREAM_NONE] = NULL,
	[STREAM_KEYS] = "KEYS_ONLY",
	[STREAM_NEW] = "NEW_IMAGE",
	[STREAM_OLD] = "OLD_IMAGE",
	[STREAM_BOTH] = "NEW_AND_OLD_IMAGES"
};

const char *
table_class_name(TableClass class)
{
	return class_names[class];
}

const char *
stream_view_name(StreamView view)
{
	return view_names[view];
}

/* The place of a name in a list; 0 if it is not there. */
static int
place_of_name(const char *const *names, int count, const char *name)
{
	for (int i = 1; name != NULL && i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

/* ---- order ---- */

static int
compare_index_names(const void *a, const void *b)
{
	return strcmp(((const IndexDetails *) a)->index.name,
				  ((const IndexDetails *) b)->index.name);
}

static int
compare_tag_keys(const void *a, const void *b)
{
	return strcmp(((const TableTag *) a)->key, ((const TableTag *) b)->key);
}

static int
compare_projected(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

void
table_details_sort(TableDetails *details)
{
	for (int i = 0; i < details->index_count; i++)
	{
		IndexDescription *index = &details->indexes[i].index;

		if (index->projected_count > 1)
			qsort(index->projected, index->projected_count, sizeof(char *),
				  compare_projected);
	}
	if (details->index_count > 1)
		qsort(details->indexes, details->index_count, sizeof(IndexDetails),
			  compare_index_names);
	if (details->tag_count > 1)
		qsort(details->tags, details->tag_count, sizeof(TableTag),
			  compare_tag_keys);
}

/* ---- DescribeTable ---- */

/* Of a table, or of a global index. */
static Throughput
read_throughput(JsonTree *tree, const JsonNode *json)
{
	const JsonNode *provisioned = json_tree_object(tree, json,
												   "ProvisionedThroughput");
	const JsonNode *maximum = json_tree_object(tree, json,
											   "OnDemandThroughput");
	Throughput	throughput = {
		.read_units = json_tree_number(tree, provisioned, "ReadCapacityUnits"),
		.write_units = json_tree_number(tree, provisioned,
										"WriteCapacityUnits")
	};

	/* -1 takes a maximum away */
	if (maximum != NULL)
	{
		JsonTree	aside = {.root = maximum};

		throughput.most_read_units = json_tree_number(&aside, maximum,
													  "MaxReadRequestUnits");
		throughput.most_write_units = json_tree_number(&aside, maximum,
													   "MaxWriteRequestUnits");
	}
	throughput.read_units = Max(throughput.read_units, 0);
	throughput.write_units = Max(throughput.write_units, 0);
	throughput.most_read_units = Max(throughput.most_read_units, 0);
	throughput.most_write_units = Max(throughput.most_write_units, 0);
	return throughput;
}

/* Adds what is told of the described indexes that an array has. */
static void
read_index_details(JsonTree *tree, const JsonNode *array,
				   TableDetails *details)
{
	for (int i = 0; i < json_tree_count(array); i++)
	{
		const JsonNode *json = json_tree_element_object(tree, array, i);
		const char *name = json_tree_text(tree, json, "IndexName");

		for (int j = 0; name != NULL && j < details->index_count; j++)
		{
			IndexDetails *index = &details->indexes[j];

			if (strcmp(index->index.name, name) != 0)
				continue;
			index->status = json_tree_text(tree, json, "IndexStatus");
			index->throughput = read_throughput(tree, json);
			break;
		}
	}
}

static void
take_description(TableDetails *details, const TableDescription *description)
{
	details->description = description;
	details->item_count = description->item_count;
	details->size = description->size;
	if (description->partition_key != NULL)
		details->key[details->key_count++] = (KeyAttribute) {
			.name = description->partition_key,
			.type = description->partition_type
		};
	if (description->sort_key != NULL && details->key_count > 0)
		details->key[details->key_count++] = (KeyAttribute) {
			.name = description->sort_key,
			.type = description->sort_type
		};
	details->indexes = palloc0(Max(description->index_count, 1) *
							   sizeof(IndexDetails));
	for (int i = 0; i < description->index_count; i++)
		details->indexes[details->index_count++].index =
			description->indexes[i];
}

void *
table_details_read(char *answer, int length, const char **problem)
{
	TableDetails *details = palloc0(sizeof(TableDetails));
	const TableDescription *description = table_description_read(answer,
																 length,
																 problem);
	JsonTree	tree;
	const JsonNode *table;
	const JsonNode *stream;
	const char *billing_mode;

	if (description == NULL)
		return NULL;
	take_description(details, description);
	(void) json_tree_read(&tree, answer, length);
	table = json_tree_object(&tree, tree.root, "Table");
	read_index_details(&tree,
					   json_tree_array(&tree, table, "LocalSecondaryIndexes"),
					   details);
	read_index_details(&tree,
					   json_tree_array(&tree, table, "GlobalSecondaryIndexes"),
					   details);
	details->status = json_tree_text(&tree, table, "TableStatus");
	details->arn = json_tree_text(&tree, table, "TableArn");
	details->throughput = read_throughput(&tree, table);

	/* a table that has never been on demand has no summary */
	billing_mode = json_tree_text(&tree,
								  json_tree_object(&tree, table,
												   "BillingModeSummary"),
								  "BillingMode");
	details->billing_mode = billing_mode != NULL &&
		strcmp(billing_mode, "PAY_PER_REQUEST") == 0
		? BILLING_ON_DEMAND : BILLING_PROVISIONED;
	details->table_class =
		place_of_name(class_names, lengthof(class_names),
					  json_tree_text(&tree,
									 json_tree_object(&tree, table,
													  "TableClassSummary"),
									 "TableClass"));
	details->deletion_protection = json_tree_flag(&tree, table,
												  "DeletionProtectionEnabled");
	stream = json_tree_object(&tree, table, "StreamSpecification");
	if (stream != NULL && json_tree_flag(&tree, stream, "StreamEnabled"))
	{
		details->stream = place_of_name(view_names, lengthof(view_names),
										json_tree_text(&tree, stream,
													   "StreamViewType"));
		details->stream_arn = json_tree_text(&tree, table, "LatestStreamArn");
	}
	table_details_sort(details);
	*problem = tree.problem;
	return tree.problem == NULL ? details : NULL;
}

/* ---- what other requests tell ---- */

void *
tag_page_read(char *answer, int length, const char **problem)
{
	TagPage    *page = palloc0(sizeof(TagPage));
	JsonTree	tree;
	const JsonNode *array;

	(void) json_tree_read(&tree, answer, length);
	array = json_tree_array(&tree, tree.root, "Tags");
	if (json_tree_count(array) > MOST_TAGS)
		json_tree_fail(&tree, "a table has too many tags");
	page->tags = palloc(Max(json_tree_count(array), 1) * sizeof(TableTag));
	for (int i = 0; tree.problem == NULL && i < json_tree_count(array); i++)
	{
		const JsonNode *json = json_tree_element_object(&tree, array, i);
		TableTag	tag = {
			.key = json_tree_text(&tree, json, "Key"),
			.value = json_tree_text(&tree, json, "Value")
		};

		if (tag.key == NULL || tag.value == NULL)
			json_tree_fail(&tree, "a tag has no key or no value");
		page->tags[page->count++] = tag;
	}
	page->next = json_tree_text(&tree, tree.root, "NextToken");
	*problem = tree.problem;
	return tree.problem == NULL ? page : NULL;
}

void *
continuous_backups_read(char *answer, int length, const char **problem)
{
	ContinuousBackups *backups = palloc0(sizeof(ContinuousBackups));
	JsonTree	tree;
	const JsonNode *description;
	const char *status;

	(void) json_tree_read(&tree, answer, length);
	description = json_tree_object(&tree, tree.root,
								   "ContinuousBackupsDescription");
	if (description == NULL)
		json_tree_fail(&tree, "it does not describe backups");
	status = json_tree_text(&tree,
							json_tree_object(&tree, description,
											 "PointInTimeRecoveryDescription"),
							"PointInTimeRecoveryStatus");
	backups->point_in_time_recovery = status != NULL &&
		strcmp(status, "ENABLED") == 0;
	*problem = tree.problem;
	return tree.problem == NULL ? backups : NULL;
}
