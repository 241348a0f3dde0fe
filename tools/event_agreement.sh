#!/usr/bin/env bash
# Reads our event files with TensorBoard's own reader.
cd "$(dirname "$0")/.."
. tools/peer_environment.sh tensorboard tests/conformance/event_requirements.txt
exec "$python" tests/conformance/event_agreement.py
