/*
 * credential_process.c
 *		Credentials printed by a program that a profile names.
 *
 * The program runs as the server's operating system user, without a shell.
 * What it prints is secret, so it is neither logged nor shown; its standard
 * error is the server's, which is where its own messages are looked for.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
 */
#include "postgres.h"

#include "compat.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "client/credential/credential_process.h"
#include "client/http/descriptor.h"
#include "client/http/interrupt.h"
#include "client/http/wait_event.h"
#include "client/wire/json_tree.h"

#define PROCESS_TIMEOUT		60000	/* milliseconds */
#define END_INTERVAL		10		/* between two looks whether it has
									 * ended */
#define MAX_OUTPUT			(64 * 1024)

extern char **environ;

/* A program under way; killed and forgotten with its memory context. */
typedef struct Process
{
	pid_t		pid;			/* 0: it has ended */
	int			output;			/* read end of its standard output; -1:
								 * closed */
	DescriptorHolder holder;	/* of that descriptor */
	TimestampTz deadline;		/* when it must have ended */
	MemoryContextCallback callback;
} Process;

static void
release_process(void *argument)
{
	Process    *process = (Process *) argument;

	if (process->output >= 0)
		close(process->output);
	descriptors_release(&process->holder, process->holder.count);
	if (process->pid > 0)
	{
		kill(process->pid, SIGKILL);
		while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

/*
 * Splits a command as a shell would, with '...', "..." and \, and nothing
 * else.
 */
static char **
split_command(const char *command)
{
	int			length = strlen(command);
	char	  **words = palloc0(sizeof(char *) * (length / 2 + 2));
	char	   *word = palloc(length + 1);
	int			count = 0;
	int			used = 0;
	bool		inside = false;
	char		quote = '\0';

	for (;; command++)
	{
		char		c = *command;

		if (c == '\0' || (quote == '\0' && (c == ' ' || c == '\t')))
		{
			if (inside)
				words[count++] = pnstrdup(word, used);
			inside = false;
			used = 0;
			if (c == '\0')
				return words;
		}
		else if (quote == '\0' && (c == '\'' || c == '"'))
		{
			quote = c;
			inside = true;
		}
		else if (quote != '\0' && c == quote)
			quote = '\0';
		else
		{
			if (c == '\\' && quote != '\'' && command[1] != '\0')
				c = *++command;
			word[used++] = c;
			inside = true;
		}
	}
}

/*
 * Opens a pipe, and sees to it that its end can be waited for, which takes a
 * descriptor for a while; false with errno set.
 */
static bool
open_pipe(Process *process, int ends[2])
{
	if (!descriptors_acquire(&process->holder, 2, true))
	{
		errno = EMFILE;
		return false;
	}
	descriptors_release(&process->holder, 1);
	while (pipe2(ends, O_CLOEXEC) != 0)
	{
		if ((errno != EMFILE && errno != ENFILE) ||
			!descriptors_close_idle(&process->holder))
			return false;
	}
	return true;
}

/* Starts the program; false with errno set. */
static bool
start_process(Process *process, char *const *words)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t	signals;
	int			ends[2];
	int			error;

	if (!open_pipe(process, ends))
		return false;
	process->output = ends[0];

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
									 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawnattr_init(&attributes);
	sigfillset(&signals);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	posix_spawnattr_setflags(&attributes,
							 POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

	error = posix_spawnp(&process->pid, words[0], &actions, &attributes,
						 words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	close(ends[1]);
	if (error != 0)
		process->pid = 0;
	errno = error;
	return error == 0;
}

static long
milliseconds_left(const Process *process)
{
	return TimestampDifferenceMilliseconds(GetCurrentTimestamp(),
										   process->deadline);
}

/*
 * Reads what it prints until it closes its output; false: too long, or late.
 */
static bool
read_output(Process *process, StringInfo text)
{
	for (;;)
	{
		long		left = milliseconds_left(process);
		char		buffer[4096];
		ssize_t		length;
		int			events;

		if (left <= 0 || text->len > MAX_OUTPUT)
			return false;
		events = WaitLatchOrSocket(MyLatch,
								   WL_LATCH_SET | WL_SOCKET_READABLE |
								   WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
								   process->output, left,
								   wait_event(WAIT_FOR_CREDENTIALS));
		if (events & WL_LATCH_SET)
		{
			ResetLatch(MyLatch);
			interrupt_check();
		}
		if (!(events & WL_SOCKET_READABLE))
			continue;
		length = read(process->output, buffer, sizeof(buffer));
		if (length < 0 && errno != EINTR)
			return false;
		if (length == 0)
			return true;
		if (length > 0)
			appendBinaryStringInfo(text, buffer, (int) length);
	}
}

/*
 * Waits for its end, which may be long after that of its output; false unless
 * it is a success.  The end of a child sets no latch in a backend.
 */
static bool
ended_well(Process *process)
{
	int			status;
	pid_t		ended;

	while ((ended = waitpid(process->pid, &status, WNOHANG)) <= 0)
	{
		if (ended < 0 && errno != EINTR)
		{
			process->pid = 0;	/* it is no child any more */
			return false;
		}
		if (milliseconds_left(process) <= 0)
			return false;
		if (WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					  END_INTERVAL,
					  wait_event(WAIT_FOR_CREDENTIALS)) & WL_LATCH_SET)
		{
			ResetLatch(MyLatch);
			interrupt_check();
		}
	}
	process->pid = 0;

	/* what cancels the statement ends the program too, by a signal */
	interrupt_check();
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
is_version_1(const char *json)
{
	JsonTree	tree;

	/* what is no JSON is told of by who reads the credentials */
	return !json_tree_read(&tree, json, strlen(json)) ||
		json_tree_number(&tree, tree.root, "Version") == 1;
}

SourceOutcome
source_process(SourceRequest *request, const char *command)
{
	Process    *process = palloc0(sizeof(Process));
	char	  **words = split_command(command);
	StringInfoData text;

	if (words[0] == NULL)
		return source_failed(request, "The profile's credential_process is empty.");
	process->output = -1;
	process->deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
													PROCESS_TIMEOUT);
	process->callback.func = release_process;
	process->callback.arg = process;
	MemoryContextRegisterResetCallback(CurrentMemoryContext,
									   &process->callback);
	if (!start_process(process, words))
		return source_failed(request,
							 "The profile's credential_process could not be started: %m.");
	initStringInfo(&text);
	if (!read_output(process, &text))
		return source_failed(request,
							 "The profile's credential_process did not end, or printed too much.");
	if (!ended_well(process))
		return source_failed(request,
							 "The profile's credential_process failed.");
	if (!is_version_1(text.data))
		return source_failed(request,
							 "The profile's credential_process printed another version than 1.");
	return source_credentials_of_json(request, text.data, "SessionToken",
									  "The profile's credential_process");
}
