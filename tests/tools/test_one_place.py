"""The promise of docs/add-an-op.md: an element-wise op is two edits, its file and its line in the header."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]


def test_two_edits_make_an_op():
    done = subprocess.run([sys.executable, ROOT / "tests/ops/one_place.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "throwaway" in done.stdout
