# writers.sh
#		Programs of libraries that write to DynamoDB by themselves, and what SQL
#		does to their tables: see test/writers.  A program is a file of
#		lib/writers, with a file of SQL beside it; programs.sh says what its head
#		names, common/writer.mjs what it does.
#
# shellcheck shell=bash

# shellcheck disable=SC2034  # used by programs.sh
PROGRAMS=$SRC/test/lib/writers

run_writers()
{
  local name
  PATH=$("$PG_CONFIG" --bindir):$PATH
  mkdir "$RUN/writers"
  for name in "${NAMES[@]}"; do
    if [ -n "${MISSING[$name]:-}" ]; then
      skipped "$name" "${MISSING[$name]}"
    else
      run_writer "$name"
    fi
  done
}

# Two tables of the library's: one that SQL changes, and one that the library
# changes.
run_writer()
{
  local name=$1
  mkdir "$RUN/writers/$name"
  cd "$RUN/writers/$name" || exit
  prepare_program "$name"
  if change_both "$name" >log 2>&1 && compare_both >>log; then
    passed "$name: $(told)"
  else
    failed "$name"
    tail -n 40 log
  fi
  [ -z "${WRITERS_SHOW:-}" ] || cat library.read library.rows
  [ -n "$ENGINE_PID" ] || drop_tables "$name"
}

change_both()
{
  local name=$1 by
  for by in sql library; do
    start_writer "$name" write "$(table_of "$name" $by)" || return
  done
  run_file "$name" sql true &&
    start_writer "$name" change "$(table_of "$name" library)" &&
    run_file "$name" library false || return
  for by in sql library; do
    start_writer "$name" read "$(table_of "$name" $by)" >$by.read || return
  done
}

# What the library reads, and what is stored, must be the same; and what SQL
# reads.
compare_both()
{
  [ -s library.read ] && [ -s library.rows ] &&
    diff -u library.read sql.read && diff -u library.rows sql.rows
}

told()
{
  local stored
  stored=$(grep -c '^stored: ' library.read)
  echo "$stored items as it writes them," \
    "$(($(wc -l <library.read) - stored)) that it reads, $(wc -l <library.rows) rows"
}

table_of()
{
  echo "writers_$1_$2"
}

# ---- programs ----

prepare_program()
{
  local file
  file=$(program_of "$1")
  [[ $file == *.mjs ]] || return 0
  if ! ln -s "$MODULES/node_modules" node_modules ||
     ! cp "$file" "$PROGRAMS"/common/*.mjs .; then
    die "cannot write $PWD"
  fi
}

# start_writer NAME ACTION TABLE
start_writer()
{
  local name=$1
  shift
  case $(program_of "$name") in
    *.py)
      PYTHONDONTWRITEBYTECODE=1 TZ=UTC \
        timeout 300 /usr/bin/python3 -P "$PROGRAMS/$name.py" "$@"
      ;;
    *.mjs)
      TZ=UTC timeout 300 "$NODE" "$name.mjs" "$@"
      ;;
  esac </dev/null
}

# ---- SQL ----

# run_file NAME BY CHANGE: the file of SQL on one of its tables, in a database
# of its own
run_file()
{
  local name=$1 by=$2 change=$3
  run_psql -d postgres -v database="$(table_of "$name" "$by")" \
    -v endpoint="$DYNAMODB_ENDPOINT" -f "$PROGRAMS/common/database.sql" &&
    PGTZ=UTC psql -X -q -At -v ON_ERROR_STOP=1 -d "$(table_of "$name" "$by")" \
      -v table="$(table_of "$name" "$by")" -v change="$change" \
      -f "$PROGRAMS/$name.sql" >"$by.rows"
}

# An endpoint that stays keeps nothing of ours.
drop_tables()
{
  local name=$1 by
  for by in sql library; do
    run_psql -d "$(table_of "$name" $by)" -v table="$(table_of "$name" $by)" 2>/dev/null <<'SQL'
SELECT dyn_request('dynamo', 'DeleteTable', jsonb_build_object('TableName', :'table'));
SQL
  done
}
