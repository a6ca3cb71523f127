/*
 * function.c
 *		Recognizes this extension's own functions in expressions.
 *
 * What tells them is the symbol in our library, not the name in SQL, which
 * anybody may give to a function of their own.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "translate/function.h"

#define LIBRARY_NAME "dynamorm_fdw"

typedef struct FunctionSymbol
{
	const char *prefix;			/* of the symbol, up to the type it is for */
	DynFunction function;
} FunctionSymbol;

/*
 * dyn_increment_table() and dyn_decrement_table() are the functions on tables;
 * they are no expressions on a column.
 */
static const FunctionSymbol symbols[] = {
	{"dyn_increment_table", DYN_NONE},
	{"dyn_decrement_table", DYN_NONE},
	{"dyn_increment", DYN_INCREMENT},
	{"dyn_decrement", DYN_DECREMENT},
	{"dyn_add", DYN_ADD},
	{"dyn_set_add", DYN_SET_ADD},
	{"dyn_set_delete", DYN_SET_DELETE},
	{"dyn_if_not_exists", DYN_IF_NOT_EXISTS},
	{"dyn_list_append", DYN_LIST_APPEND},
	{"dyn_list_prepend", DYN_LIST_PREPEND},
	{"dyn_list_set", DYN_LIST_SET},
	{"dyn_list_remove", DYN_LIST_REMOVE},
	{"dyn_upsert", DYN_UPSERT},
	{"dyn_attribute_exists", DYN_ATTRIBUTE_EXISTS},
	{"dyn_attribute_type", DYN_ATTRIBUTE_TYPE}
};

/* What is known of a function; for the session, until pg_proc changes. */
typedef struct FunctionEntry
{
	Oid			function_id;	/* key */
	DynFunction function;
} FunctionEntry;

static HTAB *function_cache = NULL;

/*
 * Functions change seldom, so any change empties the cache.
 */
static void
forget_functions(Datum argument, int cache_id, uint32 hash_value)
{
	HASH_SEQ_STATUS status;
	FunctionEntry *entry;

	hash_seq_init(&status, function_cache);
	while ((entry = hash_seq_search(&status)) != NULL)
		hash_search(function_cache, &entry->function_id, HASH_REMOVE, NULL);
}

static void
make_function_cache(void)
{
	HASHCTL		control = {
		.keysize = sizeof(Oid),
		.entrysize = sizeof(FunctionEntry),
		.hcxt = TopMemoryContext
	};

	function_cache = hash_create("dynamorm_fdw functions", 64, &control,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterSyscacheCallback(PROCOID, forget_functions, (Datum) 0);
}

/* The prefix must end where a word of the symbol ends. */
static bool
symbol_matches(const char *symbol, const char *prefix)
{
	size_t		length = strlen(prefix);

	return strncmp(symbol, prefix, length) == 0 &&
		(symbol[length] == '\0' || symbol[length] == '_');
}

static DynFunction
function_of_symbol(const char *symbol)
{
	DynFunction function = DYN_NONE;
	size_t		longest = 0;
	int			i;

	for (i = 0; i < (int) lengthof(symbols); i++)
	{
		size_t		length = strlen(symbols[i].prefix);

		if (length > longest && symbol_matches(symbol, symbols[i].prefix))
		{
			longest = length;
			function = symbols[i].function;
		}
	}
	return function;
}

/* The library's path, $libdir/dynamorm_fdw or another, ends in its name. */
static bool
is_our_library(const char *library)
{
	const char *slash = strrchr(library, '/');

	return strcmp(slash == NULL ? library : slash + 1, LIBRARY_NAME) == 0;
}

static DynFunction
function_of_tuple(HeapTuple tuple)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
	Datum		library;
	Datum		symbol;
	bool		library_isnull;
	bool		symbol_isnull;

	if (form->prolang != ClanguageId)
		return DYN_NONE;
	library = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_probin,
							  &library_isnull);
	symbol = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc,
							 &symbol_isnull);
	if (library_isnull || symbol_isnull ||
		!is_our_library(TextDatumGetCString(library)))
		return DYN_NONE;
	return function_of_symbol(TextDatumGetCString(symbol));
}

DynFunction
dyn_function(Oid function_id)
{
	FunctionEntry *entry;
	DynFunction function = DYN_NONE;
	HeapTuple	tuple;

	/* a single-user server gives new objects OIDs below FirstNormalObjectId */
	if (function_id < FirstUnpinnedObjectId)
		return DYN_NONE;
	if (function_cache == NULL)
		make_function_cache();
	entry = hash_search(function_cache, &function_id, HASH_FIND, NULL);
	if (entry != NULL)
		return entry->function;

	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function_id));
	if (HeapTupleIsValid(tuple))
	{
		function = function_of_tuple(tuple);
		ReleaseSysCache(tuple);
	}

	/* Only now: the look-up may have processed invalidations. */
	entry = hash_search(function_cache, &function_id, HASH_ENTER, NULL);
	entry->function = function;
	return function;
}
