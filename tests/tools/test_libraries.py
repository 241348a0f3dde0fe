"""What the built libraries ask of the process that loads them."""

import pathlib
import subprocess

import pytest

BUILD = pathlib.Path(__file__).parents[2] / "build"


@pytest.mark.parametrize("pattern", ["lib/liblamina.so", "python/lamina/_lamina*.so"])
def test_thread_local_variables_are_our_own(pattern):
    """Those of other libraries have no fixed place where these were loaded earlier: `import torch, lamina`."""
    library, *_ = BUILD.glob(pattern)
    symbols = subprocess.run(["readelf", "--dyn-syms", "--wide", library], capture_output=True, text=True, check=True)
    rows = [line.split() for line in symbols.stdout.splitlines()]
    assert any("lamina" in " ".join(row) for row in rows)
    assert [row[7] for row in rows if len(row) > 7 and row[3] == "TLS" and row[6] == "UND"] == []
