# storm.sh
#		The storms of transactions: see test/storm.
#
# shellcheck shell=bash

# storm_of PROGRAM ARGUMENTS...: with a server, an engine and a proxy
storm_of()
{
  local bin program=$1
  shift
  start_run
  install_packages
  build_extension
  start_engine
  start_proxy
  start_cluster
  bin=$("$PG_CONFIG" --bindir)
  mkdir "$RUN/notes"
  DYNAMODB_ENDPOINT=$PROXY_ENDPOINT "$bin/psql" -Xq \
    -f "$SRC/sql/setup.sql" >"$RUN/storm.setup" 2>&1 ||
    die "cannot set up the storm: $(cat "$RUN/storm.setup")"
  PATH=$bin:$PATH STORM_NOTES=$RUN/notes PROXY_ENDPOINT=$PROXY_ENDPOINT \
    perl "$SRC/test/lib/storm/$program.pl" "$@"
}
