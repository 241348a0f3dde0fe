"""The table: PyTorch's name of an entry -> a function of PyTorch's arguments over Lamina."""

import lamina as lm

TABLE = {}
NO_VALUES = set()  # entries whose values are random or not defined: shapes and types are compared
FIRST_OUTPUT = set()


class Unsupported(Exception):
    """An option of this sample that Lamina does not have; the message is the reason."""


def entry(*names, values=True):
    def put(function):
        for name in names:
            assert name not in TABLE, name
            TABLE[name] = function
            if not values:
                NO_VALUES.add(name)
        return function
    return put


def same(**names):
    """torch_name="our_name": one array, or several, and nothing else."""
    for theirs, ours in names.items():
        entry(theirs)(_plain(ours))


def _plain(name):
    def call(*arguments):
        return function(name)(*arguments)
    call.needs = name
    return call


def function(path):
    """lm.<path>; Absent if Lamina has no such function."""
    place = lm
    for part in path.split("."):
        if not hasattr(place, part):
            raise Absent(path)
        place = getattr(place, part)
    return place


class Absent(Exception):
    """A function that Lamina does not have."""


def need(condition, reason):
    if not condition:
        raise Unsupported(reason)


def axes(dim):
    return tuple(dim) if isinstance(dim, (list, tuple)) else dim


def classes_last(x, axis=1):
    """torch's losses have classes on axis 1, ours on any."""
    return min(axis, x.ndim - 1)
