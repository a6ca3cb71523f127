# pg_cron
#		Packages: postgresql-MAJOR-cron
#
#		Jobs that run each minute, each time in a connection of their own.
#
# shellcheck shell=bash source=test/lib/clients/common/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/steps.sh"

database=$PGDATABASE

cron()
{
  psql -X -q -At -d postgres -v database="$database" "$@"
}

schedule()
{
  cron -v name="$database $1" -v command="$2" <<'SQL' >/dev/null
SELECT cron.schedule_in_database(:'name', '* * * * *', :'command', :'database');
SQL
}

# The jobs that have not ended once, or are running.
unfinished()
{
  cron <<'SQL'
SELECT count(*) FROM cron.job j WHERE database = :'database' AND NOT EXISTS (
  SELECT FROM cron.job_run_details d WHERE d.jobid = j.jobid
     AND status IN ('succeeded', 'failed'));
SQL
}

running()
{
  cron <<'SQL'
SELECT count(*) FROM cron.job_run_details
 WHERE database = :'database' AND status NOT IN ('succeeded', 'failed');
SQL
}

psql -X -q -c "INSERT INTO item (id, n) VALUES ('counter', 0), ('taken', 0)"
schedule increment "UPDATE item SET n = dyn_increment(n) WHERE id = 'counter'"
schedule upsert "INSERT INTO item AS i (id, n) VALUES ('up', 1) ON CONFLICT (id) DO UPDATE SET n = i.n + 1"
schedule duplicate "INSERT INTO item (id) VALUES ('taken')"
schedule delete "DELETE FROM entry WHERE what < now()::text"

until [ "$(unfinished)" = 0 ]; do sleep 1; done
cron -c "SELECT count(cron.unschedule(jobid)) FROM cron.job
          WHERE database = '$database'" | lines unscheduled
until [ "$(running)" = 0 ]; do sleep 1; done

cron <<'SQL'
SELECT DISTINCT 'run: ' || left(command, 6) || ' ' || status || ' ' || split_part(
         coalesce(substring(return_message FROM 'Key .*'), return_message), E'\n', 1)
  FROM cron.job_run_details WHERE database = :'database' ORDER BY 1;
SQL
for what in "UPDATE%=counter" "INSERT%ON CONFLICT%=up"; do
  runs=$(cron -v command="${what%%=*}" <<'SQL'
SELECT count(*) FROM cron.job_run_details
 WHERE database = :'database' AND command LIKE :'command' AND status = 'succeeded';
SQL
)
  saw "once for each run" "SELECT id, n = $runs FROM item WHERE id = '${what##*=}'"
done
