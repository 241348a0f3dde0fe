#!/usr/bin/env bash
# Compares pictures, transforms, LMDB files and the estimators with Pillow, lmdb and scikit-learn.
# usage: tools/data_agreement.sh [arguments of tests/conformance/data_agreement.py]
# DATA_PYTHON=<program> names a Python that has the packages of data_requirements.txt; without it they are
# installed into build/conformance/data.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$PWD/build/conformance/data
packages=tests/conformance/data_requirements.txt
[[ -d build/python/lamina ]] || { echo "data_agreement: build first: make build" >&2; exit 1; }

python=${DATA_PYTHON:-$home/bin/python}
if [[ -z ${DATA_PYTHON:-} ]] && ! cmp -s "$packages" "$home/installed.txt"; then
  rm -rf "$home"
  .venv/bin/python -m venv "$home"
  "$python" -m pip install --quiet --disable-pip-version-check -r "$packages"
  cp "$packages" "$home/installed.txt"
fi
export PYTHONPATH=$PWD/build/python
exec "$python" tests/conformance/data_agreement.py "$@"
