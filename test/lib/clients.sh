# clients.sh
#		Programs of clients, on our tables and on ordinary ones: see test/clients.
#		A program is a file of lib/clients.  Its head names what it needs:
#
#	Packages: NAME...       of Debian
#	Unpacked: NAME...       the same, but unpacked into the cache, because their
#	                        installation would start a server
#	Modules: npm            those of lib/clients/npm
#
#		MAJOR in a name stands for PostgreSQL's.
#
# shellcheck shell=bash

PROGRAMS=$SRC/test/lib/clients
DEBIAN_HOME=$CACHE/clients-debian
NODE_WANTED=22
NODE_VERSION=22.23.5
declare -A NODE_SHA512=(
  [x64]=3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==
  [arm64]=e1LOUGKVruPGuLVutn8+Cgm5pI1APm4Kvh+zbb/qe/ZpD9s+TQby5iUgZOWmPpbSKpj0Td8DP1N0NEnXasHizg==
)

# why a client cannot be run, by its name
declare -A MISSING=()

# The programs that were asked for, all if none were.
choose_clients()
{
  local file name
  CLIENTS=()
  for file in "$PROGRAMS"/*.{py,java,sh,mjs}; do
    name=$(basename "${file%.*}")
    [ "$#" -gt 0 ] && [[ " $* " != *" $name "* ]] || CLIENTS+=("$name")
  done
  for name in "$@"; do
    [[ " ${CLIENTS[*]} " == *" $name "* ]] || die "there is no client '$name'"
  done
}

program_of()
{
  echo "$PROGRAMS/$1".*
}

# The words of a program's head, with PostgreSQL's major in its place.
client_words()
{
  local words
  words=$(head_words "$(program_of "$1")" "$2")
  echo "${words//MAJOR/$PG_MAJOR}"
}

install_clients()
{
  local name
  for name in "${CLIENTS[@]}"; do
    install_client_packages "$name"
    unpack_client_packages "$name"
  done
  for name in "${CLIENTS[@]}"; do
    if [ "$(client_words "$name" Modules)" = npm ]; then
      install_modules
      break
    fi
  done
}

# A package that no source of this machine has makes its client skipped; one
# that cannot be installed is an error.
install_client_packages()
{
  local name=$1 package
  WANTED=()
  for package in $(client_words "$name" Packages); do
    want_package "$package"
  done
  [[ $(program_of "$name") != *.java ]] || want_command javac default-jdk-headless
  for package in "${WANTED[@]}"; do
    can_have_package "$package" ||
      MISSING[$name]="Debian's package $package is not to be had here"
  done
  [ -n "${MISSING[$name]:-}" ] || install_wanted
}

# Whether a source of packages has it, after the lists were fetched once.
can_have_package()
{
  if [ ! -e "$RUN/apt-get.log" ]; then
    as_root apt-get update >"$RUN/apt-get.log" 2>&1 ||
      note "apt-get update had errors; going on"
  fi
  [[ $(apt-cache policy "$1") == *"Candidate: "[0-9]* ]]
}

unpack_client_packages()
{
  local name=$1 package
  for package in $(client_words "$name" Unpacked); do
    [ ! -e "$DEBIAN_HOME/$package" ] || continue
    if can_have_package "$package"; then
      unpack_package "$package"
    else
      MISSING[$name]="Debian's package $package is not to be had here"
    fi
  done
}

# Unpacks a package, and installs what it depends on.
unpack_package()
{
  local package=$1
  make_fetch_directory
  cd "$FETCHED" || exit
  quietly "fetching $package" apt-get -o APT::Sandbox::User=root \
    download "$package"
  quietly "unpacking $package" dpkg -x "$package"_*.deb "$FETCHED/root"
  quietly "installing what $package needs" as_root apt-get satisfy -y \
    -o DPkg::Lock::Timeout=300 \
    --no-install-recommends "$(dpkg-deb -f "$package"_*.deb Depends)"
  mkdir -p "$DEBIAN_HOME"
  mv -T "$FETCHED/root" "$DEBIAN_HOME/$package" ||
    die "cannot write $DEBIAN_HOME"
  cd "$RUN" || exit
  remove_fetched
}

# The modules of lib/clients/npm, and a Node.js that all of them can do with,
# where the machine's is older.  Sets MODULES and NODE.
install_modules()
{
  local key
  WANTED=()
  want_command node nodejs
  want_command npm npm
  install_wanted
  key=$(cksum <"$PROGRAMS/npm/package-lock.json" | cut -d' ' -f1)
  MODULES=$CACHE/clients-npm-$key
  NODE=$(command -v node)
  [ "$("$NODE" -p 'parseInt(process.versions.node)')" -ge "$NODE_WANTED" ] ||
    NODE=$CACHE/node-$NODE_VERSION/bin/node
  if ! fetch_modules || ! fetch_node; then
    modules_are_missing
  fi
}

# Runs npm in the directory of what is being fetched; false if its registry is
# not reached.
npm_reached()
{
  npm "$@" --ignore-scripts --loglevel=error >"$RUN/npm.log" 2>&1 </dev/null &&
    return 0
  grep -Eq 'E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT)' \
    "$RUN/npm.log" && return 1
  cat "$RUN/npm.log" >&2
  die "npm $1 failed"
}

# What the lock names, and whose hashes it has.
fetch_modules()
{
  [ ! -e "$MODULES" ] || return 0
  note "Fetching modules of npm into $MODULES (380 MB)"
  make_fetch_directory
  cp "$PROGRAMS"/npm/package*.json "$FETCHED"
  npm_reached ci --no-audit --no-fund --omit=optional --prefix "$FETCHED" ||
    return
  mv -T "$FETCHED" "$MODULES" 2>/dev/null ||
    [ -e "$MODULES/node_modules" ] || die "cannot write $MODULES"
}

fetch_node()
{
  local arch sum
  [ ! -e "$NODE" ] || return 0
  arch=$(node -p process.arch)
  [ -n "${NODE_SHA512[$arch]:-}" ] || die "there is no Node.js for $arch"
  note "Fetching Node.js $NODE_VERSION (60 MB): the machine's is older than" \
    "$NODE_WANTED"
  make_fetch_directory
  npm_reached pack --pack-destination "$FETCHED" \
    "node-linux-$arch@$NODE_VERSION" || return
  sum=$(openssl dgst -sha512 -binary "$FETCHED"/*.tgz | base64 -w0)
  [ "$sum" = "${NODE_SHA512[$arch]}" ] ||
    die "what was fetched as Node.js is not what it should be"
  quietly "unpacking Node.js" tar -xzf "$FETCHED"/*.tgz -C "$FETCHED" \
    package/bin/node package/LICENSE
  mv -T "$FETCHED/package" "${NODE%/bin/node}" 2>/dev/null || [ -e "$NODE" ] ||
    die "cannot write $NODE"
  remove_fetched
}

modules_are_missing()
{
  local name
  for name in "${CLIENTS[@]}"; do
    [ "$(client_words "$name" Modules)" != npm ] ||
      MISSING[$name]="the registry of npm is not reached"
  done
}

# JDBC knows no sockets but TCP's: there with a password, since the machine may
# have other users.
start_clients_cluster()
{
  local cron=
  make_cluster
  [[ " ${CLIENTS[*]} " != *" pg_cron "* ]] || [ -n "${MISSING[pg_cron]:-}" ] ||
    cron=pg_cron
  PGPASSWORD=$(openssl rand -hex 16)
  PGPORT=$(free_port)
  export PGPASSWORD
  # shellcheck disable=SC2024
  cat >>"$RUN/server/data/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
port = $PGPORT
timezone = 'UTC'
shared_preload_libraries = '$cron'
cron.host = '$RUN/socket'
SETTINGS
  printf '%s\n' 'local all all trust' 'host all all 127.0.0.1/32 scram-sha-256' \
    >"$RUN/server/data/pg_hba.conf"
  launch_cluster
  PATH=$("$PG_CONFIG" --bindir):$PATH
  client_psql -d postgres -c "ALTER USER postgres PASSWORD '$PGPASSWORD'" ||
    die "cannot set a password"
  [ -z "$cron" ] ||
    client_psql -d postgres -c 'CREATE EXTENSION pg_cron' ||
    die "cannot create pg_cron"
  export DEBIAN_HOME
}

client_psql()
{
  psql -X -q -o /dev/null -v ON_ERROR_STOP=1 "$@"
}

run_clients()
{
  local name
  mkdir "$RUN/clients"
  at_exit drop_client_tables
  for name in "${CLIENTS[@]}"; do
    if [ -n "${MISSING[$name]:-}" ]; then
      skipped "$name" "${MISSING[$name]}"
    else
      run_client "$name"
    fi
  done
}

# Both runs of a client, and what they printed, compared.
run_client()
{
  local name=$1 output=$RUN/clients/$1 line
  run_program "$name" FOREIGN "ours_$name" >"$output.ours" 2>"$output.ours.log" &
  run_program "$name" '' "ordinary_$name" >"$output.ordinary" 2>"$output.ordinary.log"
  wait $!
  [ -z "${CLIENTS_SHOW:-}" ] || cat "$output.ours"
  if line=$("$PROGRAMS/common/compare" "$name" "$output.ours" \
              "$output.ordinary" "$PROGRAMS/differences"); then
    passed "$name: $line"
  else
    failed "$name"
    printf '%s\n' "$line"
    tail -n 30 "$output.ours.log" "$output.ordinary.log"
  fi
}

# Runs a program in a directory and a database of its own.  What it prints ends
# with its status.
run_program()
{
  local name=$1 kind=$2 database=$3 status=0
  mkdir "$RUN/clients/$database"
  server_owns "$RUN/clients/$database"
  cd "$RUN/clients/$database" || exit
  client_psql -d postgres -v kind="$kind" -v database="$database" \
    -v endpoint="$DYNAMODB_ENDPOINT" -f "$PROGRAMS/common/database.sql" >&2 &&
    PGDATABASE=$database TZ=UTC start_program "$name" "$(program_of "$name")" \
      </dev/null || status=$?
  echo "status: $status"
}

start_program()
{
  local name=$1 file=$2
  case $file in
    *.py)
      PYTHONPATH=$PROGRAMS/common PYTHONDONTWRITEBYTECODE=1 \
        timeout 300 /usr/bin/python3 -P "$file"
      ;;
    *.java)
      CLASSPATH=.:/usr/share/java/postgresql.jar
      export CLASSPATH
      javac -d . "$file" && timeout 300 java "$name"
      ;;
    *.mjs)
      ln -s "$MODULES/node_modules" node_modules &&
        cp "$file" "$PROGRAMS"/common/*.mjs . &&
        PATH=$(dirname "$NODE"):$PATH timeout 300 "$NODE" "$name.mjs"
      ;;
    *.sh)
      timeout 300 bash "$file"
      ;;
  esac
}

# An endpoint that stays keeps nothing of ours.
drop_client_tables()
{
  local name
  [ -z "$ENGINE_PID" ] || return 0
  for name in "${CLIENTS[@]}"; do
    client_psql -d "ours_$name" -c \
      'SELECT dyn_drop_table(ftrelid) FROM pg_foreign_table' 2>/dev/null
  done
}
