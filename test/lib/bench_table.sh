# bench_table.sh
#		What test/bench measures, by whom, and how it is shown.  Who is measured
#		takes turns, so that whatever else the machine does meets all; what is
#		shown are the medians.
#
# shellcheck shell=bash

# repeated COUNT LINE
repeated()
{
  local i
  for ((i = 0; i < $1; i++)); do
    printf '%s\n' "$2"
  done
}

# Lets one psql session run a statement so many times, after a few to warm up,
# and prints wall time and the backend's CPU time in nanoseconds:
# measure_statement SCHEMA WARM_UP COUNT STATEMENT [SETUP]
measure_statement()
{
  {
    printf 'SET search_path = %s, public;\n' "$1"
    # shellcheck disable=SC2028
    printf '%s\n' 'SELECT pg_backend_pid() AS pid \gset' \
      '\setenv BACKEND :pid' '\o /dev/null' "${5:-}"
    repeated "$2" "$4"
    printf '\\! sh %s/bench/snapshot\n' "$SRC/test/lib"
    repeated "$3" "$4"
    printf '\\! sh %s/bench/snapshot\n' "$SRC/test/lib"
  } >"$RUN/bench.sql"
  bench_psql -f "$RUN/bench.sql" >"$RUN/bench.times" || return
  awk '{ t[NR] = $1 } END { printf "%.0f %.0f\n", t[3] - t[1], t[4] - t[2] }' \
    "$RUN/bench.times"
}

# What is measured: a title, how often it is repeated, how many units one of
# them is, the statement, what stands before it, the request of the floor, how
# many units that is, and its body; and the programs' name for it.
choose_measure()
{
  SCHEMA=canned REPEATED=1 UNITS=1 SETUP='' REQUEST='' REQUEST_UNITS=1 BODY=''
  case $1 in
    plain | prepared)
      TITLE='increment' MEASURE=increment REPEATED=$BENCH_REPEATED
      STATEMENT="UPDATE page_view SET view_count = dyn_increment(view_count) WHERE id = 'x' RETURNING view_count;"
      if [ "$1" = prepared ]; then
        TITLE+=', prepared'
        SETUP="PREPARE p AS $STATEMENT" STATEMENT='EXECUTE p;'
      fi
      REQUEST=UpdateItem
      BODY='{"TableName":"page_view","Key":{"id":{"S":"x"}},"UpdateExpression":"ADD #n :1","ExpressionAttributeNames":{"#n":"view_count"},"ExpressionAttributeValues":{":1":{"N":"1"}},"ReturnValues":"ALL_NEW"}'
      ;;
    read)
      TITLE='point read' MEASURE=read REPEATED=$BENCH_REPEATED
      STATEMENT="SELECT * FROM item WHERE id = 'item-000001';"
      REQUEST=GetItem
      BODY='{"TableName":"item","Key":{"id":{"S":"item-000001"}},"ConsistentRead":true}'
      ;;
    scan)
      TITLE="scan of $BENCH_ITEMS items" MEASURE=scan UNITS=$BENCH_ITEMS
      STATEMENT='SELECT * FROM item;'
      REQUEST=Scan REQUEST_UNITS=1000
      BODY='{"TableName":"item","ConsistentRead":true}'
      ;;
    copy)
      TITLE="COPY of $BENCH_ITEMS rows" MEASURE=copy UNITS=$BENCH_ITEMS
      STATEMENT="\\copy loaded FROM '$RUN/rows.copy'"
      REQUEST=BatchExecuteStatement REQUEST_UNITS=25
      BODY=$(copy_body)
      ;;
    update)
      TITLE="UPDATE of $BENCH_UPDATES rows at 10 ms" MEASURE=update
      SCHEMA=slow UNITS=$BENCH_UPDATES
      STATEMENT="UPDATE item SET seq = seq + 1 WHERE seq < $BENCH_UPDATES;"
      ;;
    join)
      TITLE='join of 1000 rows' MEASURE=join UNITS=1000
      REPEATED=$(((BENCH_REPEATED + 99) / 100))
      STATEMENT='SELECT w.id, i.seq, i.name FROM wanted w JOIN item i ON i.id = w.id;'
      REQUEST=BatchGetItem REQUEST_UNITS=100
      BODY=$(join_body)
      ;;
  esac
}

# Requests of the floor: 25 statements, 100 keys.
copy_body()
{
  awk 'BEGIN {
    statement = "INSERT INTO \\\"loaded\\\" VALUE {'\''id'\'':?,'\''seq'\'':?,'\''name'\'':?,'\''price'\'':?,'\''active'\'':?,'\''created'\'':?,'\''tags'\'':?}"
    printf "{\"Statements\":["
    for (i = 0; i < 25; i++)
      printf "%s{\"Statement\":\"%s\",\"Parameters\":[{\"S\":\"item-%06d\"},{\"N\":\"%d\"},{\"S\":\"a name of some length, %d\"},{\"N\":\"%d.01\"},{\"BOOL\":true},{\"S\":\"2026-01-01T00:00:00.000000Z\"},{\"SS\":[\"tag %d\",\"common\"]}]}",
        i ? "," : "", statement, i, i, i * 7, i, i % 10
    printf "]}" }'
}

join_body()
{
  awk 'BEGIN {
    printf "{\"RequestItems\":{\"item\":{\"ConsistentRead\":true,\"Keys\":["
    for (i = 0; i < 100; i++)
      printf "%s{\"id\":{\"S\":\"item-%06d\"}}", i ? "," : "", i
    printf "]}}}" }'
}

# measure_by WHO WARM_UP COUNT: prints wall time and CPU time
measure_by()
{
  local setup=$SETUP units=$(($3 * UNITS))
  local first=$(($2 * UNITS))
  case $1 in
    dynamorm_fdw)
      measure_statement "$SCHEMA" "$2" "$3" "$STATEMENT" "$SETUP"
      ;;
    'dynamorm_fdw on the engine')
      measure_statement engine "$2" "$3" "$STATEMENT" "$SETUP"
      ;;
    'an ordinary table')
      [ "$MEASURE" != copy ] || setup='TRUNCATE loaded;'
      measure_statement plain "$2" "$3" "$STATEMENT" "$setup"
      ;;
    'bare libcurl (the floor)')
      printf '%s' "$BODY" |
        "$FLOOR" "${CANNED_ENDPOINT[$SCHEMA]}" "$REQUEST" \
          "$((first / REQUEST_UNITS))" "$((units / REQUEST_UNITS))"
      ;;
    boto3)
      DYNAMODB_ENDPOINT=${CANNED_ENDPOINT[$SCHEMA]} PYTHONDONTWRITEBYTECODE=1 \
        /usr/bin/python3 -P "$PROGRAMS/boto3.py" "$MEASURE" "$first" "$units"
      ;;
    'AWS SDK for JavaScript')
      DYNAMODB_ENDPOINT=${CANNED_ENDPOINT[$SCHEMA]} "$NODE" \
        "$RUN/aws_sdk/aws_sdk.mjs" "$MEASURE" "$first" "$units"
      ;;
  esac
}

# Who can be measured: the programs only if they are there.
choose_measured()
{
  MEASURED=()
  [ -z "$REQUEST" ] || MEASURED+=('bare libcurl (the floor)')
  MEASURED+=(dynamorm_fdw 'an ordinary table')
  [ "$1" = prepared ] || [ "${#NAMES[@]}" -eq 0 ] || {
    [ -n "${MISSING[boto3]:-}" ] || MEASURED+=(boto3)
    [ -n "${MISSING[aws_sdk]:-}" ] || MEASURED+=('AWS SDK for JavaScript')
  }
  case $1 in
    plain | scan | copy) MEASURED+=('dynamorm_fdw on the engine') ;;
  esac
}

# The medians of each column of a file.
medians()
{
  local column values
  for column in 1 2; do
    mapfile -t values < <(cut -d' ' -f$column "$1" | sort -n)
    printf '%s ' "${values[$((${#values[@]} / 2))]}"
  done
}

measure()
{
  local round who i rounds=$BENCH_ROUNDS warm_up=0 floor=0 table=0 ours=0 cpu
  choose_measure "$1"
  choose_measured "$1"
  if [ "$REPEATED" -gt 1 ]; then
    warm_up=$(((REPEATED + 19) / 20))
  elif [ "$rounds" -gt 3 ]; then
    rounds=3
  fi
  rm -f "$RUN"/measured.*
  for ((round = 0; round < rounds; round++)); do
    for i in "${!MEASURED[@]}"; do
      measure_by "${MEASURED[i]}" "$warm_up" "$REPEATED" \
        >>"$RUN/measured.$i" || return
    done
    [ "$1" != copy ] || empty_loaded_table
  done
  printf '%s\n' "$TITLE"
  for i in "${!MEASURED[@]}"; do
    who=${MEASURED[i]}
    cpu=$(medians "$RUN/measured.$i" | cut -d' ' -f2)
    case $who in
      bare*) floor=$cpu ;;
      'an ordinary table') table=$cpu ;;
      dynamorm_fdw) ours=$cpu ;;
    esac
    # shellcheck disable=SC2046
    measure_line "$who" $(medians "$RUN/measured.$i") "$floor"
  done
  case $1 in
    plain | prepared)
      awk -v ours="$ours" -v floor="$floor" -v table="$table" 'BEGIN {
        printf "  CPU : that of floor and ordinary table together = %.2f\n",
          ours / (floor + table) }'
      ;;
  esac
}

# One line of the table: who, units a second, CPU of each, and beside the
# floor's.
measure_line()
{
  awk -v who="$1" -v units="$((REPEATED * UNITS))" -v wall="$2" -v cpu="$3" \
    -v floor="$4" 'BEGIN {
      printf "  %-28s %10.0f %11.2f %11s\n", who, units / wall * 1e9,
        cpu / units / 1e3, (floor > 0) ? sprintf("%.2f", cpu / floor) : "" }'
}

# What COPY has stored in the engine is in its way the next time.
empty_loaded_table()
{
  dynamodb DeleteTable "{\"TableName\": \"${BENCH_PREFIX}_loaded\"}" >/dev/null
  make_bench_table "${BENCH_PREFIX}_loaded"
}

measure_all()
{
  local name
  prepare_programs
  printf '%-30s %10s %11s %11s\n' '' 'a second' 'CPU us each' 'CPU : floor'
  for name in "${BENCH_MEASURES[@]}"; do
    measure "$name" || return
  done
}

# The program for Node.js finds its modules beside it.
prepare_programs()
{
  [ "${#NAMES[@]}" -gt 0 ] && [ -z "${MISSING[aws_sdk]:-}" ] || return 0
  mkdir -p "$RUN/aws_sdk"
  cp "$PROGRAMS/aws_sdk.mjs" "$RUN/aws_sdk"
  ln -sfn "$MODULES/node_modules" "$RUN/aws_sdk/node_modules"
}
