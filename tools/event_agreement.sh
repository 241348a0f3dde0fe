#!/usr/bin/env bash
# Reads our event files with TensorBoard's own reader, then starts TensorBoard on those of a training.
cd "$(dirname "$0")/.."
. tools/peer_environment.sh tensorboard tests/conformance/event_requirements.txt
"$python" tests/conformance/event_agreement.py
exec "$python" tests/conformance/tensorboard_page.py "$@"
