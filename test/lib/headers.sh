# headers.sh
#		Compiles the sources against the headers of PostgreSQL majors that no
#		Debian release has, as Ubuntu packages them: see test/majors.
#
# shellcheck shell=bash

# The Ubuntu release that has a major.
declare -A UBUNTU=([16]=noble)

# The newest package of a name in the release, its updates and its fixes.
ubuntu_package()
{
  local release=$1 name=$2 suite
  for suite in "$release-security" "$release-updates" "$release"; do
    curl -fsS "$UBUNTU_ARCHIVE/dists/$suite/universe/binary-amd64/Packages.gz" |
      gunzip | awk -v name="$name" '$1 == "Package:" { found = $2 == name }
        found && $1 == "Filename:" { print $2 }'
  done | head -n 1
}

# Unpacked once.  The C library there has functions that this one may lack.
fetch_headers()
{
  local major=$1 headers=$CACHE/headers-$1 file
  [ ! -e "$headers" ] || return 0
  file=$(ubuntu_package "${UBUNTU[$major]}" "postgresql-server-dev-$major")
  [ -n "$file" ] || return 1
  curl -fsS -o "$RUN/headers.deb" "$UBUNTU_ARCHIVE/$file" || return 1
  dpkg-deb -x "$RUN/headers.deb" "$RUN/headers-$major" || return 1
  sed -i 's/^#define HAVE_DECL_STRL\(CAT\|CPY\) 1/#define HAVE_DECL_STRL\1 0/' \
    "$RUN/headers-$major/usr/include/postgresql/$major/server"/pg_config*.h
  mv "$RUN/headers-$major" "$headers"
}

compile_against_headers()
{
  local major=$1 file include failures=0 flags=(-fsyntax-only
    -fvisibility=hidden -Wall -Wextra -Werror -Wno-unused-parameter
    -Wno-missing-field-initializers -D_GNU_SOURCE "-I$SRC/src")
  [ -e "$CACHE/headers-$major" ] || [ -n "${UBUNTU_ARCHIVE:-}" ] || {
    skipped "PostgreSQL $major" "UBUNTU_ARCHIVE is not set"
    return 0
  }
  fetch_headers "$major" || {
    skipped "PostgreSQL $major" "its headers could not be fetched"
    return 0
  }
  include=$CACHE/headers-$major/usr/include/postgresql
  read -ra libraries < <(pkg-config --cflags libcurl json-c libcrypto)
  flags+=("${libraries[@]}" "-I$include/$major/server" "-I$include")
  for file in "$SRC"/src/*.c "$SRC"/src/*/*.c "$SRC"/src/*/*/*.c; do
    gcc "${flags[@]}" "$file" || failures=$((failures + 1))
  done
  if [ "$failures" -eq 0 ]; then
    passed "PostgreSQL $major: all sources compile"
  else
    failed "PostgreSQL $major: $failures sources do not compile"
  fi
}
