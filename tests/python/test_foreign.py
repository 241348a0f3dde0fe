"""Shared memory: its owner may change it at any time."""

import gc
import weakref

import numpy as np
import pytest

import lamina as lm


def test_array_copies_at_the_call():
    source = np.arange(4, dtype=np.float32)
    x, y, z = lm.array(source), lm.asarray(source), lm.array([source, source])
    later = x * 2
    source[:] = -1
    assert x.tolist() == y.tolist() == [0, 1, 2, 3] and later.tolist() == [0, 2, 4, 6] and z[0].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("share", [lambda a: lm.asarray(a, copy=False), lm.from_dlpack])
def test_what_reads_shared_memory_is_computed_at_once(share):
    source = np.arange(6, dtype=np.float32)
    x = share(source)
    doubled, shaped = x * 2, x.reshape(2, 3)
    from_view, part, left = shaped + 1, lm.sum(x[1:3]), source + x
    parts = lm.split(x, 2)
    source[:] = 100
    assert doubled.tolist() == [0, 2, 4, 6, 8, 10]
    assert from_view.tolist() == [[1, 2, 3], [4, 5, 6]] and part.item() == 3 and left.tolist() == doubled.tolist()
    assert x.tolist() == [100] * 6  # the memory is shared
    assert shaped.tolist() == [[100] * 3] * 2  # a view of it
    assert (parts[0] + 0).tolist() in ([0, 1, 2], [100] * 3)
    assert (shaped + 0).tolist() == [[100] * 3] * 2


def test_gradients_of_shared_memory():
    source = np.array([1.0, 2.0], np.float32)
    x = lm.asarray(source, copy=False)

    def loss(x):
        y = lm.sum(x * x)
        source[:] = 50
        return y

    value, g = lm.value_and_grad(loss)(x)
    assert value.item() == 5 and g.tolist() == [2, 4]


def test_a_parameter_has_memory_of_its_own():
    source = np.array([1.0, 2.0], np.float32)
    weight = lm.nn.Parameter(lm.asarray(source, copy=False))
    source[:] = 7
    assert weight.tolist() == [1, 2]


@pytest.mark.parametrize("source, reason", [
    (np.arange(6.0).reshape(2, 3).T, "row-major"), (np.arange(6.0)[::-1], "row-major"),
    (np.arange(3).astype(">i4"), "other order"), ([1, 2], "no memory to share")])
def test_what_cannot_be_shared(source, reason):
    with pytest.raises(lm.ValueError, match=reason):
        lm.asarray(source, copy=False)


def test_another_type_needs_a_copy():
    with pytest.raises(lm.ValueError, match="float64 as float32 needs a copy"):
        lm.asarray(np.zeros(2), dtype=lm.float32, copy=False)
    assert lm.asarray(np.zeros(2), dtype=lm.float32).dtype == lm.float32


class Source(np.ndarray):
    """A NumPy array that can be referred to weakly."""


def test_the_source_lives_as_long_as_the_array():
    source = np.arange(4.0).view(Source)
    alive = weakref.ref(source)
    x = lm.asarray(source, copy=False)
    del source
    gc.collect()
    assert alive() is not None and x.tolist() == [0, 1, 2, 3]
    del x
    gc.collect()
    assert alive() is None


def test_strided_tensors_are_copied():
    source = np.arange(6.0).reshape(2, 3)
    x = lm.from_dlpack(source.T)
    source[:] = 0
    assert x.tolist() == [[0, 3], [1, 4], [2, 5]]
    with pytest.raises(lm.ValueError, match="cannot be shared"):
        lm.from_dlpack(source.T, copy=False)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int64", "float16", "float32", "float64"])
def test_dlpack_both_ways(dtype):
    x = lm.array(np.arange(6).reshape(2, 3).astype(dtype))
    there = np.from_dlpack(x)
    assert there.dtype == dtype and not there.flags.writeable
    np.testing.assert_array_equal(there, x.numpy())
    assert np.shares_memory(there, x.numpy())
    back = lm.from_dlpack(there)
    np.testing.assert_array_equal(back.numpy(), there)


def test_dlpack_of_older_consumers():
    x = lm.array([1.0, 2.0])
    assert x.__dlpack_device__() == (1, 0)
    assert '"dltensor"' in repr(x.__dlpack__()) and "versioned" in repr(x.__dlpack__(max_version=(1, 0)))
    with pytest.raises(ValueError):
        x.__dlpack__(stream=1)
    with pytest.raises(lm.DTypeError, match="has no __dlpack__"):
        lm.from_dlpack([1])


LAYOUTS = {"every other": lambda a: a[::2, ::2], "backwards": lambda a: a[::-1, ::-1], "transposed": lambda a: a.T,
           "overlapping": lambda a: np.lib.stride_tricks.as_strided(a, (3, 4), (4, 4)),
           "broadcast": lambda a: np.broadcast_to(a[:1], (3, 8)), "other order": lambda a: np.asfortranarray(a),
           "big-endian": lambda a: a.astype(">f4"), "empty": lambda a: a[:0], "one element": lambda a: a[1, 2],
           "unaligned": lambda a: np.frombuffer(bytes(33), dtype=np.float32, offset=1)}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("make", [lm.array, lm.asarray, lm.from_dlpack])
def test_layouts_are_read_as_numpy_reads_them(layout, make):
    source = LAYOUTS[layout](np.arange(48, dtype=np.float32).reshape(6, 8))
    try:
        got = make(source)
    except (lm.Error, TypeError, BufferError):  # NumPy exports no such memory by DLPack
        assert make is lm.from_dlpack and layout in ("big-endian", "unaligned", "one element")
        return
    np.testing.assert_array_equal(np.asarray(got), source)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sharing_takes_a_layout_or_says_why_not(layout):
    source = LAYOUTS[layout](np.arange(48, dtype=np.float32).reshape(6, 8))
    try:
        got = lm.asarray(source, copy=False)
    except lm.ValueError as error:
        assert "row-major" in str(error) or "other order" in str(error) or "aligned" in str(error)
        return
    except TypeError:
        assert layout == "one element"
        return
    np.testing.assert_array_equal(np.asarray(got), source)


def test_read_only_memory_is_shared_and_stays_as_it_is():
    source = np.frombuffer(np.arange(4, dtype=np.float32).tobytes(), dtype=np.float32)
    shared = lm.asarray(source, copy=False)
    shared += 1
    shared[0] = 9.0
    np.testing.assert_array_equal(source, [0, 1, 2, 3])
    np.testing.assert_array_equal(np.asarray(shared), [9, 2, 3, 4])


def test_two_views_of_one_buffer():
    source = np.arange(6, dtype=np.float32)
    first, second = lm.asarray(source[:4], copy=False), lm.asarray(source[2:], copy=False)
    total = first + second
    source[:] = 100
    np.testing.assert_array_equal(np.asarray(total), [2, 4, 6, 8])
    first[1:] = first[:-1]  # assignment replaces the value, it writes to no shared memory
    np.testing.assert_array_equal(source, np.full(6, 100, np.float32))


def test_arrays_of_ctypes_have_no_strides():
    import ctypes

    np.testing.assert_array_equal(np.asarray(lm.array((ctypes.c_float * 3)(1, 2, 3))), [1, 2, 3])
    grid = ((ctypes.c_int32 * 3) * 2)((1, 2, 3), (4, 5, 6))
    np.testing.assert_array_equal(np.asarray(lm.array(grid)), [[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize("date", [np.datetime64("2020"), np.timedelta64(3), np.array(["2020"], dtype="M8[Y]")])
def test_dates_are_refused(date):
    with pytest.raises(lm.DTypeError):
        lm.array(date)
    with pytest.raises(TypeError):
        lm.concatenate(np.array(["2020"], dtype="M8[Y]"))


@pytest.mark.parametrize("call", [lambda: lm.ones((2**31, 2**20)).eval(), lambda: lm.zeros(2**50) + 1, lambda: lm.random.permutation(2**45),
                                  lambda: lm.matmul(lm.ones((2**22, 2)), lm.ones((2, 2**24)))])
def test_too_large_for_memory(call):
    with pytest.raises(lm.OutOfMemory, match=r"(?s)bytes.*in use.*limit") as error:
        lm.eval(call())
    assert isinstance(error.value, MemoryError)
    assert lm.sum(lm.ones(3)).item() == 3  # and the process goes on
