# report.sh
#		Counts test files that passed, failed and were skipped.
#
# shellcheck shell=bash

PASSED=0
SKIPPED=0
FAILED=()

passed()
{
  PASSED=$((PASSED + 1))
  printf 'ok      %s\n' "$1"
}

failed()
{
  FAILED+=("$1")
  printf 'FAILED  %s\n' "$1"
}

skipped()
{
  SKIPPED=$((SKIPPED + 1))
  printf 'skipped %s (%s)\n' "$1" "$2"
}

# Says whether a test has to be skipped, because its head comment has a line
# "Needs: ..." that the engine does not meet, and reports it.
skip_unmet()
{
  local name=$1 file=$2 need
  for need in $(head_words "$file" Needs); do
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
