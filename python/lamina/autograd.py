"""Gradients of functions, and where no gradients are wanted."""

import functools

from . import _lamina
from .errors import DTypeError

__all__ = ["grad", "value_and_grad", "no_grad"]


def _flatten(value, leaves):
    """Appends the arrays of nested lists, tuples and dicts; returns what builds the same nest of other arrays."""
    if isinstance(value, _lamina.Array):
        leaves.append(value)
        return next
    if isinstance(value, (list, tuple)):
        parts = [_flatten(item, leaves) for item in value]
        return lambda arrays: type(value)([part(arrays) for part in parts])
    if isinstance(value, dict):
        items = {key: _flatten(item, leaves) for key, item in value.items()}
        return lambda arrays: {key: part(arrays) for key, part in items.items()}
    if isinstance(value, (int, float)):
        leaves.append(_lamina.array(float(value)))
        return next
    raise DTypeError(f"grad: expected arrays, or lists, tuples and dicts of them, got {type(value).__name__}")


def value_and_grad(function, argnums=0):
    """A function that returns the one-element value of `function` and its gradients.

    `argnums` says for which positional arguments: a number, or a tuple of them. An argument may be an array or
    nested lists, tuples and dicts of arrays; its gradient has the same form.

    >>> value, g = lm.value_and_grad(lambda x: lm.sum(x * x))(lm.array([1.0, 2.0]))
    >>> print(value, g)
    5 [2, 4]
    """
    wanted = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    @functools.wraps(function)
    def both(*args, **kwargs):
        leaves = []
        build = [_flatten(args[number], leaves) for number in wanted]

        def of_arrays(arrays):
            given = list(args)
            source = iter(arrays)
            for number, part in zip(wanted, build):
                given[number] = part(source)
            return function(*given, **kwargs)

        value, gradients = _lamina._value_and_grad(of_arrays, leaves)
        source = iter(gradients)
        results = tuple(part(source) for part in build)
        return value, results[0] if isinstance(argnums, int) else results

    return both


def grad(function, argnums=0):
    """A function that returns the gradients of the one-element value of `function`; see value_and_grad.

    >>> print(lm.grad(lambda x: x * x * x)(lm.array(2.0)))
    12
    """
    both = value_and_grad(function, argnums)
    return functools.wraps(function)(lambda *args, **kwargs: both(*args, **kwargs)[1])


class no_grad:
    """Inside `with lm.no_grad():`, or a function decorated with `@lm.no_grad()`, nothing keeps a tape."""

    def __enter__(self):
        self._before = _lamina._set_gradients(False)

    def __exit__(self, *error):
        _lamina._set_gradients(self._before)

    def __call__(self, function):
        @functools.wraps(function)
        def without(*args, **kwargs):
            with no_grad():
                return function(*args, **kwargs)

        return without
