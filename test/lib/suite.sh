# suite.sh
#		Runs the tests of each kind, one report for each file.
#
# shellcheck shell=bash

# Where the tests of each kind leave what they write.
RESULTS=

# What unit tests are compiled with besides.
UNIT_TEST_FLAGS=()

# What "make installcheck" is run by, as in: timeout 600
INSTALLCHECK_BY=()

# Names of the tests of one kind that were asked for, all if none were.
# chosen KIND GLOB... uses and fills the array CHOSEN.
chosen()
{
  local file name wanted matches
  CHOSEN=()
  for file in "$@"; do
    [ -e "$file" ] || continue
    name=$(basename "$file")
    name=${name%.*}
    [[ $name != dynamorm_fdw--* ]] || continue
    if [ "${#WANTED_TESTS[@]}" -eq 0 ]; then
      CHOSEN+=("$name")
      continue
    fi
    matches=
    for wanted in "${WANTED_TESTS[@]}"; do
      if [ "$name" = "$wanted" ] || [[ $name = "$wanted"_* ]]; then
        matches=1
        FOUND_TESTS+=("$wanted")
      fi
    done
    [ -z "$matches" ] || CHOSEN+=("$name")
  done
}

# Runs "make installcheck" with only the kinds that are named by variables.
installcheck()
{
  as_server_user "${INSTALLCHECK_BY[@]}" env DYNAMODB_ENDPOINT="$PROXY_ENDPOINT" \
    DYNAMODB_ENGINE="$ENGINE" TEMP_CONFIG="$RUN/stage.conf" TMPDIR="$RESULTS/tmp" \
    "${SERVER_ENVIRONMENT[@]}" make -s -C "$RESULTS" \
    -f "$TEST_SRC/Makefile" VPATH="$TEST_SRC" PG_CONFIG="$PG_CONFIG" BEHIND_PROXY=1 REGRESS= ISOLATION= TAP_TESTS= \
    "$@" installcheck </dev/null
}

# Reports the tests of pg_regress or of the isolation tester from their
# output, which has one form up to PostgreSQL 15 and is TAP from 16 on.
report_regress()
{
  local output=$1 prefix=$2 name
  shift 2
  for name in "$@"; do
    if grep -Eq "^(test $name +\.\.\. ok|ok [0-9]+ +[-+] $name )" "$output"
    then
      passed "$prefix$name"
    else
      failed "$prefix$name"
    fi
  done
}

show_if_there()
{
  if [ -s "$1" ]; then
    printf '\n%s:\n' "$1"
    head -n 400 "$1"
  fi
}

# The head comment of a unit test names the sources and libraries it needs.
# Of the sources only what the test reaches is linked.
compile_unit_test()
{
  local name=$1 file flags=() links word
  file=$SRC/test/unit/$name.c
  flags=(-I"$BUILD_SRC/src" -I"$SRC/test/lib/unit"
    -I"$("$PG_CONFIG" --includedir-server)")
  read -ra links <<<"$(pkg-config --cflags libcurl json-c libcrypto)"
  flags+=("${links[@]}" -Wno-unused-parameter -Wno-missing-field-initializers)
  flags+=("${UNIT_TEST_FLAGS[@]}")
  flags+=(-ffunction-sections -fdata-sections '-Wl,--gc-sections')
  for word in $(head -n 20 "$file" |
      grep -oE '(^|[[:space:]])((src|test/lib)/[a-z0-9_/]+\.c|-l[a-z0-9]+)'); do
    word=${word/#src/$BUILD_SRC/src}
    flags+=("${word/#test/$SRC/test}")
  done
  flags+=(-L"$("$PG_CONFIG" --pkglibdir)" -L"$("$PG_CONFIG" --libdir)")
  gcc -g -Wall -Wextra -Werror -o "$RUN/$name" "$file" "${flags[@]}"
}

run_unit_tests()
{
  local name
  chosen "$SRC"/test/unit/*_test.c
  for name in "${CHOSEN[@]}"; do
    if compile_unit_test "$name" >"$RUN/$name.log" 2>&1 &&
       prove -Q --exec '' "$RUN/$name" >>"$RUN/$name.log" 2>&1 </dev/null; then
      passed "unit/$name"
    else
      failed "unit/$name"
      cat "$RUN/$name.log"
    fi
  done
}

run_regress_tests()
{
  local name run=()
  chosen "$SRC"/sql/*.sql
  for name in "${CHOSEN[@]}"; do
    [ "$name" != setup ] || continue
    skip_unmet "$name" "$SRC/sql/$name.sql" || run+=("$name")
  done
  chosen "$SRC"/test/isolation/specs/*.spec
  [ "${#run[@]}" -gt 0 ] || [ "${#CHOSEN[@]}" -gt 0 ] || return 0
  installcheck REGRESS="setup ${run[*]}" >"$RESULTS/regress.out" 2>&1
  report_regress "$RESULTS/regress.out" '' setup "${run[@]}"
  if [ ! -e "$RESULTS/results" ]; then
    cat "$RESULTS/regress.out"
  fi
  show_if_there "$RESULTS/regression.diffs"
}

# The specs use what setup, the first of the regress tests, has made.
run_isolation_tests()
{
  local name run=()
  chosen "$SRC"/test/isolation/specs/*.spec
  for name in "${CHOSEN[@]}"; do
    skip_unmet "$name" "$SRC/test/isolation/specs/$name.spec" || run+=("$name")
  done
  [ "${#run[@]}" -gt 0 ] || return 0
  installcheck ISOLATION="${run[*]}" >"$RESULTS/isolation.out" 2>&1
  report_regress "$RESULTS/isolation.out" isolation/ "${run[@]}"
  show_if_there "$RESULTS/output_iso/regression.diffs"
}

run_tap_tests()
{
  local name output
  chosen "$SRC"/test/t/*.pl
  for name in "${CHOSEN[@]}"; do
    ! skip_unmet "$name" "$SRC/test/t/$name.pl" || continue
    output=$RESULTS/$name.out
    if installcheck TAP_TESTS=1 PROVE_TESTS="test/t/$name.pl" \
         >"$output" 2>&1; then
      if grep -q '^Result: NOTESTS' "$output"; then
        skipped "t/$name" "$(sed -n 's/.* skipped: //p' "$output")"
      else
        passed "t/$name"
      fi
    else
      failed "t/$name"
      cat "$output"
      for output in "$RESULTS"/tmp_check/log/*.log; do
        [ -e "$output" ] || continue
        printf '\nend of %s:\n' "$output"
        tail -n 30 "$output"
      done
    fi
  done
}

run_bench()
{
  chosen "$SRC/test/bench"
  [ "${#CHOSEN[@]}" -gt 0 ] || return 0
  if (bench --quick) >"$RESULTS/bench.out" 2>&1 </dev/null; then
    passed bench
  else
    failed bench
    cat "$RESULTS/bench.out"
  fi
}

# The tour of the demo: every statement that should succeed does.
run_tour()
{
  chosen "$SRC/test/demo"
  [ "${#CHOSEN[@]}" -gt 0 ] || return 0
  if prepare_tour "$PROXY_ENDPOINT" >"$RESULTS/tour.out" 2>&1 &&
     show_tour >>"$RESULTS/tour.out"; then
    passed demo
  else
    failed demo
    tail -n 20 "$RESULTS/tour.out"
  fi
  drop_tour_tables
}

# As many statements as fit into a minute or two; always the same ones.
JUDGED_STATEMENTS=2000
JUDGED_TRANSACTIONS=200
JUDGED_INTERFERENCE=100

# run_judged NAME ARGUMENTS...
run_judged()
{
  local name=$1 output=$RESULTS/$1.out
  shift
  if (judge "$@") >"$output" 2>&1 </dev/null; then
    passed "$name"
  else
    failed "$name"
    grep -Ev '^seed .* 0 (differences|wrong)' "$output" | head -n 300
  fi
}

run_judge()
{
  chosen "$SRC/test/judge"
  [ "${#CHOSEN[@]}" -gt 0 ] || return 0
  if ! engine_can transactions; then
    skipped judge "$ENGINE has no transactions"
    return 0
  fi
  run_judged judge --statements "$JUDGED_STATEMENTS"
  # the proxy stands before the first engine
  [ -z "${ON_ENGINE:-}" ] || return 0
  run_judged judge_transactions --transactions "$JUDGED_TRANSACTIONS"
  run_judged judge_interference --interference "$JUDGED_INTERFERENCE"
}

# A tenant's statements, where another has these rows or those.
ATTACKING_STATEMENTS=200

run_tenants()
{
  local output=$RESULTS/tenants.out
  chosen "$SRC/test/tenants"
  [ "${#CHOSEN[@]}" -gt 0 ] || return 0
  if ! engine_can transactions; then
    skipped tenants "$ENGINE has no transactions"
  elif (tenants --statements "$ATTACKING_STATEMENTS" --round 50) >"$output" 2>&1 \
       </dev/null; then
    passed tenants
  else
    failed tenants
    grep -Ev '^seed .* 0 leaks' "$output" | head -n 300
  fi
}

# Files of PostgreSQL's own tests that take half a minute together.
PGREGRESS_FILES=(delete returning with select_having boolean int4)

run_pgregress()
{
  chosen "$SRC/test/pgregress"
  [ "${#CHOSEN[@]}" -gt 0 ] || return 0
  if [ "$PG_MAJOR" != "$PGREGRESS_MAJOR" ]; then
    skipped pgregress "it is about PostgreSQL $PGREGRESS_MAJOR"
  elif ! engine_can transactions; then
    skipped pgregress "$ENGINE has no transactions"
  elif ! fetch_server_tests >"$RESULTS/pgregress.out" 2>&1; then
    skipped pgregress "the source of PostgreSQL $PG_MAJOR could not be fetched"
  elif (pgregress "${PGREGRESS_FILES[@]}") >"$RESULTS/pgregress.out" 2>&1 \
       </dev/null; then
    passed pgregress
  else
    failed pgregress
    head -n 300 "$RESULTS/pgregress.out"
  fi
}

# What was written is kept where the message says, when something has failed.
keep_results()
{
  local kept=$CACHE/results
  [ "${#FAILED[@]}" -gt 0 ] || return 0
  rm -rf "$kept"
  rm -rf "$RESULTS/tmp"
  cp -R "$RESULTS" "$kept"
  cp "$RUN/server/log" "$kept/server.log" 2>/dev/null
  printf '\nresults, diffs and logs: %s\n' "$kept"
}

# What the sources look like, and which of them use which.
run_source_tests()
{
  local name
  chosen "$SRC"/test/source/*.pl
  for name in "${CHOSEN[@]}"; do
    if perl "$SRC/test/source/$name.pl" "$SRC" >"$RUN/$name.log" 2>&1; then
      passed "source/$name"
    else
      failed "source/$name"
      cat "$RUN/$name.log"
    fi
  done
}

# Both compilers, with warnings as errors.
run_compilers()
{
  local compiler name
  for compiler in gcc clang; do
    name=compile_$compiler
    [ "${#WANTED_TESTS[@]}" -eq 0 ] ||
      [[ " ${WANTED_TESTS[*]} " == *" $name "* ]] || continue
    FOUND_TESTS+=("$name")
    [ "$compiler" = gcc ] ||
      compiler=$(compgen -c clang | grep -Ex 'clang(-[0-9]+)?' | sort | head -n 1)
    if [ -z "$compiler" ]; then
      skipped "$name" "no such compiler"
      continue
    fi
    mkdir "$RUN/$name"
    if make_in "$RUN/$name" -j "$(nproc)" CC="$compiler" PROFILE="-Werror -O1" all \
         >"$RUN/$name.log" 2>&1; then
      passed "$name"
    else
      failed "$name"
      cat "$RUN/$name.log"
    fi
  done
}

run_suite()
{
  RESULTS=$RUN/check
  FOUND_TESTS=()
  mkdir "$RESULTS" "$RESULTS/tmp"
  server_owns "$RESULTS"
  choose_test_source
  begin_beside
  run_source_tests
  run_compilers
  run_unit_tests
  run_regress_tests
  run_isolation_tests
  run_tour
  run_judge
  run_tenants
  run_pgregress
  run_on_second_engine
  end_beside
  run_bench
  keep_results
}
