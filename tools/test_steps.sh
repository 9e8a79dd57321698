#!/usr/bin/env bash
# One step of test.sh: test_steps.sh STEP ARGUMENTS. What it prints is shown indented under the step's line, so it prints
# what a reader needs to act on and nothing else. Test cases are counted into $COUNTS_FILE as "PASSED FAILED SKIPPED".
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

export PITH_CACHE=$cache

step_deps() {
  "$root/tools/deps.sh" "$1"
  run_logged golden-model.log "$python3" "$root/tools/make_golden_model.py"
}

step_build() { "$root/tools/build.sh" "$@" 2> >(grep -v '^pithw: compiling' >&2); }

step_build_tsan() { step_build tsan pith_concurrency_tests; }

step_ctest() {
  local preset=$1 xml=$logs/ctest-$1.xml rc=0
  shift
  if [[ -f $oracle_venv/.light ]]; then
    export PITH_ORACLE_PYTHON=$oracle_venv/bin/python
    [[ ! -f $oracle_venv/.full ]] || export PITH_ORACLE_FULL=1
  fi
  # The libraries that OpenVINO brings are not instrumented, so only races in which our code takes part count.
  export TSAN_OPTIONS="ignore_noninstrumented_modules=1 second_deadlock_stack=1"
  export ASAN_OPTIONS="detect_stack_use_after_return=1 strict_string_checks=1 check_initialization_order=1"
  export LSAN_OPTIONS="suppressions=$root/tools/lsan.supp:print_suppressions=0"
  export UBSAN_OPTIONS=print_stacktrace=1
  # Checks against other libraries judge results, not memory; once, in the optimised build, is enough.
  [[ $preset == dev ]] || set -- "$@" --label-exclude oracle
  mkdir -p "$logs"
  rm -f "$xml"
  ctest --test-dir "$root/build/$preset" --parallel "$jobs" --timeout 300 --no-tests=error --output-on-failure \
    --output-junit "$xml" "$@" >"$logs/ctest-$preset.log" 2>&1 || rc=$?
  if [[ ! -s $xml ]]; then
    tail -n 30 "$logs/ctest-$preset.log"
    return 1
  fi
  "$python3" "$root/tools/ctest_summary.py" "$xml" "$COUNTS_FILE"
  return "$rc"
}

step_fuzz() { "$root/tools/fuzz.sh" --built --seconds "$1"; }

step_wrapper() { "$root/tools/wrapper_test.sh"; }

step_format() { "$root/tools/lint.sh" --no-tidy; }

# Every ./pithw command in the README's code blocks, except the one that is running now.
step_readme() {
  local command output passed=0 failed=0 n_words_in
  n_words_in=$(wc -w <"$root/examples/meeting.txt")
  while read -r command; do
    if ! output=$(cd "$root" && bash -c "$command" 2>&1 </dev/null) || [[ -z $output ]]; then
      printf '%s\nfailed or printed nothing: %s\n' "$output" "$command"
      failed=$((failed + 1))
    elif [[ $command == *"compress examples/meeting.txt --rate 0.33" ]] &&
      (($(wc -w <<<"$output") * 2 > n_words_in || $(wc -w <<<"$output") * 10 < n_words_in)); then
      echo "kept $(wc -w <<<"$output") of $n_words_in words, which is far from a third: $command"
      failed=$((failed + 1))
    else
      passed=$((passed + 1))
    fi
  done < <(awk '/^```/ { inside = !inside } inside && /^\.\/pithw / && !/^\.\/pithw test/ { sub(/ +#.*/, ""); print }' "$root/README.md")
  echo "$passed $failed 0" >"$COUNTS_FILE"
  ((failed == 0 && passed > 0))
}

step=step_$1
shift
"$step" "$@"
