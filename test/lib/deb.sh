# deb.sh
#		Debian's packages, and the Dockerfile: see test/packages.
#
# shellcheck shell=bash

choose_packages()
{
  RELEASES=()
  DOCKERFILE=
  ARM64=
  while [ "$#" -gt 0 ]; do
    case $1 in
      --release)
        [[ ${2:-} =~ ^(bookworm|trixie)$ ]] ||
          die "--release wants bookworm or trixie"
        RELEASES+=("$2")
        shift
        ;;
      --dockerfile) DOCKERFILE=1 ;;
      --arm64) ARM64=1 ;;
      *) die "unknown argument: $1" ;;
    esac
    shift
  done
  if [ -z "$DOCKERFILE$ARM64" ] && [ "${#RELEASES[@]}" -eq 0 ]; then
    RELEASES=(bookworm trixie)
    DOCKERFILE=1
    ARM64=1
  fi
}

# Runs one of the scripts of lib/deb as root on a machine of the release.  What
# was built, what lintian says and what psql answers is shown:
# check_on RELEASE TITLE SCRIPT
check_on()
{
  local machine=$CACHE/machine-$1 output=$RUN/packages.out
  make_machine "$1" "$machine"
  if on_machine "$machine" root bash "/checkout/test/lib/deb/$3" \
       "$DYNAMODB_ENDPOINT" >"$output" 2>&1 </dev/null; then
    sed -n '/^== /,$p' "$output"
    passed "$2"
  else
    failed "$2"
    tail -n 100 "$output"
  fi
}

check_packages()
{
  local release
  mkdir "$RUN/layer"
  for release in "${RELEASES[@]}"; do
    check_on "$release" "Debian $release: packages" build
  done
  [ -z "$DOCKERFILE" ] ||
    check_on trixie 'the steps of the Dockerfile' dockerfile
  [ -z "$ARM64" ] || check_on trixie arm64 arm64
}
