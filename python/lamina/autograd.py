"""Gradients of functions, and where no gradients are wanted."""

import functools

from . import _lamina
from .errors import DTypeError, IndexError

__all__ = ["grad", "value_and_grad", "no_grad", "vjp", "jvp", "custom_vjp", "checkpoint"]


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

    Shapes: arguments any; the value has one element; each gradient has its argument's shape
    Dtypes: arguments floating point -> gradients of their arguments' types
    Errors: `DTypeError` for other arguments; `GradientError` for a value of several elements; those of `function`

    >>> value, g = lm.value_and_grad(lambda x: lm.sum(x * x))(lm.array([1.0, 2.0]))
    >>> print(value, g)
    5 [2, 4]
    """
    _require_callable("grad", function)
    wanted = (argnums,) if isinstance(argnums, int) else argnums
    if not isinstance(wanted, (list, tuple)) or not all(isinstance(number, int) for number in wanted):
        raise DTypeError(f"grad: expected the number of an argument, or a tuple of them, as argnums, got {argnums!r}")

    @functools.wraps(function)
    def both(*args, **kwargs):
        for number in wanted:
            if not -len(args) <= number < len(args):
                raise IndexError(f"grad: argnums names argument {number}; the function got {len(args)}")
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

    Shapes: arguments any -> each gradient has its argument's shape
    Dtypes: arguments floating point -> gradients of their arguments' types
    Errors: as value_and_grad

    >>> print(lm.grad(lambda x: x * x * x)(lm.array(2.0)))
    12
    """
    both = value_and_grad(function, argnums)
    return functools.wraps(function)(lambda *args, **kwargs: both(*args, **kwargs)[1])


def _require_callable(name, function):
    if not callable(function):
        raise DTypeError(f"{name}: expected a function, got {type(function).__name__}")


def _call_flat(function, build, results):
    """`function` of nested arguments as one of a list of arrays; what builds its nest of outputs goes to `results`."""

    def flat(arrays):
        source = iter(arrays)
        leaves = []
        results[:] = [_flatten(function(*(part(source) for part in build)), leaves)]
        return leaves

    return flat


def _nest(results, arrays):
    return results[0](iter(arrays))


def vjp(function, *primals):
    """The value of `function` at the primals, and a function from its cotangents to those of the primals.

    Arguments and results may be arrays or nested lists, tuples and dicts of them. With several primals the second
    function returns a tuple. Also vjp(outputs, cotangents, inputs), on lists of recorded arrays.

    Errors: `ShapeError` for cotangents of other shapes than the outputs; `DTypeError` for primals that hold no
      arrays; those of `function`

    >>> value, pullback = lm.vjp(lambda x: x * x, lm.array([1.0, 2.0]))
    >>> print(value, pullback(lm.array([1.0, 10.0])))
    [1, 4] [2, 40]
    """
    if not callable(function):
        return _lamina._vjp(function, *primals)
    leaves, results = [], []
    build = [_flatten(primal, leaves) for primal in primals]
    outputs, pullback = _lamina._vjp_of(_call_flat(function, build, results), leaves)

    def pull(cotangents):
        given = []
        _flatten(cotangents, given)
        source = iter(pullback(given))
        parts = tuple(part(source) for part in build)
        return parts[0] if len(parts) == 1 else parts

    return _nest(results, outputs), pull


def jvp(function, primals, tangents):
    """The value of `function` at the primals, and how it changes as they move along the tangents.

    Errors: `ValueError` for another number of tangents than primals; `ShapeError` for other shapes than theirs;
      those of `function`

    >>> value, change = lm.jvp(lambda x: x * x, (lm.array([1.0, 2.0]),), (lm.array([1.0, 10.0]),))
    >>> print(value, change)
    [1, 4] [2, 40]
    """
    leaves, directions, results = [], [], []
    build = [_flatten(primal, leaves) for primal in primals]
    for tangent in tangents:
        _flatten(tangent, directions)
    outputs, changes = _lamina._jvp_of(_call_flat(function, build, results), leaves, directions)
    return _nest(results, outputs), _nest(results, changes)


def custom_vjp(function, gradient):
    """`function` with a gradient of your own.

    gradient(arguments, outputs, cotangents) gets lists of arrays and returns a cotangent, or None, for each argument.
    Gradients flow to the arguments alone, not to arrays that `function` uses from outside.

    Shapes: arguments any -> those of `function`; each cotangent has its argument's shape
    Dtypes: those of `function`
    Errors: `DTypeError` for what is no function; those of `function` and `gradient`

    >>> cut = lm.custom_vjp(lambda x: x, lambda arguments, outputs, cotangents: [lm.minimum(cotangents[0], 1.0)])
    >>> print(lm.grad(lambda x: 5 * cut(x))(lm.array(2.0)))
    1
    """
    _require_callable("custom_vjp", function)
    _require_callable("custom_vjp", gradient)

    def rule(arguments, outputs, cotangents):
        return list(gradient(arguments, outputs, cotangents))

    @functools.wraps(function)
    def with_rule(*args):
        leaves, results = [], []
        build = [_flatten(argument, leaves) for argument in args]
        return _nest(results, _lamina._custom_vjp(_call_flat(function, build, results), rule)(leaves))

    return with_rule


def checkpoint(function):
    """`function`, whose intermediate values are computed again for the backward pass instead of kept.

    Values and gradients are the same, also those of parameters that `function` uses; random draws are repeated.

    Shapes: those of `function`
    Dtypes: those of `function`
    Errors: `DTypeError` for what is no function; those of `function`

    >>> block = lm.checkpoint(lambda x: lm.exp(lm.sin(x)))
    >>> print(lm.grad(block)(lm.array(0.0)))
    1
    """
    _require_callable("checkpoint", function)

    @functools.wraps(function)
    def again(*args):
        leaves, results = [], []
        build = [_flatten(argument, leaves) for argument in args]
        return _nest(results, _lamina._checkpoint(_call_flat(function, build, results))(leaves))

    return again


class no_grad:
    """Inside `with lm.no_grad():`, or a function decorated with `@lm.no_grad()`, nothing keeps a tape.

    Errors: none

    >>> w = lm.nn.Parameter(lm.array([1.0]))
    >>> with lm.no_grad():
    ...     y = w * w
    >>> y.requires_grad
    False
    """

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
