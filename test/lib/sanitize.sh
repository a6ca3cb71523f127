# sanitize.sh
#		The sanitizers in backends: see test/sanitize.
#
# shellcheck shell=bash

SANITIZERS='-O1 -fsanitize=address,undefined -fno-wrapv -fno-omit-frame-pointer'
# Judged at length elsewhere: here it is for the ways through the code.
# shellcheck disable=SC2034  # used by the suite
JUDGED_STATEMENTS=1500

build_for_sanitizers()
{
  BUILD=$RUN/build
  mkdir "$BUILD"
  note "Building for PostgreSQL $PG_MAJOR with the sanitizers"
  quietly "the build" make_in "$BUILD" -j "$(nproc)" CC=gcc \
    PROFILE="$SANITIZERS" all
  quietly "the installation" make_in "$BUILD" CC=gcc \
    PROFILE="$SANITIZERS" install DESTDIR="$RUN/stage"
  stage_settings >"$RUN/stage.conf"
}

# The sanitizers must be in a process from its start.  Some libraries set
# their locale when they are loaded, before AddressSanitizer has begun, which
# then waits for itself: the small library makes it begin first.
#
# The server keeps memory that is used until it ends in places that only its
# own memory contexts know; so leaks do not fail a process, and are reported
# only if they are ours.
prepare_sanitizers()
{
  local early=$RUN/early.so options
  printf '%s\n' '#include <stdlib.h>' \
    '__attribute__((constructor)) static void early(void)' \
    '{ free(malloc(1)); }' >"$RUN/early.c"
  quietly "compiling $early" gcc -shared -fPIC -O0 -Wl,-z,initfirst \
    -o "$early" "$RUN/early.c"
  mkdir "$RUN/sanitizer"
  chmod 1777 "$RUN/sanitizer"
  options=detect_leaks=1:exitcode=0:abort_on_error=1:handle_abort=1
  options+=:detect_stack_use_after_return=0:quarantine_size_mb=64
  options+=:log_path=$RUN/sanitizer/address
  # shellcheck disable=SC2034  # used for the cluster and the tests
  SERVER_ENVIRONMENT=(
    "LD_PRELOAD=$(gcc -print-file-name=libasan.so):$early"
    "ASAN_OPTIONS=$options"
    "UBSAN_OPTIONS=print_stacktrace=1:log_path=$RUN/sanitizer/undefined"
  )
  # shellcheck disable=SC2034  # used by the suite
  read -ra UNIT_TEST_FLAGS <<<"$SANITIZERS"
}

run_under_sanitizers()
{
  RESULTS=$RUN/check
  FOUND_TESTS=()
  mkdir "$RESULTS" "$RESULTS/tmp"
  server_owns "$RESULTS"
  choose_test_source
  run_unit_tests
  run_regress_tests
  run_isolation_tests
  run_tap_tests
  run_tour
  run_judge
  keep_results
  # what backends leak is told when they end
  stop_cluster fast
}

# The paragraphs of reports that name our sources, each once.
report_sanitizers()
{
  local reports=$RUN/sanitizer.reports
  cat /dev/null "$RUN/sanitizer"/* | awk -v RS= -v sources="$SRC/src/" '
    index($0, sources) { gsub(/==[0-9]+==/, ""); key = $0
      gsub(/0x[0-9a-f]+/, "", key)
      gsub(/[0-9]+ (byte|object)/, "", key)
      if (!(key in seen)) { seen[key] = 1; print $0 "\n" } }' >"$reports"
  grep -ah 'TRAP: ' "$RUN/server/log" "$RESULTS"/tmp_check/log/*.log \
    >>"$reports" 2>/dev/null
  if [ -s "$reports" ]; then
    failed "reports of the sanitizers"
    head -n 400 "$reports"
    mkdir -p "$CACHE/results"
    cp "$reports" "$CACHE/results/"
  else
    passed "reports of the sanitizers ($(find "$RUN/sanitizer" -type f |
      wc -l) files, none about our sources)"
  fi
}
