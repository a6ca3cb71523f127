/*
 * json_tree.h
 *		JSON as a tree, for small answers whose members are looked up by name.
 *
 * What an endpoint, a metadata service or a program answers is input from
 * outside: nothing about its types is taken for granted.  Whoever looks up a
 * member says of which type it must be.  One that is absent, or null, is
 * reported as such; one of another type is a problem of the tree, which is
 * kept: readers look up all they want, and ask for the problem at the end.
 *
 * Nothing here raises, but for memory.  A fuzzer drives it without a server.
 */
#ifndef DYNAMORM_CLIENT_JSON_TREE_H
#define DYNAMORM_CLIENT_JSON_TREE_H

#include "postgres.h"

/*
 * A longer text is not read.  The descriptions of tables and the credentials
 * that it is for are far below that, and a tree takes many times as much
 * memory.
 */
#define JSON_TREE_LIMIT		(1024 * 1024)

/* A value of json-c.  Only json_tree.c asks it anything. */
typedef struct json_object JsonNode;

typedef struct JsonTree
{
	const JsonNode *root;		/* an object, or the array that was asked for;
								 * NULL: the text was none */
	const char *problem;		/* the first thing that is wrong; a constant;
								 * NULL: nothing is */
} JsonTree;

/*
 * Reads length bytes at text, which must be one JSON object.  False, with the
 * problem set, if it is not.  The tree, and all texts that are looked up in
 * it, live as long as the current memory context.
 */
extern bool json_tree_read(JsonTree *tree, const char *text, size_t length);

/* The same of a text that must be one JSON array. */
extern bool json_tree_read_array(JsonTree *tree, const char *text,
								 size_t length);

/* Notes a problem, a constant, unless there is one already. */
extern void json_tree_fail(JsonTree *tree, const char *problem);

/*
 * A member of an object (NULL: has none) that must be an object, an array, or
 * text without NULs; NULL if it is absent, null or something else, the last of
 * which is a problem.  Of members of one name the last one counts.
 */
extern const JsonNode *json_tree_object(JsonTree *tree, const JsonNode *object,
										const char *name);
extern const JsonNode *json_tree_array(JsonTree *tree, const JsonNode *object,
									   const char *name);
extern const char *json_tree_text(JsonTree *tree, const JsonNode *object,
								  const char *name);

/*
 * A member that must be a whole number from 0 to 2^53; -1 if it is absent,
 * null or something else.
 */
extern int64 json_tree_number(JsonTree *tree, const JsonNode *object,
							  const char *name);

/* A member that must be true or false; false also if it is neither. */
extern bool json_tree_flag(JsonTree *tree, const JsonNode *object,
						   const char *name);

/* Is there a member of that name which is null? */
extern bool json_tree_is_null(const JsonNode *object, const char *name);

/* Is there a member of that name which is an array? */
extern bool json_tree_is_array(const JsonNode *object, const char *name);

/*
 * The names of an object's members, each once, in the current memory context;
 * NULL, and a count of 0, of what is no object.
 */
extern const char **json_tree_names(const JsonNode *object, int *count);

/* Elements of an array (NULL: has none). */
extern int	json_tree_count(const JsonNode *array);

/*
 * Element i of an array, which must be an object, or text; NULL if it is not.
 */
extern const JsonNode *json_tree_element_object(JsonTree *tree,
												const JsonNode *array, int i);
extern const char *json_tree_element_text(JsonTree *tree,
										  const JsonNode *array, int i);

#endif							/* DYNAMORM_CLIENT_JSON_TREE_H */
