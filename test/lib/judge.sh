# judge.sh
#		The differential test: see test/judge.
#
# shellcheck shell=bash

# Where files that are named are.
CALLED_IN=$PWD

# What is judged: single statements, or what the first argument says.
judge_program()
{
  case " $* " in
    *" --transactions "*) echo transactions.pl ;;
    *" --interference "*) echo interference.pl ;;
    *) echo judge.pl ;;
  esac
}

judge()
{
  local bin program endpoint=$DYNAMODB_ENDPOINT
  program=$(judge_program "$@")
  [ "$program" != interference.pl ] || endpoint=$PROXY_ENDPOINT
  bin=$("$PG_CONFIG" --bindir)
  "$bin/psql" -Xq -d postgres -c 'DROP DATABASE IF EXISTS judge' \
    -c 'CREATE DATABASE judge' \
    -c "ALTER DATABASE judge SET session_preload_libraries = 'dynamorm_fdw'" \
    >/dev/null 2>&1 || die "cannot create a database for the judge"
  DYNAMODB_ENDPOINT=$endpoint "$bin/psql" -Xq -d judge \
    -f "$SRC/sql/setup.sql" >"$RUN/judge.setup" 2>&1 ||
    die "cannot set up the judge: $(cat "$RUN/judge.setup")"
  # what the engine does otherwise than DynamoDB, and is not our difference
  [ "$program" != judge.pl ] || engine_can set_past_end ||
    set -- "$@" --except list_padding
  PATH=$bin:$PATH PGDATABASE=judge PROXY_ENDPOINT=$endpoint \
    JUDGE_CALLED_IN=$CALLED_IN \
    perl "$SRC/test/lib/judge/$program" "$@"
}
