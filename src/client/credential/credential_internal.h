/*
 * credential_internal.h
 *		What the sources of credentials share.
 *
 * Each source either finds credentials, or is not set up on this machine (the
 * chain goes on), or fails (the chain ends, and the user is told why).
 */
#ifndef DYNAMORM_CLIENT_CREDENTIAL_INTERNAL_H
#define DYNAMORM_CLIENT_CREDENTIAL_INTERNAL_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "client/credential/credential.h"

typedef enum SourceOutcome
{
	SOURCE_FOUND,
	SOURCE_ABSENT,				/* nothing of it is set up here */
	SOURCE_FAILED				/* it is, but did not give credentials */
} SourceOutcome;

/* What a source is asked with, and what it answers. */
typedef struct SourceRequest
{
	const CredentialSettings *settings;
	int64		now;			/* seconds since 1970 */
	Credentials credentials;	/* FOUND: in the current memory context */
	const char *problem;		/* FAILED: a sentence without secrets */
} SourceRequest;

/* Sets the problem; returns SOURCE_FAILED. */
extern SourceOutcome source_failed(SourceRequest *request,
								   const char *format,...)
			pg_attribute_printf(2, 3);

/* A variable of the server's environment; NULL: not set, or empty. */
extern const char *source_variable(const char *name);

/*
 * Are the credentials found such that a request can be signed with them?  what
 * names their origin, for the problem.
 */
extern SourceOutcome source_check_credentials(SourceRequest *request,
											  const char *what);

/*
 * Takes AccessKeyId, SecretAccessKey, the token (named token_name) and
 * Expiration out of a JSON object's text, and checks them.
 */
extern SourceOutcome source_credentials_of_json(SourceRequest *request,
												const char *json,
												const char *token_name,
												const char *what);

/*
 * Seconds since 1970 of an ISO 8601 time such as 2026-01-02T03:04:05Z; -1 if
 * it is none.
 */
extern int64 source_parse_time(const char *text);

/*
 * The content of a small text file without the white space at its ends; NULL
 * if it cannot be read (errno tells why).
 */
extern char *source_read_file(const char *path);

/* ---- credential_file.c: profiles ---- */

/* A profile: what both files say of it. */
typedef struct Profile
{
	const char *name;
	List	   *settings;		/* of ProfileSetting */
} Profile;

/* The profile; NULL if neither file has it. */
extern Profile *profile_read(const char *name);

/* The name of the profile that is used; wanted: NULL, if none is. */
extern const char *profile_name(const char *wanted);

/* The profile that settings say; NULL: there is none, or it is hidden. */
extern Profile *profile_of_settings(const CredentialSettings *settings);

/* A setting of a profile; NULL: not there. */
extern const char *profile_setting(const Profile *profile, const char *name);

/*
 * A setting of one service ("dynamodb", "sts"), in the section that the
 * profile's setting "services" names; NULL: not there.
 */
extern const char *profile_service_setting(const Profile *profile,
										   const char *service,
										   const char *name);

/*
 * What a variable of the environment says, or else the setting of that name of
 * the profile; NULL: neither.
 */
extern const char *profile_or_variable(const char *variable,
									   const CredentialSettings *settings,
									   const char *name);
extern bool profile_or_variable_is_true(const char *variable,
										const CredentialSettings *settings,
										const char *name);

/* ---- credential_http.c: answers of services ---- */

extern SourceOutcome source_container(SourceRequest *request);
extern SourceOutcome source_instance(SourceRequest *request);

/* The region that the instance is in; NULL: it is none, or does not say. */
extern const char *source_instance_region(SourceRequest *request);

/* ---- credential_role.c: the Security Token Service ---- */

/* What a role is asked for with. */
typedef struct RoleSettings
{
	const char *role_arn;
	const char *external_id;	/* NULL: none */
	const char *session_name;	/* NULL: one of ours */
	const char *duration;		/* seconds, in decimal; NULL: the service's */
} RoleSettings;

/* Assumes the role with the credentials that the request holds. */
extern SourceOutcome source_assume_role(SourceRequest *request,
										const RoleSettings *role);

/* The same with the token in a file, which needs no credentials. */
extern SourceOutcome source_web_identity(SourceRequest *request,
										 const char *token_file,
										 const RoleSettings *role);

/* ---- credential_process.c ---- */

/* Runs a command that prints credentials. */
extern SourceOutcome source_process(SourceRequest *request,
									const char *command);

/* ---- credential_fetch.c ---- */

/* One HTTP exchange with a service that has credentials to give. */
typedef struct FetchRequest
{
	const char *base;			/* "http://host[:port]" */
	const char *path;			/* with a query, if any */
	const char *method;			/* "GET", "PUT", "POST" */
	const char *const *headers; /* NULL-terminated; NULL: none */
	const char *body;			/* NULL: none */
	const char *ca_file;		/* NULL: the system's */
	const char *transient;		/* an answer with this text is worth another
								 * attempt; NULL: none */
	int			timeout;		/* milliseconds, of one attempt */
	int			attempts;
} FetchRequest;

typedef struct FetchAnswer
{
	int			status;			/* of HTTP; 0: there was no answer */
	char	   *body;			/* NUL-terminated; "" if there is none */
	const char *problem;		/* why there was no answer */
	bool		sent;			/* it may have reached the service */
} FetchAnswer;

/*
 * Sends it, repeating it after failures of the network, 429 and 5xx.  The
 * answer is allocated in the current memory context.
 */
extern FetchAnswer *fetch(const FetchRequest *request);

#endif							/* DYNAMORM_CLIENT_CREDENTIAL_INTERNAL_H */
