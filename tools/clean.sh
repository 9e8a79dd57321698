#!/usr/bin/env bash
# clean.sh [--cache]: removes build/, and with --cache the folder of fetched things too.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

rm -rf "$root/build"
if [[ ${1-} == --cache ]]; then
  # Only what these scripts and pith put there: PITH_CACHE may point at a folder with other things in it.
  rm -rf "$cache/deps" "$cache/venv-oracle" "$cache/ccache" "$cache/compiled" "$cache"/golden-* "$cache"/*.lock
  say "removed build/ and the fetched parts of $cache"
else
  say "removed build/; fetched things stay in $cache ($(du -sh "$cache" 2>/dev/null | cut -f1)), remove them with --cache"
fi
