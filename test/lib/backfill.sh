# backfill.sh
#		A backfill that is killed: see test/backfill.
#
# shellcheck shell=bash

# It asks the engine without the proxy, which would be what takes the time.
backfill()
{
  local bin
  bin=$("$PG_CONFIG" --bindir)
  DYNAMODB_ENDPOINT=$DYNAMODB_ENDPOINT PATH=$bin:$PATH \
    perl "$SRC/test/lib/backfill/backfill.pl" "$@"
}
