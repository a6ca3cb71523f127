/*
 * mutator.c
 *		Changes JSON as JSON: what a hostile or broken endpoint might answer.
 *
 * Bytes at random seldom stay JSON, so that what is read of it would seldom be
 * reached.  Here the text is read to a tree, one to four places of which
 * become something else: another type, another value, twice, nothing, another
 * part of the same text.  What is no JSON, and one input in eight, is left to
 * libFuzzer and its dictionary.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/wire/json_reader.h"

#define NODE_LIMIT		4096
#define TEXT_LIMIT		(64 * 1024)

extern size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
extern size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
									  size_t max_size, unsigned int seed);

/* Names and texts are as they are spelled in the JSON, quotes included. */
typedef struct Node
{
	char		kind;			/* '{', '[', or 'v': any other value */
	const char *name;			/* of a member; NULL: it is none */
	int			name_length;
	const char *text;			/* of a value */
	int			text_length;
	int			parent;			/* -1: it is the root */
	int			copies;			/* how often it is written: 0, 1, 2 */
	int			stands_for;		/* another node that is written instead; -1 */
	int			depth;			/* lists around it */
} Node;

typedef struct Tree
{
	Node		nodes[NODE_LIMIT];
	int			count;
	char		text[TEXT_LIMIT];	/* a copy of the input */
} Tree;

typedef struct Output
{
	uint8_t    *data;
	size_t		size;
	size_t		limit;
	int			budget;			/* nodes that may still be written */
} Output;

static Tree tree;
static uint64_t state;

static unsigned int
random_below(unsigned int limit)
{
	state = state * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (unsigned int) (state >> 33) % limit;
}

/* ---- reading ---- */

static bool
add_node(char kind, const char *name, int name_length, int parent)
{
	Node	   *node = &tree.nodes[tree.count];

	if (tree.count == NODE_LIMIT)
		return false;
	memset(node, 0, sizeof(Node));
	node->kind = kind;
	node->name = name;
	node->name_length = name_length;
	node->parent = parent;
	node->copies = 1;
	node->stands_for = -1;
	tree.count++;
	return true;
}

/* The text is read untouched, so that it can be written again. */
static bool
read_tree(const uint8_t *data, size_t size)
{
	JsonReader	reader;
	const char *name = NULL;
	int			name_length = 0;
	int			parent = -1;

	if (size > TEXT_LIMIT)
		return false;
	memcpy(tree.text, data, size);
	tree.count = 0;
	json_reader_start(&reader, tree.text, size);
	reader.untouched = true;
	for (;;)
	{
		JsonToken	token = json_reader_next(&reader);

		switch (token)
		{
			case TOKEN_PROBLEM:
				return false;
			case TOKEN_END:
				return tree.count > 0;
			case TOKEN_OBJECT_END:
			case TOKEN_ARRAY_END:
				parent = tree.nodes[parent].parent;
				break;
			case TOKEN_NAME:
				name = reader.text - 1;
				name_length = (int) reader.length + 2;
				break;
			default:
				if (!add_node(token == TOKEN_OBJECT ? '{'
							  : token == TOKEN_ARRAY ? '[' : 'v',
							  name, name_length, parent))
					return false;
				name = NULL;
				if (token == TOKEN_OBJECT || token == TOKEN_ARRAY)
					parent = tree.count - 1;
				else
				{
					tree.nodes[tree.count - 1].text = reader.start;
					tree.nodes[tree.count - 1].text_length =
						(int) (reader.next - reader.start);
				}
				break;
		}
	}
}

/* ---- writing ---- */

static void
write_bytes(Output *output, const char *text, int length)
{
	if (output->size + length > output->limit)
		output->limit = 0;		/* too long: nothing more is taken */
	if (output->limit == 0)
		return;
	memcpy(output->data + output->size, text, length);
	output->size += length;
}

/* Writes the value of a node; nodes behind it are what it holds. */
static void
write_value(Output *output, int number)
{
	const Node *node = &tree.nodes[number];
	bool		first = true;

	if (--output->budget < 0)
		output->limit = 0;
	if (output->limit == 0)
		return;
	for (int i = 0; i < node->depth; i++)
		write_bytes(output, "[", 1);
	if (node->text != NULL)
		write_bytes(output, node->text, node->text_length);
	else
	{
		write_bytes(output, &node->kind, 1);
		for (int i = number + 1; i < tree.count; i++)
		{
			const Node *child = &tree.nodes[i];

			if (child->parent < number)
				break;
			if (child->parent != number)
				continue;
			for (int copy = 0; copy < child->copies; copy++)
			{
				if (!first)
					write_bytes(output, ",", 1);
				first = false;
				if (node->kind == '{')
				{
					if (child->name != NULL)
						write_bytes(output, child->name, child->name_length);
					else
						write_bytes(output, "\"\"", 2);
					write_bytes(output, ":", 1);
				}
				write_value(output, child->stands_for >= 0
							? child->stands_for : i);
			}
		}
		write_bytes(output, node->kind == '{' ? "}" : "]", 1);
	}
	for (int i = 0; i < node->depth; i++)
		write_bytes(output, "]", 1);
}

/* ---- changes ---- */

static const char *const values[] = {
	"null", "true", "false", "0", "-1", "1", "5", "2147483648", "1e300",
	"-1e300", "9007199254740993", "1e-400", "0.5", "\"\"", "\"0\"", "\"x\"",
	"\"\\u0000\"", "\"\\ud83d\\ude00\"", "[]", "{}", "[null]", "{\"\":null}",
	"\"ACTIVE\"", "\"HASH\"", "\"RANGE\"", "\"S\"", "\"ALL\"", "\"KEYS_ONLY\"",
	"{\"S\":\"a\"}", "{\"NULL\":true}", "{\"M\":{}}", "{\"L\":[]}",
	"\"None\"", "\"ConditionalCheckFailed\"", "\"ThrottlingError\"",
	"1.0", "00", "true1"
};

static void
set_text(Node *node, const char *text)
{
	node->text = text;
	node->text_length = (int) strlen(text);
}

static void
change_node(int number)
{
	Node	   *node = &tree.nodes[number];
	int			other = random_below(tree.count);

	switch (random_below(8))
	{
		case 0:
		case 1:
			set_text(node, values[random_below(sizeof(values) /
											   sizeof(values[0]))]);
			break;
		case 2:
			node->copies = 0;
			break;
		case 3:
			node->copies = 2;
			break;
		case 4:
			/* what holds the node would hold itself for ever */
			node->stands_for = other > number ? other : -1;
			break;
		case 5:
			if (tree.nodes[other].name != NULL)
			{
				node->name = tree.nodes[other].name;
				node->name_length = tree.nodes[other].name_length;
			}
			break;
		case 6:
			node->depth = random_below(4) == 0 ? 130 : 1;
			break;
		default:
			if (node->text == NULL)
				node->kind = node->kind == '{' ? '[' : '{';
			else if (tree.nodes[other].text != NULL)
			{
				node->text = tree.nodes[other].text;
				node->text_length = tree.nodes[other].text_length;
			}
			break;
	}
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
						unsigned int seed)
{
	Output		output = {.data = data,.limit = max_size,.budget = NODE_LIMIT};

	state = seed;
	if (random_below(8) == 0 || !read_tree(data, size))
		return LLVMFuzzerMutate(data, size, max_size);
	for (int i = random_below(4); i >= 0; i--)
		change_node(random_below(tree.count));
	write_value(&output, 0);
	return output.limit == 0 ? LLVMFuzzerMutate(data, output.size > 0
												? output.size : size, max_size)
		: output.size;
}
