/*
 * json_tree.c
 *		JSON as a tree, for small answers whose members are looked up by name.
 *
 * The only file that uses json-c, whose functions abort the process when they
 * are given a value of another type than they expect: here the type is looked
 * at first.  What is null has no value there, but a NULL pointer.
 */
#include "postgres.h"

#include <json-c/json.h>

#include "client/wire/json_reader.h"
#include "client/wire/json_tree.h"

#define LARGEST_NUMBER		(INT64CONST(1) << 53)

/* What lives as long as the memory context: json-c allocates by itself. */
typedef struct TreeMemory
{
	JsonNode   *root;
	MemoryContextCallback callback;
} TreeMemory;

void
json_tree_fail(JsonTree *tree, const char *problem)
{
	if (tree->problem == NULL)
		tree->problem = problem;
}

/* ---- reading ---- */

static void
release_tree(void *argument)
{
	TreeMemory *memory = (TreeMemory *) argument;

	json_object_put(memory->root);
}

/* Where the tree is kept until the current memory context ends. */
static TreeMemory *
make_memory(void)
{
	TreeMemory *memory = palloc0(sizeof(TreeMemory));

	memory->callback.func = release_tree;
	memory->callback.arg = memory;
	MemoryContextRegisterResetCallback(CurrentMemoryContext,
									   &memory->callback);
	return memory;
}

/*
 * Is the text one JSON value and nothing else?  json-c takes more than that,
 * unless it is told to be strict: then its version 0.18 takes no character
 * beyond ASCII (json-c issue 875).
 */
static bool
is_strict_json(const char *text, size_t length)
{
	JsonReader	reader;
	JsonToken	token;

	/* it says so because it unescapes strings in place; here it does not */
	json_reader_start(&reader, unconstify(char *, text), length);
	reader.untouched = true;
	do
		token = json_reader_next(&reader);
	while (token != TOKEN_END && token != TOKEN_PROBLEM);
	return token == TOKEN_END;
}

/* NULL, with the problem set, if the text is not one whole JSON value. */
static JsonNode *
parse_tree(JsonTree *tree, const char *text, size_t length)
{
	json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_LIMIT);
	JsonNode   *root;

	if (tokener == NULL)
	{
		json_tree_fail(tree, "there is no memory to read it");
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, text, (int) length);
	switch (json_tokener_get_error(tokener))
	{
		case json_tokener_success:
			if (!is_strict_json(text, length))
				json_tree_fail(tree, "it is not JSON");
			break;
		case json_tokener_continue:
			json_tree_fail(tree, "it ends too early");
			break;
		case json_tokener_error_depth:
			json_tree_fail(tree, "it is nested too deeply");
			break;
		default:
			json_tree_fail(tree, "it is not JSON");
			break;
	}
	json_tokener_free(tokener);
	return root;
}

static bool
read_root(JsonTree *tree, const char *text, size_t length, json_type type,
		  const char *problem)
{
	TreeMemory *memory = make_memory();

	tree->root = NULL;
	tree->problem = NULL;
	if (length > JSON_TREE_LIMIT)
	{
		json_tree_fail(tree, "it is longer than 1 MB");
		return false;
	}
	memory->root = parse_tree(tree, text, length);
	if (!json_object_is_type(memory->root, type))
		json_tree_fail(tree, problem);
	if (tree->problem == NULL)
		tree->root = memory->root;
	return tree->root != NULL;
}

bool
json_tree_read(JsonTree *tree, const char *text, size_t length)
{
	return read_root(tree, text, length, json_type_object,
					 "it is not an object");
}

bool
json_tree_read_array(JsonTree *tree, const char *text, size_t length)
{
	return read_root(tree, text, length, json_type_array,
					 "it is not a list");
}

/* ---- looking up ---- */

/* NULL: there is none, or it is null. */
static const JsonNode *
find_member(const JsonNode *object, const char *name)
{
	JsonNode   *found;

	if (!json_object_is_type(object, json_type_object) ||
		!json_object_object_get_ex(object, name, &found))
		return NULL;
	return found;
}

static const JsonNode *
check_type(JsonTree *tree, const JsonNode *node, json_type type,
		   const char *problem)
{
	if (node == NULL || json_object_is_type(node, type))
		return node;
	json_tree_fail(tree, problem);
	return NULL;
}

/* A name that ends at a NUL would be taken for another one. */
static const char *
check_text(JsonTree *tree, const JsonNode *node)
{
	const char *text;

	node = check_type(tree, node, json_type_string,
					  "a member that is text is not");
	if (node == NULL)
		return NULL;
	text = json_object_get_string(unconstify(JsonNode *, node));
	if (strlen(text) == (size_t) json_object_get_string_len(node))
		return text;
	json_tree_fail(tree, "a text has a NUL");
	return NULL;
}

const JsonNode *
json_tree_object(JsonTree *tree, const JsonNode *object, const char *name)
{
	return check_type(tree, find_member(object, name), json_type_object,
					  "a member that is an object is not");
}

const JsonNode *
json_tree_array(JsonTree *tree, const JsonNode *object, const char *name)
{
	return check_type(tree, find_member(object, name), json_type_array,
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
	const JsonNode *node = find_member(object, name);
	int64		number;

	/* of a number with a fraction or an exponent its own type tells */
	if (node != NULL && json_object_is_type(node, json_type_double))
	{
		json_tree_fail(tree, "a number is out of range");
		return -1;
	}
	node = check_type(tree, node, json_type_int,
					  "a member that is a number is not");
	if (node == NULL)
		return -1;
	/* one beyond 64 bits is read as the largest, or smallest, of them */
	number = json_object_get_int64(node);
	if (number >= 0 && number <= LARGEST_NUMBER)
		return number;
	json_tree_fail(tree, "a number is out of range");
	return -1;
}

bool
json_tree_flag(JsonTree *tree, const JsonNode *object, const char *name)
{
	const JsonNode *node = check_type(tree, find_member(object, name),
									  json_type_boolean,
									  "a member that is true or false is not");

	return node != NULL && json_object_get_boolean(node);
}

bool
json_tree_is_null(const JsonNode *object, const char *name)
{
	JsonNode   *found;

	return json_object_is_type(object, json_type_object) &&
		json_object_object_get_ex(object, name, &found) && found == NULL;
}

bool
json_tree_is_array(const JsonNode *object, const char *name)
{
	return json_object_is_type(find_member(object, name), json_type_array);
}

const char **
json_tree_names(const JsonNode *object, int *count)
{
	JsonNode   *node = unconstify(JsonNode *, object);
	const char **names;
	struct json_object_iterator member;
	struct json_object_iterator end;

	*count = 0;
	if (!json_object_is_type(object, json_type_object))
		return NULL;
	names = palloc(Max(json_object_object_length(node), 1) * sizeof(char *));
	member = json_object_iter_begin(node);
	end = json_object_iter_end(node);
	for (; !json_object_iter_equal(&member, &end);
		 json_object_iter_next(&member))
		names[(*count)++] = json_object_iter_peek_name(&member);
	return names;
}

int
json_tree_count(const JsonNode *array)
{
	return json_object_is_type(array, json_type_array)
		? (int) json_object_array_length(array) : 0;
}

static const JsonNode *
find_array_element(JsonTree *tree, const JsonNode *array, int i)
{
	const JsonNode *element = i < json_tree_count(array)
		? json_object_array_get_idx(array, i) : NULL;

	if (element == NULL)
		json_tree_fail(tree, "an element of a list is null");
	return element;
}

const JsonNode *
json_tree_element_object(JsonTree *tree, const JsonNode *array, int i)
{
	return check_type(tree, find_array_element(tree, array, i),
					  json_type_object,
					  "an element of a list is not an object");
}

const char *
json_tree_element_text(JsonTree *tree, const JsonNode *array, int i)
{
	return check_text(tree, find_array_element(tree, array, i));
}
