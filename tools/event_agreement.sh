#!/usr/bin/env bash
# Reads our event files with TensorBoard's own reader.
# EVENTS_PYTHON=<program> names a Python that has tensorboard; without it the package is installed
# into build/conformance/tensorboard.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$PWD/build/conformance/tensorboard
[[ -d build/python/lamina ]] || { echo "event_agreement: build first: make build" >&2; exit 1; }

python=${EVENTS_PYTHON:-$home/bin/python}
if [[ -z ${EVENTS_PYTHON:-} && ! -f $home/installed ]]; then
  rm -rf "$home"
  .venv/bin/python -m venv "$home"
  "$python" -m pip install --quiet --disable-pip-version-check tensorboard==2.21.0 "setuptools<81"
  touch "$home/installed"
fi
export PYTHONPATH=$PWD/build/python
exec "$python" tests/conformance/event_agreement.py
