# packages.sh
#		Debian packages: installs what is missing, and only that.  No main
#		cluster is created, nothing is started.
#
# shellcheck shell=bash

have_package()
{
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The PostgreSQL to build for: the one of PG_CONFIG, else the newest one here
# that extensions can be built for, else the distribution's.  The headers are
# what tells: Debian's client package has pgxs.mk without them.
choose_postgres()
{
  local major
  if [ -z "${PG_CONFIG:-}" ]; then
    for major in 19 18 17 16 15; do
      if [ -x /usr/lib/postgresql/$major/bin/postgres ] &&
         [ -e /usr/include/postgresql/$major/server/postgres.h ]; then
        PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config
        break
      fi
    done
  fi
  if [ -n "${PG_CONFIG:-}" ]; then
    PG_MAJOR=$("$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
    [ -n "$PG_MAJOR" ] || die "PG_CONFIG=$PG_CONFIG does not work"
  else
    PG_MAJOR=15
    # shellcheck disable=SC1091
    . /etc/os-release
    [ "${VERSION_ID:-12}" != 13 ] || PG_MAJOR=17
    WANTED+=("postgresql-$PG_MAJOR" "postgresql-server-dev-$PG_MAJOR")
    PG_CONFIG=/usr/lib/postgresql/$PG_MAJOR/bin/pg_config
  fi
  export PG_CONFIG PG_MAJOR
}

# Installs a package for each of the commands that is not there.
want_command()
{
  command -v "$1" >/dev/null || WANTED+=("$2")
}

want_package()
{
  have_package "$1" || WANTED+=("$1")
}

as_root()
{
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# postgresql-common creates and starts a cluster with each server that it
# installs, unless it is told not to.
install_without_cluster()
{
  local conf=/etc/postgresql-common/createcluster.conf saved=$RUN/createcluster
  local status=0
  if [ -e "$conf" ]; then
    cp "$conf" "$saved"
  fi
  as_root mkdir -p "${conf%/*}"
  echo 'create_main_cluster = false' | as_root tee "$conf" >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "$@" || status=$?
  if [ -e "$saved" ]; then
    as_root cp "$saved" "$conf"
  fi
  return "$status"
}

# Everything for building, testing and the engine that was asked for.
install_packages()
{
  local package
  WANTED=()
  command -v dpkg-query >/dev/null || die "this needs Debian: there is no dpkg"
  choose_postgres
  for package in gcc make pkg-config libc6-dev libcurl4-openssl-dev \
                 libssl-dev libjson-c-dev libipc-run-perl; do
    want_package "$package"
  done
  want_command curl curl
  want_command openssl openssl
  want_command ip iproute2
  engine_packages
  install_wanted
}

install_wanted()
{
  [ "${#WANTED[@]}" -gt 0 ] || return 0

  [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
    die "not root and no sudo; ask for: apt-get install ${WANTED[*]}"
  note "Installing ${WANTED[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    sudo -v || die "sudo is needed to install packages"
  fi
  # A source of the machine's that fails matters only if the packages do not
  # come from another.
  as_root apt-get update >"$RUN/apt-get.log" 2>&1 ||
    note "apt-get update had errors; going on"
  quietly "installing packages" install_without_cluster "${WANTED[@]}"
}
