#!/usr/bin/env bash
# lint.sh [--no-tidy] [--fix]: clang-format and shellcheck over the tree, then clang-tidy over src/ (minutes).
# --fix: lays out the sources with clang-format first.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

tidy=1
fix=0
for argument in "$@"; do
  case $argument in
    --no-tidy) tidy=0 ;;
    --fix) fix=1 ;;
    *) die "lint: expected --no-tidy or --fix, got '$argument'" ;;
  esac
done
n_failed=0
n_passed=0

# check NAME COMMAND...: its output is shown only if it fails.
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    n_passed=$((n_passed + 1))
  else
    printf '%s\n%s: found the above\n' "$(tail -n 60 <<<"$output")" "$name"
    n_failed=$((n_failed + 1))
  fi
}

# Names the files that clang-format would change.
all_formatted() {
  local diagnostics
  diagnostics=$(clang-format-16 --dry-run -Werror "${sources[@]}" 2>&1) && return
  grep -E '^[^ ]+:[0-9]+:[0-9]+: error' <<<"$diagnostics" | cut -d: -f1 | sort -u
  return 1
}

((!tidy)) || "$root/tools/build.sh" --with-deps dev
cd "$root"
mapfile -t sources < <(find src include tests bench -name '*.cc' -o -name '*.h' | sort)
mapfile -t scripts < <(find pithw .ci/run tools bench -name '*.sh' -o -name pithw -o -path .ci/run | sort)
# Other releases of clang-format lay out some lines differently, so their opinion does not count.
if command -v clang-format-16 >/dev/null; then
  ((!fix)) || clang-format-16 -i "${sources[@]}"
  check "clang-format (./pithw lint --fix lays them out)" all_formatted
else
  echo "clang-format-16 is not here: the format is not checked"
fi
check shellcheck shellcheck --external-sources "${scripts[@]}"
if ((tidy)); then
  version=$(newest_clang)
  mapfile -t units < <(find src -name '*.cc' | sort)
  printf 'clang-tidy over %d files, a few seconds each\n' "${#units[@]}"
  check clang-tidy xargs -P "$jobs" -n 1 "clang-tidy-$version" -p build/dev --quiet < <(printf '%s\n' "${units[@]}")
fi
[[ -z ${COUNTS_FILE-} ]] || echo "$n_passed $n_failed 0" >"$COUNTS_FILE"
((n_failed == 0))
