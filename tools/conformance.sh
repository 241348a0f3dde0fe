#!/usr/bin/env bash
# Runs array-api-tests (github.com/data-apis/array-api-tests) against the built Python package.
# usage: tools/conformance.sh [pytest arguments]
# ARRAY_API_TESTS=<folder> names a checkout of the suite with its submodule; without it the suite
# is cloned.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$PWD/build/conformance
commit=55fcc60  # of the suite
[[ -d build/python/lamina ]] || { echo "conformance: build first: make build" >&2; exit 1; }
mkdir -p "$home"

if [[ ! -f $home/suite/ready ]]; then
  rm -rf "$home/suite"
  if [[ -n ${ARRAY_API_TESTS:-} ]]; then
    cp -r "$ARRAY_API_TESTS" "$home/suite"
  else
    git clone --quiet https://github.com/data-apis/array-api-tests "$home/suite"
    git -C "$home/suite" checkout --quiet "$commit"
    git -C "$home/suite" submodule --quiet update --init
  fi
  [[ -d $home/suite/array-api/spec ]] || {
    echo "conformance: $home/suite has no array-api/spec: git submodule update --init" >&2
    exit 1
  }
  # The suite takes complex types and the extensions for granted in three places.
  GIT_CEILING_DIRECTORIES=$home git -C "$home/suite" apply "$PWD/tests/conformance/scope.patch"
  touch "$home/suite/ready"
fi
if [[ ! -f $home/venv/ready ]]; then
  rm -rf "$home/venv"
  .venv/bin/python -m venv "$home/venv"
  "$home/venv/bin/python" -m pip install --quiet --disable-pip-version-check numpy \
    -r "$home/suite/requirements.txt"
  touch "$home/venv/ready"
fi

export PYTHONPATH=$PWD/build/python ARRAY_API_TESTS_MODULE=lamina
export ARRAY_API_TESTS_SKIP_DTYPES=complex64,complex128
xfails=$PWD/tests/conformance/array_api_xfails.txt
cd "$home/suite"
exec "$home/venv/bin/python" -m pytest -q --rootdir . -p no:cacheprovider -W ignore::UserWarning \
  --disable-deadline --disable-extension linalg fft --xfails-file "$xfails" "$@" array_api_tests
