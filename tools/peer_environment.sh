# For the scripts beside it: the environment of another system, made once and again when its packages
# change, below build/conformance.
# usage: . tools/peer_environment.sh NAME REQUIREMENTS [PACKAGE], which sets $python to its Python and
# PYTHONPATH to our build. PEER_PYTHON=<program> names a Python that has the packages already. PACKAGE is
# added without what it depends on.
set -euo pipefail
[[ -d build/python/lamina ]] || { echo "$(basename "$0"): build first: make build" >&2; exit 1; }
python=${PEER_PYTHON:-}
if [[ -z $python ]]; then
  home=$PWD/build/conformance/$1
  python=$home/bin/python
  if ! cmp -s "$2" "$home/installed.txt"; then
    rm -rf "$home"
    .venv/bin/python -m venv "$home"
    "$python" -m pip install --quiet --disable-pip-version-check -r "$2"
    cp "$2" "$home/installed.txt"
  fi
  if [[ -n ${3:-} ]] && ! cmp -s <(echo "$3") "$home/$3.txt"; then
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps "$3"
    echo "$3" > "$home/$3.txt"
  fi
fi
export PYTHONPATH=$PWD/build/python
