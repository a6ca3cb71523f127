# deb.sh
#		Debian's packages, and the Dockerfile: see test/packages.
#
# shellcheck shell=bash

choose_packages()
{
  RELEASES=()
  DOCKERFILE=
  while [ "$#" -gt 0 ]; do
    case $1 in
      --release)
        [[ ${2:-} =~ ^(bookworm|trixie)$ ]] ||
          die "--release wants bookworm or trixie"
        RELEASES+=("$2")
        shift
        ;;
      --dockerfile) DOCKERFILE=1 ;;
      *) die "unknown argument: $1" ;;
    esac
    shift
  done
  if [ -z "$DOCKERFILE" ] && [ "${#RELEASES[@]}" -eq 0 ]; then
    RELEASES=(bookworm trixie)
    DOCKERFILE=1
  fi
}

# What was built, what lintian says and what psql answers is shown.
check_packages()
{
  local release output=$RUN/packages.out
  mkdir "$RUN/layer"
  for release in "${RELEASES[@]}"; do
    make_machine "$release" "$CACHE/machine-$release"
    if on_machine "$CACHE/machine-$release" root \
         bash /checkout/test/lib/deb/build "$DYNAMODB_ENDPOINT" \
         >"$output" 2>&1 </dev/null; then
      sed -n '/^== /,$p' "$output"
      passed "Debian $release: packages"
    else
      failed "Debian $release: packages"
      tail -n 100 "$output"
    fi
  done
  if [ -n "$DOCKERFILE" ]; then
    make_machine trixie "$CACHE/machine-trixie"
    if on_machine "$CACHE/machine-trixie" root \
         bash /checkout/test/lib/deb/dockerfile "$DYNAMODB_ENDPOINT" \
         >"$output" 2>&1 </dev/null; then
      sed -n '/^== /,$p' "$output"
      passed "the steps of the Dockerfile"
    else
      failed "the steps of the Dockerfile"
      tail -n 60 "$output"
    fi
  fi
}
