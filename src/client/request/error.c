/*
 * error.c
 *		What DynamoDB's errors mean: one table for SQLSTATE, retry and hint.
 *
 * Texts of messages vary by region and time, so only codes are looked at; the
 * one exception is the size of an item, which has no code of its own.
 *
 * Source: DynamoDB Developer Guide, "Error handling with DynamoDB".
 */
#include "postgres.h"

#include "compat.h"

#include "lib/stringinfo.h"

#include "client/request/error.h"
#include "client/request/throttling.h"
#include "client/wire/attribute.h"

/* As many bytes of what an endpoint says are shown. */
#define REMOTE_TEXT_LENGTH	4096

#define HINT_CREDENTIALS \
	"Check the user mapping's options access_key_id, secret_access_key and session_token."
#define HINT_UNKNOWN \
	"It may or may not have been applied.  Look at the item before you repeat the statement."

static const ErrorClass classes[] = {
	{"ConditionalCheckFailedException", OUTCOME_CONDITION_FAILED, ERROR_FINAL,
		ERRCODE_T_R_SERIALIZATION_FAILURE,
	"condition of a DynamoDB write failed", NULL, false},
	{"ValidationException", OUTCOME_VALIDATION, ERROR_FINAL,
		ERRCODE_FDW_ERROR,
		"DynamoDB refused the request",
	NULL, false},
	{"SerializationException", OUTCOME_VALIDATION, ERROR_FINAL,
		ERRCODE_FDW_ERROR,
		"DynamoDB refused the request",
	NULL, false},
	{"ResourceNotFoundException", OUTCOME_NOT_FOUND, ERROR_FINAL,
		ERRCODE_FDW_TABLE_NOT_FOUND,
		"DynamoDB table does not exist",
		"Check the foreign table's option table_name and the server's options region and endpoint, or make the table with dyn_create_table().  One that is still being created cannot be used yet.",
	false},
	{"ResourceInUseException", OUTCOME_FAILED, ERROR_FINAL,
		ERRCODE_OBJECT_IN_USE,
		"DynamoDB table is in use or exists already",
	NULL, false},
	{"ItemCollectionSizeLimitExceededException", OUTCOME_FAILED, ERROR_FINAL,
		ERRCODE_PROGRAM_LIMIT_EXCEEDED,
		"item collection is too large",
	"Items of one partition key hold at most 10 GB in a table with local secondary indexes.", false},
	{"TransactionConflictException", OUTCOME_FAILED, ERROR_CONTENDED,
		ERRCODE_T_R_SERIALIZATION_FAILURE,
		"could not write an item because of a transaction on it",
	"Retry the statement.", false},
	/* so an attempt before this one is being carried out */
	{"TransactionInProgressException", OUTCOME_FAILED, ERROR_SERVER,
		ERRCODE_SYSTEM_ERROR,
		"a DynamoDB transaction with this token is still in progress",
	"Retry later.", false},
	{"TransactionCanceledException", OUTCOME_FAILED, ERROR_FINAL,
		ERRCODE_T_R_SERIALIZATION_FAILURE,
		"DynamoDB cancelled the transaction",
	"The reasons are in the order of the transaction's actions.", false},
	{"IdempotentParameterMismatchException", OUTCOME_FAILED, ERROR_FINAL,
		ERRCODE_FDW_ERROR,
		"DynamoDB refused the request",
	"The ClientRequestToken was used for another transaction within ten minutes.", false},
	{"ReplicatedWriteConflictException", OUTCOME_FAILED, ERROR_CONTENDED,
		ERRCODE_T_R_SERIALIZATION_FAILURE,
		"could not write an item because another region was writing it",
	"Retry the statement.", false},

	{"ProvisionedThroughputExceededException", OUTCOME_FAILED, ERROR_THROTTLED,
		ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"DynamoDB throttled the request", NULL, false},
	{"ThrottlingException", OUTCOME_FAILED, ERROR_THROTTLED,
		ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"DynamoDB throttled the request", NULL, false},
	{"Throttling", OUTCOME_FAILED, ERROR_THROTTLED,
		ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"DynamoDB throttled the request", NULL, false},
	{"RequestLimitExceeded", OUTCOME_FAILED, ERROR_THROTTLED,
		ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"DynamoDB throttled the request", NULL, false},
	/* of operations on tables: how many there are, or are being changed */
	{"LimitExceededException", OUTCOME_FAILED, ERROR_LIMITED,
		ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
		"a limit of the DynamoDB account is reached",
	"Wait until other tables and indexes have been made or changed, drop tables, or have AWS raise the quota.", false},
	{"ThrottledException", OUTCOME_FAILED, ERROR_THROTTLED,
		ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"DynamoDB throttled the request", NULL, false},
	{"RequestThrottled", OUTCOME_FAILED, ERROR_THROTTLED,
		ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"DynamoDB throttled the request", NULL, false},
	{"RequestThrottledException", OUTCOME_FAILED, ERROR_THROTTLED,
		ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"DynamoDB throttled the request", NULL, false},
	{"TooManyRequestsException", OUTCOME_FAILED, ERROR_THROTTLED,
		ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"DynamoDB throttled the request", NULL, false},
	{"BandwidthLimitExceeded", OUTCOME_FAILED, ERROR_THROTTLED,
		ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"DynamoDB throttled the request", NULL, false},
	{"SlowDown", OUTCOME_FAILED, ERROR_THROTTLED,
		ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"DynamoDB throttled the request", NULL, false},

	{"AccessDeniedException", OUTCOME_FAILED, ERROR_FINAL,
		ERRCODE_INSUFFICIENT_PRIVILEGE,
		"access to DynamoDB denied",
	"Allow the operation on the table in the IAM policy of the user mapping's access key.", false},
	{"UnrecognizedClientException", OUTCOME_FAILED, ERROR_CREDENTIALS,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
	"DynamoDB does not know the access key", HINT_CREDENTIALS, false},
	{"MissingAuthenticationTokenException", OUTCOME_FAILED, ERROR_FINAL,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
	"DynamoDB found no credentials in the request", HINT_CREDENTIALS, false},
	{"MissingAuthenticationToken", OUTCOME_FAILED, ERROR_FINAL,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
	"DynamoDB found no credentials in the request", HINT_CREDENTIALS, false},
	{"IncompleteSignatureException", OUTCOME_FAILED, ERROR_FINAL,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
	"DynamoDB refused the signature of the request", HINT_CREDENTIALS, true},
	{"InvalidSignatureException", OUTCOME_FAILED, ERROR_CLOCK,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
		"DynamoDB refused the signature of the request",
		HINT_CREDENTIALS "  The server's option region must be the endpoint's, and this machine's clock right.",
	true},
	{"SignatureDoesNotMatch", OUTCOME_FAILED, ERROR_CLOCK,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
	"DynamoDB refused the signature of the request", HINT_CREDENTIALS, true},
	{"RequestTimeTooSkewed", OUTCOME_FAILED, ERROR_CLOCK,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
		"DynamoDB refused the time of the request",
	"Set this machine's clock.", true},
	{"RequestExpired", OUTCOME_FAILED, ERROR_CLOCK,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
		"DynamoDB refused the time of the request",
	"Set this machine's clock.", true},
	{"RequestInTheFuture", OUTCOME_FAILED, ERROR_CLOCK,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
		"DynamoDB refused the time of the request",
	"Set this machine's clock.", true},
	{"AuthFailure", OUTCOME_FAILED, ERROR_CLOCK,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
	"DynamoDB refused the signature of the request", HINT_CREDENTIALS, true},
	{"ExpiredTokenException", OUTCOME_FAILED, ERROR_CREDENTIALS,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
		"the session token for DynamoDB has expired",
	HINT_CREDENTIALS, false},
	{"ExpiredToken", OUTCOME_FAILED, ERROR_CREDENTIALS,
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
		"the session token for DynamoDB has expired",
	HINT_CREDENTIALS, false},
	{"UnknownOperationException", OUTCOME_FAILED, ERROR_FINAL,
		ERRCODE_FEATURE_NOT_SUPPORTED,
		"DynamoDB does not know the operation",
	"Check the server's option endpoint; an emulator may lack the operation.", false},

	{"InternalServerError", OUTCOME_FAILED, ERROR_SERVER,
		ERRCODE_SYSTEM_ERROR,
	"DynamoDB failed", "Retry later.", false},
	{"InternalFailure", OUTCOME_FAILED, ERROR_SERVER,
		ERRCODE_SYSTEM_ERROR,
	"DynamoDB failed", "Retry later.", false},
	{"ServiceUnavailable", OUTCOME_FAILED, ERROR_SERVER,
		ERRCODE_SYSTEM_ERROR,
	"DynamoDB is not available", "Retry later.", false},
	{"RequestTimeout", OUTCOME_FAILED, ERROR_SERVER,
		ERRCODE_SYSTEM_ERROR,
	"DynamoDB is not available", "Retry later.", false},
	{"RequestTimeoutException", OUTCOME_FAILED, ERROR_SERVER,
		ERRCODE_SYSTEM_ERROR,
	"DynamoDB is not available", "Retry later.", false},
	{"PriorRequestNotComplete", OUTCOME_FAILED, ERROR_SERVER,
		ERRCODE_SYSTEM_ERROR,
	"DynamoDB is not available", "Retry later.", false},
	{NULL}
};

static const ErrorClass item_too_large = {
	"", OUTCOME_VALIDATION, ERROR_FINAL, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
	"item is too large for DynamoDB",
	"An item holds at most 400 KB, the names of its attributes included.",
	false
};
static const ErrorClass server_failure = {
	"", OUTCOME_FAILED, ERROR_SERVER, ERRCODE_SYSTEM_ERROR,
	"DynamoDB failed", "Retry later.", false
};
static const ErrorClass other_throttling = {
	"", OUTCOME_FAILED, ERROR_THROTTLED, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"DynamoDB throttled the request", NULL, false
};
static const ErrorClass request_too_large = {
	"", OUTCOME_FAILED, ERROR_FINAL, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
	"request is too large for DynamoDB",
	"A request holds at most 16 MB, and an item at most 400 KB.", false
};
static const ErrorClass other_exception = {
	"", OUTCOME_FAILED, ERROR_FINAL, ERRCODE_FDW_ERROR,
	"DynamoDB refused the request", NULL, false
};
static const ErrorClass other_refusal = {
	"", OUTCOME_FAILED, ERROR_FINAL, ERRCODE_FDW_ERROR,
	"DynamoDB refused the request",
	"Check the server's option endpoint.", false
};

static const ErrorClass no_credentials = {
	"", OUTCOME_FAILED, ERROR_FINAL,
	ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
	"could not get credentials for DynamoDB",
	"Check the user mapping's option credential_source and what it names.",
	false
};

static const ErrorClass no_units = {
	"", OUTCOME_FAILED, ERROR_FINAL, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"a limit of capacity units a second has kept the request too long",
	"Retry later, raise read_units_per_second or write_units_per_second of the table or the role, or dynamorm_fdw.commit_timeout.",
	false
};

static const ErrorClass unknown_write = {
	"", OUTCOME_UNKNOWN, ERROR_FINAL,
	ERRCODE_T_R_STATEMENT_COMPLETION_UNKNOWN,
	"the outcome of the write is unknown", HINT_UNKNOWN, false
};
static const ErrorClass unknown_transaction = {
	"", OUTCOME_UNKNOWN, ERROR_SERVER,
	ERRCODE_T_R_STATEMENT_COMPLETION_UNKNOWN,
	"the outcome of the DynamoDB transaction is unknown",
	"It may or may not have been applied.  Look at its items before you repeat it.",
	false
};
static const ErrorClass unknown_commit = {
	"", OUTCOME_UNKNOWN, ERROR_SERVER,
	ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN,
	"the outcome of the DynamoDB transaction is unknown",
	"It may or may not have been committed.  Look at what it has written before you repeat it.",
	false
};
static const ErrorClass read_conflict = {
	"", OUTCOME_FAILED, ERROR_CONTENDED, ERRCODE_T_R_SERIALIZATION_FAILURE,
	"could not read items because of a transaction on one of them",
	"Retry the statement.", false
};
static const ErrorClass unknown_read = {
	"", OUTCOME_FAILED, ERROR_SERVER, ERRCODE_CONNECTION_FAILURE,
	"lost the connection to DynamoDB", "Retry the statement.", false
};
static const ErrorClass no_answer = {
	"", OUTCOME_FAILED, ERROR_SERVER, ERRCODE_CONNECTION_FAILURE,
	"could not read the answer of DynamoDB endpoint",
	"Check the server's option endpoint, and what stands before it.", false
};

static const ErrorClass unsent[] = {
	[HTTP_PHASE_DESCRIPTORS] = {
		"", OUTCOME_FAILED, ERROR_SERVER, ERRCODE_INSUFFICIENT_RESOURCES,
		"could not get file descriptors to connect to DynamoDB endpoint",
		"Raise the server's max_files_per_process and/or \"ulimit -n\" limits, or close cursors.",
		false
	},
	[HTTP_PHASE_RESOLVE] = {
		"", OUTCOME_FAILED, ERROR_SERVER,
		ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION,
		"could not find the host of DynamoDB endpoint",
		"Check the server's options endpoint and region.", false
	},
	[HTTP_PHASE_CONNECT] = {
		"", OUTCOME_FAILED, ERROR_SERVER,
		ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION,
		"could not connect to DynamoDB endpoint",
		"Check the server's option endpoint, and that something listens there.",
		false
	},
	[HTTP_PHASE_TLS] = {
		"", OUTCOME_FAILED, ERROR_SERVER,
		ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION,
		"could not establish TLS with DynamoDB endpoint",
		"Check the server's options endpoint and ca_file.", false
	},
	[HTTP_PHASE_CERTIFICATE] = {
		"", OUTCOME_FAILED, ERROR_FINAL,
		ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION,
		"could not establish TLS with DynamoDB endpoint",
		"The endpoint must have a certificate for its host name, signed by an authority that the server's option ca_file, or else this machine, trusts.",
		false
	},
	[HTTP_PHASE_TRANSFER] = {
		"", OUTCOME_FAILED, ERROR_SERVER,
		ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION,
		"could not connect to DynamoDB endpoint",
		"Check the server's option endpoint.", false
	}
};

const ErrorClass *
error_class(const char *code, int http_status)
{
	const ErrorClass *class;

	if (code != NULL)
		for (class = classes; class->code != NULL; class++)
			if (strcmp(class->code, code) == 0)
				return class;
	if (http_status >= 500 || http_status == 408)
		return &server_failure;
	if (http_status == 429)
		return &other_throttling;
	if (http_status == 413)
		return &request_too_large;
	return code != NULL ? &other_exception : &other_refusal;
}

const ErrorClass *
error_class_unsent(HttpPhase phase)
{
	return &unsent[phase];
}

const ErrorClass *
error_class_cancelled(const RequestSpec *spec, const Response *response)
{
	/*
	 * the code of a reason, and the exception that a request alone would get
	 */
	static const char *const exceptions[][2] = {
		{"ConditionalCheckFailed", "ConditionalCheckFailedException"},
		{"ValidationError", "ValidationException"},
		{"ItemCollectionSizeLimitExceeded", "ItemCollectionSizeLimitExceededException"},
		{"AccessDenied", "AccessDeniedException"},
		{"TransactionConflict", "TransactionConflictException"},
		{"ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException"},
		{"ThrottlingError", "ThrottlingException"}
	};
	int			i;
	int			j;

	for (i = 0; i < (int) lengthof(exceptions); i++)
		for (j = 0; j < response->reason_count; j++)
			if (strcmp(response->reasons[j].code, exceptions[i][0]) == 0)
			{
				const ErrorClass *class = error_class(exceptions[i][1], 400);

				return class->action == ERROR_CONTENDED &&
					spec->kind == REQUEST_READ ? &read_conflict : class;
			}
	return error_class("TransactionCanceledException", 400);
}

const ErrorClass *
error_class_units(void)
{
	return &no_units;
}

const ErrorClass *
error_class_credentials(void)
{
	return &no_credentials;
}

const ErrorClass *
error_class_unknown(const RequestSpec *spec)
{
	switch (spec->kind)
	{
		case REQUEST_READ:
		case REQUEST_REPEATABLE:
			return &unknown_read;
		case REQUEST_WRITE:
			return &unknown_write;
		case REQUEST_IDEMPOTENT:
			return spec->commit_token != NULL ? &unknown_commit
				: &unknown_transaction;
	}
	pg_unreachable();
}

const ErrorClass *
error_class_no_answer(const RequestSpec *spec)
{
	return error_class_unknown(spec) == &unknown_read ? &no_answer
		: error_class_unknown(spec);
}

/* ---- raising ---- */

static void
append_sentence(StringInfo detail, const char *sentence)
{
	if (sentence == NULL || sentence[0] == '\0')
		return;
	if (detail->len > 0)
		appendStringInfoString(detail, "  ");
	appendStringInfoString(detail, sentence);
	if (strchr(".!?", detail->data[detail->len - 1]) == NULL)
		appendStringInfoChar(detail, '.');
}

/* What DynamoDB says should be UTF-8, and short. */
static void
append_remote_text(StringInfo out, const char *text)
{
	attribute_append_server_text(out, text,
								 (int) strnlen(text, REMOTE_TEXT_LENGTH));
}

char *
error_remote_text(const char *text)
{
	StringInfoData out;

	initStringInfo(&out);
	append_remote_text(&out, text);
	return out.data;
}

/* Its exception's name may be anything too. */
static void
append_cause(StringInfo detail, const Failure *failure)
{
	bool		secret = error_class(failure->code, 0)->secret;
	const char *message = secret ? NULL : failure->message;
	StringInfoData cause;

	initStringInfo(&cause);
	if (failure->code != NULL)
		append_remote_text(&cause, failure->code);
	if (failure->code != NULL && message != NULL)
		appendStringInfoString(&cause, ": ");
	if (message != NULL)
		append_remote_text(&cause, message);
	append_sentence(detail, cause.data);
}

/* Has an action before this one been refused in the same words? */
static bool
is_repeated(const CancellationReason *reasons, int i)
{
	const char *message = reasons[i].message;

	while (--i >= 0)
		if (reasons[i].message != NULL &&
			strcmp(reasons[i].message, message) == 0)
			return true;
	return false;
}

/*
 * Why a transaction was cancelled stands only in its reasons.  As much is
 * shown as of any text of an endpoint.
 */
static void
append_cancellation(StringInfo detail, const Response *response)
{
	int			start = detail->len;

	for (int i = 0; i < response->reason_count; i++)
	{
		const CancellationReason *reason = &response->reasons[i];
		StringInfoData text;

		if (strcmp(reason->code, "None") == 0 || reason->message == NULL ||
			is_repeated(response->reasons, i))
			continue;
		if (detail->len - start > REMOTE_TEXT_LENGTH)
			break;
		initStringInfo(&text);
		appendStringInfo(&text, "Action %d: ", i + 1);
		append_remote_text(&text, reason->code);
		appendStringInfoString(&text, ": ");
		append_remote_text(&text, reason->message);
		append_sentence(detail, text.data);
	}
}

static void
describe_request(StringInfo detail, const Failure *failure)
{
	const RequestSpec *spec = failure->spec;

	appendStringInfo(detail, "Operation %s", spec->operation);
	if (spec->table != NULL)
		appendStringInfo(detail, " on table \"%s\"", spec->table);
	if (spec->key != NULL)
		appendStringInfo(detail, ", item %s", spec->key);
	if (failure->attempts > 1)
		appendStringInfo(detail, ", after %d attempts", failure->attempts);
	appendStringInfoChar(detail, '.');
	if (failure->request_id[0] != '\0')
	{
		appendStringInfoString(detail, "  Request id ");
		append_remote_text(detail, failure->request_id);
		appendStringInfoChar(detail, '.');
	}
}

static bool
tells_item_size(const char *message)
{
	return message != NULL &&
		strstr(message, "exceeded the maximum allowed size") != NULL &&
		strstr(message, "tem size") != NULL;
}

/* Is it the size of an item that was refused? */
static bool
is_item_size_failure(const Failure *failure)
{
	const Response *response = failure->response;

	if (failure->class->outcome != OUTCOME_VALIDATION)
		return false;
	for (int i = 0; response != NULL && i < response->reason_count; i++)
		if (tells_item_size(response->reasons[i].message))
			return true;
	return tells_item_size(failure->message);
}

static const char *
hint_of(const Failure *failure, const ErrorClass *class)
{
	const RequestSpec *spec = failure->spec;

	if (class->action == ERROR_THROTTLED)
		return throttling_hint(failure->response);
	if (spec->commit_token != NULL &&
		class->sqlstate == ERRCODE_T_R_SERIALIZATION_FAILURE)
		return "Retry the transaction.";
	/* only of a transaction that leaves a marker can it be told what became */
	if (class == &unknown_commit && spec->is_marked)
		return "It may or may not have been committed.  Let dyn_transaction_resolve() settle it before you repeat it.";
	return class->hint;
}

void
error_raise(const Failure *failure, const char *extra_detail)
{
	const ErrorClass *class = failure->class;
	StringInfoData detail;
	StringInfoData message;
	const char *hint;
	bool		unsent_class;

	if (is_item_size_failure(failure))
		class = &item_too_large;
	hint = failure->hint != NULL ? failure->hint : hint_of(failure, class);
	unsent_class = class >= unsent && class < unsent + lengthof(unsent);

	initStringInfo(&message);
	appendStringInfoString(&message, class->message);
	if (unsent_class || class == &no_answer)
		appendStringInfo(&message, " \"%s\"", failure->endpoint);
	else if (class->outcome == OUTCOME_NOT_FOUND &&
			 failure->spec->table != NULL)
	{
		resetStringInfo(&message);
		appendStringInfo(&message, "DynamoDB table \"%s\" does not exist",
						 failure->spec->table);
	}

	initStringInfo(&detail);
	append_cause(&detail, failure);
	if (failure->response != NULL)
	{
		append_cancellation(&detail, failure->response);
		for (int i = 0; i < failure->response->throttling_count; i++)
			append_sentence(&detail,
							throttling_text(&failure->response->throttling[i]));
	}
	if (detail.len > 0)
		appendStringInfoString(&detail, "  ");
	describe_request(&detail, failure);
	if (class == &unknown_commit)
		appendStringInfo(&detail, "  Transaction token %s.",
						 failure->spec->commit_token);
	append_sentence(&detail, extra_detail);

	ereport(ERROR,
			(errcode(class->sqlstate),
			 errmsg("%s", message.data),
			 errdetail("%s", detail.data),
			 hint != NULL ? errhint("%s", hint) : 0));
	pg_unreachable();
}
