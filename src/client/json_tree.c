/*
 * json_tree.c
 *		JSON as a tree, for small answers whose members are looked up by name.
 */
#include "postgres.h"

#include "client/json_tree.h"

/* The longest number that is read: 2^53 has 16 digits. */
#define NUMBER_DIGITS		16
#define LARGEST_NUMBER		(INT64CONST(1) << 53)

struct JsonNode
{
	JsonToken	type;			/* the token that began it */
	const char *name;			/* as a member; NULL: it is none */
	const char *text;			/* of a STRING or NUMBER */
	size_t		length;			/* bytes of text */
	JsonNode   *first;			/* of an object or array; NULL: it is empty */
	JsonNode   *next;			/* in the same object or array; NULL: last */
};

void
json_tree_fail(JsonTree *tree, const char *problem)
{
	if (tree->problem == NULL)
		tree->problem = problem;
}

/* ---- reading ---- */

/*
 * Reads a value, whose first token has been read, with all that it holds.
 * Instead of recursing it remembers what is open, of which the reader allows
 * only so much.
 */
static JsonNode *
read_value(JsonReader *reader, JsonToken token)
{
	JsonNode  **places[JSON_DEPTH_LIMIT];	/* behind each that is open */
	JsonNode   *root = NULL;
	JsonNode  **place = &root;
	const char *name = NULL;
	int			depth = 0;

	for (;; token = json_reader_next(reader))
	{
		JsonNode   *node;

		if (token == TOKEN_PROBLEM)
			return NULL;
		if (token == TOKEN_NAME)
		{
			name = reader->text;
			continue;
		}
		if (token == TOKEN_OBJECT_END || token == TOKEN_ARRAY_END)
			place = places[--depth];
		else
		{
			node = palloc0(sizeof(JsonNode));
			node->type = token;
			node->name = name;
			node->text = reader->text;
			node->length = reader->length;
			name = NULL;
			*place = node;
			place = &node->next;
			if (token == TOKEN_OBJECT || token == TOKEN_ARRAY)
			{
				places[depth++] = place;
				place = &node->first;
			}
		}
		if (depth == 0)
			return root;
	}
}

bool
json_tree_read(JsonTree *tree, char *text, size_t length)
{
	JsonReader	reader;
	JsonToken	token;

	tree->root = NULL;
	tree->problem = NULL;
	if (length > JSON_TREE_LIMIT)
	{
		json_tree_fail(tree, "it is longer than 1 MB");
		return false;
	}
	json_reader_start(&reader, text, length);
	token = json_reader_next(&reader);
	if (token != TOKEN_OBJECT && token != TOKEN_PROBLEM)
	{
		json_tree_fail(tree, "it is not an object");
		return false;
	}
	tree->root = read_value(&reader, token);
	if (tree->root == NULL || json_reader_next(&reader) != TOKEN_END)
	{
		tree->root = NULL;
		json_tree_fail(tree, reader.problem);
	}
	return tree->root != NULL;
}

/* ---- looking up ---- */

/* NULL: there is none. */
static const JsonNode *
find_any_member(const JsonNode *object, const char *name)
{
	const JsonNode *found = NULL;

	if (object == NULL || object->type != TOKEN_OBJECT)
		return NULL;
	for (const JsonNode *node = object->first; node != NULL; node = node->next)
	{
		if (strcmp(node->name, name) == 0)
			found = node;
	}
	return found;
}

/* The same, where null says nothing. */
static const JsonNode *
find_member(const JsonNode *object, const char *name)
{
	const JsonNode *found = find_any_member(object, name);

	return found != NULL && found->type != TOKEN_NULL ? found : NULL;
}

static const JsonNode *
check_type(JsonTree *tree, const JsonNode *node, JsonToken type,
		   const char *problem)
{
	if (node == NULL || node->type == type)
		return node;
	json_tree_fail(tree, problem);
	return NULL;
}

/* A name that ends at a NUL would be taken for another one. */
static const char *
check_text(JsonTree *tree, const JsonNode *node)
{
	node = check_type(tree, node, TOKEN_STRING, "a member that is text is not");
	if (node == NULL)
		return NULL;
	if (strlen(node->text) == node->length)
		return node->text;
	json_tree_fail(tree, "a text has a NUL");
	return NULL;
}

const JsonNode *
json_tree_object(JsonTree *tree, const JsonNode *object, const char *name)
{
	return check_type(tree, find_member(object, name), TOKEN_OBJECT,
					  "a member that is an object is not");
}

const JsonNode *
json_tree_array(JsonTree *tree, const JsonNode *object, const char *name)
{
	return check_type(tree, find_member(object, name), TOKEN_ARRAY,
					  "a member that is a list is not");
}

const char *
json_tree_text(JsonTree *tree, const JsonNode *object, const char *name)
{
	return check_text(tree, find_member(object, name));
}

int64
json_tree_number(JsonTree *tree, const JsonNode *object, const char *name)
{
	const JsonNode *node = check_type(tree, find_member(object, name),
									  TOKEN_NUMBER,
									  "a member that is a number is not");
	int64		number = 0;

	if (node == NULL)
		return -1;
	for (size_t i = 0; i < node->length; i++)
	{
		if (node->length > NUMBER_DIGITS ||
			node->text[i] < '0' || node->text[i] > '9')
		{
			json_tree_fail(tree, "a number is out of range");
			return -1;
		}
		number = number * 10 + (node->text[i] - '0');
	}
	if (number <= LARGEST_NUMBER)
		return number;
	json_tree_fail(tree, "a number is out of range");
	return -1;
}

bool
json_tree_flag(JsonTree *tree, const JsonNode *object, const char *name)
{
	const JsonNode *node = find_member(object, name);

	if (node == NULL || node->type == TOKEN_TRUE || node->type == TOKEN_FALSE)
		return node != NULL && node->type == TOKEN_TRUE;
	json_tree_fail(tree, "a member that is true or false is not");
	return false;
}

bool
json_tree_is_null(const JsonNode *object, const char *name)
{
	const JsonNode *node = find_any_member(object, name);

	return node != NULL && node->type == TOKEN_NULL;
}

const JsonNode *
json_tree_first(const JsonNode *array)
{
	return array == NULL || array->type != TOKEN_ARRAY ? NULL : array->first;
}

const JsonNode *
json_tree_next(const JsonNode *element)
{
	return element->next;
}

int
json_tree_count(const JsonNode *array)
{
	const JsonNode *element;
	int			count = 0;

	for (element = json_tree_first(array); element != NULL;
		 element = json_tree_next(element))
		count++;
	return count;
}

const JsonNode *
json_tree_element_object(JsonTree *tree, const JsonNode *element)
{
	return check_type(tree, element, TOKEN_OBJECT,
					  "an element of a list is not an object");
}

const char *
json_tree_element_text(JsonTree *tree, const JsonNode *element)
{
	return check_text(tree, element);
}
