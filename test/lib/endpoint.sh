# endpoint.sh
#		Does a DynamoDB endpoint answer?  Used by the scripts, and run by
#		"make installcheck" with the endpoint as its argument.
#
# shellcheck shell=bash

# Sets ENDPOINT_HOST and ENDPOINT_PORT.
split_endpoint()
{
  [[ $1 =~ ^(https?)://(\[[^]]*\]|[^/:]+)(:([0-9]+))?/?$ ]] || return 1
  ENDPOINT_HOST=${BASH_REMATCH[2]}
  ENDPOINT_PORT=${BASH_REMATCH[4]}
  if [ -z "$ENDPOINT_PORT" ]; then
    ENDPOINT_PORT=80
    [ "${BASH_REMATCH[1]}" = http ] || ENDPOINT_PORT=443
  fi
}

port_open()
{
  (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

endpoint_answers()
{
  split_endpoint "$1" && port_open "$ENDPOINT_HOST" "$ENDPOINT_PORT"
}

if [ "${BASH_SOURCE[0]}" = "$0" ] && ! endpoint_answers "${1:-}"; then
  echo "no DynamoDB endpoint answers at '${1:-}':" \
    "name one, as in DYNAMODB_ENDPOINT=http://localhost:8000 make installcheck" >&2
  exit 1
fi
