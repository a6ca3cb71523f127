/*
 * infer_kind.c
 *		Kinds of items in a table, told from the items of a sample.
 */
#include "postgres.h"

#include "compat.h"

#include "miscadmin.h"

#include "translate/table/identifier.h"
#include "translate/table/infer_kind.h"

/* An attribute that is not named tells no more kinds, nor does a key. */
#define MOST_KINDS			50

/* One that the user has named does. */
#define MOST_NAMED_KINDS	500

/* What libraries, and those who use none, call it. */
static const char *const known_names[] = {
	"__edb_e__", "_et", "entity", "_type", "__en", "type", "kind", "EntityType"
};

/* ---- kinds ---- */

static bool
starts_equal(const KeyStart *a, const KeyStart *b)
{
	if (a->text == NULL || b->text == NULL)
		return a->text == b->text;
	return a->is_whole == b->is_whole && strcmp(a->text, b->text) == 0;
}

/* The kind of that name and key; a new one if there is none. */
static ItemKind *
find_or_add_kind(ItemKinds *kinds, const ItemKind *wanted)
{
	ListCell   *cell;
	ItemKind   *kind;

	foreach(cell, kinds->kinds)
	{
		kind = (ItemKind *) lfirst(cell);
		if (strcmp(kind->name, wanted->name) == 0 &&
			starts_equal(&kind->partition, &wanted->partition) &&
			starts_equal(&kind->sort, &wanted->sort))
			return kind;
	}
	kind = palloc(sizeof(ItemKind));
	*kind = *wanted;
	kind->count = 0;
	kind->capacity = 16;
	kind->items = palloc(kind->capacity * sizeof(DynamoItem *));
	kinds->kinds = lappend(kinds->kinds, kind);
	return kind;
}

static void
add_to_kind(ItemKind *kind, const DynamoItem *item)
{
	if (kind->count == kind->capacity)
	{
		kind->capacity *= 2;
		kind->items = repalloc_huge(kind->items,
									kind->capacity * sizeof(DynamoItem *));
	}
	kind->items[kind->count++] = item;
}

static int
compare_kind_names(const ListCell *a, const ListCell *b)
{
	return strcmp(((const ItemKind *) lfirst(a))->name,
				  ((const ItemKind *) lfirst(b))->name);
}

/* ---- told by an attribute ---- */

/*
 * The name of a kind; NULL: the value is none.  Items that only guard what is
 * unique are marked by OneTable as _Unique.
 */
static const char *
name_of_value(const AttributeValue *value, AttributeType type)
{
	const char *text = item_sample_text(value);

	if (text == NULL || value->type != type || pg_strncasecmp(text, "_unique", 7) == 0 ||
		identifier_to_server(text) == NULL)
		return NULL;
	return text;
}

/* NULL: there is none, or there are more than most. */
static ItemKinds *
kinds_of_values(const ItemSample *sample, const char *attribute,
				AttributeType type, int most)
{
	ItemKinds  *kinds = palloc0(sizeof(ItemKinds));

	kinds->attribute = attribute;
	for (int i = 0; i < sample->count; i++)
	{
		ItemKind	wanted = {
			.name = name_of_value(item_find(sample->items[i], attribute), type)
		};

		CHECK_FOR_INTERRUPTS();
		if (wanted.name == NULL)
		{
			kinds->others++;
			continue;
		}
		add_to_kind(find_or_add_kind(kinds, &wanted), sample->items[i]);
		if (list_length(kinds->kinds) > most)
			return NULL;
	}
	list_sort(kinds->kinds, compare_kind_names);
	return kinds->kinds == NIL ? NULL : kinds;
}

ItemKinds *
infer_kinds_of_attribute(const ItemSample *sample, const char *attribute)
{
	ItemKinds  *kinds = kinds_of_values(sample, attribute, ATTRIBUTE_S,
										MOST_NAMED_KINDS);

	return kinds != NULL ? kinds
		: kinds_of_values(sample, attribute, ATTRIBUTE_N, MOST_NAMED_KINDS);
}

/* ---- told by the key ---- */

static bool
is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* Where a word ends that the text begins with; the text: with none. */
static const char *
end_of_first_word(const char *text)
{
	if (!is_letter(*text) && *text != '$' && *text != '_')
		return text;
	while (is_letter(*text) || (*text >= '0' && *text <= '9') ||
		   (*text != '\0' && strchr("$_-.", *text) != NULL))
		text++;
	return text;
}

/* A word and the # that ends it, or a word alone, which has no digits. */
static KeyStart
start_of_key(const AttributeValue *value)
{
	KeyStart	start = {NULL, false};
	const char *text = item_sample_text(value);
	const char *end;

	if (text == NULL || value->type != ATTRIBUTE_S)
		return start;
	end = end_of_first_word(text);
	if (end == text)
		return start;
	if (*end == '#' && end[1] != '\0')
		start.text = pnstrdup(text, end + 1 - text);
	else if (*end == '\0' && end - text > 1 &&
			 strcspn(text, "0123456789") == (size_t) (end - text))
	{
		start.text = text;
		start.is_whole = true;
	}
	return start;
}

/* In capitals a word is one of the program's, even if it is seen only once. */
static bool
is_upper_word(const char *text)
{
	for (; *text != '\0'; text++)
		if ((*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9'))
			return false;
	return true;
}

/* The word of a start, without what ends it. */
static char *
word_of_start(const KeyStart *start)
{
	return pnstrdup(start->text, strcspn(start->text, "#"));
}

/*
 * Takes away the kinds whose items cannot be told from those of others by the
 * key: where a part of it is anything, and the other one is another kind's.
 */
static void
drop_kind_overlaps(ItemKinds *kinds)
{
	List	   *kept = NIL;
	ListCell   *cell;

	foreach(cell, kinds->kinds)
	{
		ItemKind   *kind = (ItemKind *) lfirst(cell);
		bool		overlaps = false;
		ListCell   *other_cell;

		foreach(other_cell, kinds->kinds)
		{
			const ItemKind *other = (const ItemKind *) lfirst(other_cell);

			overlaps = overlaps ||
				(other != kind &&
				 (kind->partition.text == NULL ||
				  starts_equal(&kind->partition, &other->partition)) &&
				 (kind->sort.text == NULL ||
				  starts_equal(&kind->sort, &other->sort)));
		}
		if (overlaps || (kind->partition.text == NULL &&
						 kind->sort.text == NULL))
			kinds->others += kind->count;
		else
			kept = lappend(kept, kind);
	}
	kinds->kinds = kept;
}

/* A kind is named by the word of its sort key, or of both parts. */
static void
name_kinds(ItemKinds *kinds)
{
	ListCell   *cell;

	foreach(cell, kinds->kinds)
	{
		ItemKind   *kind = (ItemKind *) lfirst(cell);

		kind->name = word_of_start(kind->sort.text != NULL ? &kind->sort
								   : &kind->partition);
	}
	foreach(cell, kinds->kinds)
	{
		ItemKind   *kind = (ItemKind *) lfirst(cell);
		ListCell   *other_cell;

		if (kind->sort.text == NULL || kind->partition.text == NULL)
			continue;
		foreach(other_cell, kinds->kinds)
		{
			const ItemKind *other = (const ItemKind *) lfirst(other_cell);

			if (other != kind && other->sort.text != NULL &&
				starts_equal(&other->sort, &kind->sort))
				kind->name = psprintf("%s_%s",
									  word_of_start(&kind->partition),
									  word_of_start(&kind->sort));
		}
	}
	list_sort(kinds->kinds, compare_kind_names);
}

/* The parts of the key of each item; NULL: they are of too many kinds. */
static ItemKinds *
group_by_key(const ItemSample *sample, const char *partition_key,
			 const char *sort_key)
{
	ItemKinds  *kinds = palloc0(sizeof(ItemKinds));

	for (int i = 0; i < sample->count; i++)
	{
		const DynamoItem *item = sample->items[i];
		ItemKind	wanted = {
			.name = "",
			.partition = start_of_key(item_find(item, partition_key))
		};

		CHECK_FOR_INTERRUPTS();
		if (wanted.partition.is_whole)
			wanted.partition = (KeyStart) {NULL, false};
		if (sort_key != NULL)
			wanted.sort = start_of_key(item_find(item, sort_key));
		add_to_kind(find_or_add_kind(kinds, &wanted), item);
		if (list_length(kinds->kinds) > 4 * MOST_KINDS)
			return NULL;
	}
	return kinds;
}

/* A word that only one item has is a value, if its letters do not tell. */
static ItemKinds *
merge_single_words(const ItemKinds *kinds)
{
	ItemKinds  *merged = palloc0(sizeof(ItemKinds));
	ListCell   *cell;

	foreach(cell, kinds->kinds)
	{
		const ItemKind *kind = (const ItemKind *) lfirst(cell);
		ItemKind	wanted = *kind;
		ItemKind   *into;

		if (kind->count == 1 && kind->sort.text != NULL &&
			!is_upper_word(kind->sort.text))
			wanted.sort = (KeyStart) {NULL, false};
		if (kind->count == 1 && kind->partition.text != NULL &&
			!is_upper_word(kind->partition.text))
			wanted.partition = (KeyStart) {NULL, false};
		into = find_or_add_kind(merged, &wanted);
		for (int i = 0; i < kind->count; i++)
			add_to_kind(into, kind->items[i]);
	}
	return merged;
}

static ItemKinds *
kinds_of_key(const ItemSample *sample, const char *partition_key,
			 const char *sort_key)
{
	ItemKinds  *kinds = group_by_key(sample, partition_key, sort_key);
	int			count;

	if (kinds == NULL)
		return NULL;
	kinds = merge_single_words(kinds);
	drop_kind_overlaps(kinds);
	count = list_length(kinds->kinds);
	/* what is another word in every other item is no word, but a value */
	if (count == 0 || count > MOST_KINDS || count * 2 > sample->count ||
		kinds->others * 20 > sample->count)
		return NULL;
	name_kinds(kinds);
	return kinds;
}

/* ---- told by some attribute ---- */

/*
 * Has each kind keys that begin in a way of its own?  Else the attribute may
 * be a status, or a country.
 */
static bool
keys_tell_same(const ItemKinds *kinds, const char *partition_key,
			   const char *sort_key)
{
	ItemKinds	keys = {0};
	ListCell   *cell;

	foreach(cell, kinds->kinds)
	{
		const ItemKind *kind = (const ItemKind *) lfirst(cell);
		ItemSample	sample = {.count = kind->count, .items = kind->items};
		ItemKinds  *own = group_by_key(&sample, partition_key, sort_key);

		if (own == NULL || list_length(own->kinds) != 1)
			return false;
		add_to_kind(find_or_add_kind(&keys, linitial(own->kinds)),
					kind->items[0]);
	}
	return list_length(keys.kinds) == list_length(kinds->kinds);
}

static ItemKinds *
kinds_of_known_name(const ItemSample *sample)
{
	for (int i = 0; i < (int) lengthof(known_names); i++)
	{
		ItemKinds  *kinds = kinds_of_values(sample, known_names[i],
											ATTRIBUTE_S, MOST_KINDS);

		/* some libraries' items that guard what is unique lack it */
		if (kinds != NULL && kinds->others * 2 <= sample->count)
			return kinds;
	}
	return NULL;
}

static bool
is_of_index(const TableDescription *description, const char *attribute)
{
	for (int i = 0; i < description->index_count; i++)
	{
		const IndexDescription *index = &description->indexes[i];

		for (int n = 0; n < index->partition_count; n++)
			if (strcmp(index->partition[n].name, attribute) == 0)
				return true;
		for (int n = 0; n < index->sort_count; n++)
			if (strcmp(index->sort[n].name, attribute) == 0)
				return true;
	}
	return false;
}

ItemKinds *
infer_kinds(const ItemSample *sample, const TableDescription *description)
{
	const char *partition_key = description->partition_key;
	const char *sort_key = description->sort_key;
	ItemKinds  *kinds = kinds_of_known_name(sample);
	ListCell   *cell;

	if (kinds != NULL)
		return kinds;
	foreach(cell, survey_attributes(item_sample_survey(sample->items,
													   sample->count)))
	{
		const SeenAttribute *seen = (const SeenAttribute *) lfirst(cell);

		if (seen->counts[ATTRIBUTE_S] * 10 < (int64) sample->count * 9 ||
			strcmp(seen->name, partition_key) == 0 ||
			(sort_key != NULL && strcmp(seen->name, sort_key) == 0) ||
			is_of_index(description, seen->name) ||
			identifier_to_server(seen->name) == NULL)
			continue;
		kinds = kinds_of_values(sample, seen->name, ATTRIBUTE_S, MOST_KINDS);
		if (kinds != NULL && list_length(kinds->kinds) > 1 &&
			list_length(kinds->kinds) * 2 <= sample->count &&
			keys_tell_same(kinds, partition_key, sort_key))
			return kinds;
	}
	return kinds_of_key(sample, partition_key, sort_key);
}
