# fresh.sh
#		Machines that have nothing but bash, apt and sudo: see test/fresh.
#
# shellcheck shell=bash

choose_machines()
{
  RELEASES=()
  USERS=()
  NAMES=()
  while [ "$#" -gt 0 ]; do
    case $1 in
      --release)
        [[ ${2:-} =~ ^(bookworm|trixie)$ ]] ||
          die "--release wants bookworm or trixie"
        RELEASES+=("$2")
        shift
        ;;
      --user)
        [[ ${2:-} =~ ^(root|sudo)$ ]] || die "--user wants root or sudo"
        USERS+=("$2")
        shift
        ;;
      -*) die "unknown option: $1" ;;
      *) NAMES+=("$1") ;;
    esac
    shift
  done
  [ "${#RELEASES[@]}" -gt 0 ] || RELEASES=(bookworm trixie)
  [ "${#USERS[@]}" -gt 0 ] || USERS=(root sudo)
}

install_fresh_packages()
{
  [ "$(id -u)" -eq 0 ] || die "only root can enter another release"
  # shellcheck disable=SC2034  # used by the packages
  WANTED=()
  want_command mmdebstrap mmdebstrap
  install_wanted
}

# Unpacks a release once.  The user named visitor may become root.
make_machine()
{
  local release=$1 root=$2
  [ ! -e "$root" ] || return 0
  note "Unpacking Debian $release, once"
  UNFINISHED=$root.unfinished
  at_exit remove_unfinished
  remove_unfinished
  quietly "unpacking $release" mmdebstrap --mode=root --variant=apt \
    --include=sudo,passwd "$release" "$UNFINISHED"
  chroot "$UNFINISHED" useradd -m -s /bin/bash visitor ||
    die "cannot make a user in $UNFINISHED"
  echo 'visitor ALL=(ALL) NOPASSWD: ALL' >"$UNFINISHED/etc/sudoers.d/visitor"
  mkdir "$UNFINISHED/checkout"
  mv "$UNFINISHED" "$root" || die "cannot write $root"
}

# Runs a command on a machine, whose changes are gone afterwards:
# on_machine ROOT USER COMMAND...
on_machine()
{
  local root=$1 user=$2
  shift 2
  # shellcheck disable=SC2016  # for the inner shell
  unshare --mount --pid --fork --kill-child --propagation private sh -c '
    root=$1 layer=$2 checkout=$3 engines=$4 user=$5
    shift 5
    home=/root
    [ "$user" = root ] || home=/home/$user
    mount -t tmpfs -o size=6g layer "$layer" &&
      mkdir "$layer/changes" "$layer/work" "$layer/machine" &&
      mount -t overlay -o "lowerdir=$root,upperdir=$layer/changes,workdir=$layer/work" \
        machine "$layer/machine" || exit 1
    root=$layer/machine
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/" &&
      mkdir -p "$root$home/.cache/dynamorm_fdw" || exit 1
    for engine in "$engines"/dynamodb-local-* "$engines"/dynoxide-*; do
      [ ! -e "$engine" ] || cp -R "$engine" "$root$home/.cache/dynamorm_fdw/"
    done
    mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
      mount -t tmpfs shm "$root/dev/shm" &&
      mount --bind "$checkout" "$root/checkout" &&
      mount -o remount,bind,ro "$root/checkout" &&
      chroot "$root" chown -R "$user:" "$home" || exit 1
    [ "$user" = root ] || set -- runuser -u "$user" -- "$@"
    exec chroot "$root" env -i HOME="$home" \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
  ' sh "$root" "$RUN/layer" "$SRC" "$CACHE" "$user" "$@"
}

# Both commands, each on a machine of its own.
check_fresh_machine()
{
  local release=$1 user=$2 root=$3 account=root output=$RUN/fresh.out
  [ "$user" = root ] || account=visitor
  if on_machine "$root" "$account" bash /checkout/test/demo \
       >"$output" 2>&1 </dev/null; then
    passed "Debian $release, $user: test/demo"
  else
    failed "Debian $release, $user: test/demo"
    tail -n 60 "$output"
  fi
  if on_machine "$root" "$account" bash /checkout/test/check "${NAMES[@]}" \
       >"$output" 2>&1 </dev/null; then
    passed "Debian $release, $user: test/check: $(tail -n 1 "$output")"
  else
    failed "Debian $release, $user: test/check"
    cat "$output"
  fi
}

check_fresh_machines()
{
  local release user root
  mkdir "$RUN/layer"
  for release in "${RELEASES[@]}"; do
    root=$CACHE/machine-$release
    make_machine "$release" "$root"
    for user in "${USERS[@]}"; do
      check_fresh_machine "$release" "$user" "$root"
    done
  done
}
