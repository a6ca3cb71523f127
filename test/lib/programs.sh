# programs.sh
#		Programs in languages of their own, and what they need: for test/clients
#		and test/writers, which set PROGRAMS, the directory that they are in.  A
#		program's head names what it needs:
#
#	Packages: NAME...       of Debian
#	Unpacked: NAME...       the same, but unpacked into the cache, because their
#	                        installation would start a server
#	Modules: npm            those that npm/package-lock.json in its directory names
#
#		MAJOR in a name stands for PostgreSQL's.
#
# shellcheck shell=bash

DEBIAN_HOME=$CACHE/clients-debian
NODE_WANTED=22
NODE_VERSION=22.23.5
declare -A NODE_SHA512=(
  [x64]=3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==
  [arm64]=e1LOUGKVruPGuLVutn8+Cgm5pI1APm4Kvh+zbb/qe/ZpD9s+TQby5iUgZOWmPpbSKpj0Td8DP1N0NEnXasHizg==
)

# the programs to run, and why one cannot be run, by its name
NAMES=()
declare -A MISSING=()

# The programs that were asked for, all if none were.
choose_programs()
{
  local file name
  for file in "$PROGRAMS"/*.{py,rb,java,sh,mjs}; do
    [ -e "$file" ] || continue
    name=$(basename "${file%.*}")
    [ "$#" -gt 0 ] && [[ " $* " != *" $name "* ]] || NAMES+=("$name")
  done
  for name in "$@"; do
    [[ " ${NAMES[*]} " == *" $name "* ]] || die "there is no program '$name'"
  done
}

# A file of SQL may stand beside it.
program_of()
{
  local file
  for file in "$PROGRAMS/$1".*; do
    [[ $file == *.sql ]] || echo "$file"
  done
}

# The words of a program's head, with PostgreSQL's major in its place.
program_words()
{
  local words
  words=$(head_words "$(program_of "$1")" "$2")
  echo "${words//MAJOR/$PG_MAJOR}"
}

# What the programs need.  The number is of MB, of the modules of npm.
install_programs()
{
  local name
  for name in "${NAMES[@]}"; do
    install_program_packages "$name"
    unpack_program_packages "$name"
  done
  for name in "${NAMES[@]}"; do
    if [ "$(program_words "$name" Modules)" = npm ]; then
      install_modules "$1"
      break
    fi
  done
}

# A package that no source of this machine has makes its program skipped; one
# that cannot be installed is an error.
install_program_packages()
{
  local name=$1 package
  WANTED=()
  for package in $(program_words "$name" Packages); do
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

unpack_program_packages()
{
  local name=$1 package
  for package in $(program_words "$name" Unpacked); do
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

# The modules that the lock names, and a Node.js that all of them can do with,
# where the machine's is older.  Sets MODULES and NODE.
install_modules()
{
  local key
  WANTED=()
  want_command node nodejs
  want_command npm npm
  install_wanted
  key=$(cksum <"$PROGRAMS/npm/package-lock.json" | cut -d' ' -f1)
  MODULES=$CACHE/$(basename "$PROGRAMS")-npm-$key
  NODE=$(command -v node)
  [ "$("$NODE" -p 'parseInt(process.versions.node)')" -ge "$NODE_WANTED" ] ||
    NODE=$CACHE/node-$NODE_VERSION/bin/node
  if ! fetch_modules "$1" || ! fetch_node; then
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
  note "Fetching modules of npm into $MODULES ($1 MB)"
  make_fetch_directory
  cp -R "$PROGRAMS/npm/." "$FETCHED"
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
  for name in "${NAMES[@]}"; do
    [ "$(program_words "$name" Modules)" != npm ] ||
      MISSING[$name]="the registry of npm is not reached"
  done
}

# Statements that must succeed.
run_psql()
{
  psql -X -q -o /dev/null -v ON_ERROR_STOP=1 "$@"
}
