# server.sh
#		A PostgreSQL that watches over itself, built from the distribution's
#		source: with assertions, and with memory contexts that tell
#		AddressSanitizer and valgrind what may be read and written.
#
# shellcheck shell=bash

# The source is fetched by apt; its configuration finds these.
install_server_packages()
{
  local package
  WANTED=()
  for package in bzip2 bison flex; do
    want_command "$package" "$package"
  done
  for package in valgrind libicu-dev libxml2-dev; do
    want_package "$package"
  done
  install_wanted
}

# apt's own sources of packages, as sources of source packages, in a directory
# of their own; those of others than the distribution are left out.
write_source_lists()
{
  local directory=$1 file codename
  # shellcheck disable=SC1091
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mkdir -p "$directory/parts" "$directory/lists/partial"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    [ -s "$file" ] && grep -Eq "\\b$codename\\b" "$file" || continue
    sed -e 's/^Types:.*/Types: deb-src/' -e 's/^deb /deb-src /' "$file" \
      >"$directory/parts/$(basename "$file")"
  done
}

fetch_server_source()
{
  local directory=$1 version
  write_source_lists "$directory"
  set -- -o Dir::Etc::sourcelist=- -o Dir::Etc::sourceparts="$directory/parts" \
    -o Dir::State::lists="$directory/lists" -o APT::Sandbox::User=root
  apt-get "$@" update >"$RUN/apt-get.log" 2>&1 ||
    note "apt-get update had errors; going on"
  cd "$directory" || exit
  # a mirror may lack what its index names: then the version before it
  for version in $(apt-cache "$@" showsrc "postgresql-$PG_MAJOR" |
      sed -n 's/^Version: //p' | sort -rV); do
    apt-get "$@" source --download-only "postgresql-$PG_MAJOR=$version" \
      >>"$RUN/apt-get.log" 2>&1 && break
    rm -f "$directory/postgresql-$PG_MAJOR"_*
  done
  compgen -G "$directory/postgresql-$PG_MAJOR"_*.orig.tar.* >/dev/null || {
    tail -n 20 "$RUN/apt-get.log" >&2
    die "no source of PostgreSQL $PG_MAJOR could be fetched"
  }
  cd "$RUN" || exit
  mkdir "$directory/source"
  quietly "unpacking PostgreSQL's source" tar -xf \
    "$(compgen -G "$directory/postgresql-$PG_MAJOR"_*.orig.tar.*)" \
    -C "$directory/source" --strip-components=1
}

compile_server()
{
  local directory=$1
  cd "$directory/source" || exit
  quietly "configuring PostgreSQL" ./configure --prefix="$directory/server" \
    --enable-cassert --enable-debug --enable-tap-tests --without-readline \
    --without-zlib --with-icu --with-libxml \
    CFLAGS="-O1 -g -fno-omit-frame-pointer -DUSE_VALGRIND"
  # COPT, unlike CFLAGS, is not kept for the builds of extensions
  set -- make -s -j "$(nproc)" COPT="-I$SRC/test/lib/server"
  quietly "building PostgreSQL" "$@" all
  quietly "installing PostgreSQL" "$@" install
  quietly "installing PostgreSQL" "$@" -C src/test/isolation install
  quietly "installing dblink" "$@" -C contrib/dblink install
  cd "$RUN" || exit
}

# Sets PG_CONFIG to that of a server of the same major.  It is kept for later
# runs of the same way to build it; where it is kept another user may not get
# at it, so it is copied.
build_checked_server()
{
  local kept building
  kept=$CACHE/checked-server-$PG_MAJOR-$(cksum <"$SRC/test/lib/server.sh" |
    cut -d ' ' -f 1)
  exec 9>"$kept.lock"
  flock 9
  if [ ! -e "$kept" ]; then
    note "Building PostgreSQL $PG_MAJOR with assertions, once (some minutes)"
    building=$(mktemp -d "$RUN/server-build.XXXXXX")
    fetch_server_source "$building"
    compile_server "$building"
    mv "$building/server" "$kept" || die "cannot write $kept"
    rm -rf "$building"
  fi
  exec 9>&-
  cp -R "$kept" "$RUN/postgres"
  chmod -R a+rX "$RUN/postgres"
  export PG_CONFIG=$RUN/postgres/bin/pg_config
}
