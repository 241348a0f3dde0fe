#!/usr/bin/env bash
# Compares pictures, transforms, LMDB files and the estimators with Pillow, lmdb and scikit-learn.
# usage: tools/data_agreement.sh [arguments of tests/conformance/data_agreement.py]
cd "$(dirname "$0")/.."
. tools/peer_environment.sh data tests/conformance/data_requirements.txt
exec "$python" tests/conformance/data_agreement.py "$@"
