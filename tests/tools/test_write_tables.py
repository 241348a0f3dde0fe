"""cmake/WriteTables.cmake: what is collected from the sources of ops and kernels."""

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def write(tmp_path):
    def write(name, **sources):
        paths = []
        for stem, text in sources.items():
            paths.append(tmp_path / f"{stem}.cpp")
            paths[-1].write_text(text)
        (tmp_path / "list.txt").write_text("".join(f"{path}\n" for path in paths))
        table = tmp_path / "table.cpp"
        done = subprocess.run(["cmake", "-D", f"NAME={name}", "-D", f"LIST={tmp_path}/list.txt", "-D",
                               f"TABLE={table}", "-P", ROOT / "cmake/WriteTables.cmake"],
                              capture_output=True, text=True)
        return table.read_text() if done.returncode == 0 else " ".join(done.stderr.split())

    return write


def test_ops(write):
    table = write("op",
                  add="struct Add : Elementwise<2, Arithmetic> {\n};\nLAMINA_OP(Add)\n",
                  gelu="struct Gelu : Composite {\n};\nLAMINA_OP(Gelu)\n",
                  softplus="struct Softplus final : Elementwise<1> {\n};\nLAMINA_OP(Softplus)  // why\n",
                  text="// LAMINA_OP(Comment)\n")
    assert ": 3 ops" in table
    assert "const Op& op_Add();\nconst Op& op_Gelu();\nconst Op& op_Softplus();\n" in table
    assert "&ops::op_Gelu," in table and "Comment" not in table
    assert ("Array add(Array a, Array b) { return record_elementwise(ops::op_Add(), {std::move(a), std::move(b)}); }\n"
            "Array softplus(Array a) { return record_elementwise(ops::op_Softplus(), {std::move(a)}); }\n") in table
    assert "gelu(" not in table


def test_kernels(write):
    table = write("kernel", a="LAMINA_KERNEL(Matmul)\nLAMINA_KERNEL(MatmulBias)\n", b="")
    assert "extern const KernelEntry kernel_Matmul;\nextern const KernelEntry kernel_MatmulBias;\n" in table
    assert "&kernel_Matmul,\n      &kernel_MatmulBias,\n" in table


def test_an_unchanged_table_is_left_alone(write, tmp_path):
    write("op", a="LAMINA_OP(A)\n")
    before = (tmp_path / "table.cpp").stat().st_mtime_ns
    write("op", a="// edited\nLAMINA_OP(A)\n")
    assert (tmp_path / "table.cpp").stat().st_mtime_ns == before


@pytest.mark.parametrize("sources, message", [
    ({"a": "LAMINA_OP(A)\n", "b": "LAMINA_OP(A)\n"}, "the name A is taken by another op"),
    ({"a": "struct A : Elementwise<1> {\n"}, "struct A is an Elementwise but has no LAMINA_OP(A)"),
    ({"a": "struct A : Elementwise<1> {\nstruct B : Elementwise<1> {\nLAMINA_OP(A)\nLAMINA_OP(B)\n"},
     "would both be the public function a(); one element-wise op per file"),
])
def test_mistakes(write, sources, message):
    assert message in write("op", **sources)
