/*
 * function.h
 *		Recognizes this extension's own functions in expressions.
 */
#ifndef DYNAMORM_TRANSLATE_FUNCTION_H
#define DYNAMORM_TRANSLATE_FUNCTION_H

#include "postgres.h"

typedef enum DynFunction
{
	DYN_NONE,					/* not a function of ours */
	DYN_INCREMENT,
	DYN_DECREMENT,
	DYN_ADD,
	DYN_SET_ADD,
	DYN_SET_DELETE,
	DYN_IF_NOT_EXISTS,
	DYN_LIST_APPEND,
	DYN_LIST_PREPEND,
	DYN_LIST_SET,
	DYN_LIST_REMOVE,
	DYN_UPSERT,
	DYN_ATTRIBUTE_EXISTS,
	DYN_ATTRIBUTE_TYPE
} DynFunction;

/*
 * Which of our functions this is, told by the symbol of our library that
 * implements it (the extension may live in any schema): the part of the
 * symbol up to the type it is for, dyn_increment_int4.
 */
extern DynFunction dyn_function(Oid function_id);

#endif							/* DYNAMORM_TRANSLATE_FUNCTION_H */
