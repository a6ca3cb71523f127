# tour.sh
#		The guided tour: eight use cases, each statement with the request it
#		becomes.
#
# shellcheck shell=bash

# Makes the database in which the tour takes place: prepare_tour ENDPOINT.
prepare_tour()
{
  TOUR_PSQL=("$("$PG_CONFIG" --bindir)/psql" -X)
  "${TOUR_PSQL[@]}" -q -d postgres -c 'CREATE DATABASE demo' -c \
    'ALTER DATABASE demo SET session_preload_libraries = dynamorm_fdw' || return
  "${TOUR_PSQL[@]}" -q -d demo -v ON_ERROR_STOP=1 -v endpoint="$1" <<'SQL'
CREATE EXTENSION dynamorm_fdw;
CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint :'endpoint', region 'us-east-1');
CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo
  OPTIONS (access_key_id 'test', secret_access_key 'test');
SQL
}

# Its status is psql's: not 0 if a statement failed that should not.
show_tour()
{
  "$SRC/test/lib/demo/show.pl" "$@" "$SRC/test/lib/demo/tour.sql" |
    "${TOUR_PSQL[@]}" -d demo -P pager=off 2>&1
}

# An endpoint that stays keeps nothing of ours.
drop_tour_tables()
{
  "${TOUR_PSQL[@]}" -q -d demo -o /dev/null -c \
    'SELECT dyn_drop_table(ftrelid) FROM pg_foreign_table' 2>/dev/null
}
