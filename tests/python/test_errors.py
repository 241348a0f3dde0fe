"""Errors are typed, and also the nearest builtin errors."""

import builtins
import pickle

import pytest

import lamina as lm

BASES = {"ShapeError": ValueError, "DTypeError": TypeError, "ValueError": ValueError, "IndexError": IndexError,
         "KeyError": KeyError, "FileError": OSError, "OutOfMemory": MemoryError, "StaleTape": RuntimeError,
         "GradientError": RuntimeError, "StateError": RuntimeError, "InternalError": RuntimeError}


@pytest.mark.parametrize("name", BASES)
def test_classes(name):
    error = getattr(lm, name)
    assert issubclass(error, lm.Error) and issubclass(error, BASES[name])
    one = error("a\n  b", "layer", (("x", "y"),))
    assert str(one) == "a\n  b" and one.where == "layer" and one.details == (("x", "y"),)
    again = pickle.loads(pickle.dumps(one))
    assert type(again) is error and str(again) == str(one) and again.where == "layer"


def test_an_error_has_its_parts():
    with pytest.raises(lm.ShapeError, match="do not broadcast") as caught:
        lm.zeros(3) + lm.zeros(4)
    assert caught.value.details[-1][0] == "help" and caught.value.where == ""


def test_star_import_hides_no_builtins():
    names = {}
    exec("from lamina import *", names)
    assert not {name for name in names if hasattr(builtins, name)} - {"__builtins__", "__doc__"}
    assert "softmax" in names and "ShapeError" in names


@pytest.mark.parametrize("call, error", [
    (lambda: lm.zeros(-1), lm.ShapeError), (lambda: lm.zeros(2**62), lm.ShapeError),
    (lambda: lm.zeros(2**70), lm.ValueError), (lambda: lm.zeros("a"), lm.DTypeError),
    (lambda: lm.zeros(3).sum(axis=1), lm.IndexError), (lambda: lm.zeros(3).sum(axis="a"), lm.DTypeError),
    (lambda: lm.zeros((2, 3)).reshape(4), lm.ShapeError), (lambda: lm.zeros(2**50).eval(), lm.OutOfMemory),
    (lambda: lm.array([1, 2]).backward(), lm.Error)])
def test_bad_calls(call, error):
    with pytest.raises(error):
        call()


def test_labels_out_of_range():
    loss = lm.cross_entropy(lm.zeros((2, 3)), lm.array([0, 5]))
    with pytest.raises(lm.IndexError):
        loss.item()


@pytest.mark.parametrize("name, here", [("arctan2", "atan2"), ("cat", "concatenate"), ("cumsum", "cumulative_sum")])
def test_names_of_elsewhere_are_explained(name, here):
    with pytest.raises(AttributeError, match=here):
        getattr(lm, name)
    assert not hasattr(lm, "no_such_function")
