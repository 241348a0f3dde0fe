#!/usr/bin/env bash
# Compares our functions with PyTorch's on PyTorch's own sample inputs, values and gradients.
# usage: tools/torch_agreement.sh [arguments of tests/conformance/torch_agreement.py]
cd "$(dirname "$0")/.."
. tools/peer_environment.sh torch tests/conformance/torch_requirements.txt
[[ $# -gt 0 ]] || "$python" -m pytest -q -k "pytorch" tests/python/test_optimizers.py tests/python/test_recurrent.py tests/python/test_recurrent_cells.py
exec "$python" tests/conformance/torch_agreement.py "$@"
