#!/usr/bin/env bash
# Compares our functions with PyTorch's on PyTorch's own sample inputs, values and gradients.
# usage: tools/torch_agreement.sh [arguments of tests/conformance/torch_agreement.py]
# TORCH_PYTHON=<program> names a Python that has the packages of torch_requirements.txt; without it
# they are installed into build/conformance/torch.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$PWD/build/conformance/torch
packages=tests/conformance/torch_requirements.txt
[[ -d build/python/lamina ]] || { echo "torch_agreement: build first: make build" >&2; exit 1; }

python=${TORCH_PYTHON:-$home/bin/python}
if [[ -z ${TORCH_PYTHON:-} ]] && ! cmp -s "$packages" "$home/installed.txt"; then
  rm -rf "$home"
  .venv/bin/python -m venv "$home"
  "$python" -m pip install --quiet --disable-pip-version-check -r "$packages"
  cp "$packages" "$home/installed.txt"
fi
export PYTHONPATH=$PWD/build/python
[[ $# -gt 0 ]] || "$python" -m pytest -q -k "pytorch" tests/python/test_optimizers.py
exec "$python" tests/conformance/torch_agreement.py "$@"
