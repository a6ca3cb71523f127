# pgregress.sh
#		The server's own regression tests on foreign tables: see
#		test/pgregress.
#
# shellcheck shell=bash

# The major whose files test/lib/pgregress/allowed is about.
PGREGRESS_MAJOR=15

# Sets SERVER_TESTS to the server's src/test/regress, from its source package,
# which is fetched once.
fetch_server_tests()
{
  local directory
  SERVER_TESTS=$CACHE/server-tests-$PG_MAJOR
  [ ! -e "$SERVER_TESTS" ] || return 0
  note "Fetching the source of PostgreSQL $PG_MAJOR"
  directory=$(mktemp -d "$RUN/server-source.XXXXXX")
  (
    # shellcheck disable=SC2034  # filled by these, used by install_wanted
    WANTED=()
    want_command bzip2 bzip2
    want_command dpkg-source dpkg-dev
    install_wanted
    fetch_server_source "$directory"
  ) || return 1
  mv -T "$directory/source/src/test/regress" "$SERVER_TESTS" 2>/dev/null ||
    [ -e "$SERVER_TESTS" ] || die "cannot write $SERVER_TESTS"
  rm -rf "$directory"
}

# The files where the server can read them, with fewer data: a table is read
# after each statement that writes to it.
prepare_server_tests()
{
  local file
  mkdir -p "$RUN/regress/data"
  cp -R "$SERVER_TESTS/sql" "$RUN/regress"
  for file in "$SERVER_TESTS"/data/*.data; do
    head -n 1000 "$file" >"$RUN/regress/data/$(basename "$file")"
  done
  # all numbers from 0 to 999, and not any thousand
  awk '$1 < 1000' "$SERVER_TESTS/data/tenk.data" \
    >"$RUN/regress/data/tenk.data"
  chmod -R a+rX "$RUN/regress"
}

pgregress()
{
  [ "$PG_MAJOR" = "$PGREGRESS_MAJOR" ] ||
    note "test/lib/pgregress/allowed is about PostgreSQL $PGREGRESS_MAJOR"
  prepare_server_tests
  PATH=$("$PG_CONFIG" --bindir):$PATH PG_ABS_SRCDIR=$RUN/regress \
    perl "$SRC/test/lib/pgregress/pgregress.pl" --source "$RUN/regress" \
    --endpoint "$DYNAMODB_ENDPOINT" --run "$RUN" "$@"
}
