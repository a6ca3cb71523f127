/*
 * key_test.c
 *		Keys: which values an item can have as one, what is said of others, and
 *		sets of keys.
 *
 * Links: src/translate/key/key_value.c src/translate/key/item_set.c
 * Links: src/client/wire/expression.c src/client/wire/attribute.c
 * Links: test/lib/unit/server.c -lpgcommon -lpgport -lcrypto
 *
 * Source of the limits: Developer Guide, "Quotas": 1 to 2,048 bytes of a
 * partition key, 1 to 1,024 bytes of a sort key.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"

#include "server.h"
#include "translate/key/item_set.h"
#include "translate/key/key_value.h"

/* ---- values ---- */

static AttributeValue *
make_value(AttributeType type, const char *text)
{
	return attribute_make_text(type, unconstify(char *, text), strlen(text));
}

/* So many letters. */
static char *
letters(int length)
{
	char	   *text = palloc(length + 1);

	memset(text, 'A', length);
	text[length] = '\0';
	return text;
}

static bool
can_be_bound(bool is_sort, AttributeType type, const char *text)
{
	return key_can_be_bound(is_sort, operand_value(make_value(type, text)));
}

static void
test_lengths(void)
{
	report(attribute_size(make_value(ATTRIBUTE_S, "")) == 0,
		   "an empty string has no bytes");
	report(attribute_size(make_value(ATTRIBUTE_S, "abc")) == 3,
		   "letters have one");
	report(attribute_size(make_value(ATTRIBUTE_S, "名é")) == 5,
		   "others as many as they have in UTF-8");
	report(attribute_size(make_value(ATTRIBUTE_B, "")) == 0,
		   "empty binary data has none");
	report(attribute_size(make_value(ATTRIBUTE_B, "AA==")) == 1,
		   "binary data has those that base64 stands for: 1");
	report(attribute_size(make_value(ATTRIBUTE_B, "AAE=")) == 2, "2");
	report(attribute_size(make_value(ATTRIBUTE_B, "AAEC")) == 3, "3");
	report(attribute_size(make_value(ATTRIBUTE_B, "AAECAw==")) == 4, "4");
}

static void
test_bounds(void)
{
	report(!can_be_bound(false, ATTRIBUTE_S, ""), "no key is empty");
	report(!can_be_bound(true, ATTRIBUTE_B, ""), "no binary one either");
	report(can_be_bound(false, ATTRIBUTE_S, "a"), "one byte is enough");
	report(can_be_bound(false, ATTRIBUTE_S, letters(2048)),
		   "2,048 bytes are a partition key");
	report(!can_be_bound(false, ATTRIBUTE_S, letters(2049)),
		   "2,049 are none");
	report(can_be_bound(true, ATTRIBUTE_S, letters(1024)),
		   "1,024 bytes are a sort key");
	report(!can_be_bound(true, ATTRIBUTE_S, letters(1025)),
		   "1,025 are none");
	report(can_be_bound(true, ATTRIBUTE_B, letters(1364)),
		   "of binary data its bytes count: 1,023");
	report(!can_be_bound(true, ATTRIBUTE_B, letters(1368)), "1,026");
	report(can_be_bound(true, ATTRIBUTE_N, "1"), "numbers have no limit");
	report(key_can_be_bound(false, operand_unknown("$1")),
		   "what is not known yet can be a key");
}

/* ---- columns ---- */

static bool
column_holds(Oid type_id, const char *number)
{
	Codec		codec = {
		.kind = CODEC_INTEGER,
		.attribute_type = ATTRIBUTE_N,
		.type_id = type_id,
		.base_type_id = type_id
	};
	Column		column = {.name = "k", .codec = &codec};

	return key_can_hold(&column, false,
						operand_value(make_value(ATTRIBUTE_N, number)));
}

static void
test_integers(void)
{
	report(column_holds(INT2OID, "32767"), "smallint holds 32767");
	report(!column_holds(INT2OID, "32768"), "not 32768");
	report(column_holds(INT2OID, "-32768"), "and -32768");
	report(!column_holds(INT2OID, "-32769"), "not -32769");
	report(column_holds(INT4OID, "2147483647"), "integer holds 2147483647");
	report(!column_holds(INT4OID, "2147483648"), "not 2147483648");
	report(column_holds(INT8OID, "9223372036854775807"),
		   "bigint holds 9223372036854775807");
	report(!column_holds(INT8OID, "9223372036854775808"),
		   "not 9223372036854775808");
	report(column_holds(INT8OID, "-9223372036854775808"),
		   "and -9223372036854775808");
	report(!column_holds(INT4OID, "1.5"), "none holds 1.5");
}

static void
test_texts(void)
{
	Codec		codec = {.kind = CODEC_TEXT, .attribute_type = ATTRIBUTE_S};
	Column		column = {.name = "k", .codec = &codec};
	Operand    *longest = operand_value(make_value(ATTRIBUTE_S,
												   letters(1025)));

	report(key_can_hold(&column, false, longest),
		   "1,025 bytes are a partition key");
	report(!key_can_hold(&column, true, longest), "and no sort key");
	report(key_can_hold(&column, true, operand_unknown("$1")),
		   "what is not known yet may be held");
}

/* The table has no name here. */
char *
table_key_constraint(const Table *table)
{
	return "pkey";
}

/* ---- what is said of others ---- */

static void
test_errors(void)
{
	Codec		codec = {.kind = CODEC_TEXT, .attribute_type = ATTRIBUTE_S};
	Column		id = {.name = "id", .key = KEY_PARTITION, .codec = &codec};
	Column		at = {.name = "at", .key = KEY_SORT, .codec = &codec};
	Table		table = {.relation_name = "t"};

	report(!server_fails(key_check_value(&table, &id,
										 make_value(ATTRIBUTE_S,
													letters(2048)))),
		   "a value that is short enough is none to complain of");
	report(!server_fails(key_check_value(&table, &id,
										 make_value(ATTRIBUTE_N, "0"))),
		   "nor is a number");
	report(server_fails(key_check_value(&table, &id,
										make_value(ATTRIBUTE_S, ""))) &&
		   server_sqlstate == ERRCODE_CHECK_VIOLATION, "an empty one is 23514");
	report_text(server_message,
				"empty value in key column \"id\" of foreign table \"t\"",
				NULL);
	report(server_fails(key_check_value(&table, &id,
										make_value(ATTRIBUTE_S,
												   letters(2049)))) &&
		   server_sqlstate == ERRCODE_PROGRAM_LIMIT_EXCEEDED,
		   "one that is too long is 54000");
	report_text(server_message,
				"value of 2049 bytes is too long for key column \"id\" of foreign table \"t\"",
				NULL);
	report(server_fails(key_check_value(&table, &at,
										make_value(ATTRIBUTE_S,
												   letters(1025)))) &&
		   server_sqlstate == ERRCODE_PROGRAM_LIMIT_EXCEEDED,
		   "a sort key may be half as long");
}

/* ---- sets ---- */

/* A key of two attributes, of which the second may be missing. */
static DynamoItem *
make_key(AttributeType type, const char *first, const char *second)
{
	DynamoItem *key = palloc(sizeof(DynamoItem));
	const char *names[] = {"p", "s"};
	const char *texts[] = {first, second};

	key->count = second == NULL ? 1 : 2;
	key->attributes = palloc0(sizeof(Attribute) * 2);
	for (int i = 0; i < key->count; i++)
	{
		key->attributes[i].name = unconstify(char *, names[i]);
		key->attributes[i].name_length = 1;
		key->attributes[i].value = *make_value(type, texts[i]);
	}
	return key;
}

static void
test_set(void)
{
	ItemSet    *set = item_set_make();
	ItemSet    *other = item_set_make();
	DynamoItem *key = make_key(ATTRIBUTE_S, "a", "bc");

	report(!item_set_has(set, key), "an empty set has no key");
	report(item_set_add(set, key), "a key is added");
	report(item_set_has(set, make_key(ATTRIBUTE_S, "a", "bc")),
		   "then the set has it");
	report(!item_set_add(set, make_key(ATTRIBUTE_S, "a", "bc")),
		   "and it is not added again");
	report(!item_set_has(set, make_key(ATTRIBUTE_S, "ab", "c")),
		   "where a value ends matters");
	report(!item_set_has(set, make_key(ATTRIBUTE_S, "bc", "a")),
		   "and which attribute has it");
	report(!item_set_has(set, make_key(ATTRIBUTE_S, "a", NULL)),
		   "and how many there are");
	report(!item_set_has(set, make_key(ATTRIBUTE_B, "a", "bc")),
		   "and of which type they are");
	report(!item_set_has(other, key), "sets are not one set");
	report(item_set_add(other, make_key(ATTRIBUTE_S, "a\",\"s\":\"b", "c")) &&
		   !item_set_has(other, make_key(ATTRIBUTE_S, "a", "b\",\"c")),
		   "quotes in a value end nothing");
	item_set_free(set);
	item_set_free(other);
}

/* More than it has room for at first, many times over. */
static void
test_many(void)
{
	ItemSet    *set = item_set_make();
	int			added = 0;
	int			found = 0;
	int			others = 0;

	for (int i = 0; i < 20000; i++)
		added += item_set_add(set, make_key(ATTRIBUTE_N,
											psprintf("%d", i), NULL));
	for (int i = 0; i < 20000; i++)
	{
		DynamoItem *key = make_key(ATTRIBUTE_N, psprintf("%d", i), NULL);

		found += item_set_has(set, key);
		others += item_set_has(set, make_key(ATTRIBUTE_N,
											 psprintf("%d.5", i), NULL));
		added += item_set_add(set, key);
	}
	report(added == 20000, "20,000 keys are each added once");
	report(found == 20000, "all of them are found");
	report(others == 0, "and no others");
}

int
main(void)
{
	test_lengths();
	test_bounds();
	test_integers();
	test_texts();
	test_errors();
	test_set();
	test_many();
	return report_end();
}
