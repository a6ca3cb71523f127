/*
 * credential_file.h
 *		Profiles: the shared config and credentials files.
 *
 * All is allocated in the current memory context.
 */
#ifndef DYNAMORM_CLIENT_CREDENTIAL_FILE_H
#define DYNAMORM_CLIENT_CREDENTIAL_FILE_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "client/credential/credential_settings.h"

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

/* A setting of [kind name] in the config file; NULL: not there. */
extern const char *profile_section_setting(const char *kind,
										   const char *section,
										   const char *name);

/* A file in the folder .aws in the home directory of the server's user. */
extern const char *profile_home_file(const char *name);

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

#endif							/* DYNAMORM_CLIENT_CREDENTIAL_FILE_H */
