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


@pytest.mark.parametrize("kind", [lm.DType, lm.train.History, lm.train.SavedModel, lm.optim.Optimizer])
def test_classes_without_a_constructor_say_so(kind):
    with pytest.raises(TypeError, match=f"^{kind.__name__} cannot be called: .*help"):
        kind()


@pytest.mark.parametrize("layer", [lm.nn.LayerNorm, lm.nn.RMSNorm])
def test_sizes_of_normalisation(layer):
    with pytest.raises(lm.ValueError, match=f"{layer.__name__}: sizes in normalized_shape must not be negative, got .-9"):
        layer(-9)
    with pytest.raises(lm.ShapeError, match=f"{layer.__name__}: normalized_shape"):
        layer((2**40, 2**40))


def test_labels_out_of_range():
    loss = lm.cross_entropy(lm.zeros((2, 3)), lm.array([0, 5]))
    with pytest.raises(lm.IndexError):
        loss.item()


@pytest.mark.parametrize("name, here", [("arctan2", "atan2"), ("cat", "concatenate"), ("cumsum", "cumulative_sum")])
def test_names_of_elsewhere_are_explained(name, here):
    with pytest.raises(AttributeError, match=here):
        getattr(lm, name)
    assert not hasattr(lm, "no_such_function")


@pytest.mark.parametrize("call, message", [
    (lambda: lm.dropout("a"), "dropout: expected an array or a number for x, got str"),
    (lambda: lm.dropout(2**70), "dropout: x: the integer does not fit into 64 bits"),
    (lambda: lm.dropout(1.0, training=1), "dropout: expected True or False for training, got int"),
    (lambda: lm.dropout(1.0, 0.5, True, 3), "dropout: expected 3 arguments, got 4"),
    (lambda: lm.softmax(), "softmax: argument x is missing"),
    (lambda: lm.softmax(1.0, x=2), "softmax: argument x is given twice"),
    (lambda: lm.softmax(lm.ones(2), axis=0.0), "softmax: expected an integer for axis, got float"),
    (lambda: lm.softmax(lm.ones(2), axis=2**40), "softmax: axis is out of range"),
    (lambda: lm.ones(2).sum(axes=1), "sum: there is no argument 'axes'\n  help       did you mean axis?"),
    (lambda: lm.leaky_relu(1.0, slop=3), "leaky_relu: there is no argument 'slop'\n  help       did you mean slope?"),
    (lambda: lm.concatenate(3), "concatenate: expected a sequence of arrays for arrays, got int"),
    (lambda: lm.concatenate([lm.ones(2), "a"]), r"concatenate: expected an array or a number for arrays\[1\], got str"),
    (lambda: lm.nn.Linear(2), "Linear: argument out_features is missing"),
    (lambda: lm.nn.Linear(2, "a"), "Linear: expected an integer for out_features, got str"),
    (lambda: lm.nn.Linear(2, 3, biass=True), "did you mean bias"),
    (lambda: lm.nn.Linear(2, 3).train("a"), "train: expected True or False for on, got str"),
    (lambda: lm.nn.Sequential(3), "Sequential: expected modules, got int"),
    (lambda: lm.nn.MSELoss()(1.0), "MSELoss: expected 2 arrays, got 1"),
    (lambda: lm.Trainer(3), "Trainer: expected a Module for module, got int")])
def test_a_call_that_fits_no_signature(call, message):
    """Says which argument is wrong, and nothing of how the functions are bound."""
    with pytest.raises((TypeError, ValueError, OverflowError), match=message) as caught:
        call()
    assert isinstance(caught.value, lm.Error)
    assert "incompatible" not in str(caught.value) and "0x" not in str(caught.value)


def test_no_function_says_how_it_is_bound():
    """Every public function, called with an argument that none has."""
    for module in (lm, lm.nn, lm.nn.init, lm.nn.losses, lm.optim, lm.random, lm.data, lm.train):
        for name, member in vars(module).items():
            if not callable(member) or name.startswith("_") or not hasattr(member, "__nb_signature__"):
                continue
            with pytest.raises(lm.DTypeError, match="there is no argument 'no_such'"):
                member(no_such=1)
