# fuzz.sh
#		Builds and runs the fuzz targets: see test/fuzz.
#
# shellcheck shell=bash

TARGETS=(decoder answer describe_table list_tables signer)

# No engine is needed here, but a compiler that brings libFuzzer, and what
# counts the lines that were executed.
engine_packages()
{
  want_command clang clang
  want_package libclang-rt-dev
  want_command llvm-profdata llvm
  want_command llvm-cov llvm
}

runs_of()
{
  case $1 in
    signer) echo 200000 ;;
    *) echo 10000000 ;;
  esac
}

# What follows a word in the head comment of a target, as files and libraries.
named_in_head()
{
  local word
  for word in $(head -n 20 "$1" | grep "^ \* $2:" |
      grep -oE '(^|[[:space:]])((src|test)/[a-z0-9_/]+\.c|-l[a-z0-9-]+)'); do
    case $word in
      -l*) echo "$word" ;;
      *) echo "$SRC/$word" ;;
    esac
  done
}

# Builds a target with some instrumentation, as a program of the given name.
build_target()
{
  local target=$1 program=$2 file=$SRC/test/lib/fuzz/$1.c links=()
  shift 2
  # files before libraries, which give only what is still missing
  mapfile -t links < <(named_in_head "$file" Links | sort -r)
  quietly "compiling $file" clang -std=gnu11 -g -Wall -Wextra \
    -Wno-unused-parameter -Wno-missing-field-initializers \
    -Wno-ignored-attributes "$@" \
    -I"$SRC/src" -I"$SRC/test/lib/fuzz" \
    -I"$("$PG_CONFIG" --includedir-server)" \
    -o "$RUN/$program" "$file" "${links[@]}" \
    -L"$("$PG_CONFIG" --pkglibdir)" -L"$("$PG_CONFIG" --libdir)"
}

# The lines of its readers that the inputs which were kept execute, in percent.
measure_coverage()
{
  local target=$1 corpus=$2 readers=()
  mapfile -t readers < <(named_in_head "$SRC/test/lib/fuzz/$target.c" Readers)
  [ "${#readers[@]}" -gt 0 ] || return 0
  build_target "$target" "$target.covered" -O0 -fsanitize=fuzzer \
    -fprofile-instr-generate -fcoverage-mapping
  (cd "$RUN" && LLVM_PROFILE_FILE="$RUN/$target.profraw" \
    "./$target.covered" -runs=0 -max_len=65536 "$corpus") \
    >"$RUN/$target.covered.log" 2>&1 || return 1
  llvm-profdata merge -o "$RUN/$target.profdata" "$RUN/$target.profraw"
  llvm-cov report "$RUN/$target.covered" \
    -instr-profile="$RUN/$target.profdata" "${readers[@]}" \
    >"$RUN/$target.coverage"
  # the last row is the sum: regions, functions and lines, three columns each
  awk '$1 == "TOTAL" { print $10 }' "$RUN/$target.coverage"
}

# Answers as DynamoDB gives them, and some that it should not give.
seed_decoder()
{
  local directory=$1 deep
  seed_lines "$directory" <<'ANSWERS'
{}
{"Item":{"id":{"S":"a"},"n":{"N":"-1.5E+10"},"b":{"B":"AAEC/w=="},"t":{"BOOL":true},"f":{"BOOL":false},"z":{"NULL":true}}}
{"Attributes":{"ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"bs":{"BS":["AA==","/w=="]}}}
{"Item":{"l":{"L":[{"S":"x"},{"L":[]},{"M":{}}]},"m":{"M":{"a":{"M":{"b":{"N":"0"}}}}}}}
{"Items":[{"id":{"S":"1"}},{"id":{"S":"2"}}],"Count":2,"ScannedCount":5,"LastEvaluatedKey":{"id":{"S":"2"}}}
{"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5,"Table":{"CapacityUnits":0.5}},"Count":0,"ScannedCount":0,"Items":[]}
{"ConsumedCapacity":[{"CapacityUnits":1.0},{"CapacityUnits":2}],"Responses":{"t":[{"id":{"S":"1"}}]},"UnprocessedKeys":{}}
{"Responses":{"t":[]},"UnprocessedKeys":{"t":{"Keys":[{"id":{"S":"1"}}],"ConsistentRead":true}}}
{"Responses":[{"Item":{"id":{"S":"1"}}},{},{"Item":{"id":{"S":"2"}}}]}
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

# Writes each line of the input to a file of its own.
seed_lines()
{
  local directory=$1 number=0 line
  while read -r line; do
    number=$((number + 1))
    printf '%s' "$line" >"$directory/answer$number"
  done
}

seed_answer()
{
  seed_lines "$1" <<'ANSWERS'
{"Responses":{"t":[{"id":{"S":"1"},"n":{"N":"5"}},{"id":{"S":"2"}}]},"UnprocessedKeys":{},"ConsumedCapacity":[{"TableName":"t","CapacityUnits":1.0}]}
{"Responses":{"t":[{"id":{"S":"1"}}]},"UnprocessedKeys":{"t":{"Keys":[{"id":{"S":"2"},"s":{"N":"1"}}],"ConsistentRead":true,"ProjectionExpression":"#0"}}}
{"Responses":{},"UnprocessedKeys":{"t":{"Keys":[{"id":{"B":"AA=="}}]}}}
{"Responses":[{"Item":{"id":{"S":"1"},"n":{"N":"5"}}},{}],"ConsumedCapacity":[{"TableName":"t","CapacityUnits":4.0}]}
{"UnprocessedItems":{},"ConsumedCapacity":[{"TableName":"t","CapacityUnits":25}]}
{"UnprocessedItems":{"t":[{"DeleteRequest":{"Key":{"id":{"S":"1"}}}},{"DeleteRequest":{"Key":{"id":{"S":"2"}}}}]},"ConsumedCapacity":[{"CapacityUnits":3,"GlobalSecondaryIndexes":{"g":{"CapacityUnits":1}}}]}
{"Items":[{"id":{"S":"1"},"m":{"M":{"a":{"L":[{"BOOL":true},{"NULL":true}]}}}},{"id":{"S":"2"},"s":{"SS":["a","b"]}}],"Count":2,"ScannedCount":5,"LastEvaluatedKey":{"id":{"S":"2"},"g":{"N":"1"}},"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5,"Table":{"CapacityUnits":0.5}}}
{"Count":7,"ScannedCount":7,"LastEvaluatedKey":{"id":{"N":"7"}}}
{"Item":{"id":{"S":"a"},"bool":{"BOOL":false},"ns":{"NS":["1","2"]},"bs":{"BS":["AA=="]},"b":{"B":"AAEC/w=="}}}
{"Attributes":{"id":{"S":"a"},"n":{"N":"1"}},"ConsumedCapacity":{"CapacityUnits":1}}
{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"Transaction cancelled","CancellationReasons":[{"Code":"ConditionalCheckFailed","Message":"The conditional request failed","Item":{"id":{"S":"1"}}},{"Code":"None"}]}
{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException:http://internal","message":"x","CancellationReasons":[{"Code":"None"},{"Code":"ThrottlingError","Message":"slow"}]}
{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed","Item":{"id":{"S":"1"}}}
{"code":"ValidationException","message":"Item size has exceeded the maximum allowed size."}
{"__type":"ResourceNotFoundException","message":"Requested resource not found"}
{"__type":"SlowDown"}
{"Item":{"\u00e9\ud83d\ude00\u0000":{"S":"\"\\\/\b\f\n\r\t\u0001"}}}
ANSWERS
}

seed_describe_table()
{
  seed_lines "$1" <<'ANSWERS'
{"Table":{"TableName":"t","TableStatus":"ACTIVE","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"ItemCount":0,"TableSizeBytes":0,"CreationDateTime":1.7e9,"ProvisionedThroughput":{"ReadCapacityUnits":0}}}
{"Table":{"TableStatus":"UPDATING","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"N"},{"AttributeName":"c","AttributeType":"B"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"ItemCount":1000,"TableSizeBytes":123456,"LocalSecondaryIndexes":[{"IndexName":"l","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],"GlobalSecondaryIndexes":[{"IndexName":"g","IndexStatus":"ACTIVE","Backfilling":false,"KeySchema":[{"AttributeName":"c","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x","y"]}},{"IndexName":"h","IndexStatus":"CREATING","Backfilling":true,"KeySchema":[{"AttributeName":"b","KeyType":"HASH"},{"AttributeName":"a","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}}
{"Table":{"TableName":"t","ItemCount":9007199254740992}}
ANSWERS
  # five attributes of a key, and one index more than a description may have
  {
    printf '{"Table":{"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"GlobalSecondaryIndexes":[{"IndexName":"g","KeySchema":['
    printf '{"AttributeName":"a","KeyType":"HASH"},%.0s' {1..4}
    printf '{"AttributeName":"a","KeyType":"HASH"}]}'
    printf ',{}%.0s' {1..250}
    printf ']}}'
  } >"$1/many"
}

seed_list_tables()
{
  seed_lines "$1" <<'ANSWERS'
{"TableNames":[]}
{"TableNames":["a.b-c_d","Table2","x"],"LastEvaluatedTableName":"x"}
{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"expires"}}
{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}
ANSWERS
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

json_words()
{
  local word
  for word in "$@"; do
    printf '"\\"%s\\":"\n' "$word"
  done
  printf '"%s"\n' true false null '\\u0000' '\\ud83d' '\\ude00' '{\"S\":\"' \
    '{\"L\":[' '{\"M\":{' '\"}' 1e300 -1
}

words_of_decoder()
{
  json_words Item Items Attributes LastEvaluatedKey Responses \
    UnprocessedKeys UnprocessedItems DeleteRequest Key Keys Count ScannedCount \
    ConsumedCapacity CapacityUnits CancellationReasons Code __type message \
    S N B BOOL NULL SS NS BS L M
}

words_of_answer()
{
  words_of_decoder
}

words_of_describe_table()
{
  json_words Table AttributeDefinitions AttributeName AttributeType KeySchema \
    KeyType ItemCount TableSizeBytes LocalSecondaryIndexes \
    GlobalSecondaryIndexes IndexName IndexStatus Backfilling Projection \
    ProjectionType NonKeyAttributes TableStatus
}

words_of_list_tables()
{
  json_words TableNames LastEvaluatedTableName TimeToLiveDescription \
    AttributeName
}

words_of_signer()
{
  printf '"%s"\n' localhost:8000 aws4_request
}

fuzz()
{
  local runs='' target targets=() corpus coverage status=0
  while [ "$#" -gt 0 ]; do
    case $1 in
      --runs)
        runs=${2:-}
        [[ $runs =~ ^[0-9]+$ ]] || die "--runs wants a number"
        shift
        ;;
      *)
        [[ " ${TARGETS[*]} " == *" $1 "* ]] ||
          die "unknown target or option: $1"
        targets+=("$1")
        ;;
    esac
    shift
  done
  [ "${#targets[@]}" -gt 0 ] || targets=("${TARGETS[@]}")
  for target in "${targets[@]}"; do
    build_target "$target" "$target" -O2 \
      -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
    corpus=$RUN/$target.corpus
    mkdir "$corpus"
    "seed_$target" "$corpus"
    "words_of_$target" >"$RUN/$target.words"
    note "Fuzzing the $target"
    if (cd "$RUN" && "./$target" -runs="${runs:-$(runs_of "$target")}" \
          -seed=1 -max_len=1024 -print_final_stats=1 -verbosity=1 -reload=0 \
          -artifact_prefix="$RUN/$target." -dict="$RUN/$target.words" \
          "$corpus") >"$RUN/$target.log" 2>&1; then
      coverage=$(measure_coverage "$target" "$corpus")
      printf 'ok      %s: %s, %s inputs kept%s\n' "$target" \
        "$(sed -n 's/^Done \([0-9]* runs in [0-9]* second.*\)/\1/p' \
          "$RUN/$target.log")" "$(find "$corpus" -type f | wc -l)" \
        "${coverage:+, $coverage of the lines of its readers}"
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
