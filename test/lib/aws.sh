# aws.sh
#		The suites against the real service: see test/aws.
#
# shellcheck shell=bash

GATEWAY_PID=
GATEWAY_ENDPOINT=
UNIT_CAP=200000
SERVICE_ENDPOINT=
TABLE_PREFIX=
REMOVED_PREFIX=

# Those that need an engine, and neither its failures nor other servers.
SERVICE_TAP_TESTS=(001_concurrency 003_requests 007_key_change 008_on_conflict
  009_stored_nul 020_access_path 022_rollback 031_lost_update
  032_concurrent_write 033_read_ahead)

read_aws_arguments()
{
  local pays='' name
  WANTED_TESTS=()
  while [ "$#" -gt 0 ]; do
    case $1 in
      --i-pay) pays=1 ;;
      --cap) UNIT_CAP=${2:?} && shift ;;
      --endpoint) SERVICE_ENDPOINT=${2:?} && shift ;;
      --remove) REMOVED_PREFIX=${2:?} && shift ;;
      --*) die "unknown option $1" ;;
      *) WANTED_TESTS+=("$1") ;;
    esac
    shift
  done
  [ -n "$pays" ] ||
    die "this uses the DynamoDB of your AWS account, which costs money: say --i-pay"
  [[ $UNIT_CAP =~ ^[0-9]+$ ]] || die "--cap takes a number of units"
  for name in AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; do
    [ -n "${!name:-}" ] || die "set $name"
  done
  SERVICE_ENDPOINT=${SERVICE_ENDPOINT:-https://dynamodb.$AWS_REGION.amazonaws.com}
  TABLE_PREFIX=${REMOVED_PREFIX:-dynamorm-test-$(date +%s)-$$-}
  # stands for the packages of an engine, which is not wanted
  DYNAMODB_ENDPOINT=$SERVICE_ENDPOINT
}

# The end of a host's name that is Amazon's.
is_amazon_host()
{
  split_endpoint "$1" &&
    [[ $ENDPOINT_HOST =~ \.(amazonaws\.(com|com\.cn|eu)|api\.aws)$ ]]
}

# Sets and exports DYNAMODB_ENDPOINT, the gateway's address.
start_gateway()
{
  local i port
  if [[ $SERVICE_ENDPOINT = https:* ]]; then
    # shellcheck disable=SC2034  # used by install_wanted
    WANTED=()
    want_package libio-socket-ssl-perl
    install_wanted
  fi
  is_amazon_host "$SERVICE_ENDPOINT" ||
    note "$SERVICE_ENDPOINT is no host of AWS's: this says nothing about the real service."
  note "Tables are named ${TABLE_PREFIX}...; at most $UNIT_CAP units are used."
  : >"$RUN/gateway.log"
  setsid "$SRC/test/lib/aws/gateway" --exit-with-parent \
    --target "$SERVICE_ENDPOINT" --region "$AWS_REGION" --prefix "$TABLE_PREFIX" \
    --cap "$UNIT_CAP" >"$RUN/gateway.log" 2>&1 </dev/null &
  GATEWAY_PID=$!
  at_exit stop_gateway
  for ((i = 0; i < 100; i++)); do
    port=$(sed -n 's/^listening on //p' "$RUN/gateway.log")
    if [ -n "$port" ]; then
      GATEWAY_ENDPOINT=http://127.0.0.1:$port
      export DYNAMODB_ENDPOINT=$GATEWAY_ENDPOINT
      at_exit remove_tables
      return 0
    fi
    sleep 0.05
  done
  cat "$RUN/gateway.log" >&2
  die "the gateway did not start"
}

stop_gateway()
{
  stop_process "$GATEWAY_PID"
  GATEWAY_PID=
}

# Removes the tables of this run, or of the one that was named; once.
remove_tables()
{
  local answer
  [ -n "$GATEWAY_ENDPOINT" ] || return 0
  note "Removing the tables ${TABLE_PREFIX}..."
  answer=$(curl -s -X POST "$GATEWAY_ENDPOINT/__remove")
  GATEWAY_ENDPOINT=
  [ "$answer" = '{"left":[]}' ] ||
    note "Tables may be left.  Remove them: bash test/aws --i-pay --remove $TABLE_PREFIX ($answer)"
}

# The suites that make sense, or the tests that were named.
run_aws_suite()
{
  local name
  RESULTS=$RUN/check
  FOUND_TESTS=()  # added to by chosen
  mkdir "$RESULTS" "$RESULTS/tmp"
  server_owns "$RESULTS"
  choose_test_source
  run_regress_tests
  run_isolation_tests
  if [ "${#WANTED_TESTS[@]}" -eq 0 ]; then
    WANTED_TESTS=("${SERVICE_TAP_TESTS[@]}")
    run_tap_tests
    WANTED_TESTS=()
  else
    run_tap_tests
  fi
  for name in "${WANTED_TESTS[@]}"; do
    [[ " ${FOUND_TESTS[*]} " == *" $name "* ]] || failed "$name (no such test)"
  done
  keep_results
}

# What was used; a run that the cap has ended has failed.
report_units()
{
  local used
  used=$(curl -s "$GATEWAY_ENDPOINT/__used")
  printf '\nused, of %s units: %s\n' "$UNIT_CAP" "$used"
  ! grep -q 'the cap of .* units is reached' "$RUN/gateway.log" ||
    failed "cap (of $UNIT_CAP units is reached)"
  is_amazon_host "$SERVICE_ENDPOINT" ||
    printf 'not run against the real service, but at %s\n' "$SERVICE_ENDPOINT"
}
