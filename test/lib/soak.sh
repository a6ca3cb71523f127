# soak.sh
#		Very many statements in one backend: see test/soak.
#
# shellcheck shell=bash

soak()
{
  local bin
  bin=$("$PG_CONFIG" --bindir)
  DYNAMODB_ENDPOINT=$PROXY_ENDPOINT "$bin/psql" -Xq \
    -f "$SRC/sql/setup.sql" >"$RUN/soak.setup" 2>&1 ||
    die "cannot set up the soak: $(cat "$RUN/soak.setup")"
  PATH=$bin:$PATH perl "$SRC/test/lib/soak/soak.pl" "$@"
}
