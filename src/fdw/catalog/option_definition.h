/*
 * option_definition.h
 *		The options that there are, checked when they are set, and read into
 *		structs.
 *
 * What is read has been checked by the validator, and is trusted.  Texts are
 * in the server's encoding, and those of the list that is read, not copied.
 */
#ifndef DYNAMORM_FDW_OPTION_DEFINITION_H
#define DYNAMORM_FDW_OPTION_DEFINITION_H

#include "postgres.h"

#include "catalog/pg_namespace.h"
#include "nodes/pg_list.h"

#include "client/credential/credential_settings.h"
#include "client/request/connection_settings.h"
#include "translate/table/identifier.h"
#include "translate/table/table_options.h"

/* Stands for a catalog: options of the command IMPORT FOREIGN SCHEMA. */
#define OPTION_OF_IMPORT	NamespaceRelationId

/* The most that option "max_attempts" may be. */
#define MOST_ATTEMPTS		100

/*
 * How an application may be named.  Source: AWS SDKs and Tools Reference
 * Guide, "Application ID".
 */
#define LONGEST_APP_ID		50
#define APP_ID_CHARACTERS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$%&*+-.^_`|~"

/* How requests that are throttled are sent again. */
typedef enum RetryMode
{
	RETRY_MODE_NOT_GIVEN,
	RETRY_MODE_STANDARD,
	RETRY_MODE_ADAPTIVE
} RetryMode;

/* Options of a server. */
typedef struct ServerOptions
{
	const char *endpoint;		/* NULL: not given */
	const char *region;			/* NULL: not given */
	const char *ca_file;		/* NULL: not given */
	int			max_concurrency;
	int			connect_timeout;	/* milliseconds */
	int			request_timeout;	/* milliseconds */
	int			max_attempts;	/* 0: not given */
	RetryMode	retry_mode;
	AccountMode account_mode;
	const char *app_id;			/* NULL: not given */
	const char *proxy;			/* NULL: not given */
	ReadMode	read_mode;		/* of its tables, as the next */
	bool		updatable;
	TransactionMode transaction_mode;	/* of its tables */
	const char *commit_table;	/* NULL: not given */
} ServerOptions;

/* Options of a user mapping; texts that are not given are NULL. */
typedef struct MappingOptions
{
	const char *access_key_id;
	const char *secret_access_key;
	const char *session_token;
	const char *account_id;
	const char *profile;
	const char *role_arn;
	const char *external_id;
	const char *role_session_name;
	const char *role_policy;
	const char *source_identity;
	const char *session_tags;
	int			role_duration;	/* seconds; 0: not given */
	CredentialSource credential_source;
	bool		credentials_required;
} MappingOptions;

/* Options of IMPORT FOREIGN SCHEMA. */
typedef enum NumberType
{
	NUMBER_TYPE_NUMERIC,
	NUMBER_TYPE_BIGINT
} NumberType;

typedef struct ImportedOptions
{
	int			sample_size;
	IdentifierStyle column_case;
	IdentifierStyle table_case;
	NumberType	number_type;
	bool		document;
	bool		table_options;	/* that say how a table is made */
	const char *entities;		/* an attribute, or auto; NULL: not given */
} ImportedOptions;

/*
 * Raises HV00D for an option that objects of the catalog do not have, HV024
 * for one with a value that it does not take, and what else the validator
 * refuses.
 */
extern void option_check(List *options, Oid catalog);

/*
 * What lists of DefElem say; what they do not is as the documentation has it.
 * Of a user mapping that names no source, keys that are given go before a
 * profile, and that before the chain.
 */
extern ServerOptions option_read_server(List *options);
extern MappingOptions option_read_mapping(List *options);
extern ImportedOptions option_read_import(List *options);

/*
 * What a foreign table says, or else its server, but for its columns;
 * table_name NULL: it is that of the foreign table.
 */
extern TableOptions option_read_table(List *options,
									  const ServerOptions *server);
extern ColumnOptions option_read_column(List *options);

/* Raises 42602 for a foreign table's name that no table of DynamoDB's has. */
extern void option_check_table_name(const char *relation_name);

/* Is it written as the name of a region is: one label of a host's name? */
extern bool option_is_region(const char *text);

#endif							/* DYNAMORM_FDW_OPTION_DEFINITION_H */
