"""Five small models in deterministic mode, bit for bit; `make conformance-bits` has twenty-two."""

import pathlib

import bits
import pytest

import lamina as lm

MODELS = ["perceptron", "group_norm", "attention", "normed_lstm", "ctc"]


@pytest.fixture(autouse=True)
def deterministic():
    before, threads = lm.is_deterministic(), lm.num_threads()
    lm.set_deterministic(True)
    yield
    lm.set_deterministic(before)
    lm.set_num_threads(threads)


def test_threads_tiers_and_eager_have_the_same_bits(tmp_path):
    compared = [(*where, differing) for *where, differing, _ in bits.compare_ways(MODELS, str(tmp_path))]
    assert len(compared) > 9 * 5 * len(MODELS)
    assert [row for row in compared if row[-1]] == []


@pytest.mark.parametrize("name", MODELS)
def test_a_row_does_not_depend_on_its_batch(name):
    assert [row for row in bits.compare_rows(name) if row[1]] == []


COMMAND = pathlib.Path(lm.__file__).parents[2] / "bin" / "lamina"  # of the same build


@pytest.mark.skipif(not COMMAND.exists(), reason="the command is not beside the package")
def test_the_command_says_what_python_says(tmp_path):
    differing, of = bits.compare_cpp(str(COMMAND), str(tmp_path))
    assert of == 2000 and differing == 0
