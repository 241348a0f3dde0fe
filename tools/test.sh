#!/usr/bin/env bash
# Builds, then runs every test, also after one has failed. usage: tools/test.sh [jobs]
set -uo pipefail
cd "$(dirname "$0")/.."
jobs=${1:-$(nproc)}
python=.venv/bin/python
failed=()
export LAMINA_TUNED=0  # kernels by rank, whatever was measured on this machine

run() {  # run NAME COMMAND..
  local name=$1
  shift
  printf '\n== %s\n' "$name"
  "$@" || failed+=("$name")
}

tools/build.sh "$jobs" || { echo "test: the build failed"; exit 1; }

if [[ -d tests/cpp || -d examples/cpp ]]; then
  run "C++ tests and examples" ctest --test-dir build --output-on-failure --no-tests=error -j2
else
  printf '\n== C++ tests and examples\nthere are none yet\n'
fi
if compgen -G 'examples/python/*.py' >/dev/null; then
  for example in examples/python/*.py; do
    run "$example" "$python" "$example"
  done
fi
run "layers" python3 tools/check_layers.py
python_tests=(tests/tools)
if compgen -G 'tests/python/test_*.py' >/dev/null; then
  python_tests+=(tests/python)
else
  printf '\n(tests/python: there are none yet)\n'
fi
run "Python tests" "$python" -m pytest -q "${python_tests[@]}"

echo
if ((${#failed[@]})); then
  printf 'test: FAILED:'
  printf ' [%s]' "${failed[@]}"
  echo
  exit 1
fi
echo "test: all passed"
