# mended.sh
#		Tests of mended faults on the sources before: see test/mended.
#
# shellcheck shell=bash

# So long each file may take.
MENDED_SECONDS=${MENDED_SECONDS:-600}

FAILS_THERE=0
PASSES_THERE=0
NOT_REACHED=0

# Sets BUILD_COMMIT and the tests of each kind: choose_marked_tests COMMIT NAME...
choose_marked_tests()
{
  local name
  [ "$#" -gt 0 ] || die "which commit? as in: bash test/mended HEAD~3"
  # shellcheck disable=SC2034  # used by the build
  BUILD_COMMIT=$(git -C "$SRC" rev-parse --verify --quiet "$1^{commit}") ||
    die "there is no commit '$1'"
  shift
  WANTED_TESTS=("$@")
  FOUND_TESTS=()
  choose_marked '^-- mended: ' "$SRC"/sql/*.sql
  MARKED_REGRESS=("${CHOSEN[@]}")
  choose_marked '["'\'']mended: ' "$SRC"/test/t/*.pl
  MARKED_TAP=("${CHOSEN[@]}")
  choose_marked '["'\'']mended: ' "$SRC"/test/unit/*_test.c
  MARKED_UNIT=("${CHOSEN[@]}")
  for name in "${WANTED_TESTS[@]}"; do
    [[ " ${FOUND_TESTS[*]} " == *" $name "* ]] ||
      die "no test $name has a mark"
  done
}

choose_marked()
{
  local pattern=$1 file marked=()
  shift
  for file in "$@"; do
    ! grep -Eq "$pattern" "$file" || marked+=("$file")
  done
  chosen "${marked[@]}"
}

# verdict fails|passes|missing TEST FAULT
verdict()
{
  local said
  case $1 in
    fails) said='fails there ' FAILS_THERE=$((FAILS_THERE + 1)) ;;
    passes) said='PASSES THERE' PASSES_THERE=$((PASSES_THERE + 1)) ;;
    missing) said='NOT REACHED ' NOT_REACHED=$((NOT_REACHED + 1)) ;;
  esac
  printf '%s  %s: %s\n' "$said" "$2" "$3"
}

# The lines of a section, without the mark: section_of FILE MARK
section_of()
{
  MARK=$2 awk '/^-- (mended|also): / { inside = $0 == ENVIRON["MARK"]; next }
    inside' "$1"
}

# The output holds every line of the test, marks too.
compare_sections()
{
  local name=$1 expected=$TEST_SRC/expected/$1.out mark
  local actual=$RESULTS/results/$1.out missing=0
  while read -r mark; do
    [ "$(grep -Fxc -e "$mark" "$expected")" -eq 1 ] ||
      die "$expected does not have the line '$mark' once"
    if ! grep -Fxq -e "$mark" "$actual" 2>/dev/null; then
      verdict missing "$name" "${mark#-- mended: }"
      missing=1
    elif diff -qw <(section_of "$expected" "$mark") \
           <(section_of "$actual" "$mark") >/dev/null; then
      verdict passes "$name" "${mark#-- mended: }"
    else
      verdict fails "$name" "${mark#-- mended: }"
    fi
  done < <(grep '^-- mended: ' "$SRC/sql/$name.sql")
  [ "$missing" -eq 0 ] || tail -n 20 "$actual" "$RESULTS/$name.out"
}

# The descriptions that a source has, each up to where a variable begins.
marks_in_source()
{
  perl -ne 'next if m{^\s*(#|/?\*)};
    print "$2\n" while /(["\x27])mended: ((?:(?!\1)[^\$\@%\\])*)/g' "$1" | sort -u
}

# Each description once: it fails there if it does so each time.
report_assertions()
{
  local name=$1 source=$2 output=$3 line fault faults=() missing=0
  local -A outcome=()
  while read -r line; do
    fault=${line#*- mended: }
    case $line in
      not\ ok*) [ "${outcome[$fault]:-}" = passes ] || outcome[$fault]=fails ;;
      *) outcome[$fault]=passes ;;
    esac
  done < <(sed -En 's/\\#/#/g
    s/^(\[[^]]*\](\([^)]*\))?)? *((not )?ok [0-9]+ - mended: .*)/\3/p' "$output")
  [ "${#outcome[@]}" -eq 0 ] ||
    mapfile -t faults < <(printf '%s\n' "${!outcome[@]}" | sort)
  for fault in "${faults[@]}"; do
    verdict "${outcome[$fault]}" "$name" "$fault"
  done
  while read -r fault; do
    for line in "${faults[@]}"; do
      [[ $line != "$fault"* ]] || continue 2
    done
    verdict missing "$name" "$fault"
    missing=1
  done < <(marks_in_source "$source")
  [ "$missing" -eq 0 ] || tail -n 20 "$output"
}

# The log of a test, unlike what is said at its end, is there if it had to be
# ended.  A server that crashes shall come again: else all that follows fails.
mended_tap_test()
{
  local name=$1 log=$RESULTS/tmp_check/log/regress_log_$1
  rm -f "$log"
  : >"$RESULTS/$name.out"
  if ! skip_unmet "$name" "$SRC/test/t/$name.pl"; then
    installcheck TAP_TESTS=1 PROVE_TESTS="test/t/$name.pl" PROVE_FLAGS=-v \
      >"$RESULTS/$name.out" 2>&1
  fi
  [ -e "$log" ] || log=$RESULTS/$name.out
  report_assertions "t/$name" "$SRC/test/t/$name.pl" "$log"
}

# A server that has just started: a test may have crashed it, or left a
# statement that does not end.
restart_cluster()
{
  stop_cluster
  launch_cluster
}

check_marks()
{
  local name output
  RESULTS=$RUN/check
  # shellcheck disable=SC2034  # used by the suite
  INSTALLCHECK_BY=(timeout -k 20 "$MENDED_SECONDS")
  mkdir "$RESULTS" "$RESULTS/tmp"
  server_owns "$RESULTS"
  choose_test_source
  echo 'restart_after_crash = on' >>"$RUN/stage.conf"
  for name in "${MARKED_UNIT[@]}"; do
    output=$RESULTS/$name.out
    compile_unit_test "$name" >"$output" 2>&1 &&
      timeout "$MENDED_SECONDS" prove -v --exec 'stdbuf -oL' "$RUN/$name" \
        >"$output" 2>&1 </dev/null
    report_assertions "unit/$name" "$SRC/test/unit/$name.c" "$output"
  done
  for name in "${MARKED_REGRESS[@]}"; do
    if ! skip_unmet "$name" "$SRC/sql/$name.sql"; then
      restart_cluster
      installcheck REGRESS="setup $name" >"$RESULTS/$name.out" 2>&1
    fi
    compare_sections "$name"
  done
  for name in "${MARKED_TAP[@]}"; do
    mended_tap_test "$name"
  done
}

# The last line, and the exit status.
report_marks()
{
  local marks=$((FAILS_THERE + PASSES_THERE + NOT_REACHED))
  printf '%s marks: %s fail there, %s pass there, %s not reached\n' "$marks" \
    "$FAILS_THERE" "$PASSES_THERE" "$NOT_REACHED"
  [ "$marks" -gt 0 ] && [ "$marks" -eq "$FAILS_THERE" ]
}
