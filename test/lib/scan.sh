# scan.sh
#		CPU for each item of a large scan, and the memory that it takes.
#
# shellcheck shell=bash

PAGES_PID=

start_pages()
{
  local i
  setsid perl "$SRC/test/lib/scan/pages.pl" --items "$1" \
    >"$RUN/pages.port" 2>&1 </dev/null &
  PAGES_PID=$!
  for ((i = 0; i < 200; i++)); do
    [ ! -s "$RUN/pages.port" ] || return 0
    sleep 0.05
  done
  die "the server of pages did not start"
}

stop_pages()
{
  stop_process "$PAGES_PID"
  PAGES_PID=
}

scan_psql()
{
  "$("$PG_CONFIG" --bindir)/psql" -X -q -At -v ON_ERROR_STOP=1 "$@"
}

prepare_scan()
{
  scan_psql -v endpoint="http://127.0.0.1:$(cat "$RUN/pages.port")" <<'SQL'
CREATE EXTENSION dynamorm_fdw;
CREATE SERVER pages FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint :'endpoint', region 'us-east-1');
CREATE USER MAPPING FOR CURRENT_USER SERVER pages
  OPTIONS (access_key_id 'test', secret_access_key 'test');
CREATE FOREIGN TABLE pages (
  id text OPTIONS (key 'partition'), seq bigint, name text, price numeric,
  active boolean, created timestamptz, tags text[] OPTIONS (type 'SS')
) SERVER pages;
SQL
}

# Runs a statement in a session of its own, after a first row has warmed it up,
# and prints wall time and CPU time in nanoseconds, and the backend's peak of
# memory in KB before and after.
measure_scan()
{
  {
    # shellcheck disable=SC2028
    printf '%s\n' 'SET max_parallel_workers_per_gather = 0;' \
      'SET dynamorm_fdw.max_read_units = 0;' \
      'SELECT pg_backend_pid() AS pid \gset' '\setenv BACKEND :pid' \
      'SELECT id FROM pages LIMIT 1;' \
      "\\! sh $SRC/test/lib/bench/snapshot; grep VmHWM /proc/\$BACKEND/status" \
      "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) $1;" \
      "\\! sh $SRC/test/lib/bench/snapshot; grep VmHWM /proc/\$BACKEND/status"
  } | scan_psql | grep -E '^([0-9]+|VmHWM.*)$' |
    awk '{ v[NR] = $1 == "VmHWM:" ? $2 : $1 } END { print v[4] - v[1], v[5] - v[2], v[3], v[6] }'
}

scan_line()
{
  local title=$1 items=$2 statement=$3 wall cpu before after
  read -r wall cpu before after < <(measure_scan "$statement")
  [ -n "$after" ] || return 1
  awk -v title="$title" -v items="$items" -v wall="$wall" -v cpu="$cpu" \
    -v before="$before" -v after="$after" 'BEGIN {
      printf "  %-26s %7.2f %14.2f %12.1f %12.1f\n", title, wall / 1e9,
        cpu / items / 1e3, before / 1024, after / 1024 }'
}

# Where the CPU goes, by function.
profile_scan()
{
  command -v perf >/dev/null || {
    note "perf is not installed: no profile"
    return 0
  }
  scan_psql -c 'SET max_parallel_workers_per_gather = 0' \
    -c 'SELECT pg_backend_pid()' \
    -c "$1" >"$RUN/profile.pid" &
  until [ -s "$RUN/profile.pid" ]; do sleep 0.02; done
  perf record -q -o "$RUN/perf.data" -p "$(head -n 1 "$RUN/profile.pid")" \
    >/dev/null 2>&1
  wait $!
  perf report -i "$RUN/perf.data" --stdio --percent-limit 1 2>/dev/null |
    grep -v '^#' | grep . | head -n 30
}

scan()
{
  local items=1000000 profile=
  while [ $# -gt 0 ]; do
    case $1 in
      --items) items=$2; shift ;;
      --profile) profile=1 ;;
      *) die "usage: test/scan [--items N] [--profile]" ;;
    esac
    shift
  done
  start_pages "$items"
  prepare_scan || die "cannot set up the scan"
  printf '%d items%17s %7s %14s %12s %12s\n' "$items" '' 's' 'CPU us / item' \
    'MB before' 'MB at most'
  scan_line 'three columns of seven' "$items" 'SELECT id, seq, name FROM pages' &&
    scan_line 'all columns' "$items" 'SELECT * FROM pages' &&
    scan_line 'a sum' "$items" 'SELECT sum(seq) FROM pages' &&
    scan_line 'count(*)' "$items" 'SELECT count(*) FROM pages' ||
    die "the scan could not be run to its end"
  [ -z "$profile" ] || profile_scan 'SELECT * FROM pages'
}
