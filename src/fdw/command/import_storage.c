/*
 * import_storage.c
 *		How a table is made, as options of its foreign table.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "fdw/command/import_storage.h"
#include "translate/table/storage_text.h"

static void
append_storage_option(StringInfo out, const char *name, const char *value)
{
	if (value != NULL)
		appendStringInfo(out, ", %s %s", name, quote_literal_cstr(value));
}

/* An emulator may have a provisioned table without units. */
static bool
lacks_units(const TableDetails *details)
{
	return details->billing_mode == BILLING_PROVISIONED &&
		(details->throughput.read_units == 0 ||
		 details->throughput.write_units == 0);
}

void
import_append_storage(StringInfo out, const TableDetails *details)
{
	TableDetails known = *details;
	ListCell   *cell;

	if (lacks_units(details))
	{
		known.billing_mode = BILLING_ON_DEMAND;
		known.throughput = (Throughput) {0};
	}
	if (known.index_count > 0)
		append_storage_option(out, "indexes", storage_text_indexes(&known));
	foreach(cell, storage_text_options(&known))
	{
		const StorageText *option = (const StorageText *) lfirst(cell);

		if (!option->is_usual)
			append_storage_option(out, option->name, option->value);
	}
}
