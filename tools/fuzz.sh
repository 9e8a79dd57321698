#!/usr/bin/env bash
# fuzz.sh [--built] [--seconds N]: runs every fuzzer of tests/fuzz, N seconds in total (default 60), from the corpus beside
# it and what earlier runs found. A crash leaves its input in build/fuzz/crashes. --built: do not build first.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

seconds=60
built=0
while (($# > 0)); do
  case $1 in
    --built) built=1 ;;
    --seconds)
      seconds=${2-}
      [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "fuzz: --seconds takes a whole number above 0, got '$seconds'"
      shift
      ;;
    *) die "fuzz: expected --seconds N, got '$1'" ;;
  esac
  shift
done

shopt -s nullglob
names=()
for source in "$root"/tests/fuzz/fuzz_*.cc; do
  names+=("$(basename "$source" .cc)")
done
((${#names[@]} > 0)) || die "no fuzzers under tests/fuzz"
((built)) || "$root/tools/build.sh" --with-deps fuzz "${names[@]}"

mkdir -p "$root/build/fuzz/crashes" "$logs"
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1
each_s=$((seconds * (jobs < ${#names[@]} ? jobs : ${#names[@]}) / ${#names[@]}))
((each_s > 0)) || each_s=1

# One fuzzer; its verdict is a line. libFuzzer's own time limit ends the run, the outer one a hanging program.
fuzz_one() {
  local name=$1 found=$root/build/fuzz/corpus/$1 log=$logs/$1.log
  local folders=("$found" "$root/tests/fuzz/corpus/${name#fuzz_}")
  [[ -d ${folders[1]} ]] || unset 'folders[1]'
  mkdir -p "$found"
  if timeout --kill-after=10 $((each_s + 120)) "$root/build/fuzz/bin/$name" -max_total_time="$each_s" -timeout=20 \
    -rss_limit_mb=3000 -max_len=4096 -print_final_stats=1 -artifact_prefix="$root/build/fuzz/crashes/$name-" \
    "${folders[@]}" >"$log" 2>&1 </dev/null; then
    echo "passed $name $(awk '/number_of_executed_units/ { print $2 }' "$log")"
  else
    echo "failed $name"
  fi
}
export -f fuzz_one
export root logs each_s

verdicts=$(printf '%s\n' "${names[@]}" | xargs -P "$jobs" -I {} bash -c 'fuzz_one {}')
while read -r verdict name n_inputs; do
  if [[ $verdict == passed ]]; then
    echo "$name: $n_inputs inputs in $each_s s"
  else
    echo "failed: $name; the end of build/logs/$name.log:"
    tail -n 30 "$logs/$name.log"
  fi
done <<<"$verdicts"
n_failed=$(grep -c '^failed' <<<"$verdicts" || true)
[[ -z ${COUNTS_FILE-} ]] || echo "$((${#names[@]} - n_failed)) $n_failed 0" >"$COUNTS_FILE"
((n_failed == 0))
