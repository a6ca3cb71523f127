# instructions.sh
#		How many instructions a backend takes for an operation, counted by
#		callgrind: the same each time but for 1 or 2 of a hundred, since how
#		often libcurl is called depends on when an answer is there.
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
  make_cluster
  mkdir "$RUN/callgrind"
  server_owns "$RUN/callgrind"
  launch_cluster_by valgrind -q --tool=callgrind \
    --callgrind-out-file="$RUN/callgrind/%p"
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

# What a session has more than one that runs the statement fewer times:
# count_units MEASURE TITLE FEW MANY
count_units()
{
  local few many
  choose_measure "$1"
  few=$(instructions_of "$SCHEMA" "$3" "$STATEMENT" "$SETUP") &&
    many=$(instructions_of "$SCHEMA" "$4" "$STATEMENT" "$SETUP") || return
  printf '%-30s %12.0f\n' "$2" "$(((many - few) / (($4 - $3) * UNITS)))"
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
    count_units plain 'an increment' 100 200 &&
    count_units prepared 'a prepared increment' 100 200 &&
    count_units read 'a point read' 100 200 &&
    count_units scan 'a row of a scan' 1 2 &&
    count_units copy 'a row of COPY' 1 2 ||
    status=1
  stop_canned
  [ "$status" -eq 0 ] || note "the instructions could not be counted"
  return "$status"
}
