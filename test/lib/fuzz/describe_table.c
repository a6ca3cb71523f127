/*
 * describe_table.c
 *		Fuzz target: the reader of DescribeTable's answer, without a server.
 *
 * Links: src/client/wire/table_description.c src/client/wire/table_names.c
 *		src/client/wire/json_tree.c
 * Links: src/client/wire/json_reader.c src/client/wire/attribute.c -ljson-c
 * Links: test/lib/fuzz/server.c test/lib/fuzz/mutator.c -lpgcommon -lpgport
 * Readers: src/client/wire/table_description.c src/client/wire/json_tree.c
 *
 * An answer that is refused must give a reason.  Of one that is read, and of
 * its copy, all that planning looks at must be there.
 */
#include "postgres.h"

#include "client/wire/table_description.h"
#include "server.h"

static void
check_key(const KeyAttribute *attributes, int count)
{
	server_demand(count >= 0 && count <= KEY_PART_LIMIT,
				  "a key has so many attributes", "");
	for (int i = 0; i < count; i++)
		server_demand(strlen(attributes[i].name) + 1 > 0 &&
					  attributes[i].type <= ATTRIBUTE_B,
					  "a key attribute has a name and a type", "");
}

static void
check_description(const TableDescription *description)
{
	server_demand(description->item_count >= -1 && description->size >= -1,
				  "a number is no less than 0, or -1", "");
	server_demand(description->partition_key == NULL ||
				  description->partition_type <= ATTRIBUTE_B,
				  "the partition key has a type", "");
	server_demand(description->sort_key == NULL ||
				  description->sort_type <= ATTRIBUTE_B,
				  "the sort key has a type", "");
	for (int i = 0; i < description->index_count; i++)
	{
		const IndexDescription *index = &description->indexes[i];

		server_demand(strlen(index->name) + 1 > 0 &&
					  index->partition_count > 0,
					  "an index has a name and a key", "");
		check_key(index->partition, index->partition_count);
		check_key(index->sort, index->sort_count);
		for (int j = 0; j < index->projected_count; j++)
			server_demand(strlen(index->projected[j]) + 1 > 0,
						  "a projected attribute has a name", "");
	}
}

extern int	LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *problem = NULL;
	char	   *answer = server_copy(data, size);
	TableDescription *description = table_description_read(answer, (int) size,
														   &problem);

	if (description == NULL)
		server_demand(problem != NULL, "who refuses says why", "");
	else
	{
		check_description(description);
		check_description(table_description_copy(description));
	}
	server_reset_memory();
	return 0;
}
