#!/usr/bin/env bash
# Our own tests as other processors would run them: without AVX-512, without AMX, and with 1 and 4 threads.
# usage: tools/test_settings.sh JOBS
set -euo pipefail
cd "$(dirname "$0")/.."
for setting in LAMINA_INSTRUCTIONS=avx2 LAMINA_INSTRUCTIONS=avx512 LAMINA_THREADS=1 LAMINA_THREADS=4; do
  echo "$setting"
  env $setting ctest --test-dir build --output-on-failure -j "$1" | tail -n 6
  env $setting PYTHONPATH=$PWD/build/python .venv/bin/python -m pytest -q tests/python | tail -n 4
done
