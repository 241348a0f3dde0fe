"""What `lm.explain` shows of three small nets, word for word: tests/python/explain/*.txt. Only the sizes of
packed weights and of kernels' scratch depend on the processor. LAMINA_WRITE_EXPLAIN=1 writes the files
anew; read them before they are committed."""

import os
import pathlib
import re

import processor
import pytest

import lamina as lm
from lamina import nn, optim

FOLDER = pathlib.Path(__file__).parent / "explain"


@pytest.fixture(autouse=True)
def one_thread():
    before = lm.num_threads()
    lm.set_num_threads(1)
    yield
    lm.set_num_threads(before)


def ready(x):
    lm.eval(x)
    return x


def perceptron():
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64))


def perceptron_inference():
    model, x = perceptron(), ready(lm.ones((32, 64)))
    with lm.no_grad():
        return lm.explain(lambda x: lm.softmax(model(x), axis=-1), x)


def convolution_inference():
    model = nn.Sequential(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU())
    model.eval()
    x = ready(lm.ones((2, 32, 8, 8)))
    with lm.no_grad():
        return lm.explain(model, x)


def training_step():
    model = perceptron()
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x, y = ready(lm.ones((32, 64))), ready(lm.zeros((32,), dtype=lm.int64))

    def step():
        loss = nn.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()

    step()  # makes the optimizer's state
    return lm.explain(step)


def on_any_processor(text):
    """Without the sizes of packed weights and scratch."""
    text = re.sub(r"(?m)^.{18}(  onednn.reorder)", r"\1", text)
    return re.sub(r"(?m)(, moves .*|^planned peak .*)", "", text)


@pytest.mark.skipif(not processor.has_avx512(), reason="other processors have other kernels")
@pytest.mark.skipif(os.environ.get("LAMINA_JIT") == "0", reason="other kernels")
@pytest.mark.parametrize("net", [perceptron_inference, convolution_inference, training_step])
def test_golden_text(net):
    shown = net()
    file = FOLDER / f"{net.__name__}.txt"
    if os.environ.get("LAMINA_WRITE_EXPLAIN"):
        file.write_text(shown)
    assert on_any_processor(shown) == on_any_processor(file.read_text())
    assert shown == net()  # the second time too


def test_several_arrays_are_one_program():
    x = ready(lm.ones((4, 4)))
    shown = lm.explain(lm.exp(x), lm.log(x))
    assert shown.count("program,") == 1
    assert "exp" in shown and "log" in shown


def test_what_is_held_is_named_with_its_bytes():
    x = ready(lm.ones((4, 4)))
    h = lm.exp(x)
    assert "kept only because something holds it\n  exp float32 [4, 4], 64 bytes" in lm.explain(h + 1.0)
    y = lm.exp(x) + 1.0
    assert "kept" not in lm.explain(y)


def test_what_is_there_already():
    assert lm.explain(ready(lm.ones((2, 3)))) == "already computed: float32 [2, 3]\n"


def test_a_failing_function_ends_the_explanation():
    with pytest.raises(ZeroDivisionError):
        lm.explain(lambda: 1 / 0)
    assert lm.explain(lambda: None) == ""
