# instructions.sh
#		How many instructions a backend takes for an operation, counted by
#		callgrind: the same each time, whatever else the machine does.
#
# shellcheck shell=bash

install_callgrind()
{
  WANTED=()
  want_command valgrind valgrind
  install_wanted
}

start_cluster_under_callgrind()
{
  local i bin
  bin=$("$PG_CONFIG" --bindir)
  make_cluster
  mkdir "$RUN/callgrind"
  server_owns "$RUN/callgrind"
  as_server_user valgrind -q --tool=callgrind \
    --callgrind-out-file="$RUN/callgrind/%p" \
    "$bin/postgres" -D "$RUN/server/data" >"$RUN/server/log" 2>&1 </dev/null &
  for ((i = 0; i < 600; i++)); do
    ! "$bin/pg_isready" -q || return 0
    sleep 0.2
  done
  tail -n 20 "$RUN/server/log" >&2
  die "PostgreSQL did not start under callgrind"
}

# The instructions of a session that runs a statement so many times:
# instructions_of SCHEMA COUNT STATEMENT SETUP
instructions_of()
{
  local pid
  pid=$({
    printf 'SET search_path = %s, public;\n' "$1"
    printf '%s\n' 'SELECT pg_backend_pid();' '\o /dev/null' "$4"
    repeated "$2" "$3"
  } | bench_psql -At) || return
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.1
  done
  awk '/^(summary|totals):/ { print $2; exit }' "$RUN/callgrind/$pid"
}

# What a session has more than one that runs the statement fewer times.
count_repeated()
{
  local few many
  choose_measure "$1"
  few=$(instructions_of "$SCHEMA" 100 "$STATEMENT" "$SETUP") &&
    many=$(instructions_of "$SCHEMA" 200 "$STATEMENT" "$SETUP") || return
  printf '%-30s %12.0f\n' "$TITLE" "$(((many - few) / 100))"
}

# The same for each row of a statement: count_rows MEASURE TITLE
count_rows()
{
  local few many
  choose_measure "$1"
  few=$(instructions_of "$SCHEMA" 1 "$STATEMENT" "$SETUP") &&
    many=$(instructions_of "$SCHEMA" 2 "$STATEMENT" "$SETUP") || return
  printf '%-30s %12.0f\n' "$2" "$(((many - few) / UNITS))"
}

count_instructions()
{
  local status=0
  BENCH_REPEATED=100 BENCH_ITEMS=5000 BENCH_UPDATES=100
  install_callgrind
  start_engine
  build_extension
  start_cluster_under_callgrind
  at_exit stop_canned
  printf '%-30s %12s\n' '' 'instructions'
  prepare_bench &&
    count_repeated plain && count_repeated prepared && count_repeated read &&
    count_rows scan 'a row of a scan' && count_rows copy 'a row of COPY' ||
    status=1
  stop_canned
  [ "$status" -eq 0 ] || note "the instructions could not be counted"
  return "$status"
}
