/*
 * credential_file.c
 *		Profiles in the shared config and credentials files.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials
 * files" and "Format of the config file".
 */
#include "postgres.h"

#include "compat.h"

#include <pwd.h>
#include <unistd.h>

#include "client/credential/credential_file.h"
#include "client/credential/credential_source.h"

typedef struct ProfileSetting
{
	const char *name;			/* in lower case */
	const char *value;
} ProfileSetting;

const char *
profile_name(const char *wanted)
{
	if (wanted == NULL)
		wanted = source_variable("AWS_PROFILE");
	return wanted != NULL ? wanted : "default";
}

const char *
profile_setting(const Profile *profile, const char *name)
{
	ListCell   *cell;

	foreach(cell, profile->settings)
	{
		ProfileSetting *setting = (ProfileSetting *) lfirst(cell);

		if (strcmp(setting->name, name) == 0 && setting->value[0] != '\0')
			return setting->value;
	}
	return NULL;
}

static const char *
home_directory(void)
{
	const char *home = source_variable("HOME");
	struct passwd *user;

	if (home != NULL)
		return home;
	user = getpwuid(geteuid());
	return user != NULL ? user->pw_dir : "/";
}

const char *
profile_home_file(const char *name)
{
	return psprintf("%s/.aws/%s", home_directory(), name);
}

/*
 * A file in the home directory of the server's user, unless a variable says.
 */
static const char *
file_path(const char *variable, const char *name)
{
	const char *path = source_variable(variable);

	if (path == NULL)
		return profile_home_file(name);
	return path[0] != '~' ? path
		: psprintf("%s%s", home_directory(), path + 1);
}

static char *
trim_blanks(char *text)
{
	int			length;

	text += strspn(text, " \t\r");
	length = strlen(text);
	while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
		length--;
	text[length] = '\0';
	return text;
}

/* A comment within a line starts after white space. */
static void
cut_comment(char *text)
{
	char	   *place;

	for (place = text; *place; place++)
	{
		if ((*place == '#' || *place == ';') && place > text &&
			(place[-1] == ' ' || place[-1] == '\t'))
		{
			*place = '\0';
			return;
		}
	}
}

/* Takes the next line off a text; NULL at its end. */
static char *
next_line(char **rest)
{
	char	   *line = *rest;
	char	   *end;

	if (line == NULL)
		return NULL;
	end = strchr(line, '\n');
	if (end != NULL)
		*end++ = '\0';
	*rest = end;
	return line;
}

/* An indented line belongs to the nested value above it. */
static bool
is_indented(const char *line)
{
	return line[0] == ' ' || line[0] == '\t';
}

static bool
is_comment(const char *line)
{
	return line[0] == '#' || line[0] == ';';
}

/* Splits "name = value"; the name is brought to lower case. */
static bool
split_setting(char *line, char **name, char **value)
{
	char	   *equals = strchr(line, '=');
	char	   *place;

	if (equals == NULL)
		return false;
	*equals = '\0';
	cut_comment(equals + 1);
	*name = trim_blanks(line);
	*value = trim_blanks(equals + 1);
	for (place = *name; *place; place++)
		*place = pg_ascii_tolower((unsigned char) *place);
	return true;
}

/* Is the line the header of a section [kind name], or [name] (kind NULL)? */
static bool
is_header_of(char *line, const char *kind, const char *name)
{
	char	   *end = strchr(line, ']');
	char	   *header;

	if (end == NULL)
		return false;
	*end = '\0';
	header = trim_blanks(line + 1);
	if (kind != NULL)
	{
		size_t		length = strlen(kind);

		if (strncmp(header, kind, length) != 0 ||
			!is_indented(header + length))
			return false;
		header = trim_blanks(header + length + 1);
	}
	return strcmp(header, name) == 0;
}

static bool
is_setting_key(const char *name)
{
	return strcmp(name, "aws_access_key_id") == 0 ||
		strcmp(name, "aws_secret_access_key") == 0 ||
		strcmp(name, "aws_session_token") == 0;
}

/*
 * Adds what a file says of the profile: in [name], or in the config file in
 * [default] or [profile name].  False if the file has no such one.
 *
 * What was said before goes first, and keys are not mixed: a token belongs to
 * the keys beside it.
 */
static bool
read_profile_file(Profile *profile, const char *path, bool is_config)
{
	const char *kind = is_config && strcmp(profile->name, "default") != 0
		? "profile" : NULL;
	bool		has_keys = profile_setting(profile, "aws_access_key_id") != NULL;
	char	   *rest = source_read_file(path);
	char	   *line;
	bool		inside = false;
	bool		found = false;

	while ((line = next_line(&rest)) != NULL)
	{
		char	   *name;
		char	   *value;
		ProfileSetting *setting;

		if (line[0] == '[')
		{
			inside = is_header_of(line, kind, profile->name);
			found = found || inside;
			continue;
		}
		if (!inside || is_comment(line) || is_indented(line) ||
			!split_setting(line, &name, &value) ||
			(has_keys && is_setting_key(name)))
			continue;
		setting = palloc(sizeof(ProfileSetting));
		setting->name = name;
		setting->value = value;
		profile->settings = lappend(profile->settings, setting);
	}
	return found;
}

Profile *
profile_read(const char *name)
{
	Profile    *profile = palloc0(sizeof(Profile));
	bool		found;

	profile->name = name;
	found = read_profile_file(profile,
							  file_path("AWS_SHARED_CREDENTIALS_FILE",
										"credentials"), false);
	if (read_profile_file(profile, file_path("AWS_CONFIG_FILE", "config"),
						  true))
		found = true;
	return found ? profile : NULL;
}

const char *
profile_service_setting(const Profile *profile, const char *service,
						const char *name)
{
	const char *section = profile_setting(profile, "services");
	char	   *rest = section == NULL ? NULL
		: source_read_file(file_path("AWS_CONFIG_FILE", "config"));
	char	   *line;
	bool		inside = false;
	bool		in_service = false;

	while ((line = next_line(&rest)) != NULL)
	{
		bool		indented = is_indented(line);
		char	   *found;
		char	   *value;

		if (line[0] == '[')
			inside = is_header_of(line, "services", section);
		else if (!inside || is_comment(trim_blanks(line)) ||
				 !split_setting(line, &found, &value))
			continue;
		else if (!indented)
			in_service = strcmp(found, service) == 0;
		else if (in_service && strcmp(found, name) == 0 && value[0] != '\0')
			return value;
	}
	return NULL;
}

const char *
profile_section_setting(const char *kind, const char *section,
						const char *name)
{
	char	   *rest = source_read_file(file_path("AWS_CONFIG_FILE", "config"));
	char	   *line;
	bool		inside = false;

	while ((line = next_line(&rest)) != NULL)
	{
		char	   *found;
		char	   *value;

		if (line[0] == '[')
			inside = is_header_of(line, kind, section);
		else if (inside && !is_comment(line) && !is_indented(line) &&
				 split_setting(line, &found, &value) &&
				 strcmp(found, name) == 0 && value[0] != '\0')
			return value;
	}
	return NULL;
}

Profile *
profile_of_settings(const CredentialSettings *settings)
{
	return settings->files_hidden ? NULL
		: profile_read(profile_name(settings->profile));
}

const char *
profile_or_variable(const char *variable, const CredentialSettings *settings,
					const char *name)
{
	const char *value = source_variable(variable);
	Profile    *profile;

	if (value != NULL)
		return value;
	profile = profile_of_settings(settings);
	return profile == NULL ? NULL : profile_setting(profile, name);
}

bool
profile_or_variable_is_true(const char *variable,
							const CredentialSettings *settings,
							const char *name)
{
	const char *value = profile_or_variable(variable, settings, name);

	return value != NULL && pg_strcasecmp(value, "true") == 0;
}
