# steps.sh
#		What programs of the shell print: a line for each thing that a step saw.
#
# shellcheck shell=bash

set -uo pipefail

# Each line of the input, as seen by the step.
lines()
{
  sed "s/^/$1: /"
}

# What statements return, or the error: saw STEP STATEMENT...
saw()
{
  local step=$1 statement
  shift
  for statement in "$@"; do
    psql -X -q -At -v VERBOSITY=terse -c "$statement" 2>&1 | lines "$step"
  done
}

# The same where the words of an error are not PostgreSQL's: its SQLSTATE.
saw_state()
{
  psql -X -q -At -v VERBOSITY=sqlstate -c "$2" 2>&1 | lines "$1"
}

# What pgbench counts, which tries transactions again that failed with 40001:
# bench STEP ARGUMENT...
bench()
{
  local step=$1
  shift
  pgbench -n -c 4 -j 1 -t 50 --max-tries=1000 "$@" 2>&1 |
    grep -E '^number of (failed )?transactions( actually processed)?:|ERROR|FATAL' |
    lines "$step"
}
