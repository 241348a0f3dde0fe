#!/usr/bin/env bash
# Installs what the build needs: the Debian packages of tools/debian-packages.txt and, in .venv, the Python
# packages of tools/python-packages.txt. Costs nothing when all is there; may be interrupted and run again.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$@" >&2; exit 1; }

# --- Debian packages -------------------------------------------------------------------------------------
wanted=$(sed 's/#.*//' tools/debian-packages.txt | xargs)
if command -v dpkg-query >/dev/null; then
  # dpkg-query fails, and prints no line, for a package it has never heard of.
  # shellcheck disable=SC2086
  present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true)
  present=" $(sed -n 's/^installed //p' <<<"$present" | xargs) "
  missing=()
  for package in $wanted; do
    [[ $present == *" $package "* ]] || missing+=("$package")
  done
  if ((${#missing[@]})); then
    install="apt-get install -y --no-install-recommends ${missing[*]}"
    if [[ $(id -u) == 0 ]]; then
      as_root=()
    elif sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    else
      fail "these Debian packages are missing; install them with" "  sudo $install"
    fi
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    "${as_root[@]}" apt-get update -qq >"$log" 2>&1 || true  # an old index may do
    # shellcheck disable=SC2086
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $install >>"$log" 2>&1; then
      tail -n 15 "$log" >&2
      fail "apt-get failed (whole log: $log); the line was" "  $install"
    fi
    rm -f "$log"
  fi
else
  for program in g++ cmake ninja patchelf strip; do
    command -v "$program" >/dev/null || fail "'$program' is missing; tools/debian-packages.txt lists what is needed"
  done
fi

# --- .venv -----------------------------------------------------------------------------------------------
# The stamp is written last and holds what was asked for. No stamp, or a Python that does not start: the
# environment was never finished or has lost its interpreter, and is made anew.
stamp=.venv/lamina-setup
state=$(cat tools/python-packages.txt <(pwd) | sha256sum | cut -d' ' -f1)
works() { .venv/bin/python -c '' 2>/dev/null; }

if works && [[ -f $stamp && $(<$stamp) == "$state" ]]; then
  exit 0
fi
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' ||
  fail "Python 3.9 or newer is needed, $python is $("$python" --version 2>&1)"
if ! works || [[ ! -f $stamp ]]; then
  say "making .venv"
  rm -rf .venv
  "$python" -m venv .venv || { rm -rf .venv; fail "$python -m venv failed"; }
fi
rm -f "$stamp"
say "installing Python packages into .venv (about 50 MB to fetch)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tools/python-packages.txt ||
  fail "pip failed; run 'make build' again when the network is back"
printf '%s\n' "$state" >"$stamp"
say "done"
