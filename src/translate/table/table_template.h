/*
 * table_template.h
 *		The templates of a table's columns, and which items they make rows.
 */
#ifndef DYNAMORM_TRANSLATE_TABLE_TEMPLATE_H
#define DYNAMORM_TRANSLATE_TABLE_TEMPLATE_H

#include "postgres.h"

#include "translate/table/table_column.h"

/* ---- for who describes a table ---- */

/*
 * Gives a column its template, in the current memory context.  Returns the
 * column whose attribute is made by it: the column itself, or, where it is
 * made of that column's own value, one that is none in SQL.  Raises HV004.
 */
extern Column *table_add_template(Table *table, Column *column,
								  const char *text);

/*
 * Finds the columns that the templates name, and those that are read out of an
 * attribute; once all columns are there.  Raises HV005 for one that is not
 * there, HV004 for one that cannot be spelled in a text.
 */
extern void table_resolve_templates(Table *table);

/* Marks the columns that are part of the key, once that is known. */
extern void table_mark_key(Table *table);

/* ---- which items are rows ---- */

/* May the table have items of other kinds? */
extern bool table_has_other_items(const Table *table);

/* May it have items that are no rows, of another kind or expired? */
extern bool table_leaves_out_items(const Table *table);

/*
 * Is the item a row of the foreign table, or none, because it is of another
 * kind or has expired (table_expiry.h)?
 */
extern bool table_is_row(const Table *table, const DynamoItem *item);

/*
 * Is the item of the kind of the table's rows?  Each constant must have its
 * value, and the key must begin as the literals of its templates say.
 */
extern bool table_is_of_kind(const Table *table, const DynamoItem *item);

/* Would it be a row if it had not expired? */
extern bool table_is_expired_row(const Table *table, const DynamoItem *item);

/*
 * May a part of the key of a row have the value, by the literals of its
 * template?
 */
extern bool table_key_value_fits(const Column *key,
								 const AttributeValue *value);

/*
 * Why an item is of another kind, as the end of a sentence for errdetail:
 * attribute "_et" is 'User'.
 */
extern char *table_why_no_row(const Table *table, const DynamoItem *item);

/* Does table_is_of_kind() ask no more than constants and how a key begins? */
extern bool table_rows_are_plain(const Table *table);

/*
 * Has the table a constant that is no part of its key?
 */
extern bool table_has_discriminator(const Table *table);

/*
 * Have all rows of one table another value than all rows of the other in an
 * attribute that is a constant in both?
 */
extern bool table_rows_are_disjoint(const Table *table, const Table *other);

/* ---- making attributes ---- */

/* Is the attribute that the column is, or is read out of, part of the key? */
extern bool table_is_key_attribute(const Column *column);

/*
 * The column that an attribute is asked for and written by, where several may
 * be read out of it.
 */
extern const Column *table_column_of_attribute(const Column *column);

/* A column that is read out of an attribute which is none in SQL. */
extern const Column *table_reader_of(const Column *made);

/* Is the attribute made of the column's value, among others? */
extern bool table_is_field_of(const Column *column, const Column *made);

/*
 * The attribute of one that is made, of the values of a row (column_count
 * each); NULL if a field of it is NULL.  Raises 23514 for an empty field,
 * 22003 for a value beyond its width, 22023 for one that could not be told in
 * the text, and what codec_encode() raises.
 */
extern AttributeValue *table_make_attribute(const Table *table,
											const Column *made,
											const Datum *values,
											const bool *nulls);

/* Raises why values have no text, as table_make_attribute() does. */
extern void table_raise_unmade(const Table *table, const Column *made,
							   const TemplatePart *part,
							   TemplateProblem problem);

/*
 * The same of values that are attributes, by attnum - 1; *impossible: no item
 * can have them.
 */
extern AttributeValue *table_make_of_attributes(const Column *made,
												AttributeValue *const *values,
												bool *impossible);

/*
 * Flags, by attnum - 1, of the columns without which an item is not known to
 * be a row, or its key not to be what its fields say.
 */
extern void table_mark_always_read(const Table *table, bool *columns);

#endif							/* DYNAMORM_TRANSLATE_TABLE_TEMPLATE_H */
