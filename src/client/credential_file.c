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

#include "client/credential_internal.h"

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

/* A file in the home directory of the server's user, unless a variable says. */
static const char *
file_path(const char *variable, const char *name)
{
	const char *path = source_variable(variable);
	const char *home = source_variable("HOME");

	if (path != NULL && path[0] != '~')
		return path;
	if (home == NULL)
	{
		struct passwd *user = getpwuid(geteuid());

		home = user != NULL ? user->pw_dir : "/";
	}
	if (path != NULL)
		return psprintf("%s%s", home, path + 1);
	return psprintf("%s/.aws/%s", home, name);
}

static char *
trim(char *text)
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

/*
 * Is the header, [default] or [profile name] in the config file and [name] in
 * the credentials file, that of the profile?
 */
static bool
is_header_of(char *line, const char *name, bool is_config)
{
	char	   *end = strchr(line, ']');
	char	   *header;

	if (end == NULL)
		return false;
	*end = '\0';
	header = trim(line + 1);
	if (is_config && strcmp(header, "default") != 0)
	{
		if (strncmp(header, "profile", 7) != 0 ||
			(header[7] != ' ' && header[7] != '\t'))
			return false;
		header = trim(header + 8);
	}
	return strcmp(header, name) == 0;
}

static void
add_setting(Profile *profile, char *line)
{
	char	   *equals = strchr(line, '=');
	ProfileSetting *setting;
	char	   *place;

	if (equals == NULL)
		return;
	*equals = '\0';
	cut_comment(equals + 1);
	setting = palloc(sizeof(ProfileSetting));
	setting->name = trim(line);
	setting->value = trim(equals + 1);
	for (place = unconstify(char *, setting->name); *place; place++)
		*place = pg_ascii_tolower((unsigned char) *place);
	profile->settings = lappend(profile->settings, setting);
}

/* Adds what a file says of the profile; false if the file has no such one. */
static bool
read_profile_file(Profile *profile, const char *path, bool is_config)
{
	char	   *text = source_read_file(path);
	char	   *line;
	char	   *next;
	bool		inside = false;
	bool		found = false;

	for (line = text; line != NULL; line = next)
	{
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (line[0] == '[')
		{
			inside = is_header_of(line, profile->name, is_config);
			found = found || inside;
		}
		/* an indented line belongs to the nested value above it */
		else if (inside && line[0] != '#' && line[0] != ';' &&
				 line[0] != ' ' && line[0] != '\t')
			add_setting(profile, line);
	}
	return found;
}

Profile *
profile_read(const char *name)
{
	Profile    *profile = palloc0(sizeof(Profile));
	bool		found;

	profile->name = name;

	/* the first that says something wins: the credentials file */
	found = read_profile_file(profile,
							  file_path("AWS_SHARED_CREDENTIALS_FILE",
										"credentials"), false);
	if (read_profile_file(profile, file_path("AWS_CONFIG_FILE", "config"),
						  true))
		found = true;
	return found ? profile : NULL;
}
