/*
 * credential_source.c
 *		What the sources of credentials share: how they fail, read files and
 *		variables, and check what they have found.
 */
#include "postgres.h"

#include "compat.h"

#include <time.h>

#include "lib/stringinfo.h"
#include "storage/fd.h"

#include "client/credential/credential_source.h"
#include "client/http/http.h"
#include "client/wire/json_tree.h"

/* The largest file that is read for a token. */
#define MAX_FILE_LENGTH		(1024 * 1024)

/* The longest key or token that is taken: headers hold it. */
#define MAX_CREDENTIAL_LENGTH	(16 * 1024)

SourceOutcome
source_failed(SourceRequest *request, const char *format,...)
{
	int			save_errno = errno; /* for %m */
	StringInfoData text;

	initStringInfo(&text);
	for (;;)
	{
		va_list		arguments;
		int			needed;

		errno = save_errno;
		va_start(arguments, format);
		needed = appendStringInfoVA(&text, format, arguments);
		va_end(arguments);
		if (needed == 0)
			break;
		enlargeStringInfo(&text, needed);
	}
	request->problem = text.data;
	return SOURCE_FAILED;
}

const char *
source_variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/*
 * Seconds that a time zone (Z, UTC, +hh:mm, -hhmm) is ahead of UTC; false if
 * it is none.
 */
static bool
parse_zone(const char *text, int *ahead)
{
	int			hours;
	int			minutes;
	int			length = 0;

	*ahead = 0;
	if (text[0] == '\0' || strcmp(text, "Z") == 0 ||
		strcmp(text, "UTC") == 0)
		return true;
	if (text[0] != '+' && text[0] != '-')
		return false;
	if ((sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &length) != 2 &&
		 sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &length) != 2) ||
		text[1 + length] != '\0')
		return false;
	*ahead = (hours * 60 + minutes) * 60 * (text[0] == '-' ? -1 : 1);
	return true;
}

int64
source_parse_time(const char *text)
{
	struct tm	parts = {0};
	int			length = 0;
	int			ahead;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year,
			   &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
			   &parts.tm_min, &parts.tm_sec, &length) != 6)
		return -1;
	if (text[length] == '.')
		length += 1 + strspn(text + length + 1, "0123456789");
	if (!parse_zone(text + length, &ahead))
		return -1;
	parts.tm_year -= 1900;
	parts.tm_mon -= 1;
	return (int64) timegm(&parts) - ahead;
}

char *
source_format_time(int64 time)
{
	time_t		seconds = (time_t) time;
	struct tm	parts;
	char		text[32];

	gmtime_r(&seconds, &parts);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
	return pstrdup(text);
}

char *
source_read_file(const char *path)
{
	FILE	   *file = AllocateFile(path, "r");
	StringInfoData text;
	char		buffer[4096];
	size_t		length;

	if (file == NULL)
		return NULL;
	initStringInfo(&text);
	while (text.len < MAX_FILE_LENGTH &&
		   (length = fread(buffer, 1, sizeof(buffer), file)) > 0)
		appendBinaryStringInfo(&text, buffer, (int) length);
	if (ferror(file))
	{
		int			save_errno = errno;

		FreeFile(file);
		errno = save_errno;
		return NULL;
	}
	FreeFile(file);
	while (text.len > 0 && isspace((unsigned char) text.data[text.len - 1]))
		text.data[--text.len] = '\0';
	return text.data + strspn(text.data, " \t\r\n");
}

static bool
is_too_long(const char *text)
{
	return text != NULL && strlen(text) > MAX_CREDENTIAL_LENGTH;
}

/* Text that is empty says nothing. */
static const char *
text_of_member(JsonTree *tree, const char *name)
{
	const char *text = json_tree_text(tree, tree->root, name);

	return text == NULL || text[0] == '\0' ? NULL : text;
}

SourceOutcome
source_check_credentials(SourceRequest *request, const char *what)
{
	const Credentials *found = &request->credentials;

	if (found->access_key_id == NULL || found->secret_access_key == NULL)
		return source_failed(request, "%s gave no access key.", what);
	if (is_too_long(found->access_key_id) ||
		is_too_long(found->secret_access_key) ||
		is_too_long(found->session_token))
		return source_failed(request,
							 "%s gave an access key or token that is too long.",
							 what);
	if (!http_header_can_hold(found->access_key_id) ||
		(found->session_token != NULL &&
		 !http_header_can_hold(found->session_token)))
		return source_failed(request,
							 "%s gave an access key or token with characters that cannot stand in a header.",
							 what);
	if (found->expiration < 0)
		return source_failed(request,
							 "%s gave a time of expiration that cannot be read.",
							 what);
	return SOURCE_FOUND;
}

SourceOutcome
source_credentials_of_json(SourceRequest *request, const char *json,
						   const char *token_name, const char *what)
{
	Credentials *found = &request->credentials;
	const char *expiration;
	JsonTree	tree;

	if (!json_tree_read(&tree, json, strlen(json)))
		return source_failed(request, "%s gave something that is no JSON object.",
							 what);
	found->access_key_id = text_of_member(&tree, "AccessKeyId");
	found->secret_access_key = text_of_member(&tree, "SecretAccessKey");
	found->session_token = text_of_member(&tree, token_name);
	found->account_id = text_of_member(&tree, "AccountId");
	expiration = text_of_member(&tree, "Expiration");
	found->expiration = expiration == NULL ? 0
		: source_parse_time(expiration);
	if (tree.problem != NULL)
		return source_failed(request,
							 "%s gave credentials that cannot be read: %s.",
							 what, tree.problem);
	return source_check_credentials(request, what);
}
