/*
 * infer.c
 *		Types of columns, told from the items of a sample.
 */
#include "postgres.h"

#include "compat.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "utils/hsearch.h"

#include "translate/codec/codec_number.h"
#include "translate/table/infer.h"

/* Whole numbers of so many digits fit a bigint for sure. */
#define BIGINT_DIGITS		18

/* Seconds since 1970 of fewer digits are times of PostgreSQL. */
#define TIME_DIGITS			12

struct Survey
{
	MemoryContext context;
	HTAB	   *attributes;		/* of SeenEntry, by name */
};

typedef struct SeenEntry
{
	SeenAttribute seen;			/* first: its name is the key */
} SeenEntry;

/* ---- looking ---- */

/* Names are hashed by what they point to. */
static uint32
hash_seen_name(const void *key, Size size)
{
	const char *name = *(const char *const *) key;

	return hash_bytes((const unsigned char *) name, strlen(name));
}

static int
compare_name_keys(const void *a, const void *b, Size size)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

Survey *
survey_make(void)
{
	Survey	   *survey = palloc0(sizeof(Survey));
	HASHCTL		control = {
		.keysize = sizeof(char *),
		.entrysize = sizeof(SeenEntry),
		.hash = hash_seen_name,
		.match = compare_name_keys,
		.hcxt = CurrentMemoryContext
	};

	survey->context = CurrentMemoryContext;
	survey->attributes = hash_create("dynamorm_fdw survey", 64, &control,
									 HASH_ELEM | HASH_FUNCTION |
									 HASH_COMPARE | HASH_CONTEXT);
	return survey;
}

static bool
holds_nul(const Attribute *attribute)
{
	return strlen(attribute->name) != (size_t) attribute->name_length;
}

static SeenAttribute *
find_or_add(Survey *survey, const char *name)
{
	SeenEntry  *entry;
	bool		found;

	entry = hash_search(survey->attributes, &name, HASH_ENTER, &found);
	if (!found)
	{
		memset(&entry->seen, 0, sizeof(SeenAttribute));
		entry->seen.name = MemoryContextStrdup(survey->context, name);
	}
	return &entry->seen;
}

static void
look_at_number(SeenAttribute *seen, const AttributeValue *value)
{
	NumberShape shape;

	if (!number_read_shape(value->u.text, value->length, &shape) ||
		shape.lowest < 0 || shape.highest >= BIGINT_DIGITS)
		seen->some_fraction = seen->some_no_time = true;
	else if (shape.highest >= TIME_DIGITS)
		seen->some_no_time = true;
}

static void
look_at_list(SeenAttribute *seen, const AttributeValue *value)
{
	for (int i = 0; i < value->length; i++)
	{
		const AttributeValue *element = &value->u.elements[i];

		seen->elements++;
		seen->element_counts[element->type]++;
		if (element->type == ATTRIBUTE_N)
			look_at_number(seen, element);
	}
}

void
survey_look(Survey *survey, const DynamoItem *item)
{
	for (int i = 0; i < item->count; i++)
	{
		const Attribute *attribute = &item->attributes[i];
		const AttributeValue *value = &attribute->value;
		SeenAttribute *seen;

		/* such a name cannot be that of a column */
		if (holds_nul(attribute))
			continue;
		seen = find_or_add(survey, attribute->name);
		seen->items++;
		seen->counts[value->type]++;
		if (value->type == ATTRIBUTE_N)
			look_at_number(seen, value);
		else if (value->type == ATTRIBUTE_NS || value->type == ATTRIBUTE_L)
			look_at_list(seen, value);
	}
}

const SeenAttribute *
survey_find(const Survey *survey, const char *name)
{
	const SeenEntry *entry = hash_search(survey->attributes, &name, HASH_FIND,
										 NULL);

	return entry == NULL ? NULL : &entry->seen;
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(((const SeenAttribute *) lfirst(a))->name,
				  ((const SeenAttribute *) lfirst(b))->name);
}

List *
survey_attributes(const Survey *survey)
{
	HASH_SEQ_STATUS status;
	SeenEntry  *entry;
	List	   *attributes = NIL;

	hash_seq_init(&status, survey->attributes);
	while ((entry = hash_seq_search(&status)) != NULL)
		attributes = lappend(attributes, &entry->seen);
	list_sort(attributes, compare_names);
	return attributes;
}

/* ---- types ---- */

/*
 * The one type among the counts but for NULL.  False if there is none, or more
 * than one.
 */
static bool
single_type(const int64 *counts, AttributeType *type)
{
	int			found = 0;

	*type = ATTRIBUTE_NULL;
	for (int i = 0; i <= ATTRIBUTE_M; i++)
	{
		if (counts[i] == 0 || i == ATTRIBUTE_NULL)
			continue;
		*type = (AttributeType) i;
		found++;
	}
	return found == 1;
}

static const char *
scalar_type(AttributeType type, bool whole)
{
	switch (type)
	{
		case ATTRIBUTE_S:
			return "text";
		case ATTRIBUTE_N:
			return whole ? "bigint" : "numeric";
		case ATTRIBUTE_B:
			return "bytea";
		case ATTRIBUTE_BOOL:
			return "boolean";
		default:
			return NULL;
	}
}

/*
 * A list is an array if all elements seen are of one type that is no list or
 * map itself.  Lists that were always empty tell nothing.
 */
static const char *
list_type(const SeenAttribute *seen, bool whole)
{
	AttributeType element;
	const char *sql;

	if (!single_type(seen->element_counts, &element))
		return "jsonb";
	sql = scalar_type(element, whole);
	return sql == NULL ? "jsonb" : psprintf("%s[]", sql);
}

InferredType
infer_type(const SeenAttribute *seen, bool whole_numbers)
{
	InferredType inferred = {"jsonb", NULL, false};
	bool		whole = whole_numbers && !seen->some_fraction;
	AttributeType type;

	if (!single_type(seen->counts, &type))
	{
		/* nothing but NULLs is no conflict */
		inferred.is_mixed = seen->counts[ATTRIBUTE_NULL] != seen->items;
		return inferred;
	}
	switch (type)
	{
		case ATTRIBUTE_SS:
		case ATTRIBUTE_NS:
		case ATTRIBUTE_BS:
			inferred.sql = psprintf("%s[]",
									scalar_type(attribute_element_type(type),
												whole));
			inferred.type_option = attribute_type_name(type);
			break;
		case ATTRIBUTE_L:
			inferred.sql = list_type(seen, whole);
			break;
		case ATTRIBUTE_M:
			break;
		default:
			inferred.sql = scalar_type(type, whole);
			break;
	}
	return inferred;
}

const char *
infer_key_type(AttributeType type, const SeenAttribute *seen,
			   bool whole_numbers)
{
	return scalar_type(type, whole_numbers && seen != NULL &&
					   !seen->some_fraction);
}

char *
infer_describe_types(const SeenAttribute *seen)
{
	StringInfoData text;
	bool		told[ATTRIBUTE_M + 1] = {false};
	int			types = 0;

	for (int i = 0; i <= ATTRIBUTE_M; i++)
		types += seen->counts[i] > 0;
	initStringInfo(&text);
	for (int place = 0; place < types; place++)
	{
		int			most = -1;

		for (int i = 0; i <= ATTRIBUTE_M; i++)
		{
			if (!told[i] && seen->counts[i] > 0 &&
				(most < 0 || seen->counts[i] > seen->counts[most]))
				most = i;
		}
		told[most] = true;
		appendStringInfo(&text, "%s%s (%lld)",
						 place == 0 ? "" : place == types - 1 ? " and " : ", ",
						 attribute_type_name((AttributeType) most),
						 (long long) seen->counts[most]);
	}
	return text.data;
}
