# second.sh
#		A second engine beside the first.  DynamoDB Local answers here and
#		there otherwise than the service; where test/check runs on it, the
#		isolation specs and a short run of the judge are on dynoxide too.
#
# shellcheck shell=bash

SECOND_ENGINE=dynoxide
SECOND_JUDGED_STATEMENTS=500

# What is put aside meanwhile.
FIRST_ENGINE=
FIRST_ENDPOINT=
FIRST_PID=

# What it takes to fetch it.
install_second_engine_packages()
{
  # shellcheck disable=SC2034  # used by the packages
  WANTED=()
  if [ "$ENGINE" = local ] && [ -z "${DYNAMODB_ENDPOINT:-}" ] &&
     dynoxide_runs_here && ! dynoxide_is_cached; then
    want_command npm npm
    install_wanted
  fi
}

# Why it cannot be had, if so.
second_engine_lacks()
{
  if ! dynoxide_runs_here; then
    echo "it is for x86-64, and this is $(uname -m)"
  elif ! dynoxide_is_cached && ! dynoxide_can_be_fetched; then
    echo "the registry of npm is not reached"
  fi
}

# From here on the second engine is the one that is talked to.
enter_second_engine()
{
  FIRST_ENGINE=$ENGINE
  FIRST_ENDPOINT=$DYNAMODB_ENDPOINT
  FIRST_PID=$ENGINE_PID
  at_exit stop_first_engine
  ENGINE=$SECOND_ENGINE
  ON_ENGINE=" ($ENGINE)"
  unset DYNAMODB_ENDPOINT
  start_engine
}

leave_second_engine()
{
  stop_engine
  ENGINE=$FIRST_ENGINE
  ENGINE_PID=$FIRST_PID
  FIRST_PID=
  export DYNAMODB_ENDPOINT=$FIRST_ENDPOINT
  # shellcheck disable=SC2034  # used by the report
  ON_ENGINE=
}

stop_first_engine()
{
  stop_process "$FIRST_PID"
  FIRST_PID=
}

# The specs have a database of their own there, with what setup makes.
run_on_second_engine()
{
  local lack name RESULTS=$RESULTS/second PROXY_ENDPOINT
  # shellcheck disable=SC2034  # used by the suite
  local JUDGED_STATEMENTS=$SECOND_JUDGED_STATEMENTS
  [ -n "$ENGINE_PID" ] && [ "$ENGINE" = local ] || return 0
  chosen "$SRC"/test/isolation/specs/*.spec "$SRC/test/judge"
  [ "${#CHOSEN[@]}" -gt 0 ] || return 0
  lack=$(second_engine_lacks)
  if [ -n "$lack" ]; then
    for name in "${CHOSEN[@]}"; do
      skipped "$name ($SECOND_ENGINE)" "$lack"
    done
    return 0
  fi
  if ! dynoxide_is_cached && ! (trap remove_fetched EXIT; fetch_dynoxide); then
    failed "$SECOND_ENGINE (it cannot be fetched)"
    return 0
  fi
  mkdir "$RESULTS" "$RESULTS/tmp"
  server_owns "$RESULTS"
  enter_second_engine
  # shellcheck disable=SC2034  # used by the suite
  PROXY_ENDPOINT=$DYNAMODB_ENDPOINT
  chosen "$SRC"/test/isolation/specs/*.spec
  if [ "${#CHOSEN[@]}" -gt 0 ]; then
    installcheck REGRESS=setup >"$RESULTS/setup.out" 2>&1 ||
      cat "$RESULTS/setup.out"
  fi
  run_isolation_tests
  run_judge
  leave_second_engine
}
