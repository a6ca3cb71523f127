# base.sh
#		What every script of the tests needs: where things are, how to say
#		something, and how everything that was started is stopped.
#
# shellcheck shell=bash

set -uo pipefail
export LC_ALL=C.UTF-8 LANG=C.UTF-8
umask 022

# shellcheck disable=SC2034  # used by all others
SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dynamorm_fdw
RUN=            # this run's own directory, gone at the end
CLEANUP=()      # functions to call at the end, the last one first

note()
{
  printf '%s\n' "$*" >&2
}

die()
{
  note "$(basename "$0"): $*"
  exit 1
}

# Runs the command silently; its output is shown only if it fails.
quietly()
{
  local what=$1 log status=0
  shift
  log=$(mktemp "$RUN/log.XXXXXX")
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" -ne 0 ]; then
    tail -n 60 "$log" >&2
    die "$what failed: $*"
  fi
  rm -f "$log"
}

at_exit()
{
  CLEANUP+=("$1")
}

clean_up()
{
  local status=$? i
  trap '' INT TERM HUP
  for ((i = ${#CLEANUP[@]} - 1; i >= 0; i--)); do
    "${CLEANUP[i]}"
  done
  [ -z "$RUN" ] || rm -rf "$RUN"
  exit "$status"
}

# Makes the directory of this run.  It is in /tmp, because the path of a
# socket must be short and another user must get at what is in it.
start_run()
{
  trap clean_up EXIT
  # Ctrl-C ends all, and not only the command that is under way; other signals
  # do so by themselves.
  trap 'exit 130' INT
  RUN=$(mktemp -d /tmp/dynamorm_fdw.XXXXXX) || die "no temporary directory"
  chmod 755 "$RUN"
  mkdir -p "$CACHE" || die "cannot create $CACHE"
}

# Stops a process that we started, and waits until it is gone.
stop_process()
{
  local pid=$1 i
  [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || return 0
  for ((i = 0; i < 50; i++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null
}

# The words after a label in the head comment of a file, such as those after
# "Links:" in a unit test or after "Needs:" in any test.
head_words()
{
  sed -n "1,20{s/.*\\b$2:[[:space:]]*\\([^*]*\\).*/\\1/p}" "$1" | head -n 1
}
