# clients.sh
#		Programs of clients, on our tables and on ordinary ones: see test/clients.
#		A program is a file of lib/clients; programs.sh says what its head names.
#
# shellcheck shell=bash

PROGRAMS=$SRC/test/lib/clients

# JDBC knows no sockets but TCP's: there with a password, since the machine may
# have other users.
start_clients_cluster()
{
  local cron=
  make_cluster
  [[ " ${NAMES[*]} " != *" pg_cron "* ]] || [ -n "${MISSING[pg_cron]:-}" ] ||
    cron=pg_cron
  PGPASSWORD=$(openssl rand -hex 16)
  PGPORT=$(free_port)
  export PGPASSWORD
  # shellcheck disable=SC2024
  cat >>"$RUN/server/data/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
port = $PGPORT
timezone = 'UTC'
shared_preload_libraries = '$cron'
cron.host = '$RUN/socket'
SETTINGS
  printf '%s\n' 'local all all trust' 'host all all 127.0.0.1/32 scram-sha-256' \
    >"$RUN/server/data/pg_hba.conf"
  launch_cluster
  PATH=$("$PG_CONFIG" --bindir):$PATH
  run_psql -d postgres -c "ALTER USER postgres PASSWORD '$PGPASSWORD'" ||
    die "cannot set a password"
  [ -z "$cron" ] ||
    run_psql -d postgres -c 'CREATE EXTENSION pg_cron' ||
    die "cannot create pg_cron"
  export DEBIAN_HOME
}

run_clients()
{
  local name
  mkdir "$RUN/clients"
  at_exit drop_client_tables
  for name in "${NAMES[@]}"; do
    if [ -n "${MISSING[$name]:-}" ]; then
      skipped "$name" "${MISSING[$name]}"
    else
      run_client "$name"
    fi
  done
}

# The runs of a client, in both transaction modes and on ordinary tables, and
# what they printed, compared.
run_client()
{
  local name=$1
  start_run_of "$name" ordinary immediate &
  start_run_of "$name" ours immediate
  wait $!
  start_run_of "$name" atomic atomic
  compare_runs "$name" "$name" ours
  compare_runs "$name" "$name, atomic" atomic
}

# start_run_of NAME ordinary|ours|atomic MODE
start_run_of()
{
  local output=$RUN/clients/$1.$2 kind=FOREIGN
  [ "$2" != ordinary ] || kind=
  run_program "$1" "$kind" "$2_$1" "$3" >"$output" 2>"$output.log"
}

compare_runs()
{
  local name=$1 title=$2 output=$RUN/clients/$1 run=$3 line
  [ -z "${CLIENTS_SHOW:-}" ] || cat "$output.$run"
  if line=$("$PROGRAMS/common/compare" "$title" "$output.$run" \
              "$output.ordinary" "$PROGRAMS/differences"); then
    passed "$title: $line"
  else
    failed "$title"
    printf '%s\n' "$line"
    tail -n 30 "$output.$run.log" "$output.ordinary.log"
  fi
}

# Runs a program in a directory and a database of its own.  What it prints ends
# with its status: run_program NAME KIND DATABASE MODE
run_program()
{
  local name=$1 kind=$2 database=$3 status=0
  mkdir "$RUN/clients/$database"
  server_owns "$RUN/clients/$database"
  cd "$RUN/clients/$database" || exit
  run_psql -d postgres -v kind="$kind" -v database="$database" -v mode="$4" \
    -v endpoint="$DYNAMODB_ENDPOINT" -f "$PROGRAMS/common/database.sql" >&2 &&
    PGDATABASE=$database TZ=UTC start_program "$name" "$(program_of "$name")" \
      </dev/null || status=$?
  echo "status: $status"
}

start_program()
{
  local name=$1 file=$2
  case $file in
    *.py)
      PYTHONPATH=$PROGRAMS/common PYTHONDONTWRITEBYTECODE=1 \
        timeout 300 /usr/bin/python3 -P "$file"
      ;;
    *.java)
      CLASSPATH=.:/usr/share/java/postgresql.jar
      export CLASSPATH
      javac -d . "$file" && timeout 300 java "$name"
      ;;
    *.mjs)
      ln -s "$MODULES/node_modules" node_modules &&
        cp "$file" "$PROGRAMS"/common/*.mjs . &&
        PATH=$(dirname "$NODE"):$PATH timeout 300 "$NODE" "$name.mjs"
      ;;
    *.sh)
      timeout 300 bash "$file"
      ;;
  esac
}

# An endpoint that stays keeps nothing of ours.
drop_client_tables()
{
  local name run
  [ -z "$ENGINE_PID" ] || return 0
  for name in "${NAMES[@]}"; do
    for run in ours atomic; do
      run_psql -d "${run}_$name" -c \
        'SELECT dyn_drop_table(ftrelid) FROM pg_foreign_table' 2>/dev/null
    done
  done
}
