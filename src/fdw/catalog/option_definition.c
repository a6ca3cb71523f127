/*
 * option_definition.c
 *		The options that there are, checked when they are set, and read into
 *		structs.
 *
 * One table lists every option: where it stands, which values it takes, and
 * the member of a struct that it is read into.  The validator goes by it at
 * DDL time, and so does whatever reads options.  The validator is not told the
 * type of a column, so whether a column's options fit its type is seen only
 * when the table is described (translate/table/table.c).
 *
 * Values are never shown in messages about servers' endpoints and user
 * mappings, because they may be or hold secrets.
 */
#include "postgres.h"

#include "compat.h"

#include <limits.h>

#include "access/reloptions.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "client/credential/endpoint.h"
#include "client/credential/proxy.h"
#include "client/credential/session_tag.h"
#include "client/http/http.h"
#include "client/wire/json_tree.h"
#include "fdw/catalog/option_definition.h"
#include "fdw/catalog/storage.h"

#define LONGEST_TIMEOUT			3600000

/* Of a session policy.  Source: STS API Reference, "AssumeRole". */
#define LONGEST_POLICY			2048

#define DEFAULT_MAX_CONCURRENCY	16
#define DEFAULT_CONNECT_TIMEOUT	3000
#define DEFAULT_REQUEST_TIMEOUT	30000
#define DEFAULT_SAMPLE_SIZE		1000

/* The member of an option whose value nobody reads. */
#define NOT_READ				(-1)

typedef enum OptionKind
{
	OPTION_TEXT,				/* anything but nothing */
	OPTION_BOOLEAN,
	OPTION_READ,				/* a boolean, or "transaction" */
	OPTION_INTEGER,
	OPTION_WORD,				/* one of a list, read as text */
	OPTION_ENUM,				/* one of a list, read as a number */
	OPTION_ENDPOINT,
	OPTION_REGION,
	OPTION_TABLE_NAME,
	OPTION_FILE,
	OPTION_CREDENTIAL,			/* travels in HTTP headers */
	OPTION_APP_ID,
	OPTION_PROXY,
	OPTION_ACCOUNT,
	OPTION_POLICY,
	OPTION_IDENTITY,
	OPTION_TAGS
} OptionKind;

typedef enum OptionRestriction
{
	RESTRICTION_NONE,
	RESTRICTION_SUPERUSER,		/* only a superuser may set it */
	RESTRICTION_FALSE_SUPERUSER	/* ... may set it to false */
} OptionRestriction;

typedef struct OptionDefinition
{
	const char *name;
	Oid			catalog;		/* of the objects that have it */
	OptionKind	kind;
	int			member;			/* its offset in the catalog's struct */
	OptionRestriction restriction;
	int			minimum;		/* OPTION_INTEGER; OPTION_ENUM: the value of
								 * the first word, which the others follow */
	int			maximum;		/* OPTION_INTEGER */
	const char *const *words;	/* OPTION_WORD, OPTION_ENUM: ends with NULL */
} OptionDefinition;

static const char *const transaction_mode_words[] = {
	[TRANSACTION_IMMEDIATE] = "immediate",
	[TRANSACTION_ATOMIC] = "atomic",
	NULL
};
static const char *const credential_source_words[] = {
	[CREDENTIALS_STATIC] = "static",
	[CREDENTIALS_DEFAULT] = "default",
	[CREDENTIALS_ENVIRONMENT] = "environment",
	[CREDENTIALS_PROFILE] = "profile",
	[CREDENTIALS_PROCESS] = "process",
	[CREDENTIALS_WEB_IDENTITY] = "web_identity",
	[CREDENTIALS_CONTAINER] = "container",
	[CREDENTIALS_INSTANCE] = "instance",
	NULL
};
static const char *const billing_words[] = {
	[BILLING_ON_DEMAND] = "on_demand",
	[BILLING_PROVISIONED] = "provisioned",
	NULL
};
static const char *const table_class_words[] = {
	[TABLE_CLASS_STANDARD] = "standard",
	[TABLE_CLASS_INFREQUENT] = "standard_infrequent_access",
	NULL
};
static const char *const stream_words[] = {
	"keys_only", "new_image", "old_image", "new_and_old_images", NULL
};
static const char *const retry_mode_words[] = {"standard", "adaptive", NULL};
static const char *const account_mode_words[] = {
	"preferred", "disabled", "required", NULL
};
static const char *const key_words[] = {"partition", "sort", NULL};
static const char *const type_words[] = {
	"S", "N", "B", "BOOL", "SS", "NS", "BS", "L", "M", NULL
};
static const char *const unit_words[] = {"s", "ms", "us", "ns", "d", NULL};
static const char *const case_words[] = {"keep", "snake_case", NULL};
static const char *const number_type_words[] = {
	"numeric", "bigint", NULL
};

#define IN_SERVER(member)	offsetof(ServerOptions, member)
#define IN_MAPPING(member)	offsetof(MappingOptions, member)
#define IN_TABLE(member)	offsetof(TableOptions, member)
#define IN_COLUMN(member)	offsetof(ColumnOptions, member)
#define IN_IMPORT(member)	offsetof(ImportedOptions, member)

static const OptionDefinition definitions[] = {
	{"endpoint", ForeignServerRelationId, OPTION_ENDPOINT,
	IN_SERVER(endpoint)},
	{"region", ForeignServerRelationId, OPTION_REGION, IN_SERVER(region)},
	{"consistent_read", ForeignServerRelationId, OPTION_READ,
	IN_SERVER(read_mode)},
	{"transaction_mode", ForeignServerRelationId, OPTION_ENUM,
		IN_SERVER(transaction_mode), RESTRICTION_NONE,
	TRANSACTION_IMMEDIATE, 0, transaction_mode_words},
	{"commit_table", ForeignServerRelationId, OPTION_TABLE_NAME,
	IN_SERVER(commit_table)},
	{"max_concurrency", ForeignServerRelationId, OPTION_INTEGER,
	IN_SERVER(max_concurrency), RESTRICTION_NONE, 1, 1000},
	{"connect_timeout", ForeignServerRelationId, OPTION_INTEGER,
	IN_SERVER(connect_timeout), RESTRICTION_NONE, 1, LONGEST_TIMEOUT},
	{"request_timeout", ForeignServerRelationId, OPTION_INTEGER,
	IN_SERVER(request_timeout), RESTRICTION_NONE, 1, LONGEST_TIMEOUT},
	{"max_attempts", ForeignServerRelationId, OPTION_INTEGER,
	IN_SERVER(max_attempts), RESTRICTION_NONE, 1, MOST_ATTEMPTS},
	{"retry_mode", ForeignServerRelationId, OPTION_ENUM,
		IN_SERVER(retry_mode), RESTRICTION_NONE, RETRY_MODE_STANDARD, 0,
	retry_mode_words},
	{"account_id_endpoint_mode", ForeignServerRelationId, OPTION_ENUM,
		IN_SERVER(account_mode), RESTRICTION_NONE, ACCOUNTS_PREFERRED, 0,
	account_mode_words},
	{"app_id", ForeignServerRelationId, OPTION_APP_ID, IN_SERVER(app_id)},
	{"proxy", ForeignServerRelationId, OPTION_PROXY, IN_SERVER(proxy),
	RESTRICTION_SUPERUSER},
	{"ca_file", ForeignServerRelationId, OPTION_FILE, IN_SERVER(ca_file),
	RESTRICTION_SUPERUSER},
	{"updatable", ForeignServerRelationId, OPTION_BOOLEAN,
	IN_SERVER(updatable)},

	{"access_key_id", UserMappingRelationId, OPTION_CREDENTIAL,
	IN_MAPPING(access_key_id)},
	{"secret_access_key", UserMappingRelationId, OPTION_CREDENTIAL,
	IN_MAPPING(secret_access_key)},
	{"session_token", UserMappingRelationId, OPTION_CREDENTIAL,
	IN_MAPPING(session_token)},
	{"account_id", UserMappingRelationId, OPTION_ACCOUNT,
	IN_MAPPING(account_id)},
	{"credential_source", UserMappingRelationId, OPTION_ENUM,
		IN_MAPPING(credential_source), RESTRICTION_NONE, CREDENTIALS_STATIC, 0,
	credential_source_words},
	{"profile", UserMappingRelationId, OPTION_TEXT, IN_MAPPING(profile)},
	{"role_arn", UserMappingRelationId, OPTION_CREDENTIAL,
	IN_MAPPING(role_arn)},
	{"external_id", UserMappingRelationId, OPTION_CREDENTIAL,
	IN_MAPPING(external_id)},
	{"role_session_name", UserMappingRelationId, OPTION_CREDENTIAL,
	IN_MAPPING(role_session_name)},
	{"role_duration", UserMappingRelationId, OPTION_INTEGER,
	IN_MAPPING(role_duration), RESTRICTION_NONE, 900, 43200},
	{"role_policy", UserMappingRelationId, OPTION_POLICY,
	IN_MAPPING(role_policy)},
	{"source_identity", UserMappingRelationId, OPTION_IDENTITY,
	IN_MAPPING(source_identity)},
	{"session_tags", UserMappingRelationId, OPTION_TAGS,
	IN_MAPPING(session_tags)},
	{"credentials_required", UserMappingRelationId, OPTION_BOOLEAN,
	IN_MAPPING(credentials_required), RESTRICTION_FALSE_SUPERUSER},

	{"table_name", ForeignTableRelationId, OPTION_TABLE_NAME,
	IN_TABLE(table_name)},
	{"consistent_read", ForeignTableRelationId, OPTION_READ,
	IN_TABLE(read_mode)},
	{"transaction_mode", ForeignTableRelationId, OPTION_ENUM,
		IN_TABLE(transaction_mode), RESTRICTION_NONE, TRANSACTION_IMMEDIATE, 0,
	transaction_mode_words},
	{"updatable", ForeignTableRelationId, OPTION_BOOLEAN,
	IN_TABLE(updatable)},
	{"read_units_per_second", ForeignTableRelationId, OPTION_INTEGER,
	IN_TABLE(read_units_per_second), RESTRICTION_NONE, 1, INT_MAX},
	{"write_units_per_second", ForeignTableRelationId, OPTION_INTEGER,
	IN_TABLE(write_units_per_second), RESTRICTION_NONE, 1, INT_MAX},
	{"indexes", ForeignTableRelationId, OPTION_TEXT,
	IN_TABLE(storage.indexes)},
	{"billing_mode", ForeignTableRelationId, OPTION_ENUM,
		IN_TABLE(storage.billing_mode), RESTRICTION_NONE,
	BILLING_ON_DEMAND, 0, billing_words},
	{"read_capacity_units", ForeignTableRelationId, OPTION_INTEGER,
	IN_TABLE(storage.read_capacity_units), RESTRICTION_NONE, 1, INT_MAX},
	{"write_capacity_units", ForeignTableRelationId, OPTION_INTEGER,
	IN_TABLE(storage.write_capacity_units), RESTRICTION_NONE, 1, INT_MAX},
	{"max_read_request_units", ForeignTableRelationId, OPTION_INTEGER,
	IN_TABLE(storage.max_read_request_units), RESTRICTION_NONE, 1, INT_MAX},
	{"max_write_request_units", ForeignTableRelationId, OPTION_INTEGER,
	IN_TABLE(storage.max_write_request_units), RESTRICTION_NONE, 1, INT_MAX},
	{"table_class", ForeignTableRelationId, OPTION_ENUM,
		IN_TABLE(storage.table_class), RESTRICTION_NONE,
	TABLE_CLASS_STANDARD, 0, table_class_words},
	{"stream", ForeignTableRelationId, OPTION_ENUM,
		IN_TABLE(storage.stream), RESTRICTION_NONE, STREAM_KEYS, 0,
	stream_words},
	{"deletion_protection", ForeignTableRelationId, OPTION_BOOLEAN,
	IN_TABLE(storage.deletion_protection)},
	{"point_in_time_recovery", ForeignTableRelationId, OPTION_BOOLEAN,
	IN_TABLE(storage.point_in_time_recovery)},
	{"tags", ForeignTableRelationId, OPTION_TEXT, IN_TABLE(storage.tags)},

	{"attribute_name", AttributeRelationId, OPTION_TEXT,
	IN_COLUMN(attribute_name)},
	{"key", AttributeRelationId, OPTION_ENUM, IN_COLUMN(key),
	RESTRICTION_NONE, KEY_PARTITION, 0, key_words},
	{"type", AttributeRelationId, OPTION_WORD, IN_COLUMN(type),
	RESTRICTION_NONE, 0, 0, type_words},
	{"unit", AttributeRelationId, OPTION_WORD, IN_COLUMN(unit),
	RESTRICTION_NONE, 0, 0, unit_words},
	{"format", AttributeRelationId, OPTION_TEXT, IN_COLUMN(format)},
	{"template", AttributeRelationId, OPTION_TEXT, IN_COLUMN(template)},
	{"version", AttributeRelationId, OPTION_BOOLEAN, IN_COLUMN(version)},
	{"created_at", AttributeRelationId, OPTION_BOOLEAN, IN_COLUMN(created_at)},
	{"updated_at", AttributeRelationId, OPTION_BOOLEAN, IN_COLUMN(updated_at)},
	{"ttl", AttributeRelationId, OPTION_BOOLEAN, IN_COLUMN(ttl)},
	{"hide_expired", AttributeRelationId, OPTION_BOOLEAN,
	IN_COLUMN(hide_expired)},
	{"document", AttributeRelationId, OPTION_BOOLEAN, IN_COLUMN(document)},

	{"sample_size", OPTION_OF_IMPORT, OPTION_INTEGER, IN_IMPORT(sample_size),
	RESTRICTION_NONE, 0, 1000000},
	{"column_case", OPTION_OF_IMPORT, OPTION_ENUM, IN_IMPORT(column_case),
	RESTRICTION_NONE, IDENTIFIER_KEEP, 0, case_words},
	{"table_case", OPTION_OF_IMPORT, OPTION_ENUM, IN_IMPORT(table_case),
	RESTRICTION_NONE, IDENTIFIER_KEEP, 0, case_words},
	{"number_type", OPTION_OF_IMPORT, OPTION_ENUM, IN_IMPORT(number_type),
	RESTRICTION_NONE, NUMBER_TYPE_NUMERIC, 0, number_type_words},
	{"document", OPTION_OF_IMPORT, OPTION_BOOLEAN, IN_IMPORT(document)},
	{"table_options", OPTION_OF_IMPORT, OPTION_BOOLEAN,
	IN_IMPORT(table_options)},
	{"entities", OPTION_OF_IMPORT, OPTION_TEXT, IN_IMPORT(entities)}
};

PG_FUNCTION_INFO_V1(dynamorm_fdw_validator);

static bool
parse_read_mode(const char *value, ReadMode *mode)
{
	bool		consistent;

	if (strcmp(value, "transaction") == 0)
		*mode = READ_AT_ONCE;
	else if (parse_bool(value, &consistent))
		*mode = consistent ? READ_CONSISTENT : READ_EVENTUAL;
	else
		return false;
	return true;
}

/* The value of an option in a list of DefElem; NULL: not there. */
static const char *
find_value(List *options, const char *name)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, name) == 0)
			return strVal(option->arg);
	}
	return NULL;
}

/* ---- values ---- */

/* A whole decimal number; false if it is none or does not fit. */
static bool
parse_integer(const char *text, int *value)
{
	char	   *end;
	long		number;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	number = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || number > INT_MAX)
		return false;
	*value = (int) number;
	return true;
}

/* Is it the name of a table, or an Amazon Resource Name of one? */
static bool
is_name_of_table(const char *text)
{
	size_t		length = strlen(text);

	if (strncmp(text, "arn:", 4) == 0)
	{
		const char *resource = strstr(text, ":table/");

		return length <= 1024 && resource != NULL && resource[7] != '\0' &&
			strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_.-:/") == length;
	}
	return length >= 3 && length <= 255 &&
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789_.-") == length;
}

bool
option_is_region(const char *text)
{
	size_t		length = strlen(text);

	return length > 0 && length <= 63 &&
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789-") == length;
}

/* The place of a word in a list that ends with NULL; -1: it is not there. */
static int
word_index(const char *text, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++)
	{
		if (strcmp(text, words[i]) == 0)
			return i;
	}
	return -1;
}

static char *
join_words(const char *const *words)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; words[i] != NULL; i++)
		appendStringInfo(&list, "%s%s", i == 0 ? "" : ", ", words[i]);
	return list.data;
}

/* ---- names ---- */

/* "a server", ...; for hints. */
static const char *
catalog_noun(Oid catalog)
{
	switch (catalog)
	{
		case ForeignServerRelationId:
			return "a server";
		case UserMappingRelationId:
			return "a user mapping";
		case ForeignTableRelationId:
			return "a foreign table";
		case AttributeRelationId:
			return "a column of a foreign table";
		case OPTION_OF_IMPORT:
			return "IMPORT FOREIGN SCHEMA";
		default:
			return "a foreign-data wrapper";
	}
}

/* The names of the options that objects of a catalog have. */
static char *
list_names(Oid catalog)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < (int) lengthof(definitions); i++)
	{
		if (definitions[i].catalog == catalog)
			appendStringInfo(&list, "%s%s", list.len == 0 ? "" : ", ",
							 definitions[i].name);
	}
	return list.data;
}

/*
 * The name among the options of a catalog that is meant most probably; NULL if
 * none is near.
 */
static const char *
closest_name(const char *name, Oid catalog)
{
	const char *closest = NULL;
	int			length = strlen(name);
	int			smallest = Min(4, length / 2 + 1);

	if (length > NAMEDATALEN)
		return NULL;
	for (int i = 0; i < (int) lengthof(definitions); i++)
	{
		const char *candidate = definitions[i].name;
		int			distance;

		if (definitions[i].catalog != catalog)
			continue;
		distance = varstr_levenshtein_less_equal(name, length,
												 candidate, strlen(candidate),
												 1, 1, 1, smallest, true);
		if (distance < smallest)
		{
			smallest = distance;
			closest = candidate;
		}
	}
	return closest;
}

/* Raises the error for a name that objects of this catalog do not have. */
static void
refuse_name(const char *name, Oid catalog)
{
	const char *closest = closest_name(name, catalog);
	const char *elsewhere = NULL;
	const char *names = list_names(catalog);

	for (int i = 0; i < (int) lengthof(definitions) && elsewhere == NULL; i++)
	{
		if (strcmp(definitions[i].name, name) == 0)
			elsewhere = catalog_noun(definitions[i].catalog);
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("invalid option \"%s\" for %s", name,
					catalog_noun(catalog)),
			 elsewhere ?
			 errhint("Option \"%s\" belongs in %s.", name, elsewhere) :
			 closest ?
			 errhint("Perhaps you meant the option \"%s\".", closest) :
			 names[0] != '\0' ?
			 errhint("Valid options for %s are: %s.", catalog_noun(catalog),
					 names) :
			 errhint("There are no options for %s; set them on a server, a user mapping, a foreign table or a column.",
					 catalog_noun(catalog))));
}

static const OptionDefinition *
find_definition(const char *name, Oid catalog)
{
	for (int i = 0; i < (int) lengthof(definitions); i++)
	{
		if (definitions[i].catalog == catalog &&
			strcmp(definitions[i].name, name) == 0)
			return &definitions[i];
	}
	return NULL;
}

/* ---- reading ---- */

/* Puts one value where the definition says. */
static void
put_value(const OptionDefinition *definition, char *value, char *target)
{
	char	   *member = target + definition->member;

	switch (definition->kind)
	{
		case OPTION_BOOLEAN:
			(void) parse_bool(value, (bool *) member);
			break;
		case OPTION_READ:
			(void) parse_read_mode(value, (ReadMode *) member);
			break;
		case OPTION_INTEGER:
			(void) parse_integer(value, (int *) member);
			break;
		case OPTION_ENUM:
			*(int *) member = definition->minimum +
				Max(word_index(value, definition->words), 0);
			break;
		default:
			*(const char **) member = value;
			break;
	}
}

/*
 * Puts the values of a list of DefElem into the struct of the catalog, whose
 * other members stay as they are.
 */
static void
read_options(List *options, Oid catalog, void *target)
{
	ListCell   *cell;

	StaticAssertStmt(sizeof(CredentialSource) == sizeof(int) &&
					 sizeof(RetryMode) == sizeof(int) &&
					 sizeof(AccountMode) == sizeof(int) &&
					 sizeof(KeyRole) == sizeof(int) &&
					 sizeof(BillingMode) == sizeof(int) &&
					 sizeof(TableClass) == sizeof(int) &&
					 sizeof(StreamView) == sizeof(int) &&
					 sizeof(IdentifierStyle) == sizeof(int) &&
					 sizeof(NumberType) == sizeof(int),
					 "options are read into enums as into integers");

	foreach(cell, options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);
		const OptionDefinition *definition = find_definition(option->defname,
															 catalog);

		if (definition != NULL && definition->member != NOT_READ)
			put_value(definition, defGetString(option), target);
	}
}

ServerOptions
option_read_server(List *options)
{
	ServerOptions server = {
		.max_concurrency = DEFAULT_MAX_CONCURRENCY,
		.connect_timeout = DEFAULT_CONNECT_TIMEOUT,
		.request_timeout = DEFAULT_REQUEST_TIMEOUT,
		.read_mode = READ_CONSISTENT,
		.updatable = true
	};

	read_options(options, ForeignServerRelationId, &server);
	return server;
}

MappingOptions
option_read_mapping(List *options)
{
	MappingOptions mapping = {.credentials_required = true};

	read_options(options, UserMappingRelationId, &mapping);
	if (find_value(options, "credential_source") != NULL)
		return mapping;
	if (mapping.access_key_id != NULL || mapping.secret_access_key != NULL)
		mapping.credential_source = CREDENTIALS_STATIC;
	else
		mapping.credential_source = mapping.profile != NULL
			? CREDENTIALS_PROFILE : CREDENTIALS_DEFAULT;
	return mapping;
}

ImportedOptions
option_read_import(List *options)
{
	ImportedOptions imported = {
		.sample_size = DEFAULT_SAMPLE_SIZE,
		.document = true,
		.table_options = true
	};

	read_options(options, OPTION_OF_IMPORT, &imported);
	return imported;
}

TableOptions
option_read_table(List *options, const ServerOptions *server)
{
	TableOptions table = {
		.read_mode = server->read_mode,
		.updatable = server->updatable,
		.transaction_mode = server->transaction_mode
	};

	read_options(options, ForeignTableRelationId, &table);
	return table;
}

void
option_check_table_name(const char *relation_name)
{
	if (!is_name_of_table(relation_name))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("no DynamoDB table can have the name \"%s\"",
						relation_name),
				 errdetail("A table name has 3 to 255 characters of A-Z, a-z, 0-9, _, - and ."),
				 errhint("Set option \"table_name\" of foreign table \"%s\".",
						 relation_name)));
}

ColumnOptions
option_read_column(List *options)
{
	ColumnOptions column = {0};

	read_options(options, AttributeRelationId, &column);
	return column;
}

/* ---- validation ---- */

/* What it says is up to IAM. */
static bool
is_policy(const char *value)
{
	JsonTree	tree;

	return pg_mbstrlen(value) <= LONGEST_POLICY &&
		json_tree_read(&tree, value, strlen(value));
}

/* Is the value of the form that the option takes? */
static bool
is_valid(const OptionDefinition *definition, const char *value)
{
	bool		boolean;
	ReadMode	mode;
	int			integer;
	Endpoint	endpoint;

	if (value[0] == '\0')
		return false;
	switch (definition->kind)
	{
		case OPTION_TEXT:
			return true;
		case OPTION_BOOLEAN:
			return parse_bool(value, &boolean);
		case OPTION_READ:
			return parse_read_mode(value, &mode);
		case OPTION_INTEGER:
			return parse_integer(value, &integer) &&
				integer >= definition->minimum &&
				integer <= definition->maximum;
		case OPTION_WORD:
		case OPTION_ENUM:
			return word_index(value, definition->words) >= 0;
		case OPTION_ENDPOINT:
			return endpoint_parse(value, &endpoint);
		case OPTION_REGION:
			return option_is_region(value);
		case OPTION_TABLE_NAME:
			return is_name_of_table(value);
		case OPTION_FILE:
			return is_absolute_path(value);
		case OPTION_CREDENTIAL:
			return http_header_can_hold(value);
		case OPTION_APP_ID:
			return strlen(value) <= LONGEST_APP_ID &&
				strspn(value, APP_ID_CHARACTERS) == strlen(value);
		case OPTION_PROXY:
			return strcmp(value, PROXY_NONE) == 0 ||
				endpoint_parse(value, &endpoint);
		case OPTION_ACCOUNT:
			return endpoint_is_account(value);
		case OPTION_POLICY:
			return is_policy(value);
		case OPTION_IDENTITY:
			return session_tag_is_identity(value);
		case OPTION_TAGS:
			return session_tag_problem(value, true) == NULL;
	}
	return false;
}

/* A sentence that says which values the option takes. */
static int
hint_values(const OptionDefinition *definition, const char *value)
{
	switch (definition->kind)
	{
		case OPTION_BOOLEAN:
			return errhint("Valid values are true, false, on, off, 1 and 0.");
		case OPTION_READ:
			return errhint("Valid values are true, false, on, off, 1, 0 and transaction.");
		case OPTION_INTEGER:
			return errhint("Valid values are whole numbers from %d to %d.",
						   definition->minimum, definition->maximum);
		case OPTION_WORD:
		case OPTION_ENUM:
			return errhint("Valid values are: %s.",
						   join_words(definition->words));
		case OPTION_ENDPOINT:
			return errhint("An endpoint is written https://host or https://host:port, without a user, path or query.");
		case OPTION_REGION:
			return errhint("A region is written in letters, digits and hyphens, for example eu-west-1.");
		case OPTION_TABLE_NAME:
			return errhint("A table name has 3 to 255 characters of A-Z, a-z, 0-9, _, - and . (or is the ARN of a table).");
		case OPTION_FILE:
			return errhint("The file is named by an absolute path.");
		case OPTION_CREDENTIAL:
			return errhint("The value must be printable ASCII without spaces, and not empty.");
		case OPTION_APP_ID:
			return errhint("The value has 1 to 50 letters, digits and ! $ %% & * + - . ^ _ ` | ~.");
		case OPTION_PROXY:
			return errhint("A proxy is written http://host:port, without a user and a password; \"none\" uses none.");
		case OPTION_ACCOUNT:
			return errhint("An account is written in twelve digits.");
		case OPTION_POLICY:
			return errhint("A session policy is a JSON object of at most 2048 characters.");
		case OPTION_IDENTITY:
			return errhint("A source identity has 2 to 64 letters, digits and _ = + , . @ -, or is {user}.");
		case OPTION_TAGS:
			if (value[0] == '\0')
				break;
			return errhint("%s", session_tag_problem(value, true));
		case OPTION_TEXT:
			break;
	}
	return errhint("The value must not be empty.");
}

/*
 * Raises the error for a bad value; shows it only where it cannot be secret.
 */
static void
refuse_value(const OptionDefinition *definition, const char *value)
{
	bool		is_shown = definition->catalog != UserMappingRelationId &&
		definition->kind != OPTION_ENDPOINT &&
		definition->kind != OPTION_PROXY;

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 is_shown ?
			 errmsg("invalid value for option \"%s\": \"%s\"",
					definition->name, value) :
			 errmsg("invalid value for option \"%s\"", definition->name),
			 hint_values(definition, value)));
}

/* What is well-formed, but not for everyone. */
static void
check_restriction(const OptionDefinition *definition, const char *value)
{
	bool		boolean;

	switch (definition->restriction)
	{
		case RESTRICTION_NONE:
			break;
		case RESTRICTION_SUPERUSER:
			if (!superuser())
				ereport(ERROR,
						(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						 errmsg("permission denied to set option \"%s\"",
								definition->name),
						 errhint("Only a superuser may set option \"%s\".",
								 definition->name)));
			break;
		case RESTRICTION_FALSE_SUPERUSER:
			if (parse_bool(value, &boolean) && !boolean && !superuser())
				ereport(ERROR,
						(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						 errmsg("permission denied to set option \"%s\" to false",
								definition->name),
						 errhint("Only a superuser may set option \"%s\" to false.",
								 definition->name)));
			break;
	}
}

/* Keys and data would cross the network for everyone on the way to read. */
static void
warn_about_plain_http(const char *value)
{
	Endpoint	endpoint;

	if (endpoint_parse(value, &endpoint) && endpoint.is_plain &&
		!endpoint_is_loopback(&endpoint))
		ereport(WARNING,
				(errmsg("the endpoint does not use TLS"),
				 errdetail("Items are sent and received in the clear."),
				 errhint("Set option \"endpoint\" to an https:// address.")));
}

/* The document column holds what no option describes. */
static void
check_document(List *options)
{
	static const char *const others[] = {
		"attribute_name", "key", "type", "unit", "version", "created_at",
		"updated_at", "ttl", "hide_expired"
	};
	const char *document = find_value(options, "document");
	bool		is_document;

	if (document == NULL || !parse_bool(document, &is_document) ||
		!is_document)
		return;
	for (int i = 0; i < (int) lengthof(others); i++)
	{
		if (find_value(options, others[i]) != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("option \"document\" cannot be combined with option \"%s\"",
							others[i]),
					 errdetail("The document column holds all attributes that no other column maps.")));
	}
}

/* What dyn_create_table() would make. */
static void
check_storage(List *options)
{
	TableOptions table = {0};

	read_options(options, ForeignTableRelationId, &table);
	storage_check(&table.storage);
}

void
option_check(List *options, Oid catalog)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);
		const char *value = defGetString(option);
		const OptionDefinition *definition;

		definition = find_definition(option->defname, catalog);
		if (definition == NULL)
			refuse_name(option->defname, catalog);
		if (!is_valid(definition, value))
			refuse_value(definition, value);
		check_restriction(definition, value);
		if (definition->kind == OPTION_ENDPOINT)
			warn_about_plain_http(value);
	}
	if (catalog == AttributeRelationId)
		check_document(options);
	if (catalog == ForeignTableRelationId)
		check_storage(options);
}

/*
 * Validates the whole list of options of an object, as it will be after the
 * command.
 */
Datum
dynamorm_fdw_validator(PG_FUNCTION_ARGS)
{
	option_check(untransformRelOptions(PG_GETARG_DATUM(0)), PG_GETARG_OID(1));
	PG_RETURN_VOID();
}
