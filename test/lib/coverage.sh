# coverage.sh
#		Coverage of the sources by the regression tests and the judge.
#
# shellcheck shell=bash

# The least percentage of lines of src/translate.
LEAST_COVERAGE=95

build_for_coverage()
{
  BUILD=$RUN/build
  mkdir "$BUILD"
  note "Building for PostgreSQL $PG_MAJOR with gcov"
  quietly "the build" make_in "$BUILD" -j "$(nproc)" CC=gcc \
    PROFILE='--coverage -O0' all
  quietly "the installation" make_in "$BUILD" CC=gcc \
    PROFILE='--coverage -O0' install DESTDIR="$RUN/stage"
  # backends write their counts beside the objects when they end
  server_owns "$BUILD"
  stage_settings >"$RUN/stage.conf"
}

# "file lines covered" of each source of a folder.
count_lines()
{
  local folder=$1 source
  for source in "$SRC/$folder"/*.c; do
    (cd "$BUILD/$folder" && gcov -n "$(basename "$source" .c).o" 2>/dev/null) |
      awk -v file="$folder/$(basename "$source")" '
        index($0, "File ") == 1 { mine = index($0, file "'\''") > 0 }
        mine && /^Lines executed:/ {
          split($0, part, /[:% ]+/)
          printf "%s %d %d\n", file, $NF, part[3] * $NF / 100 + 0.5
          mine = 0
        }'
  done
}

print_uncovered()
{
  local file
  for file in "$@"; do
    (cd "$BUILD/$(dirname "$file")" &&
      gcov -t "$(basename "$file" .c).o" 2>/dev/null) |
      awk -v file="$file" '
        /^ *-: *0:Source:/ { mine = index($0, file) > 0 }
        mine && /^ *#####:/ { sub(/^ *#####: */, ""); print file ":" $0 }'
  done
}

cover()
{
  local folder uncovered=
  if [ "${1:-}" = --uncovered ]; then
    uncovered=yes
    shift
  fi
  WANTED_TESTS=()
  RESULTS=$RUN/check
  FOUND_TESTS=()
  mkdir "$RESULTS" "$RESULTS/tmp"
  server_owns "$RESULTS"
  choose_test_source
  run_regress_tests
  run_isolation_tests
  judge --statements 4000 >"$RESULTS/judge.out" 2>&1 </dev/null ||
    note "the judge found differences: run test/judge"
  stop_cluster

  while read -r folder; do
    count_lines "$folder"
  done < <(cd "$SRC" && dirname src/*.c src/*/*.c src/*/*/*.c | sort -u) >"$RUN/lines"
  if [ -n "$uncovered" ]; then
    [ "$#" -gt 0 ] || set -- "$(cd "$SRC" && echo src/translate/*.c src/translate/*/*.c)"
    # shellcheck disable=SC2068
    print_uncovered $@
  fi
  awk -v least="$LEAST_COVERAGE" '
    { printf "%6.1f %%  %5d  %s\n", 100 * $3 / $2, $2, $1
      split($1, part, "/")
      folder = part[1] (part[3] == "" ? "" : "/" part[2])
      lines[folder] += $2; covered[folder] += $3 }
    END {
      print ""
      for (folder in lines)
        printf "%6.1f %%  %5d  %s/\n", 100 * covered[folder] / lines[folder],
          lines[folder], folder | "sort -k4"
      close("sort -k4")
      if (100 * covered["src/translate"] / lines["src/translate"] < least) {
        print "src/translate is below " least " %"
        exit 1
      }
    }' "$RUN/lines"
}
