# tenants.sh
#		The attack on row-level security: see test/tenants.
#
# shellcheck shell=bash

# Two databases of the same content, and the roles of both.
make_worlds()
{
  local bin=$1 world
  "$bin/psql" -Xq -d postgres >/dev/null 2>&1 <<'SQL'
DROP DATABASE IF EXISTS tenants_a;
DROP DATABASE IF EXISTS tenants_b;
REVOKE SET ON PARAMETER dynamorm_fdw.max_read_units FROM tenant_ann, tenant_bob, tenant_pool;
DROP ROLE IF EXISTS tenant_ann, tenant_bob, tenant_pool;
CREATE ROLE tenant_ann LOGIN;
CREATE ROLE tenant_bob LOGIN;
CREATE ROLE tenant_pool LOGIN NOINHERIT;
GRANT tenant_ann, tenant_bob TO tenant_pool;
GRANT SET ON PARAMETER dynamorm_fdw.max_read_units TO tenant_ann, tenant_bob, tenant_pool;
SQL
  for world in tenants_a tenants_b; do
    "$bin/psql" -Xq -d postgres -c "CREATE DATABASE $world" \
      -c "ALTER DATABASE $world SET session_preload_libraries = 'dynamorm_fdw'" \
      >/dev/null 2>&1 || die "cannot create a database for the tenants"
    "$bin/psql" -Xq -d "$world" -f "$SRC/sql/setup.sql" >"$RUN/tenants.setup" 2>&1 ||
      die "cannot set up the tenants: $(cat "$RUN/tenants.setup")"
  done
}

tenants()
{
  local bin
  bin=$("$PG_CONFIG" --bindir)
  make_worlds "$bin"
  PATH=$bin:$PATH perl "$SRC/test/lib/tenants/tenants.pl" "$@"
}
