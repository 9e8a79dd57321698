# Sourced by deps.sh: which Debian packages of packages.txt are missing, and how to install them.
# shellcheck shell=bash

all_installed() {
  local states
  states=$(dpkg-query -W -f='${db:Status-Status}\n' "$@" 2>/dev/null) || return 1
  ! grep -qv '^installed$' <<<"$states"
}

all_available() {
  local package candidate
  for package in "$@"; do
    candidate=$(LC_ALL=C apt-cache policy "$package" 2>/dev/null | awk '/Candidate:/ { print $2 }')
    [[ -n $candidate && $candidate != '(none)' ]] || return 1
  done
}

# missing_packages GROUP...: the packages to install, one a line, from packages.txt (or $PITH_PACKAGES_FILE).
# Returns 2, naming the need on standard error, if the package lists have none of a need's choices.
missing_packages() {
  local group choices choice rc=0
  local -a options packages
  while read -r group choices; do
    [[ -n $group && $group != \#* && " $* " == *" $group "* ]] || continue
    IFS='|' read -ra options <<<"$choices"
    for choice in "${options[@]}"; do
      read -ra packages <<<"$choice"
      all_installed "${packages[@]}" && continue 2
    done
    for choice in "${options[@]}"; do
      read -ra packages <<<"$choice"
      if all_available "${packages[@]}"; then
        printf '%s\n' "${packages[@]}"
        continue 2
      fi
    done
    say "not in this system's package lists: $choices"
    rc=2
  done <"${PITH_PACKAGES_FILE:-$root/tools/packages.txt}"
  return "$rc"
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Without root or sudo an administrator has to do it: say so, with the command.
require_root() {
  ((EUID == 0)) && return
  if command -v sudo >/dev/null; then
    sudo -n true 2>/dev/null && return
    # Asks for the password now, at the terminal, and not in the middle of a quiet step.
    [[ -t 2 ]] && sudo -v && return
  fi
  die "Debian packages are missing, and there is neither root nor a usable sudo here. Ask an administrator to run: apt-get install $*"
}

install_packages() {
  local missing
  local -a packages
  [[ ${PITH_SKIP_PACKAGES:-0} != 1 ]] || return 0
  command -v apt-get >/dev/null ||
    die "no apt-get here. Install the counterparts of tools/packages.txt yourself, then set PITH_SKIP_PACKAGES=1"
  if ! missing=$(missing_packages "$@" 2>/dev/null); then
    require_root "(what tools/packages.txt lists)"
    say "refreshing the package lists (about 10 s)"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
    missing=$(missing_packages "$@") || die "this system is neither Debian 12 nor Ubuntu 24.04 or newer, or its package sources are incomplete"
  fi
  [[ -n $missing ]] || return 0
  mapfile -t packages <<<"$missing"
  require_root "${packages[@]}"
  say "installing ${#packages[@]} Debian packages and what they need (a minute or two): ${packages[*]}"
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}")
  if ! run_logged apt.log as_root "${install[@]}"; then
    say "refreshing the package lists and trying once more"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
    run_logged apt.log as_root "${install[@]}" || die "could not install the packages; see build/logs/apt.log"
  fi
}
