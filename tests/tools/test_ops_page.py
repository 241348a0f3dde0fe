"""docs/ops.md is what `lamina check --mode support` prints."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
HOW = "docs/ops.md is out of date: make docs"


def rows(text):
    cells = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {row[0]: row[1:] for row in cells}


@pytest.fixture(scope="module")
def pages():
    command = ROOT / "build/bin/lamina"
    if not command.exists():
        pytest.skip("the command is not built")
    setting = dict(os.environ, LAMINA_INSTRUCTIONS="avx512")  # with AMX others serve some calls
    printed = subprocess.run([command, "check", "--mode", "support"], capture_output=True, text=True, check=True,
                             env=setting)
    return rows((ROOT / "docs/ops.md").read_text()), rows(printed.stdout)


def test_ops_types_and_gradients(pages):
    written, printed = ({op: (row[0], row[2]) for op, row in page.items()} for page in pages)
    assert written == printed, HOW


def test_kernels(pages):
    """Which of them serve a call depends on the processor; the page is of one with AVX-512 and AVX512-BF16."""
    if "avx512_bf16" not in pathlib.Path("/proc/cpuinfo").read_text():
        pytest.skip("another processor than that of the page")
    written, printed = ({op: row[1] for op, row in page.items()} for page in pages)
    assert written == printed, HOW
