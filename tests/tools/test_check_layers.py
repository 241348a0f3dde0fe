"""tools/check_layers.py finds each fault it promises to find, in a small tree made for it."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def tree(tmp_path):
    class Tree:
        def write(self, path, text=""):
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            if path.startswith("lamina/") and path.count("/") > 1:
                readme = tmp_path / "lamina" / path.split("/")[1] / "README.md"
                if not readme.exists():
                    readme.write_text("what it holds\n")

        def check(self):
            done = subprocess.run([sys.executable, ROOT / "tools/check_layers.py", tmp_path],
                                  capture_output=True, text=True)
            assert done.returncode in (0, 1), done.stderr
            *lines, closing = done.stdout.splitlines()
            assert closing.startswith("check_layers: ")
            faults = [line for line in lines if not line.startswith("remark:")]
            assert (done.returncode == 1) == bool(faults)
            return faults, [line for line in lines if line.startswith("remark:")]

    tree = Tree()
    tree.write("lamina/base/error.h")
    return tree


def test_includes_downwards_are_fine(tree):
    tree.write("lamina/core/array.h", '#include "lamina/base/error.h"\n#include <vector>\n')
    tree.write("lamina/nn/linear.h", '#include "lamina/optim/sgd.h"\n')  # nn and optim are one rank
    tree.write("lamina/optim/sgd.h", '#include "lamina/nn/linear.h"\n')
    tree.write("lamina/lamina.h", '#include "lamina/nn/linear.h"\n')
    assert tree.check() == ([], [])


@pytest.mark.parametrize("path, line, fault", [
    ("lamina/base/text.h", '#include "lamina/core/array.h"',
     "lamina/base/text.h:1: lamina/base includes lamina/core/array.h, but core stands below base"),
    ("lamina/exec/run.cpp", '  #  include "lamina/backends/cpu/cpu.h"',
     "lamina/exec/run.cpp:1: includes lamina/backends/cpu/cpu.h; backends are plugged in, nobody includes them"),
    ("lamina/nn/linear.h", "#include <lamina/lamina.h>",
     "lamina/nn/linear.h:1: includes lamina/lamina.h, the index for users; include the header that is meant"),
    ("lamina/backends/cuda/a.cpp", '#include "lamina/backends/cpu/cpu.h"',
     "lamina/backends/cuda/a.cpp:1: backend cuda includes backend cpu (lamina/backends/cpu/cpu.h)"),
])
def test_includes_upwards_are_faults(tree, path, line, fault):
    tree.write(path, line + "\n")
    assert tree.check()[0] == [fault]


def test_unknown_folder(tree):
    tree.write("lamina/misc/a.h")
    assert tree.check()[0][0].startswith("lamina/misc: not in the list of layers")


def test_readme_is_there_and_short(tree, tmp_path):
    (tmp_path / "lamina/base/README.md").write_text("line\n" * 26)
    (tmp_path / "lamina/core").mkdir()
    assert tree.check()[0] == [
        "lamina/base/README.md: 26 lines; at most 25",
        "lamina/core/README.md: missing; say what the folder holds, what it may include, where to start"]


def test_one_file_includes_dnnl(tree):
    tree.write("lamina/backends/cpu/onednn.cpp", "#include <dnnl.hpp>\n")
    assert tree.check() == ([], [])
    tree.write("lamina/backends/cpu/conv.cpp", '#include "oneapi/dnnl/dnnl.hpp"\n')
    assert len(tree.check()[0]) == 2


def test_sizes(tree):
    tree.write("lamina/base/long.cpp", "\n" * 1001)
    tree.write("lamina/base/smell.cpp", "\n" * 501)
    tree.write("lamina/base/wide.h", "/" * 111 + "\n")
    tree.write("cli/wider.cpp", "/" * 105 + "\n")
    faults, remarks = tree.check()
    assert faults == ["lamina/base/long.cpp: 1001 lines; at most 1000",
                      "lamina/base/wide.h:1: 111 columns; at most 110"]
    assert len(remarks) == 2
