# beside.sh
#		The TAP tests beside all others.  They have servers and proxies of
#		their own and wait much, so that an engine of their own is all they
#		need to run meanwhile.
#
# shellcheck shell=bash

BESIDE_PID=

# Begins them.  With an endpoint that was there already, which tables would
# have to share, nothing is begun: end_beside runs them then.
begin_beside()
{
  [ -n "$ENGINE_PID" ] || return 0
  chosen "$SRC"/test/t/*.pl
  [ "${#CHOSEN[@]}" -gt 0 ] || return 0
  # a process group of its own, so that all of it can be stopped
  set -m
  run_beside >"$RUN/beside.out" 2>&1 </dev/null &
  BESIDE_PID=$!
  set +m
  at_exit stop_beside
}

# In a process of its own, which stops its engine and nothing else.
run_beside()
{
  # shellcheck disable=SC2034  # read at the end
  CLEANUP=()
  ENGINE_PID=
  RESULTS=$RESULTS/tap
  FOUND_TESTS=()
  trap stop_engine EXIT
  trap 'exit 143' TERM
  unset DYNAMODB_ENDPOINT
  mkdir "$RESULTS" "$RESULTS/tmp"
  server_owns "$RESULTS"
  start_engine
  # shellcheck disable=SC2034  # used by the suite
  PROXY_ENDPOINT=$DYNAMODB_ENDPOINT
  run_tap_tests
  printf '%s\n' "${FOUND_TESTS[@]}" >"$RUN/beside.found"
}

# Waits for them, and reports what they have reported.
end_beside()
{
  local word name
  if [ -z "$BESIDE_PID" ]; then
    run_tap_tests
    return 0
  fi
  wait "$BESIDE_PID" || failed "the TAP tests (they have ended early)"
  BESIDE_PID=
  cat "$RUN/beside.out"
  while read -r word name; do
    case $word in
      ok) PASSED=$((PASSED + 1)) ;;
      FAILED) FAILED+=("$name") ;;
      skipped) SKIPPED=$((SKIPPED + 1)) ;;
    esac
  done < <(grep -E '^(ok      |FAILED  |skipped )' "$RUN/beside.out")
  [ ! -e "$RUN/beside.found" ] || mapfile -t -O "${#FOUND_TESTS[@]}" FOUND_TESTS <"$RUN/beside.found"
}

stop_beside()
{
  [ -n "$BESIDE_PID" ] || return 0
  kill -TERM -- "-$BESIDE_PID" 2>/dev/null
  wait "$BESIDE_PID" 2>/dev/null
}
