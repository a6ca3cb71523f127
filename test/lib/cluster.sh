# cluster.sh
#		A private PostgreSQL cluster that listens on a socket in the run's
#		directory, and on no port.
#
# shellcheck shell=bash

# What else the server shall have in its environment, as NAME=value.
SERVER_ENVIRONMENT=()

# The server refuses to run as root: there everything of PostgreSQL runs as
# the user postgres.
as_server_user()
{
  if [ "$(id -u)" -eq 0 ]; then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}

server_owns()
{
  if [ "$(id -u)" -eq 0 ]; then
    chown -R postgres: "$@"
  fi
}

# Where tests are read from: the checkout, or a copy of it where the server's
# user cannot read the checkout, or where tests have no expected output yet:
# there they get an empty one, or pg_regress would end at the first of them.
choose_test_source()
{
  local file missing=()
  for file in "$SRC"/sql/*.sql; do
    [[ $file != */dynamorm_fdw--* ]] || continue
    file=expected/$(basename "$file" .sql).out
    [ -e "$SRC/$file" ] || missing+=("$file")
  done
  TEST_SRC=$SRC
  if [ "${#missing[@]}" -eq 0 ] &&
     as_server_user test -r "$SRC/Makefile" -a -r "$SRC/sql"; then
    return 0
  fi
  TEST_SRC=$RUN/source
  mkdir "$TEST_SRC"
  cp -R "$SRC"/{Makefile,*.md,doc,sql,expected,test} "$TEST_SRC"
  chmod -R a+rX,u+w "$TEST_SRC"
  for file in "${missing[@]}"; do
    : >"$TEST_SRC/$file"
  done
}

# The environment of the server and of its clients: nothing of the caller's
# that would lead them elsewhere, and no credentials.
clean_environment()
{
  local name
  while read -r name; do
    unset "$name"
  done < <(compgen -e | grep -E '^(PG|AWS_|TEMP_CONFIG$|PERL5LIB$)' |
    grep -Ev '^PG_(CONFIG|MAJOR)$')
  export HOME=$RUN/home
}

make_cluster()
{
  local bin
  bin=$("$PG_CONFIG" --bindir)
  clean_environment
  mkdir "$RUN/home" "$RUN/server" "$RUN/socket"
  chmod 700 "$RUN/socket"
  server_owns "$RUN/home" "$RUN/server" "$RUN/socket"
  export PGHOST=$RUN/socket PGPORT=55432 PGUSER=postgres PGDATABASE=postgres
  cd "$RUN" || exit
  quietly "initdb" as_server_user "$bin/initdb" -D "$RUN/server/data" \
    -U postgres -A trust -N --locale=C.UTF-8 -E UTF8
  # shellcheck disable=SC2024
  cat "$RUN/stage.conf" - <<SETTINGS >>"$RUN/server/data/postgresql.conf"
listen_addresses = ''
unix_socket_directories = '$RUN/socket'
port = $PGPORT
fsync = off
autovacuum = off
max_prepared_transactions = 5
shared_buffers = 32MB
log_line_prefix = '%t [%p] %a '
SETTINGS
  at_exit stop_cluster
}

start_cluster()
{
  make_cluster
  launch_cluster
}

launch_cluster()
{
  as_server_user env "${SERVER_ENVIRONMENT[@]}" \
    "$("$PG_CONFIG" --bindir)/pg_ctl" -D "$RUN/server/data" -w -s \
    -l "$RUN/server/log" start </dev/null >/dev/null 2>&1 || {
    tail -n 20 "$RUN/server/log" >&2
    die "PostgreSQL did not start"
  }
}

# Lets a command run the server, and waits longer: launch_cluster_by COMMAND...
launch_cluster_by()
{
  local i bin
  bin=$("$PG_CONFIG" --bindir)
  as_server_user "$@" "$bin/postgres" -D "$RUN/server/data" \
    >"$RUN/server/log" 2>&1 </dev/null &
  for ((i = 0; i < 600; i++)); do
    ! "$bin/pg_isready" -q || return 0
    sleep 0.2
  done
  tail -n 20 "$RUN/server/log" >&2
  die "PostgreSQL did not start under $1"
}

# stop_cluster [MODE]: immediate, unless another mode is named
stop_cluster()
{
  [ -e "$RUN/server/data/postmaster.pid" ] || return 0
  as_server_user "$("$PG_CONFIG" --bindir)/pg_ctl" -D "$RUN/server/data" \
    -m "${1:-immediate}" -w -s stop >/dev/null 2>&1
}
