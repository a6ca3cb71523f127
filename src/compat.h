/*
 * compat.h
 *		Differences between PostgreSQL 15 to 19, in this one place.
 *
 * Every test of PG_VERSION_NUM in this project stands here.
 */
#ifndef DYNAMORM_COMPAT_H
#define DYNAMORM_COMPAT_H

#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/latch.h"

#if PG_VERSION_NUM < 150000
#error "dynamorm_fdw needs PostgreSQL 15 or later"
#endif

/*
 * The library is compiled with hidden symbols, so that no name of ours can
 * meet one of another extension.  What PostgreSQL looks up by name is marked
 * PGDLLEXPORT, which means nothing on Unix before PostgreSQL 16.
 */
#if PG_VERSION_NUM < 160000
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))

/* ... and its macro for functions does not mark the function itself. */
#undef PG_FUNCTION_INFO_V1
#define PG_FUNCTION_INFO_V1(name) \
extern PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
extern PGDLLEXPORT const Pg_finfo_record *CppConcat(pg_finfo_, name) (void); \
const Pg_finfo_record * \
CppConcat(pg_finfo_, name) (void) \
{ \
	static const Pg_finfo_record record = {1}; \
	return &record; \
} \
extern int	no_such_variable
#endif

/* 18 renamed this to pg_noreturn, which stands in another place */
#if PG_VERSION_NUM >= 180000
#define pg_attribute_noreturn() __attribute__((noreturn))
#endif

/* varlena macros moved out of postgres.h in 16 */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* CreateWaitEventSet takes a resource owner from 17 on; NULL: session life */
#if PG_VERSION_NUM >= 170000
#define create_session_wait_event_set(n) CreateWaitEventSet(NULL, (n))
#else
#define create_session_wait_event_set(n) \
	CreateWaitEventSet(TopMemoryContext, (n))
#endif

/* Wait events of extensions have names from 17 on. */
#if PG_VERSION_NUM >= 170000
#define make_wait_event(name)	WaitEventExtensionNew(name)
#else
#define make_wait_event(name)	((void) (name), PG_WAIT_EXTENSION)
#endif

/* transaction_timeout, which ends the session, came with 17. */
#if PG_VERSION_NUM >= 170000
#define transaction_timed_out	TransactionTimeoutPending
#else
#define transaction_timed_out	false
#endif

/* The settings are no longer an array from 16 on, but are given as one. */
#if PG_VERSION_NUM >= 160000
#define all_settings(count)	get_guc_variables(count)
#else
#define all_settings(count) \
	(*(count) = GetNumConfigOptions(), get_guc_variables())
#endif

/* The checks of ownership and privileges became generic functions in 16. */
#if PG_VERSION_NUM >= 160000
#define owns_relation(relation_id, role_id) \
	object_ownercheck(RelationRelationId, (relation_id), (role_id))
#define check_server_privilege(server_id, role_id, mode) \
	object_aclcheck(ForeignServerRelationId, (server_id), (role_id), (mode))
#else
#define owns_relation(relation_id, role_id) \
	pg_class_ownercheck((relation_id), (role_id))
#define check_server_privilege(server_id, role_id, mode) \
	pg_foreign_server_aclcheck((server_id), (role_id), (mode))
#endif

/* EXPLAIN's functions for extensions; 18 split its header */
#include "commands/explain.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

/*
 * 18 has options of EXPLAIN that extensions define.  What belongs to one is
 * kept with EXPLAIN's state; 19 wants to know whether a value is good for
 * auto_explain.
 */
#if PG_VERSION_NUM >= 180000
#define EXPLAIN_HAS_OPTIONS	1
#define explain_extension_state(es) \
	GetExplainExtensionState((es), GetExplainExtensionId("dynamorm_fdw"))
#define set_explain_extension_state(es, value) \
	SetExplainExtensionState((es), GetExplainExtensionId("dynamorm_fdw"), \
							 (value))
#else
#define EXPLAIN_HAS_OPTIONS	0
#define explain_extension_state(es)	((void) (es), (void *) NULL)
#define set_explain_extension_state(es, value)	((void) (es), (void) (value))
#endif
#if PG_VERSION_NUM >= 190000
#define register_explain_option(name, apply) \
	RegisterExtensionExplainOption((name), (apply), \
								   GUCCheckBooleanExplainOption)
#elif PG_VERSION_NUM >= 180000
#define register_explain_option(name, apply) \
	RegisterExtensionExplainOption((name), (apply))
#endif

/*
 * The arguments of ExecutorRun() and its hook, of which 18 dropped the last.
 */
#if PG_VERSION_NUM >= 180000
#define EXECUTOR_RUN_ARGUMENTS \
	QueryDesc *queryDesc, ScanDirection direction, uint64 count
#define EXECUTOR_RUN_VALUES	queryDesc, direction, count
#define EXECUTOR_RUN(query)	ExecutorRun((query), ForwardScanDirection, 0)
#else
#define EXECUTOR_RUN_ARGUMENTS \
	QueryDesc *queryDesc, ScanDirection direction, uint64 count, \
	bool execute_once
#define EXECUTOR_RUN_VALUES	queryDesc, direction, count, execute_once
#define EXECUTOR_RUN(query)	ExecutorRun((query), ForwardScanDirection, 0, true)
#endif

/*
 * A JSON document that is being built, which 19 keeps beside the state.
 * push_jsonb() returns it when its outermost container is closed.
 */
#include "utils/jsonb.h"
#if PG_VERSION_NUM >= 190000
typedef JsonbInState JsonbBuilding;
#else
typedef struct JsonbBuilding
{
	JsonbParseState *state;
} JsonbBuilding;
#endif

static inline JsonbValue *
push_jsonb(JsonbBuilding *building, JsonbIteratorToken token,
		   JsonbValue *value)
{
#if PG_VERSION_NUM >= 190000
	pushJsonbValue(building, token, value);
	return building->result;
#else
	return pushJsonbValue(&building->state, token, value);
#endif
}

/* 19 makes what a semijoin needs once of the other relation itself. */
#include "optimizer/pathnode.h"
#if PG_VERSION_NUM >= 190000
#define make_unique_path(root, rel, path, sjinfo)	(path)
#else
#define make_unique_path(root, rel, path, sjinfo) \
	((Path *) create_unique_path((root), (rel), (path), (sjinfo)))
#endif

/* 19 works out where columns lie when a descriptor is complete. */
#if PG_VERSION_NUM >= 190000
#define complete_tuple_descriptor(descriptor)	TupleDescFinalize(descriptor)
#else
#define complete_tuple_descriptor(descriptor)	((void) (descriptor))
#endif

/* What replace_rte_variables() hands over is constant from 19 on. */
#if PG_VERSION_NUM >= 190000
#define REPLACED_VAR	const Var
#else
#define REPLACED_VAR	Var
#endif

/* 18 tells old and new rows in RETURNING apart. */
#if PG_VERSION_NUM >= 180000
#define expand_whole_row(rte, varno, location, columns) \
	expandRTE((rte), (varno), 0, VAR_RETURNING_DEFAULT, (location), true, \
			  NULL, (columns))
#else
#define expand_whole_row(rte, varno, location, columns) \
	expandRTE((rte), (varno), 0, (location), true, NULL, (columns))
#endif

/* The planner's hook gets EXPLAIN's state from 19 on. */
#if PG_VERSION_NUM >= 190000
#define PLANNER_HOOK_ARGUMENTS \
	Query *parse, const char *text, int options, ParamListInfo parameters, \
	ExplainState *explain
#define PLANNER_HOOK_VALUES		parse, text, options, parameters, explain
#define PLAN_QUERY(query, text)	pg_plan_query((query), (text), 0, NULL, NULL)
#else
#define PLANNER_HOOK_ARGUMENTS \
	Query *parse, const char *text, int options, ParamListInfo parameters
#define PLANNER_HOOK_VALUES		parse, text, options, parameters
#define PLAN_QUERY(query, text)	pg_plan_query((query), (text), 0, NULL)
#endif

/*
 * The action that a plan of ON CONFLICT has while its clauses are prepared:
 * from 19 on set_plan_refs() goes by it, and no longer by the clauses.
 */
#if PG_VERSION_NUM >= 190000
#define CONFLICT_ACTION_WHILE_PLANNED	ONCONFLICT_UPDATE
#else
#define CONFLICT_ACTION_WHILE_PLANNED	ONCONFLICT_NONE
#endif

/*
 * Is there something to be done before a statement is planned, or after?  That
 * action is taken off again; and RETURNING has old rows from 18 on.
 */
#define PLANNER_HOOK_IS_NEEDED	(PG_VERSION_NUM >= 180000)

/* 19 has DO SELECT, with or without a lock. */
#if PG_VERSION_NUM >= 190000
#define conflict_selects(conflict)	((conflict)->action == ONCONFLICT_SELECT)
#define conflict_lock_strength(conflict)	((conflict)->lockStrength)
#else
#define conflict_selects(conflict)	((void) (conflict), false)
#define conflict_lock_strength(conflict)	((void) (conflict), LCS_NONE)
#endif

/* create_foreignscan_path: 17 adds fdw_restrictinfo, 18 disabled_nodes */
#if PG_VERSION_NUM >= 180000
#define make_foreign_path(root, rel, rows, startup, total, pathkeys, outer, \
						  private) \
	create_foreignscan_path(root, rel, NULL, rows, 0, startup, total, \
							pathkeys, outer, NULL, NIL, private)
#elif PG_VERSION_NUM >= 170000
#define make_foreign_path(root, rel, rows, startup, total, pathkeys, outer, \
						  private) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, \
							pathkeys, outer, NULL, NIL, private)
#else
#define make_foreign_path(root, rel, rows, startup, total, pathkeys, outer, \
						  private) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, \
							pathkeys, outer, NULL, private)
#endif

/*
 * Is a column in what find_nonnullable_vars() returns?  A list of Vars, from
 * 16 on a list of bitmaps.
 */
#include "access/sysattr.h"
#include "nodes/primnodes.h"
#if PG_VERSION_NUM >= 160000
#include "nodes/multibitmapset.h"
#define nonnullable_has_column(nonnullable, relid, attnum) \
	mbms_is_member((relid), (attnum) - FirstLowInvalidHeapAttributeNumber, \
				   (nonnullable))
#else
static inline bool
nonnullable_has_column(const List *nonnullable, Index relid, AttrNumber attnum)
{
	ListCell   *cell;

	foreach(cell, nonnullable)
	{
		const Var  *var = lfirst_node(Var, cell);

		if ((Index) var->varno == relid && var->varattno == attnum &&
			var->varlevelsup == 0)
			return true;
	}
	return false;
}
#endif

/*
 * From 16 on a Var or PlaceHolderVar names the outer joins that may have made
 * it NULL.
 */
#if PG_VERSION_NUM >= 160000
#define copy_var_nulling(to, from) \
	((to)->varnullingrels = (from)->varnullingrels)
#define copy_placeholder_nulling(to, from) \
	((to)->phnullingrels = (from)->phnullingrels)
#else
#define copy_var_nulling(to, from) ((void) (to), (void) (from))
#define copy_placeholder_nulling(to, from) ((void) (to), (void) (from))
#endif

/* 17 has what JSON functions do on errors, which is no expression itself. */
#if PG_VERSION_NUM >= 170000
#define is_json_behavior(node) IsA(node, JsonBehavior)
#else
#define is_json_behavior(node) ((void) (node), false)
#endif

/*
 * 18 can return columns of the row before a change; what a view makes of them
 * is in a node of its own, NULL where there is no such row.
 */
#include "nodes/nodes.h"
#if PG_VERSION_NUM >= 180000
#define var_is_of_old_row(var) ((var)->varreturningtype == VAR_RETURNING_OLD)
#define var_is_of_new_row(var) ((var)->varreturningtype == VAR_RETURNING_NEW)
#define set_var_of_current_row(var) \
	((var)->varreturningtype = VAR_RETURNING_DEFAULT)
#define returning_expr_argument(node) \
	(IsA(node, ReturningExpr) ? ((ReturningExpr *) (node))->retexpr : NULL)
#define returning_expr_is_of_old_row(node) \
	(IsA(node, ReturningExpr) && ((ReturningExpr *) (node))->retold)
#define returning_expr_is_of_new_row(node) \
	(IsA(node, ReturningExpr) && !((ReturningExpr *) (node))->retold)
#define returning_expr_level(node) \
	(IsA(node, ReturningExpr) ? ((ReturningExpr *) (node))->retlevelsup : -1)
#else
#define var_is_of_old_row(var) ((void) (var), false)
#define var_is_of_new_row(var) ((void) (var), false)
#define set_var_of_current_row(var)	((void) (var))
#define returning_expr_argument(node)	((void) (node), (Expr *) NULL)
#define returning_expr_is_of_old_row(node)	((void) (node), false)
#define returning_expr_is_of_new_row(node)	((void) (node), false)
#define returning_expr_level(node)	((void) (node), -1)
#endif

/* 18 has generated columns that are computed when they are read. */
#include "catalog/pg_attribute.h"
#if PG_VERSION_NUM >= 180000
#include "rewrite/rewriteHandler.h"
#define is_virtual_column(attribute) \
	((attribute)->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
#define expand_virtual_columns(expression, relation) \
	expand_generated_columns_in_expr((expression), (relation), 1)
#else
#define is_virtual_column(attribute) ((void) (attribute), false)
#define expand_virtual_columns(expression, relation) \
	((void) (relation), (expression))
#endif

/*
 * Is no row NULL in the column of a relation's descriptor?  18 has NOT NULL
 * constraints that are NOT VALID: they hold of what is written from now on.
 */
#include "access/tupdesc.h"
#if PG_VERSION_NUM >= 180000
#define not_null_is_valid(descriptor, i) \
	(TupleDescCompactAttr((descriptor), (i))->attnullability == \
	 ATTNULLABLE_VALID)
#else
#define not_null_is_valid(descriptor, i) \
	(TupleDescAttr((descriptor), (i))->attnotnull)
#endif

/* 18 shows the name and version of a loaded library. */
#if PG_VERSION_NUM >= 180000
#define MODULE_MAGIC(library, number) \
	PG_MODULE_MAGIC_EXT(.name = library, .version = number)
#else
#define MODULE_MAGIC(library, number)	PG_MODULE_MAGIC
#endif

/* The direction of a path key: 18 no longer names it by btree's strategies. */
#if PG_VERSION_NUM >= 180000
#define pathkey_is_descending(pathkey) ((pathkey)->pk_cmptype == COMPARE_GT)
#else
#define pathkey_is_descending(pathkey) \
	((pathkey)->pk_strategy == BTGreaterStrategyNumber)
#endif

/*
 * Whose rights count in a scan, and in a modification: the owner's for a view.
 * 16 moved this from the range table entry.
 */
#if PG_VERSION_NUM >= 160000
#define scan_user(plan, rte) \
	((void) (rte), \
	 OidIsValid((plan)->checkAsUser) ? (plan)->checkAsUser : GetUserId())
#define planned_user(root, rel, rte) \
	((void) (rte), OidIsValid((rel)->userid) ? (rel)->userid : GetUserId())
#define result_relation_user(info, estate) \
	ExecGetResultRelCheckAsUser(info, estate)
#else
#define scan_user(plan, rte) \
	(OidIsValid((rte)->checkAsUser) ? (rte)->checkAsUser : GetUserId())
#define planned_user(root, rel, rte) scan_user(NULL, rte)
#define result_relation_user(info, estate) \
	scan_user(NULL, exec_rt_fetch((info)->ri_RangeTableIndex != 0 ? \
								  (info)->ri_RangeTableIndex : \
								  (info)->ri_RootResultRelInfo->ri_RangeTableIndex, \
								  estate))
#endif

/* The same for the target of an INSERT, when it is planned. */
#if PG_VERSION_NUM >= 160000
#include "parser/parse_relation.h"
#define insert_target_user(root, rte) \
	((rte)->perminfoindex != 0 && \
	 OidIsValid(getRTEPermissionInfo((root)->parse->rteperminfos, \
									 (rte))->checkAsUser) ? \
	 getRTEPermissionInfo((root)->parse->rteperminfos, (rte))->checkAsUser : \
	 GetUserId())
#else
#define insert_target_user(root, rte) scan_user(NULL, rte)
#endif

/* 18 counts disabled nodes where the others raise costs. */
#if PG_VERSION_NUM >= 180000
#define copy_disabled_nodes(to, from) \
	((to)->disabled_nodes = (from)->disabled_nodes)
#else
#define copy_disabled_nodes(to, from) ((void) 0)
#endif

/*
 * Does a collation compare bytes?  18 asks the locale itself, whose header
 * wants ICU's, which a PostgreSQL server's development package does not
 * bring and nothing here uses.
 */
#ifdef USE_ICU
#undef USE_ICU
#include "utils/pg_locale.h"
#define USE_ICU 1
#else
#include "utils/pg_locale.h"
#endif
#if PG_VERSION_NUM >= 180000
#define collation_is_c(collation) \
	(pg_newlocale_from_collation(collation)->collate_is_c)
#else
#define collation_is_c(collation) lc_collate_is_c(collation)
#endif

/* Does this session hold the lock?  17 may look for stronger ones, too. */
#if PG_VERSION_NUM >= 170000
#define lock_is_held(tag, mode)	LockHeldByMe((tag), (mode), false)
#else
#define lock_is_held(tag, mode)	LockHeldByMe((tag), (mode))
#endif

/* 17 dropped this in favour of abs() */
#ifndef Abs
#define Abs(x) ((x) >= 0 ? (x) : -(x))
#endif

#endif							/* DYNAMORM_COMPAT_H */
