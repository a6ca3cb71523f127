/*
 * expression_test.c
 *		DynamoDB's expressions: paths, conditions, updates and projections as
 *		text, their placeholders, and how much of them one request can hold.
 *
 * Links: src/client/wire/expression.c src/client/wire/expression_limit.c
 * Links: src/client/wire/attribute.c test/lib/unit/server.c
 * Links: -lpgcommon -lpgport
 *
 * What is expected is written by hand, by the grammar in DynamoDB's Developer
 * Guide, "Condition and filter expressions, operators, and functions" and
 * "Using update expressions", and by its "Quotas".
 */
#include "postgres.h"

#include "client/wire/expression.h"
#include "server.h"

/* ---- what expressions are made of ---- */

static AttributeValue *
text_value(const char *text)
{
	return attribute_make_text(ATTRIBUTE_S, unconstify(char *, text),
							   strlen(text));
}

static AttributeValue *
number_value(const char *text)
{
	return attribute_make_text(ATTRIBUTE_N, unconstify(char *, text),
							   strlen(text));
}

static AttributeValue *
long_value(int length)
{
	char	   *text = palloc(length + 1);

	memset(text, 'x', length);
	text[length] = '\0';
	return attribute_make_text(ATTRIBUTE_S, text, length);
}

static char *
long_name(int length)
{
	return long_value(length)->u.text;
}

static Operand *
at(const char *name)
{
	return operand_path(path_make(name));
}

static Operand *
string(const char *value)
{
	return operand_value(text_value(value));
}

static Operand *
number(const char *value)
{
	return operand_value(number_value(value));
}

/* name = number */
static Condition *
is(const char *name, const char *value)
{
	return condition_compare(at(name), COMPARISON_EQ, number(value));
}

/* name IN (count numbers) */
static Condition *
in_numbers(const char *name, int count)
{
	List	   *operands = NIL;

	for (int i = 0; i < count; i++)
		operands = lappend(operands, number("1"));
	return condition_in(at(name), operands);
}

/* A path of so many steps, all of one name. */
static DocumentPath *
deep_path(int step_count)
{
	DocumentPath *path = path_make("a");

	while (path->step_count < step_count)
		path = path_with_name(path, "a");
	return path;
}

/* ---- what is written ---- */

static char *
condition_text(const Condition *condition, Placeholders *placeholders)
{
	StringInfoData out;

	initStringInfo(&out);
	write_condition(&out, condition, placeholders);
	return out.data;
}

static void
report_condition(const Condition *condition, const char *expected,
				 const char *name)
{
	report_text(condition_text(condition, placeholders_make(false)), expected,
				name);
}

static void
report_readable(const Condition *condition, const char *expected,
				const char *name)
{
	report_text(condition_text(condition, placeholders_make(true)), expected,
				name);
}

static void
report_update(List *actions, const char *expected, const char *name)
{
	StringInfoData out;

	initStringInfo(&out);
	write_update(&out, actions, placeholders_make(false));
	report_text(out.data, expected, name);
}

static bool
condition_fits(const Condition *condition)
{
	Placeholders *placeholders = placeholders_make(false);
	StringInfoData out;

	initStringInfo(&out);
	write_condition(&out, condition, placeholders);
	return expression_within_limits(&out, placeholders);
}

/* ---- paths ---- */

static void
test_paths(void)
{
	DocumentPath *a = path_make("a");
	DocumentPath *a_b = path_with_name(a, "b");
	DocumentPath *a_0 = path_with_index(a, 0);
	DocumentPath *a_b_2_c = path_with_name(path_with_index(a_b, 2), "c");

	report_condition(condition_exists(a_b_2_c),
					 "attribute_exists(#0.#1[2].#2)", NULL);
	report_readable(condition_exists(a_b_2_c), "attribute_exists(a.b[2].c)",
					NULL);
	report_condition(condition_exists(deep_path(3)),
					 "attribute_exists(#0.#0.#0)",
					 "a name that comes again has one placeholder");
	report_condition(condition_exists(path_make("a.b")),
					 "attribute_exists(#0)",
					 "a name with a dot is one name");
	report(path_equal(a_b, path_with_name(path_make("a"), "b")),
		   "paths of the same steps are equal");
	report(!path_equal(a, a_b), "a path is not its parent");
	report(!path_equal(path_make("a.b"), a_b), "nor a name with a dot");
	report(path_overlaps(a, a_b_2_c), "a path overlaps its ancestors");
	report(path_overlaps(a_b_2_c, a), "and its descendants");
	report(path_overlaps(a, a), "and itself");
	report(!path_overlaps(a_0, path_with_index(a, 1)),
		   "elements do not overlap each other");
	report(!path_overlaps(a_0, a_b), "nor an element a member");
	report(!path_overlaps(a, path_make("b")), "nor attributes");
}

/* ---- names and values ---- */

static void
test_placeholders(void)
{
	Placeholders *placeholders = placeholders_make(false);
	StringInfoData out;

	initStringInfo(&out);
	write_placeholders(&out, placeholders);
	report_text(out.data, "", "a request without placeholders has no members");

	/* reserved words, and what would end a name or a JSON string */
	report_text(condition_text(condition_both(is("size", "1"),
											  is("say \"hi\"", "2")),
							   placeholders),
				"#0 = :0 AND #1 = :1", "reserved words and quotes");
	report_text(condition_text(condition_compare(at("#0"), COMPARISON_NE,
												 string(":1\n")),
							   placeholders),
				"#2 <> :2", "a second expression of the request goes on");
	report_text(condition_text(is("size", "1"), placeholders), "#0 = :3",
				"names are shared, values are not");
	write_placeholders(&out, placeholders);
	report_text(out.data,
				",\"ExpressionAttributeNames\":"
				"{\"#0\":\"size\",\"#1\":\"say \\\"hi\\\"\",\"#2\":\"#0\"}"
				",\"ExpressionAttributeValues\":"
				"{\":0\":{\"N\":\"1\"},\":1\":{\"N\":\"2\"},"
				"\":2\":{\"S\":\":1\\n\"},\":3\":{\"N\":\"1\"}}",
				"the members of the request");

	placeholders = placeholders_make(false);
	resetStringInfo(&out);
	(void) condition_text(condition_exists(path_make("名")), placeholders);
	write_placeholders(&out, placeholders);
	report_text(out.data, ",\"ExpressionAttributeNames\":{\"#0\":\"名\"}",
				"names without values");

	resetStringInfo(&out);
	json_append_text_member(&out, "FilterExpression", "#0 = :0");
	report_text(out.data, ",\"FilterExpression\":\"#0 = :0\"", NULL);
}

static void
test_unknown_values(void)
{
	Condition  *condition = condition_compare(at("n"), COMPARISON_GE,
											  operand_unknown("$1"));
	Placeholders *placeholders = placeholders_make(false);
	StringInfoData out;

	report_readable(condition, "n >= $1", NULL);
	report_text(condition_text(condition, placeholders), "#0 >= :0",
				"a value that is not known is counted");
	initStringInfo(&out);
	report(server_fails(write_placeholders(&out, placeholders)) &&
		   server_sqlstate == ERRCODE_INTERNAL_ERROR, "but never sent");
}

static void
test_readable(void)
{
	report_readable(condition_both(is("view_count", "-5"),
								   condition_compare(at("t"), COMPARISON_EQ,
													 string("it's"))),
					"view_count = -5 AND t = 'it''s'", NULL);
	report_readable(is("1st", "1"), "\"1st\" = 1", NULL);
	report_readable(is("a.b", "1"), "\"a.b\" = 1", NULL);
	report_readable(is("say \"hi\"", "1"), "\"say \"\"hi\"\"\" = 1", NULL);
	report_readable(is("size", "1"), "size = 1",
					"a readable name may be a reserved word");
	report_readable(condition_type(path_make("n"), ATTRIBUTE_N),
					"attribute_type(n, N)", NULL);
	report_readable(condition_compare(at("ok"), COMPARISON_EQ,
									  operand_value(attribute_make_bool(true))),
					"ok = true", NULL);
}

/* ---- conditions ---- */

static void
test_comparisons(void)
{
	static const char *const expected[] = {
		[COMPARISON_EQ] = "#0 = :0",
		[COMPARISON_NE] = "#0 <> :0",
		[COMPARISON_LT] = "#0 < :0",
		[COMPARISON_LE] = "#0 <= :0",
		[COMPARISON_GT] = "#0 > :0",
		[COMPARISON_GE] = "#0 >= :0"
	};

	for (int i = 0; i < (int) lengthof(expected); i++)
		report_condition(condition_compare(at("n"), (Comparison) i,
										   number("5")), expected[i], NULL);
	report_condition(condition_compare(at("n"), COMPARISON_EQ, at("m")),
					 "#0 = #1", NULL);
	report_condition(condition_compare(at("n"), COMPARISON_EQ, at("n")),
					 "#0 = #0", NULL);
	report_condition(condition_compare(operand_size(at("l")), COMPARISON_GE,
									   number("2")), "size(#0) >= :0", NULL);
	report_condition(condition_between(at("n"), number("1"), number("2")),
					 "#0 BETWEEN :0 AND :1", NULL);
}

static void
test_functions(void)
{
	DocumentPath *a = path_make("a");

	report_condition(condition_exists(a), "attribute_exists(#0)", NULL);
	report_condition(condition_not_exists(a), "attribute_not_exists(#0)",
					 NULL);
	report_condition(condition_type(a, ATTRIBUTE_SS),
					 "attribute_type(#0, :0)", NULL);
	report_condition(condition_begins_with(at("a"), string("x")),
					 "begins_with(#0, :0)", NULL);
	report_condition(condition_contains(at("a"), string("x")),
					 "contains(#0, :0)", NULL);
	report_condition(condition_contains(at("a"), at("b")),
					 "contains(#0, #1)", NULL);
}

static void
test_in(void)
{
	Condition  *condition;

	report(condition_in(at("n"), NIL)->kind == CONDITION_FALSE,
		   "IN of nothing is false");
	report_condition(in_numbers("n", 3), "#0 IN (:0, :1, :2)", NULL);
	report(in_numbers("n", 99)->kind == CONDITION_IN,
		   "99 operands stand in one IN");
	condition = in_numbers("n", 100);
	report(condition->kind == CONDITION_OR &&
		   list_length(condition->children) == 2 &&
		   list_length(((Condition *) linitial(condition->children))->operands)
		   == 99 &&
		   list_length(((Condition *) lsecond(condition->children))->operands)
		   == 1,
		   "100 in two, of 99 and 1");
}

static void
test_logic(void)
{
	Condition  *a = is("a", "1");
	Condition  *b = is("b", "2");
	Condition  *c = is("c", "3");

	report_condition(condition_both(a, b), "#0 = :0 AND #1 = :1", NULL);
	report_condition(condition_either(a, b), "#0 = :0 OR #1 = :1", NULL);
	report_condition(condition_and(list_make3(a, b, c)),
					 "#0 = :0 AND #1 = :1 AND #2 = :2", NULL);
	report_condition(condition_both(condition_both(a, b), c),
					 "#0 = :0 AND #1 = :1 AND #2 = :2",
					 "an AND takes in the ANDs of which it is made");
	report_condition(condition_either(a, condition_either(b, c)),
					 "#0 = :0 OR #1 = :1 OR #2 = :2", "and an OR the ORs");
	report_condition(condition_both(a, condition_either(b, c)),
					 "#0 = :0 AND (#1 = :1 OR #2 = :2)", NULL);
	report_condition(condition_either(condition_both(a, b), c),
					 "(#0 = :0 AND #1 = :1) OR #2 = :2", NULL);
	report_condition(condition_not(a), "NOT (#0 = :0)", NULL);
	report_condition(condition_not(condition_both(a, b)),
					 "NOT (#0 = :0 AND #1 = :1)", NULL);
	report_condition(condition_both(condition_not(a), b),
					 "NOT (#0 = :0) AND #1 = :1", NULL);
	report_condition(condition_not(condition_contains(at("a"), string("x"))),
					 "NOT contains(#0, :0)", NULL);
	report_condition(condition_not(condition_type(path_make("a"),
												  ATTRIBUTE_L)),
					 "NOT attribute_type(#0, :0)", NULL);
	report_condition(condition_not(in_numbers("a", 2)),
					 "NOT (#0 IN (:0, :1))", NULL);
}

static void
test_folding(void)
{
	Condition  *yes = condition_constant(true);
	Condition  *no = condition_constant(false);
	Condition  *a = is("a", "1");
	Condition  *exists = condition_exists(path_make("a"));
	StringInfoData out;

	report(condition_both(a, yes) == a, "AND with true is the other part");
	report(condition_both(a, no)->kind == CONDITION_FALSE,
		   "AND with false is false");
	report(condition_either(a, no) == a, "OR with false is the other part");
	report(condition_either(a, yes)->kind == CONDITION_TRUE,
		   "OR with true is true");
	report(condition_and(NIL)->kind == CONDITION_TRUE, "AND of nothing is true");
	report(condition_or(NIL)->kind == CONDITION_FALSE,
		   "OR of nothing is false");
	report(condition_not(yes)->kind == CONDITION_FALSE, "NOT true is false");
	report(condition_not(no)->kind == CONDITION_TRUE, "NOT false is true");
	report(condition_not(condition_not(a)) == a, "NOT NOT is nothing");
	report_condition(condition_not(exists), "attribute_not_exists(#0)", NULL);
	report_condition(condition_not(condition_not_exists(path_make("a"))),
					 "attribute_exists(#0)", NULL);
	report(condition_both(exists, condition_exists(path_make("a"))) == exists,
		   "what is asked of a path twice is asked once");
	report_condition(condition_both(exists,
									condition_exists(deep_path(2))),
					 "attribute_exists(#0) AND attribute_exists(#0.#0)",
					 "but of another path it is asked too");
	report_condition(condition_both(condition_type(path_make("a"),
												   ATTRIBUTE_S),
									condition_type(path_make("a"),
												   ATTRIBUTE_N)),
					 "attribute_type(#0, :0) AND attribute_type(#0, :1)",
					 "and for another type");
	initStringInfo(&out);
	report(server_fails(write_condition(&out, yes, placeholders_make(false))),
		   "a constant has no text");
}

/* ---- updates and projections ---- */

/* SET path = two operands */
static UpdateAction *
set_to(DocumentPath *path, OperandKind kind, Operand *left, Operand *right)
{
	return update_action(UPDATE_SET, path, operand_binary(kind, left, right));
}

static void
test_updates(void)
{
	DocumentPath *n = path_make("n");
	DocumentPath *l = path_make("l");
	Operand    *empty =
	operand_value(attribute_make_elements(ATTRIBUTE_L, NULL, 0));
	Operand    *n_or_0 = operand_if_not_exists(n, number("0"));
	Operand    *l_or_empty = operand_if_not_exists(l, empty);

	report_update(list_make1(update_action(UPDATE_SET, n, number("5"))),
				  "SET #0 = :0", NULL);
	report_update(list_make1(set_to(n, OPERAND_PLUS, at("n"), number("5"))),
				  "SET #0 = #0 + :0", NULL);
	report_update(list_make1(set_to(n, OPERAND_MINUS, n_or_0, number("5"))),
				  "SET #0 = if_not_exists(#0, :0) - :1", NULL);
	report_update(list_make1(set_to(l, OPERAND_LIST_APPEND, l_or_empty,
									at("m"))),
				  "SET #0 = list_append(if_not_exists(#0, :0), #1)", NULL);
	report_update(list_make1(update_action(UPDATE_SET, path_with_index(l, 3),
										   string("x"))), "SET #0[3] = :0", NULL);
	report_update(list_make2(update_action(UPDATE_REMOVE, n, NULL),
							 update_action(UPDATE_REMOVE,
										   path_with_name(l, "x"), NULL)),
				  "REMOVE #0, #1.#2", NULL);
	report_update(list_make1(update_action(UPDATE_ADD, n, number("1"))),
				  "ADD #0 :0", NULL);
	report_update(list_make1(update_action(UPDATE_DELETE, n, number("1"))),
				  "DELETE #0 :0", NULL);
}

/* Each keyword stands once, in whatever order the actions come. */
static void
test_sections(void)
{
	List	   *actions;

	actions = list_make3(update_action(UPDATE_DELETE, path_make("a"),
									   string("w")),
						 update_action(UPDATE_SET, path_make("b"),
									   string("x")),
						 update_action(UPDATE_ADD, path_make("c"),
									   number("1")));
	actions = lappend(actions,
					  update_action(UPDATE_REMOVE, path_make("d"), NULL));
	actions = lappend(actions,
					  update_action(UPDATE_SET, path_make("e"), string("z")));
	report_update(actions,
				  "SET #0 = :0, #1 = :1 REMOVE #2 ADD #3 :2 DELETE #4 :3",
				  NULL);
}

static void
test_projections(void)
{
	StringInfoData out;

	initStringInfo(&out);
	write_projection(&out,
					 list_make3(path_make("id"),
								path_with_index(deep_path(2), 0),
								path_make("a")),
					 placeholders_make(false));
	report_text(out.data, "#0, #1.#1[0], #1", NULL);
}

/* ---- limits ---- */

/* name = 1 AND name = 1 ...: of each comparison but the first two operators */
static Condition *
many_comparisons(int count)
{
	List	   *parts = NIL;

	for (int i = 0; i < count; i++)
		parts = lappend(parts, is("n", "1"));
	return condition_and(parts);
}

static int
part_count(const Condition *condition)
{
	return condition->kind == CONDITION_AND
		? list_length(condition->children) : 1;
}

static void
test_operator_limit(void)
{
	Condition  *condition = many_comparisons(150);
	Condition  *other = condition_both(many_comparisons(149),
									   condition_not(is("n", "1")));

	report(condition_fits(condition), "299 operators fit");
	report(!condition_fits(many_comparisons(151)), "301 do not");
	report(condition_fits(condition_not(condition)), "NOT is one: 300 fit");
	report(!condition_fits(condition_not(other)), "two of them: 301 do not");
	condition = condition_within_limits(many_comparisons(200),
										placeholders_make(false));
	report(part_count(condition) == 150, "of 200 comparisons 150 are kept");
	condition = other;
	report(condition_within_limits(condition, placeholders_make(false)) ==
		   condition, "what fits is left as it is");
}

/*
 * An IN of 99 values, :0 to :98, is 491 bytes; the next, :99 to :197, is 599;
 * those up to :999 are 600; " AND " is 5.  So six are 3,515 bytes, and seven
 * 4,120.
 */
static void
test_length_limit(void)
{
	Placeholders *placeholders = placeholders_make(false);
	List	   *parts = NIL;
	Condition  *condition;

	for (int i = 0; i < 6; i++)
		parts = lappend(parts, in_numbers("n", 99));
	condition = condition_and(parts);
	report(strlen(condition_text(condition, placeholders_make(false))) == 3515,
		   "six lists are 3,515 bytes");
	report(condition_fits(condition), "which fit");
	parts = lappend(lappend(parts, in_numbers("n", 99)), is("m", "1"));
	condition = condition_and(parts);
	report(!condition_fits(condition), "4,120 bytes do not");

	condition = condition_within_limits(condition, placeholders);
	report(part_count(condition) == 7 &&
		   llast(condition->children) == llast(parts),
		   "what is behind a part that does not fit may fit");
	report(list_length(placeholders->values) == 6 * 99 + 1 &&
		   list_length(placeholders->names) == 2,
		   "and a part that does not leaves no placeholders");
	condition = condition_either(condition_and(parts), is("m", "1"));
	condition = condition_within_limits(condition, placeholders);
	report(condition->kind == CONDITION_TRUE,
		   "of an OR all is needed: none of it is kept");
}

static void
test_size_limit(void)
{
	Operand    *most = operand_value(long_value(400 * 1024));
	Operand    *more = operand_value(long_value(400 * 1024 + 1));
	Condition  *equal = condition_compare(at("t"), COMPARISON_EQ, most);
	Condition  *kept;
	List	   *actions = NIL;
	Placeholders *placeholders = placeholders_make(false);
	StringInfoData out;

	report(condition_fits(equal), "400 KB are compared with");
	report(!condition_fits(condition_compare(at("t"), COMPARISON_EQ, more)),
		   "but no value is larger");
	kept = condition_within_limits(condition_and(list_make3(equal, equal,
															equal)),
								   placeholders);
	report(part_count(kept) == 2, "two of three are less than 1 MB");
	report(list_length(placeholders->values) == 2, "and only they are kept");

	placeholders = placeholders_make(false);
	initStringInfo(&out);
	for (int i = 0; i < 3; i++)
		actions = lappend(actions, update_action(UPDATE_SET,
												 path_make("t"), most));
	write_update(&out, actions, placeholders);
	report(expression_within_limits(&out, placeholders),
		   "of what is assigned the size of the item decides");
}

static void
test_name_limits(void)
{
	report(condition_fits(condition_exists(deep_path(32))),
		   "a path of 32 steps fits");
	report(!condition_fits(condition_exists(deep_path(33))), "of 33 not");
	report(condition_fits(condition_exists(path_make(long_name(65535)))),
		   "a name of 65,535 bytes fits");
	report(!condition_fits(condition_exists(path_make(long_name(65536)))),
		   "of 65,536 not");
}

static void
test_projection_limits(void)
{
	List	   *few = list_make2(path_make("a"), deep_path(2));
	List	   *inside = NIL;
	List	   *attributes = NIL;
	List	   *kept;
	Placeholders *placeholders = placeholders_make(false);

	for (int i = 0; i < 2000; i++)
	{
		inside = lappend(inside,
						 path_with_name(path_make(i % 2 == 0 ? "a" : "b"),
										psprintf("n%d", i)));
		attributes = lappend(attributes, path_make(psprintf("n%d", i)));
	}
	report(projection_within_limits(few, placeholders) == few,
		   "few paths are asked for as they are");
	kept = projection_within_limits(inside, placeholders);
	report(list_length(kept) == 2 &&
		   path_equal(linitial(kept), path_make("a")) &&
		   path_equal(lsecond(kept), path_make("b")),
		   "in place of many the attributes that they begin with");
	report(projection_within_limits(attributes, placeholders) == NIL,
		   "in place of too many of these whole items");
	report(projection_within_limits(NIL, placeholders) == NIL,
		   "nothing is nothing");
	report(placeholders->names == NIL, "trying leaves no placeholders");
}

int
main(void)
{
	test_paths();
	test_placeholders();
	test_unknown_values();
	test_readable();
	test_comparisons();
	test_functions();
	test_in();
	test_logic();
	test_folding();
	test_updates();
	test_sections();
	test_projections();
	test_operator_limit();
	test_length_limit();
	test_size_limit();
	test_name_limits();
	test_projection_limits();
	return report_end();
}
