#!/bin/sh
# install_test.sh BUILD_FOLDER: installs the build into an empty prefix, builds examples/cmake_project against it,
# and runs it and the installed command. What is installed must not need the checkout.
set -eu
build=$1
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >"$work/install.log" || { cat "$work/install.log"; exit 1; }
cp -r "$source/examples/cmake_project" "$work/project"
cmake -S "$work/project" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/configure.log" || {
  cat "$work/configure.log"
  exit 1
}
cmake --build "$work/build"
"$work/build/uses_lamina"
"$work/prefix/bin/lamina" doctor
"$work/prefix/bin/lamina" doctor | grep -q "$work/prefix/share/lamina/digits.npy"
if grep -rq "$source" "$work/prefix/lib/cmake" "$work/prefix/include"; then
  echo "the installed files name the checkout:"
  grep -rl "$source" "$work/prefix/lib/cmake" "$work/prefix/include"
  exit 1
fi
echo "install_test: ok"
