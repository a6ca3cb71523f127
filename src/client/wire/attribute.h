/*
 * attribute.h
 *		DynamoDB's AttributeValue in memory, and its JSON spelling.
 *
 * The common currency of the client and translate layers: what was read from
 * an answer, and what will be written into a request.  All text is UTF-8,
 * whatever the encoding of the database.
 *
 * Source: DynamoDB API Reference, "AttributeValue".
 */
#ifndef DYNAMORM_CLIENT_ATTRIBUTE_H
#define DYNAMORM_CLIENT_ATTRIBUTE_H

#include "postgres.h"

#include "lib/stringinfo.h"

/*
 * Lists and maps nest this deep at most, with the item itself as the first
 * level.
 */
#define DOCUMENT_DEPTH_LIMIT	32

/*
 * Bytes of a name, and of an item with its names.  Source: Developer Guide,
 * "Quotas".
 */
#define ATTRIBUTE_NAME_LIMIT	65535
#define ITEM_SIZE_LIMIT			(400 * 1024)

/* U+10FFFF: the last character there is, which sorts behind all others. */
#define LAST_CHARACTER		"\xF4\x8F\xBF\xBF"

typedef enum AttributeType
{
	ATTRIBUTE_S,
	ATTRIBUTE_N,
	ATTRIBUTE_B,
	ATTRIBUTE_BOOL,
	ATTRIBUTE_NULL,
	ATTRIBUTE_SS,
	ATTRIBUTE_NS,
	ATTRIBUTE_BS,
	ATTRIBUTE_L,
	ATTRIBUTE_M
} AttributeType;

struct Attribute;

typedef struct AttributeValue
{
	AttributeType type;
	int			length;			/* bytes of text; or number of elements or
								 * entries */
	union
	{
		bool		boolean;	/* BOOL */
		char	   *text;		/* S, N, B (base64, as on the wire); a NUL
								 * follows the last byte, and an S may hold
								 * NULs before it */
		struct AttributeValue *elements;	/* L, SS, NS, BS: each of its own
											 * type */
		struct Attribute *entries;	/* M */
	}			u;
} AttributeValue;

/* A named value: an attribute of an item, or an entry of a map. */
typedef struct Attribute
{
	char	   *name;			/* NUL-terminated UTF-8 */
	int			name_length;	/* bytes */
	AttributeValue value;
} Attribute;

/*
 * An item, or a key.  (PostgreSQL has an Item of its own, in storage/item.h.)
 */
typedef struct DynamoItem
{
	int			count;
	Attribute  *attributes;
} DynamoItem;

/* "S", "N", ... */
extern const char *attribute_type_name(AttributeType type);

/*
 * The type that "S", "N", ... names (exact spelling); false if none.
 */
extern bool attribute_type_from_name(const char *name, AttributeType *type);

/* The type of a set's elements: S, N or B. */
extern AttributeType attribute_element_type(AttributeType set);

/* The value of the named attribute; NULL if the item has none. */
extern AttributeValue *item_find(const DynamoItem *item, const char *name);

/* Constructors.  The text is not copied. */
extern AttributeValue *attribute_make_text(AttributeType type, char *text,
										   int length);
extern AttributeValue *attribute_make_integer(int64 number);
extern AttributeValue *attribute_make_bool(bool value);
extern AttributeValue *attribute_make_null(void);
extern AttributeValue *attribute_make_elements(AttributeType type,
											   AttributeValue *elements,
											   int count);

/* A deep copy, allocated in the current memory context. */
extern DynamoItem *item_copy(const DynamoItem *item);

/*
 * Adds an attribute to an item, which has room for it.  Neither the name nor
 * what the value points to is copied.
 */
extern void item_add(DynamoItem *item, const char *name,
					 const AttributeValue *value);

/*
 * Pointers to the elements of a set, sorted by their bytes, equal ones in the
 * order in which they stand; in the current memory context.
 */
extern AttributeValue **attribute_sort_elements(AttributeValue *elements,
												int count);

/*
 * Equality of what was received: same types, same texts, sets without order,
 * numbers by spelling.  (Numbers that differ only in spelling are unequal:
 * callers use it to see whether anything changed.)
 */
extern bool attribute_equal(const AttributeValue *a, const AttributeValue *b);

/*
 * The bytes that DynamoDB counts for a value.  Source: Developer Guide,
 * "DynamoDB item sizes and formats".
 */
extern Size attribute_size(const AttributeValue *value);

/* Appends a JSON string literal; text is UTF-8 and may hold NULs. */
extern void json_append_string(StringInfo out, const char *text, int length);

/* Appends {"S":"..."} and so on. */
extern void json_append_attribute(StringInfo out, const AttributeValue *value);

/* Appends {"name":{"S":"..."},...}. */
extern void json_append_item(StringInfo out, const DynamoItem *item);

/*
 * Appends UTF-8 text in the server's encoding, for messages.  It never fails:
 * control characters, and what another encoding may not have, are written as
 * \u escapes, bytes that are no UTF-8 as \x.
 */
extern void attribute_append_server_text(StringInfo out, const char *text,
										 int length);

/*
 * Appends a value as a person would write it: 'text' (shortened when long),
 * 5, true, ['a', 'b'].  For EXPLAIN and messages; in the server's encoding.
 */
extern void attribute_append_readable(StringInfo out,
									  const AttributeValue *value);

#endif							/* DYNAMORM_CLIENT_ATTRIBUTE_H */
