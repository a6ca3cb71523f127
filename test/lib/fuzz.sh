# fuzz.sh
#		Builds and runs the fuzz targets: see test/fuzz.
#
# shellcheck shell=bash

# No engine is needed here, but a compiler that brings libFuzzer.
engine_packages()
{
  want_command clang clang
  want_package libclang-rt-dev
}

runs_of()
{
  case $1 in
    decoder) echo 10000000 ;;
    *) echo 200000 ;;
  esac
}

# The head comment of a target names the sources and libraries it needs.
build_target()
{
  local target=$1 file=$SRC/test/lib/fuzz/$1.c word flags=()
  for word in $(head -n 20 "$file" |
      grep -oE '(^|[[:space:]])(src/[a-z0-9_/]+\.c|-l[a-z0-9]+)'); do
    flags+=("${word/#src/$SRC/src}")
  done
  quietly "compiling $file" clang -std=gnu11 -g -O2 -Wall -Wextra \
    -Wno-unused-parameter -Wno-missing-field-initializers \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
    -I"$SRC/src" -I"$("$PG_CONFIG" --includedir-server)" \
    -o "$RUN/$target" "$file" "${flags[@]}" \
    -L"$("$PG_CONFIG" --pkglibdir)" -L"$("$PG_CONFIG" --libdir)"
}

# Answers as DynamoDB gives them, and some that it should not give.
seed_decoder()
{
  local directory=$1 number=0 deep line
  while read -r line; do
    number=$((number + 1))
    printf '%s' "$line" >"$directory/answer$number"
  done <<'ANSWERS'
{}
{"Item":{"id":{"S":"a"},"n":{"N":"-1.5E+10"},"b":{"B":"AAEC/w=="},"t":{"BOOL":true},"f":{"BOOL":false},"z":{"NULL":true}}}
{"Attributes":{"ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"bs":{"BS":["AA==","/w=="]}}}
{"Item":{"l":{"L":[{"S":"x"},{"L":[]},{"M":{}}]},"m":{"M":{"a":{"M":{"b":{"N":"0"}}}}}}}
{"Items":[{"id":{"S":"1"}},{"id":{"S":"2"}}],"Count":2,"ScannedCount":5,"LastEvaluatedKey":{"id":{"S":"2"}}}
{"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5,"Table":{"CapacityUnits":0.5}},"Count":0,"ScannedCount":0,"Items":[]}
{"ConsumedCapacity":[{"CapacityUnits":1.0},{"CapacityUnits":2}],"Responses":{"t":[{"id":{"S":"1"}}],"u":[]},"UnprocessedKeys":{}}
{"Responses":{"t":[]},"UnprocessedKeys":{"t":{"Keys":[{"id":{"S":"1"}}],"ConsistentRead":true}}}
{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Message":"The conditional request failed","Item":{"id":{"S":"1"}}}
{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"x","CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"m","Item":{"id":{"N":"1"}}}]}
{"Item":{"\u00e9\ud83d\ude00\u0000":{"S":"\"\\\/\b\f\n\r\t\u0001é😀"}}}
 { "Item" : { "id" : { "S" : "" } } , "Unknown" : [ 1 , -2.5e-3 , true , false , null , { "a" : [ ] } ] } 
{"Item":{"id":{"S":"a","N":"1"}}}
{"Item":{"id":{}}}
{"Item":null,"Items":null,"Count":null}
ANSWERS
  deep=$(printf '{"L":[%.0s' {1..33})
  deep+='{"S":"deep"}'
  deep+=$(printf ']}%.0s' {1..33})
  printf '{"Item":{"deep":%s}}' "$deep" >"$directory/deep"
  printf '{"Item":{"id":{"S":"\xff\xc0\x80\xed\xa0\x80"}}}' >"$directory/broken"
}

# A moment, a choice, and the parts, each behind its length.
seed_signer()
{
  local directory=$1 choice
  for choice in {0..7}; do
    {
      printf '\0\0\0\0\x69\x57\x34\x25'
      # shellcheck disable=SC2059
      printf "\\$(printf '%03o' "$choice")"
      printf '\x05AKIDE\x08secretly\x05token\x09us-east-1\x08dynamodb'
      printf '\x09localhost\x19DynamoDB_20120810.GetItem\x02{}'
    } >"$directory/request$choice"
  done
}

words_of_decoder()
{
  local word
  for word in Item Items Attributes LastEvaluatedKey Responses \
              UnprocessedKeys Count ScannedCount ConsumedCapacity \
              CapacityUnits CancellationReasons Code __type message S N B \
              BOOL NULL SS NS BS L M; do
    printf '"\\"%s\\":"\n' "$word"
  done
  printf '"%s"\n' true false null '\\u0000' '\\ud83d' '\\ude00' '{\"S\":\"' \
    '{\"L\":[' '{\"M\":{' '\"}'
}

words_of_signer()
{
  printf '"%s"\n' localhost:8000 aws4_request
}

fuzz()
{
  local runs='' target targets=() corpus status=0
  while [ "$#" -gt 0 ]; do
    case $1 in
      --runs)
        runs=${2:-}
        [[ $runs =~ ^[0-9]+$ ]] || die "--runs wants a number"
        shift
        ;;
      decoder | signer) targets+=("$1") ;;
      *) die "unknown target or option: $1" ;;
    esac
    shift
  done
  [ "${#targets[@]}" -gt 0 ] || targets=(decoder signer)
  for target in "${targets[@]}"; do
    build_target "$target"
    corpus=$RUN/$target.corpus
    mkdir "$corpus"
    "seed_$target" "$corpus"
    "words_of_$target" >"$RUN/$target.words"
    note "Fuzzing the $target"
    if (cd "$RUN" && "./$target" -runs="${runs:-$(runs_of "$target")}" \
          -seed=1 -max_len=1024 -print_final_stats=1 -verbosity=1 -reload=0 \
          -artifact_prefix="$RUN/$target." -dict="$RUN/$target.words" \
          "$corpus") >"$RUN/$target.log" 2>&1; then
      printf 'ok      %s: %s, %s inputs kept\n' "$target" \
        "$(sed -n 's/^Done \([0-9]* runs in [0-9]* second.*\)/\1/p' \
          "$RUN/$target.log")" "$(find "$corpus" -type f | wc -l)"
    else
      status=1
      printf 'FAILED  %s\n' "$target"
      grep -Ev '^#[0-9]' "$RUN/$target.log" | tail -n 60
      keep_input "$target"
    fi
  done
  return "$status"
}

# The input that broke something survives the run.
keep_input()
{
  local file
  mkdir -p "$CACHE/fuzz"
  for file in "$RUN/$1".crash-* "$RUN/$1".leak-* "$RUN/$1".timeout-* \
              "$RUN/$1".oom-*; do
    [ -e "$file" ] || continue
    cp "$file" "$CACHE/fuzz/"
    note "The input: $CACHE/fuzz/$(basename "$file")"
  done
}
