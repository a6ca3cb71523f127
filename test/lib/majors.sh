# majors.sh
#		Other PostgreSQL majors, in other releases of Debian, or in one of
#		Ubuntu: see test/majors.
#
# shellcheck shell=bash

# The release that has a major, and the one that it is added to.
declare -A RELEASE=([16]=noble [17]=trixie [18]=forky [19]=experimental)
declare -A BASE=([19]=sid)

UBUNTU_KEYRING=/usr/share/keyrings/ubuntu-archive-keyring.gpg

choose_majors()
{
  MAJORS=()
  NAMES=()
  while [ "$#" -gt 0 ]; do
    case $1 in
      --major)
        [ -n "${RELEASE[${2:-none}]:-}" ] ||
          die "--major wants 16, 17, 18 or 19"
        MAJORS+=("$2")
        shift
        ;;
      -*) die "unknown option: $1" ;;
      *) NAMES+=("$1") ;;
    esac
    shift
  done
  [ "${#MAJORS[@]}" -gt 0 ] || MAJORS=(16 17 18 19)
}

# The engine runs out here: it is the same for all.
install_majors_packages()
{
  [ "$(id -u)" -eq 0 ] || die "only root can enter another release"
  # shellcheck disable=SC2034  # used by install_wanted
  WANTED=()
  want_command mmdebstrap mmdebstrap
  want_command curl curl
  engine_packages
  install_wanted
}

# A command that adds a release to the one that was unpacked into $1, and
# installs packages from it.
add_release_hook()
{
  local release=$1 packages=$2
  # shellcheck disable=SC2016  # for the hook's shell
  printf '%s' 'sed -n "s/ sid / '"$release"' /p" "$1/etc/apt/sources.list"' \
    ' >"$1/etc/apt/sources.list.d/added.list" &&' \
    ' chroot "$1" apt-get -o Acquire::Check-Valid-Until=false update &&' \
    ' chroot "$1" env DEBIAN_FRONTEND=noninteractive apt-get install -y' \
    ' --no-install-recommends -t '"$release $packages"
}

# Where the packages of Ubuntu's release come from, one source a line.
ubuntu_sources()
{
  local release=$1 trust="[signed-by=$UBUNTU_KEYRING]" suite
  [ -e "$UBUNTU_KEYRING" ] || trust='[trusted=yes]'
  for suite in "$release" "$release-updates" "$release-security"; do
    printf 'deb %s %s %s main universe\n' "$trust" "$UBUNTU_ARCHIVE" "$suite"
  done
}

# Unpacks a release with all that test/check asks for.  Some lists of packages
# there are past the day until which they are valid.
make_root()
{
  local major=$1 root=$2 packages release=${RELEASE[$1]} server
  local hooks=() sources=()
  packages=gcc,make,pkg-config,libc6-dev,libcurl4-openssl-dev,libssl-dev
  packages+=,libjson-c-dev,libipc-run-perl,curl,openssl,ca-certificates,procps
  packages+=,iproute2
  server="postgresql-$major postgresql-server-dev-$major"
  [ ! -e "$root" ] || return 0
  if [ -n "${BASE[$major]:-}" ]; then
    hooks=(--customize-hook="$(add_release_hook "$release" "$server")")
    release=${BASE[$major]}
  else
    packages+=,${server// /,}
  fi
  [ "$major" != 16 ] || mapfile -t sources < <(ubuntu_sources "$release")
  note "Unpacking ${RELEASE[$major]} with PostgreSQL $major, once" \
    "(some minutes, 1.4 GB)"
  UNFINISHED=$root.unfinished
  at_exit remove_unfinished
  remove_unfinished
  quietly "unpacking ${RELEASE[$major]}" mmdebstrap --mode=root --variant=apt \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --include="$packages" "${hooks[@]}" "$release" "$UNFINISHED" \
    "${sources[@]}"
  mkdir -p "$UNFINISHED/checkout" "$UNFINISHED/cache"
  mv "$UNFINISHED" "$root" || die "cannot write $root"
}

remove_unfinished()
{
  rm -rf "$UNFINISHED"
}

# Runs a command there, with namespaces of its own for mounts and processes:
# nothing stays mounted, and nothing runs on.  The checkout is read only.
in_root()
{
  local root=$1
  shift
  # shellcheck disable=SC2016  # for the inner shell
  unshare --mount --pid --fork --kill-child --propagation private sh -c '
    root=$1 checkout=$2
    shift 2
    mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
      mount -t tmpfs shm "$root/dev/shm" &&
      mount --bind "$checkout" "$root/checkout" &&
      mount -o remount,bind,ro "$root/checkout" || exit 1
    exec chroot "$root" "$@"' sh "$root" "$SRC" "$@"
}

check_majors()
{
  local major root output
  for major in "${MAJORS[@]}"; do
    root=$CACHE/root-$major
    if [ "$major" = 16 ] && [ ! -e "$root" ] && [ -z "${UBUNTU_ARCHIVE:-}" ]
    then
      skipped "PostgreSQL $major" "UBUNTU_ARCHIVE is not set"
      continue
    fi
    make_root "$major" "$root"
    start_engine
    output=$RUN/check-$major.out
    note "Testing with PostgreSQL $major"
    if in_root "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
         XDG_CACHE_HOME=/cache DYNAMODB_ENDPOINT="$DYNAMODB_ENDPOINT" \
         DYNAMODB_ENGINE="$ENGINE" bash /checkout/test/check "${NAMES[@]}" >"$output" 2>&1 </dev/null; then
      passed "PostgreSQL $major: $(tail -n 1 "$output")"
    else
      failed "PostgreSQL $major"
      cat "$output"
    fi
    # the next one finds no tables of this one
    [ -z "$ENGINE_PID" ] || unset DYNAMODB_ENDPOINT
    stop_engine
  done
}
