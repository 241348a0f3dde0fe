#!/usr/bin/env bash
# Configures (once) and builds the release preset. usage: tools/build.sh [jobs]
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${1:-$(nproc)}
[[ -f build/build.ninja ]] || cmake --preset release
started=$(date +%s.%N)
cmake --build build --parallel "$jobs"
python3 tools/build_report.py build --since "$started"
