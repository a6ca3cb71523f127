# long.sh
#		One of the TAP tests, at length: by itself, with all that it prints.
#
# shellcheck shell=bash

run_long()
{
  local name=$1
  start_run
  install_packages
  build_extension
  start_engine
  clean_environment
  mkdir "$RUN/home"
  server_owns "$RUN/home"
  RESULTS=$RUN/check
  mkdir "$RESULTS" "$RESULTS/tmp"
  server_owns "$RESULTS"
  choose_test_source
  # shellcheck disable=SC2034  # the test starts a proxy of its own
  PROXY_ENDPOINT=$DYNAMODB_ENDPOINT
  installcheck TAP_TESTS=1 PROVE_TESTS="test/t/$name.pl" || {
    tail -n 40 "$RESULTS/tmp_check/log/regress_log_$name"
    return 1
  }
}
