#!/usr/bin/env bash
# test.sh [--quick] [--oracles]: everything the tests need, then all tests, a line a step. The last line is
# "N passed, N failed" over all steps; the exit status is 0 only if nothing failed. Logs are in build/logs.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

quick=0
deps="test"
for argument in "$@"; do
  case $argument in
    --quick) quick=1 ;;
    --oracles) deps=oracles ;;
    *) die "test: expected --quick or --oracles, got '$argument'" ;;
  esac
done

n_passed=0
n_failed=0
n_skipped=0
begin_s=$SECONDS
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT

# step LIMIT_S TITLE STEP...: runs a step of test_steps.sh and adds up the test cases that it writes into $counts as
# "PASSED FAILED SKIPPED". A step that breaks without naming a failed case counts as one.
step() {
  local limit_s=$1 title=$2 step_begin_s=$SECONDS rc=0 passed failed skipped
  shift 2
  printf '%-52s' "$title ..."
  : >"$counts"
  COUNTS_FILE=$counts timeout --kill-after=10 "$limit_s" "$root/tools/test_steps.sh" "$@" >"$counts.out" 2>&1 </dev/null || rc=$?
  read -r passed failed skipped <"$counts" || passed=0 failed=0 skipped=0
  ((rc == 0 || failed > 0)) || failed=1
  n_passed=$((n_passed + passed)) n_failed=$((n_failed + failed)) n_skipped=$((n_skipped + skipped))
  if ((passed + failed == 0)); then printf ' done'; else printf ' %d passed, %d failed' "$passed" "$failed"; fi
  ((skipped == 0)) || printf ', %d skipped' "$skipped"
  printf ' (%d s)\n' $((SECONDS - step_begin_s))
  ((rc != 124 && rc != 137)) || printf '  stopped: it ran longer than %d s\n' "$limit_s"
  sed 's/^/  /' "$counts.out"
  rm -f "$counts.out"
  return "$rc"
}

printf 'About 18 minutes the first time on two cores, 5 later%s.\n' "$( ((quick)) && echo '; --quick takes a third of that')"
if step 1800 "packages, OpenVINO, llama.cpp, test material" deps "$deps"; then
  if step 1800 "build: g++, warnings are errors" build dev; then
    step 1200 "tests" ctest dev || true
  fi
  step 120 "the wrapper's own tests" wrapper || true
  if ((!quick)); then
    step 120 "format, shell scripts" format || true
    if step 1800 "build: clang, address and undefined sanitizers" build fuzz; then
      step 1200 "tests under these sanitizers" ctest fuzz || true
      step 600 "all fuzzers, 60 seconds" fuzz 60 || true
    fi
    if step 1800 "build: clang, thread sanitizer" build_tsan; then
      step 600 "concurrency tests under it" ctest tsan --tests-regex Concurren || true
    fi
    if step 1800 "build: release" build release; then
      step 300 "the commands of README.md" readme || true
    fi
  fi
fi || true

printf '%d min %d s\n' $(((SECONDS - begin_s) / 60)) $(((SECONDS - begin_s) % 60))
printf '%d passed, %d failed' "$n_passed" "$n_failed"
((n_skipped == 0)) || printf ', %d skipped' "$n_skipped"
printf '\n'
((n_failed == 0 && n_passed > 0))
