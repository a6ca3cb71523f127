# report.sh
#		Counts test files that passed, failed and were skipped.
#
# shellcheck shell=bash

PASSED=0
SKIPPED=0
FAILED=()
ON_ENGINE=      # what follows a test's name where it runs on another engine

passed()
{
  PASSED=$((PASSED + 1))
  printf 'ok      %s\n' "$1$ON_ENGINE"
}

failed()
{
  FAILED+=("$1$ON_ENGINE")
  printf 'FAILED  %s\n' "$1$ON_ENGINE"
}

skipped()
{
  SKIPPED=$((SKIPPED + 1))
  printf 'skipped %s (%s)\n' "$1$ON_ENGINE" "$2"
}

# Says whether a test has to be skipped, because its head comment has a line
# "Needs: ..." that the engine does not meet, or (as in "pg18") the major of
# PostgreSQL, and reports it.
skip_unmet()
{
  local name=$1 file=$2 need
  for need in $(head_words "$file" Needs); do
    if [[ $need =~ ^pg([0-9]+)$ ]]; then
      [ "$PG_MAJOR" -lt "${BASH_REMATCH[1]}" ] || continue
      skipped "$name" "PostgreSQL $PG_MAJOR is older than ${BASH_REMATCH[1]}"
      return 0
    fi
    if ! engine_can "$need"; then
      skipped "$name" "$ENGINE has no $need"
      return 0
    fi
  done
  return 1
}

# The last line, and the exit status.
report()
{
  local line="$PASSED passed, ${#FAILED[@]} failed"
  [ "$SKIPPED" -eq 0 ] || line="$line, $SKIPPED skipped"
  if [ "${#FAILED[@]}" -gt 0 ]; then
    printf '\nfailed:'
    printf ' %s' "${FAILED[@]}"
    printf '\n'
  fi
  printf '%s\n' "$line"
  [ "${#FAILED[@]}" -eq 0 ]
}
