#!/usr/bin/env bash
# build.sh [--with-deps] [PRESET] [TARGET...]: configures build/PRESET if needed and builds it (default: release, all).
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

with_deps=0
if [[ ${1-} == --with-deps ]]; then
  with_deps=1
  shift
fi
preset=${1:-release}
shift || true
targets=("$@")

configure() {
  local folder=$root/build/$preset clang
  local options=(-DOpenVINO_DIR="$openvino_dir/openvino/cmake" -DPITH_CACHE_DIR="$cache") option
  for option in $llama_options; do
    options+=("-DPITH_$option")
  done
  # A tree that was moved or copied has a cache that points at the old place.
  if [[ -f $folder/CMakeCache.txt ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt"; then
    rm -rf "$folder"
  fi
  case $preset in
    asan | tsan | fuzz)
      clang=$(newest_clang)
      [[ -n $clang ]] || die "preset $preset needs clang; './pithw deps test' installs it"
      options+=(-DCMAKE_CXX_COMPILER="clang++-$clang")
      ;;
  esac
  if command -v ccache >/dev/null; then
    options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  (cd "$root" && run_logged "configure-$preset.log" cmake --preset "$preset" "${options[@]}")
}

build() {
  local folder=$root/build/$preset command=(cmake --build "$root/build/$preset" --parallel "$jobs")
  ((${#targets[@]} == 0)) || command+=(--target "${targets[@]}")
  # Taken before compiling: a source edited meanwhile is newer and so is built by the next call.
  mkdir -p "$folder"
  printf '%s\n' "$openvino_dir" "$(llama_dir)" >"$folder/.pithw-started"
  configure
  if [[ -t 2 ]]; then
    "${command[@]}" >&2
  else
    run_logged "build-$preset.log" "${command[@]}"
  fi
  ((${#targets[@]} > 0)) || mv "$folder/.pithw-started" "$folder/.pithw-built"
}

case $preset in
  release | dev | asan | tsan | fuzz) ;;
  *) die "build: no preset '$preset'; there are release, dev, asan, tsan and fuzz" ;;
esac
# Objects are shared between checkouts and, where only -Werror differs, between release and dev.
export CCACHE_DIR=${CCACHE_DIR:-$cache/ccache} CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-3G} CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 \
  CCACHE_IGNOREOPTIONS=-Werror
if ((with_deps)); then
  deps=build
  [[ $preset == release ]] || deps="test"
  [[ -f $root/build/$preset/.pithw-built ]] || say "first build here; allow about eight minutes on two cores"
  "$root/tools/deps.sh" "$deps"
fi
[[ -f $root/build/$preset/.pithw-built ]] || say "compiling preset $preset with $jobs jobs"
mkdir -p "$root/build"
locked "$root/build/.$preset.lock" build
