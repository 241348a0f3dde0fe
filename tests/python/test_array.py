"""lm.Array as a Python object: values in, values out, text, copies."""

import array
import copy
import pickle

import numpy as np
import pytest

import lamina as lm

TYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
         "float64"]


@pytest.mark.parametrize("name", TYPES)
def test_numpy_round_trip(name):
    x = np.arange(6).reshape(2, 3).astype(name)
    y = lm.array(x)
    assert y.shape == (2, 3) and y.ndim == 2 and y.size == 6 and y.nbytes == x.nbytes
    assert y.dtype == name and y.dtype == x.dtype and y.dtype == x.dtype.type and y.dtype is getattr(
        lm, name if name != "bool" else "bool_")
    np.testing.assert_array_equal(y.numpy(), x)
    assert y.numpy().dtype == x.dtype and y.tolist() == x.tolist()


@pytest.mark.parametrize("make", [
    lambda x: x.T, lambda x: x[::-1], lambda x: x[:, ::2], lambda x: x[::-2, ::-1], np.asfortranarray,
    lambda x: x.astype(">f4"), lambda x: x.astype(">i8"), lambda x: x[:0], lambda x: x[1, 2],
    lambda x: np.broadcast_to(x[0], (3, 4)), lambda x: np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(x.dtype)])
def test_any_layout(make):
    x = make(np.arange(12, dtype=np.float32).reshape(3, 4))
    np.testing.assert_array_equal(lm.array(x).numpy(), x)


def test_lists():
    assert lm.array([1, 2]).dtype == "int64"
    assert lm.array([1, 2.5]).dtype == "float32"
    assert lm.array([True, False]).dtype == "bool"
    assert lm.array([]).shape == (0,) and lm.array([[], []]).shape == (2, 0)
    assert lm.array(3).shape == () and lm.array(2.5).item() == 2.5
    assert lm.array([[1, 2], [3, 4]], dtype=lm.float64).tolist() == [[1, 2], [3, 4]]
    assert lm.array([2**63], dtype="uint64").tolist() == [2**63]
    np.testing.assert_array_equal(lm.array([np.float32(1), lm.array(2.0), 3]).numpy(), [1, 2, 3])
    np.testing.assert_array_equal(lm.array([np.ones(2), lm.zeros(2)]).numpy(), [[1, 1], [0, 0]])


@pytest.mark.parametrize("bad, error, message", [
    ([[1, 2], [3]], lm.ShapeError, "expected 2 values in each list"),
    ([[1], 2], lm.ShapeError, "expected a list"), ([1, [2]], lm.ShapeError, "expected a number"),
    ("text", lm.DTypeError, "expected numbers"), ([None], lm.DTypeError, "NoneType"), ([1j], lm.DTypeError, "complex"),
    ([2**64], lm.ValueError, "64 bits"), (np.array([1j]), lm.DTypeError, "no element type fits"),
    (np.array(["a"]), lm.DTypeError, "no element type|buffer"), (np.array([object()]), lm.DTypeError, "fits|buffer")])
def test_what_is_no_array(bad, error, message):
    with pytest.raises(error, match=message):
        lm.array(bad)


def test_values_must_fit():
    with pytest.raises(lm.ValueError, match="300 does not fit into int8"):
        lm.array([300], dtype=lm.int8)
    with pytest.raises(lm.ValueError, match="-1 does not fit into uint64"):
        lm.array([-1], dtype=lm.uint64)
    nested = []
    nested.append(nested)
    with pytest.raises(lm.ShapeError, match="deeper than 32"):
        lm.array(nested)


def test_buffers():
    np.testing.assert_array_equal(lm.array(array.array("d", [1, 2])).numpy(), [1, 2])
    assert lm.array(b"ab").tolist() == [97, 98] and lm.array(b"ab").dtype == lm.uint8
    view = memoryview(lm.array([[1, 2], [3, 4]], dtype=lm.int32))
    assert view.readonly and view.shape == (2, 2) and view.format == "i" and view.tolist() == [[1, 2], [3, 4]]


def test_views_are_read_only_and_keep_the_value():
    x = lm.array([1.0, 2.0])
    view = x.numpy()
    with pytest.raises(ValueError):
        view[0] = 5
    x[0] = 9.0
    del x
    np.testing.assert_array_equal(view, [1, 2])


def test_bfloat16_has_no_numpy_type():
    x = lm.array([1.5], dtype=lm.bfloat16)
    with pytest.raises(lm.DTypeError, match="no bfloat16"):
        x.numpy()
    assert x.tolist() == [1.5] and x.astype("float32").numpy()[0] == 1.5


def test_asarray_and_numpy_protocol():
    x = lm.array([1.0, 2.0])
    assert np.asarray(x).dtype == np.float32 and np.array(x, dtype=np.float64).dtype == np.float64
    assert x.__array__(np.float64).dtype == np.float64
    assert np.shares_memory(x.numpy(), np.asarray(x))


def test_text():
    x = lm.array([[1, 2], [3, 4]], dtype=lm.float32)
    assert repr(x) == "array([[1, 2],\n       [3, 4]], dtype=float32)"
    assert str(x) == "[[1, 2],\n [3, 4]]"
    assert f"{lm.array(1.23456):.2f}" == "1.23" and f"{x}" == str(x)
    assert repr(lm.float32) == "lamina.float32" and str(lm.float32) == "float32"


def test_scalars():
    assert float(lm.array(2.5)) == 2.5 and int(lm.array(2.5)) == 2 and bool(lm.array([1])) is True
    assert [10, 20, 30][lm.array(1)] == 20
    assert isinstance(lm.array(True).item(), bool) and isinstance(lm.array(1).item(), int)
    with pytest.raises(lm.ShapeError, match="one element"):
        bool(lm.array([1, 2]))
    with pytest.raises(TypeError):
        [1, 2][lm.array(1.0)]


def test_iteration():
    assert [row.tolist() for row in lm.array([[1, 2], [3, 4]])] == [[1, 2], [3, 4]]
    assert len(lm.array([1, 2, 3])) == 3
    with pytest.raises(TypeError):
        len(lm.array(1))
    with pytest.raises(TypeError):
        iter(lm.array(1))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("dtype", [lm.float32, lm.bfloat16, lm.bool_])
def test_copies(copied, dtype):
    x = lm.array([[1, 0], [1, 1]], dtype=dtype)
    y = copied(x)
    x[0] = 0
    assert y.tolist() == [[1, 0], [1, 1]] and y.dtype == dtype
    assert pickle.loads(pickle.dumps(lm.float32)) is lm.float32


def test_dtypes():
    assert lm.dtype("float32") is lm.float32 and lm.dtype(np.float64) is lm.float64
    assert lm.dtype(float) is lm.float32 and lm.dtype(int) is lm.int64 and lm.dtype(bool) is lm.bool_
    assert lm.float32 != lm.float64 and lm.float32 != None and {lm.int8: 1}["int8"] == 1  # noqa: E711
    with pytest.raises(lm.KeyError, match="'flot32' is no element type"):
        lm.zeros(3, dtype="flot32")
    with pytest.raises(lm.DTypeError, match="expected an element type"):
        lm.zeros(3, dtype=3)


def test_methods_are_the_functions():
    x = lm.array([[1.0, 2.0], [3.0, 4.0]])
    assert x.reshape(4).shape == x.reshape((4,)).shape == x.flatten().shape == (4,)
    assert x.transpose(1, 0).tolist() == x.T.tolist() == x.mT.tolist() == [[1, 3], [2, 4]]
    assert x.astype(lm.int32).dtype == lm.int32
    with pytest.raises(TypeError, match="lamina.array"):
        lm.Array([1])


def test_rows_of_a_broadcast_array_after_one_was_computed():
    for source in (1.5, lm.array(1.5), lm.array([1.5]), lm.full((1, 5), 1.5)):
        whole = lm.broadcast_to(source, (5, 5))
        rows = [whole[i] for i in range(3)]
        lm.eval(rows[0])
        for value in (rows[1], rows[2], whole[4]):
            assert value.tolist() == [1.5] * 5
