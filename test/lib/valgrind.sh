# valgrind.sh
#		Backends under valgrind: see test/valgrind.
#
# shellcheck shell=bash

MAIN_PATHS=(basic condition update document_path on_conflict key_change
  statement executor error)

build_for_valgrind()
{
  BUILD=$RUN/build
  mkdir "$BUILD"
  note "Building for PostgreSQL $PG_MAJOR"
  quietly "the build" make_in "$BUILD" -j "$(nproc)" PROFILE=-O1 all
  quietly "the installation" make_in "$BUILD" PROFILE=-O1 install \
    DESTDIR="$RUN/stage"
  stage_settings >"$RUN/stage.conf"
}

start_cluster_under_valgrind()
{
  make_cluster
  mkdir "$RUN/valgrind"
  server_owns "$RUN/valgrind"
  launch_cluster_by valgrind -q --trace-children=yes --leak-check=full \
    --show-leak-kinds=definite --num-callers=30 --fullpath-after= \
    --log-file="$RUN/valgrind/%p.log"
}

# A statement that waits for an answer that never comes is cancelled, in each
# way of asking, and the next one works.
cancel_statements()
{
  local output
  output=$("$("$PG_CONFIG" --bindir)/psql" -XAtq -v VERBOSITY=sqlstate \
    -d contrib_regression 2>&1 <<'SQL'
SET client_min_messages = error;
CREATE FOREIGN TABLE cancelled (id text OPTIONS (key 'partition'), n bigint)
  SERVER dynamo;
SELECT dyn_create_table('cancelled');
INSERT INTO cancelled VALUES ('a', 1);
SET statement_timeout = '2s';
SELECT dyn_request('dynamo', 'TestFault', '{"kind": "stall", "table": "cancelled", "count": 4}');
SELECT * FROM cancelled WHERE id = 'a';
SELECT * FROM cancelled;
UPDATE cancelled SET n = n + 1 WHERE id = 'a';
INSERT INTO cancelled VALUES ('b', 1);
SELECT id, n FROM cancelled WHERE id = 'a';
RESET statement_timeout;
SELECT dyn_drop_table('cancelled');
SQL
  )
  if [ "$(grep -c 'ERROR:  57014' <<<"$output")" -eq 4 ] &&
     grep -q '^a|1$' <<<"$output"; then
    passed "cancelled statements"
  else
    failed "cancelled statements"
    printf '%s\n' "$output"
  fi
}

run_under_valgrind()
{
  WANTED_TESTS=("$@")
  [ "$#" -gt 0 ] || WANTED_TESTS=("${MAIN_PATHS[@]}")
  RESULTS=$RUN/check
  FOUND_TESTS=()
  mkdir "$RESULTS" "$RESULTS/tmp"
  server_owns "$RESULTS"
  choose_test_source
  run_regress_tests
  cancel_statements
  keep_results
  stop_cluster fast
}

# The reports that name our sources, each once.  They end at an empty line.
# Memory of a memory context is not lost as long as there is the context, even
# if nothing points to it: only what was not palloc()ed can be.
report_valgrind()
{
  local reports=$RUN/valgrind.reports
  cat "$RUN/valgrind"/*.log | sed 's/^==[0-9]*== \{0,1\}//' |
    awk -v RS= -v sources="$SRC/src/" '
      /definitely lost/ && /allow_pool_memory/ { next }
      index($0, sources) { key = $0
        gsub(/0x[0-9A-Fa-f]+/, "", key)
        gsub(/[0-9,]+ (bytes|blocks)|record [0-9,]+ of [0-9,]+/, "", key)
        if (!(key in seen)) { seen[key] = 1; print $0 "\n" } }' >"$reports"
  grep -ah 'TRAP: ' "$RUN/server/log" >>"$reports" 2>/dev/null
  if [ -s "$reports" ]; then
    failed "reports of valgrind"
    head -n 400 "$reports"
    mkdir -p "$CACHE/results"
    cp "$reports" "$CACHE/results/"
  else
    passed "reports of valgrind ($(find "$RUN/valgrind" -type f |
      wc -l) processes, none about our sources)"
  fi
}
