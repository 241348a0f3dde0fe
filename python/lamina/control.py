"""Loops and conditions that stay one op: their functions are recorded once, on values that are not known yet."""

import sys

from . import _lamina
from .autograd import _require_callable
from .errors import DTypeError, ValueError

__all__ = ["scan", "cond", "while_loop"]


def _flatten(value, leaves, name):
    """Appends the arrays of a nest of lists, tuples, dicts and None; returns what builds the same nest of others."""
    if value is None:
        return lambda arrays: None
    if isinstance(value, _lamina.Array):
        leaves.append(value)
        return next
    if isinstance(value, (list, tuple)):
        parts = [_flatten(item, leaves, name) for item in value]
        if hasattr(value, "_fields"):
            return lambda arrays: type(value)(*[part(arrays) for part in parts])
        return lambda arrays: type(value)([part(arrays) for part in parts])
    if isinstance(value, dict):
        items = {key: _flatten(item, leaves, name) for key, item in value.items()}
        return lambda arrays: {key: part(arrays) for key, part in items.items()}
    try:
        leaves.append(_lamina.asarray(value))
    except DTypeError:
        raise DTypeError(f"{name}: expected arrays, or nests of them, got {type(value).__name__}") from None
    return next


def _where(depth=2):
    frame = sys._getframe(depth)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def scan(f, init, xs=None, *, reverse=False, length=None, lengths=None):
    """A loop over the first axis of `xs`: `carry, ys[t] = f(carry, xs[t])`, from `carry = init` on.

    Returns the last carry and the stacked `ys`. `f` is called once, on placeholders, and the loop is one op, whatever
    its length; arrays that `f` uses from outside take part in gradients, and random draws differ from step to step.
    Carry, xs and ys may be arrays or nested lists, tuples and dicts of them, or None. With `reverse` the loop runs
    from the last slice to the first; without `xs` it has `length` steps.

    With `lengths`, integers [batch] of 1 to the number of steps, the first axis of every carry, slice and output is
    a batch of sequences. Each ends after its length: its carry stays as it is from then on, its outputs are zeros, and
    what `xs` holds there is not looked at. The lengths are read at once, and the loop stops where the longest
    sequence ends. `nn.RNN` goes further and spares the padding of the others too.

    Shapes: init any; xs [length, ..] -> carry as init, ys [length, ..]; with lengths init [batch, ..]; xs [length,
      batch, ..] -> carry as init, ys [length, batch, ..]
    Dtypes: any; those of init are kept
    Errors: `ShapeError` and `DTypeError` when the carry changes, or lengths differ; `ValueError` without a length, or
      for lengths that are 0 or more than there are steps; `StateError` when `f` asks for the value of an array; those of `f`

    >>> total, sums = lm.scan(lambda s, x: (s + x, s + x), 0.0, lm.array([1.0, 2.0, 3.0]))
    >>> print(total, sums)
    6 [1, 3, 6]
    >>> total, sums = lm.scan(lambda s, x: (s + x, s + x), lm.zeros(2), lm.ones((3, 2)), lengths=[3, 1])
    >>> print(total, sums[:, 1])
    [3, 1] [1, 0, 0]
    """
    lengths = None if lengths is None else _lamina.asarray(lengths)
    return _scan(f, init, xs, reverse, length, "scan", _where(), lengths)


def _scan(f, init, xs, reverse, length, name, where, lengths=None):
    _require_callable(name, f)
    carries, sequences, next_nest, output_nest = [], [], [], []
    carry_nest = _flatten(init, carries, f"{name}: init")
    x_nest = _flatten(xs, sequences, f"{name}: xs")

    def step(carry, x):
        result = f(carry_nest(iter(carry)), x_nest(iter(x)))
        if not isinstance(result, tuple) or len(result) != 2:
            raise ValueError(f"{name}: its function must return a carry and an output, got {type(result).__name__}")
        after, outputs = [], []
        next_nest[:] = [_flatten(result[0], after, f"{name}: carry")]
        output_nest[:] = [_flatten(result[1], outputs, f"{name}: output")]
        return after, outputs

    last, stacked = _lamina._scan(step, carries, sequences, reverse, length, lengths, name, where)
    return next_nest[0](iter(last)), output_nest[0](iter(stacked))


def cond(predicate, true_function, false_function, *operands):
    """`true_function(*operands)` where the predicate, one bool, holds, `false_function(*operands)` elsewhere.

    Both are recorded, one runs. Operands and results may be arrays or nests of them; both functions return the same
    nest of the same shapes and dtypes. Gradients flow through the one that ran. A predicate whose value is known, a
    Python bool, works as well.

    Shapes: predicate []; operands any -> those of the functions
    Dtypes: predicate bool or numbers (0 is false) -> those of the functions
    Errors: `ShapeError` for a predicate of several elements, or results that differ; those of the functions

    >>> x = lm.array(-4.0)
    >>> print(lm.cond(x > 0, lambda x: lm.sqrt(x), lambda x: x - x, x))
    0
    """
    _require_callable("cond", true_function)
    _require_callable("cond", false_function)
    leaves, results = [], []
    build = [_flatten(operand, leaves, "cond: operands") for operand in operands]

    def flat(function):
        def call(arrays):
            source = iter(arrays)
            outputs = []
            results.append(_flatten(function(*(part(source) for part in build)), outputs, "cond: results"))
            return outputs

        return call

    arrays = _lamina._cond(_lamina.asarray(predicate), flat(true_function), flat(false_function), leaves, _where())
    return results[0](iter(arrays))


def while_loop(condition, body, init, max_steps=None):
    """`carry = body(carry)` again and again, as long as `condition(carry)`, one bool, holds; the last carry.

    Both functions are recorded once. The carry may be an array or a nest of them and keeps its shapes and dtypes. At
    most `max_steps` steps are made; without that bound there are no gradients.

    Shapes: init any -> the same
    Dtypes: any -> the same
    Errors: `ShapeError` and `DTypeError` when the carry changes or the condition is not one bool; `GradientError` for
      gradients without max_steps; those of the functions

    >>> print(lm.while_loop(lambda x: x < 100, lambda x: x * 2, lm.array(3.0)))
    192
    """
    _require_callable("while_loop", condition)
    _require_callable("while_loop", body)
    leaves = []
    nest = _flatten(init, leaves, "while_loop: init")

    def holds(arrays):
        return _lamina.asarray(condition(nest(iter(arrays))))

    def step(arrays):
        outputs = []
        _flatten(body(nest(iter(arrays))), outputs, "while_loop: carry")
        return outputs

    if max_steps is not None and max_steps < 0:
        raise ValueError(f"while_loop: max_steps must not be negative, got {max_steps}")
    arrays = _lamina._while_loop(holds, step, leaves, -1 if max_steps is None else max_steps, _where())
    return nest(iter(arrays))
