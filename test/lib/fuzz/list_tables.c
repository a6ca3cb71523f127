/*
 * list_tables.c
 *		Fuzz target: the readers of the answers to ListTables and
 *		DescribeTimeToLive, without a server.
 *
 * Links: src/client/wire/table_names.c src/client/wire/json_tree.c
 * Links: src/client/wire/json_reader.c -ljson-c
 * Links: test/lib/fuzz/server.c test/lib/fuzz/mutator.c -lpgcommon -lpgport
 * Readers: src/client/wire/table_names.c
 *
 * An answer that is refused must give a reason.  The names of one that is read
 * must be such that commands and messages can hold them.
 */
#include "postgres.h"

#include "client/wire/table_description.h"
#include "server.h"

static void
check_name(const char *name)
{
	server_demand(name[0] != '\0' && strlen(name) <= 255 &&
				  strpbrk(name, "\"'\\ \n\r\t") == NULL,
				  "a table has a name", name);
}

extern int	LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *problem = NULL;
	TableNames *names = table_names_read(server_copy(data, size), (int) size,
										 &problem);
	TimeToLive *time_to_live;

	server_demand(names != NULL || problem != NULL, "who refuses says why", "");
	for (int i = 0; names != NULL && i < names->count; i++)
		check_name(names->names[i]);
	if (names != NULL && names->last != NULL)
		check_name(names->last);

	problem = NULL;
	time_to_live = time_to_live_read(server_copy(data, size), (int) size,
									 &problem);
	server_demand(time_to_live != NULL || problem != NULL,
				  "who refuses says why", "");
	if (time_to_live != NULL && time_to_live->attribute != NULL)
		server_demand(strlen(time_to_live->attribute) + 1 > 0,
					  "the attribute has a name", "");
	server_reset_memory();
	return 0;
}
