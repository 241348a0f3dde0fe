"""Runs the comparison with PyTorch where PyTorch is installed."""

import pathlib
import subprocess
import sys

import pytest


def test_spatial_agreement():
    pytest.importorskip("torch")
    script = pathlib.Path(__file__).parents[1] / "conformance" / "spatial_agreement.py"
    result = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
