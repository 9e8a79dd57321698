#!/usr/bin/env bash
# Tests of pithw and of the scripts beside this one, on copies in a temporary folder; touches nothing else, needs no network.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

n_passed=0
n_failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

# expect CLAIM WANTED GOT
expect() {
  if [[ $2 == "$3" ]]; then
    n_passed=$((n_passed + 1))
  else
    printf 'failed: %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
    n_failed=$((n_failed + 1))
  fi
}

# fake NAME: a program on $work/bin with the script on standard input.
fake() {
  mkdir -p "$work/bin"
  { echo '#!/bin/bash' && cat; } >"$work/bin/$1"
  chmod 755 "$work/bin/$1"
}

# A system as its apt sees it: dpkg-query and apt-cache answer from two lists of names.
fake dpkg-query <<'FAKE'
shift 2
for package in "$@"; do
  grep -qx "$package" "$FAKE_INSTALLED" && echo installed || { echo not-installed; missing=1; }
done
exit "${missing-0}"
FAKE
fake apt-cache <<'FAKE'
grep -qx "$2" "$FAKE_AVAILABLE" && printf '%s:\n  Candidate: 1.0\n' "$2"
FAKE

# missing DISTRIBUTION INSTALLED GROUPS: what packages.sh would install, on one line; "none of: ..." if it cannot.
missing() {
  tr ' ' '\n' <<<"$2" >"$work/installed"
  tr ' ' '\n' <<<"$1" >"$work/available"
  shift 2
  FAKE_INSTALLED=$work/installed FAKE_AVAILABLE=$work/available PATH=$work/bin:$PATH bash -c '
    source "$0/tools/common.sh"; source "$0/tools/packages.sh"; missing_packages "$@"' "$root" "$@" 2>&1 | tr '\n' ' ' || true
}

common="g++ cmake ninja-build python3-pip python3-venv libicu-dev libfmt-dev libcli11-dev libexpected-dev"
common+=" libzstd-dev libxxhash-dev libssl-dev ca-certificates libpcre2-dev libmd4c-dev libre2-dev libsqlite3-dev zlib1g-dev libgtest-dev libgmock-dev libbenchmark-dev ccache shellcheck zstd"
bookworm="$common pkg-config pkgconf libboost1.74-dev libboost1.81-dev clang-14 clang-16 libclang-rt-16-dev clang-format-16 clang-tidy-16"
noble="$common pkgconf libboost1.74-dev libboost1.83-dev clang-18 libclang-rt-18-dev clang-format-18 clang-tidy-18"
build="g++ cmake ninja-build pkg-config python3-pip libicu-dev libboost1.81-dev libfmt-dev libcli11-dev"
build+=" libexpected-dev libzstd-dev libxxhash-dev libssl-dev ca-certificates libpcre2-dev libmd4c-dev libre2-dev libsqlite3-dev zlib1g-dev "
on_noble=${build/pkg-config/pkgconf}
expect "packages: Debian 12 takes Boost 1.81" "$build" "$(missing "$bookworm" "" build)"
expect "packages: Ubuntu 24.04 takes Boost 1.83" "${on_noble/1.81/1.83}" "$(missing "$noble" "" build)"
expect "packages: nothing is asked for when all is there" "" "$(missing "" "$bookworm" build test)"
expect "packages: an installed choice counts before an available one" "" \
  "$(missing "$bookworm" "${build/1.81/1.83}" build)"
expect "packages: compiler and its runtime come from one release" \
  "libgtest-dev libgmock-dev libbenchmark-dev clang-16 libclang-rt-16-dev clang-format-16 clang-tidy-16 python3-venv ccache shellcheck zstd " \
  "$(missing "$bookworm" "$build clang-18" test)"
expect "packages: Ubuntu 24.04 without clang 16 takes 18" \
  "libgtest-dev libgmock-dev libbenchmark-dev clang-18 libclang-rt-18-dev clang-format-18 clang-tidy-18 python3-venv ccache shellcheck zstd " \
  "$(missing "$noble" "" test)"
expect "packages: a need that no list has is named" \
  "pithw: not in this system's package lists: libcli11-dev " "$(missing "" "${build/libcli11-dev /}" build)"

# Neither root nor sudo: a clear word and the command, instead of a failing apt-get.
cp -r "$root/tools" "$work/tools"
chmod -R a+rX "$work"
as_nobody=()
((EUID != 0)) || as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fake sudo <<<'exit 1'
# shellcheck disable=SC2016  # for the inner shell
got=$(HOME=$work PATH=$work/bin:$PATH "${as_nobody[@]}" bash -c 'source "$0/tools/common.sh"; source "$0/tools/packages.sh"; require_root cmake' "$work" 2>&1 </dev/null) ||
  got="$? $got"
expect "packages: without root or sudo the command for an administrator is printed" \
  "1 pithw: error: Debian packages are missing, and there is neither root nor a usable sudo here. Ask an administrator to run: apt-get install cmake" "$got"

# Pins: one version of OpenVINO in three files.
expect "deps: CMake looks for the OpenVINO that is fetched" "set(PITH_OPENVINO_VERSION $openvino_version)" \
  "$(grep '^set(PITH_OPENVINO_VERSION' "$root/cmake/PithDependencies.cmake")"
expect "deps: the pinned wheel is that OpenVINO" "openvino==$openvino_version \\" \
  "$(grep '^openvino' "$root/tools/requirements-openvino.txt")"

expect "deps: CMake looks for the llama.cpp that is built" "set(PITH_LLAMA_VERSION $llama_version)" \
  "$(grep '^set(PITH_LLAMA_VERSION' "$root/cmake/PithLlama.cmake")"
expect "deps: each set of llama.cpp's options has a folder of its own" "2" \
  "$(for cuda in 0 1; do PITH_CUDA=$cuda bash -c 'source "$0/tools/common.sh"; llama_dir' "$root"; done | sort -u | wc -l)"

# pithw on a copy whose build step only leaves a note.
tree=$work/tree
mkdir -p "$tree/build/release/bin" "$tree/src" "$tree/include" "$tree/cmake" "$tree/models" "$tree/tools" "$work/libraries"
cp "$root/pithw" "$tree/"
touch "$tree/CMakeLists.txt" "$tree/CMakePresets.json" "$tree/src/a.cc"
cat >"$tree/tools/build.sh" <<'FAKE'
#!/bin/bash
echo "build $*"
FAKE
cat >"$tree/build/release/bin/pith" <<'FAKE'
#!/bin/bash
printf '<%s>' "$@"
exit 7
FAKE
chmod 755 "$tree/tools/build.sh" "$tree/build/release/bin/pith"
pithw() { "$tree/pithw" "$@" 2>&1 && echo " rc 0" || echo " rc $?"; }
expect "pithw: a tree that was never built is built first" "build --with-deps release
<compress><a b> rc 7" "$(pithw compress "a b")"
sleep 0.02
echo "$work/libraries" >"$tree/build/release/.pithw-built"
expect "pithw: a built tree runs at once, arguments and status unchanged" "<compress><a b><> rc 7" "$(pithw compress "a b" "")"
expect "pithw: -- reaches a pith command that has the name of a wrapper's" "<bench><x> rc 7" "$(pithw -- bench x)"
expect "pithw: works through a link from another folder" "<--version> rc 7" \
  "$(ln -s "$tree/pithw" "$work/link" && cd / && "$work/link" --version 2>&1 || echo " rc $?")"
sleep 0.02
touch "$tree/src/a.cc"
expect "pithw: an edited source is rebuilt" "build --with-deps release
<--version> rc 7" "$(pithw --version)"
touch "$tree/build/release/.pithw-built"
rm -r "$work/libraries"
expect "pithw: a cache that was emptied is filled again" "build --with-deps release
<--version> rc 7" "$(pithw --version)"

# unpack_wheel.py
(cd "$work" && mkdir -p keep/sub drop && touch keep/sub/yes keep/no_gpu_plugin drop/no && "$python3" -m zipfile -c w.whl keep drop)
"$python3" "$root/tools/unpack_wheel.py" "$work/w.whl" "$work/out" +keep/ -gpu_plugin
expect "unpack: only the wanted members" "keep/sub/yes" "$(cd "$work/out" && find . -type f | sed 's|^./||')"
echo broken >"$work/w.whl"
"$python3" "$root/tools/unpack_wheel.py" "$work/w.whl" "$work/out2" 2>/dev/null || true
expect "unpack: a broken wheel leaves nothing behind" "" "$(find "$work" -name 'out2' -o -name '.unpacking*')"

# test.sh on steps that only pretend.
cp "$root/tools/common.sh" "$root/tools/test.sh" "$tree/tools/"
cat >"$tree/tools/test_steps.sh" <<'FAKE'
#!/bin/bash
case $1 in
  ctest) echo "10 $FAKE_N_FAILED 2" >"$COUNTS_FILE"; exit "$FAKE_N_FAILED" ;;
  wrapper) exit "$FAKE_WRAPPER_RC" ;;
esac
FAKE
chmod 755 "$tree/tools/test_steps.sh"
fake_test() { FAKE_N_FAILED=$1 FAKE_WRAPPER_RC=$2 "$tree/tools/test.sh" --quick | tail -n 1 && echo "rc 0" || echo "rc 1"; }
expect "test: cases of all steps are added up" "10 passed, 0 failed, 2 skipped
rc 0" "$(fake_test 0 0)"
expect "test: a failed case fails the run" "10 passed, 1 failed, 2 skipped
rc 1" "$(fake_test 1 0)"
expect "test: a step that breaks fails the run" "10 passed, 1 failed, 2 skipped
rc 1" "$(fake_test 0 3)"

# ctest_summary.py
cat >"$work/junit.xml" <<'FAKE'
<testsuite><testcase name="A.Works" status="run"/>
<testcase name="A.Breaks" status="fail"><failure message=""/><system-out>expected 1&#10;got 2</system-out></testcase>
<testcase name="A.Gone" status="notrun"><skipped message="Unable to find executable"/></testcase>
<testcase name="A.Waits" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/><system-out>[ RUN ] x&#10;needs a model</system-out></testcase></testsuite>
FAKE
expect "ctest: failures say what they said" "failed: A.Breaks
    expected 1
    got 2
failed: A.Gone
    Unable to find executable
skipped: A.Waits: needs a model
1 2 1" "$("$python3" "$root/tools/ctest_summary.py" "$work/junit.xml" "$work/counts" && cat "$work/counts")"

[[ -z ${COUNTS_FILE-} ]] || echo "$n_passed $n_failed 0" >"$COUNTS_FILE"
((n_failed == 0))
