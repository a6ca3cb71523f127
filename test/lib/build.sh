# build.sh
#		Builds out of tree, so that the checkout may be read-only, and
#		installs into the run's own directory, so that the machine's
#		PostgreSQL stays as it is.
#
#	BUILD_COMMIT=...                the sources of another commit, with the
#	                                tests of this checkout
#
# shellcheck shell=bash

BUILD_COMMIT=${BUILD_COMMIT:-}
BUILD_SRC=$SRC

make_in()
{
  local directory=$1
  shift
  make -s -C "$directory" -f "$BUILD_SRC/Makefile" VPATH="$BUILD_SRC" \
    with_llvm=no PG_CONFIG="$PG_CONFIG" "$@"
}

# What the extension is made of, as the commit has it, in the run's directory.
fetch_commit()
{
  BUILD_SRC=$RUN/commit
  mkdir "$BUILD_SRC"
  git -C "$SRC" archive --format=tar "$BUILD_COMMIT" -- Makefile src \
    dynamorm_fdw.control ':(glob)sql/dynamorm_fdw--*.sql' >"$RUN/commit.tar" ||
    die "no sources of commit '$BUILD_COMMIT'"
  tar -xf "$RUN/commit.tar" -C "$BUILD_SRC" || die "cannot write $BUILD_SRC"
}

# One build directory for each checkout and PostgreSQL: make finds out what
# has to be done again.
choose_build_directory()
{
  local key
  BUILD=$RUN/build
  if [ -n "$BUILD_COMMIT" ]; then
    fetch_commit
  else
    key=$(printf '%s %s' "$SRC" "$PG_CONFIG" | cksum | cut -d' ' -f1)
    BUILD=$CACHE/build-$PG_MAJOR-$key
  fi
  mkdir -p "$BUILD" || die "cannot create $BUILD"
}

build_extension()
{
  choose_build_directory
  exec 9>"$BUILD.lock"
  flock 9
  if ! make_in "$BUILD" -q all >/dev/null 2>&1; then
    note "Building for PostgreSQL $PG_MAJOR in $BUILD"
    quietly "the build" make_in "$BUILD" -j "$(nproc)" all
  fi
  quietly "the installation" make_in "$BUILD" install DESTDIR="$RUN/stage"
  exec 9>&-
  stage_settings >"$RUN/stage.conf"
}

# The settings with which a server finds what is in the stage.
stage_settings()
{
  local share lib
  share=$("$PG_CONFIG" --sharedir)
  lib=$("$PG_CONFIG" --pkglibdir)
  # the names and the defaults of its settings tell what a server can do
  "$("$PG_CONFIG" --bindir)/postgres" --describe-config >"$RUN/settings"
  if grep -q '^extension_control_path' "$RUN/settings"; then
    printf "extension_control_path = '%s:\$system'\n" "$RUN/stage$share"
  elif grep -q '^extension_destdir' "$RUN/settings"; then
    printf "extension_destdir = '%s'\n" "$RUN/stage"
  else
    note "This PostgreSQL loads extensions from its own directories only:" \
      "installing there"
    if [ -w "$lib" ]; then
      quietly "the installation" make_in "$BUILD" install
    else
      quietly "the installation" sudo make -s -C "$BUILD" \
        -f "$BUILD_SRC/Makefile" VPATH="$BUILD_SRC" with_llvm=no PG_CONFIG="$PG_CONFIG" install
    fi
    return 0
  fi
  printf "dynamic_library_path = '%s:\$libdir'\n" "$RUN/stage$lib"
}

# Compiles one of the tests' own programs into the build directory, if its
# source is newer: compile_program NAME SOURCE FLAGS...
compile_program()
{
  local name=$1 source=$2
  shift 2
  PROGRAM=$BUILD/$name
  [ "$PROGRAM" -nt "$source" ] ||
    quietly "compiling $source" gcc -std=gnu11 -O2 -Wall -Wextra -Werror \
      -o "$PROGRAM" "$source" "$@"
}
