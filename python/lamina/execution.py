"""Running recorded work, and seeing what ran."""

from . import _lamina

__all__ = ["eval", "explain", "profile"]


def _arrays_in(value, found):
    if isinstance(value, _lamina.Array):
        found.append(value)
    elif isinstance(value, dict):
        for item in value.values():
            _arrays_in(item, found)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _arrays_in(item, found)
    return found


def eval(*values):
    """Computes all arrays in the arguments (also in lists, tuples and dicts) as one program.

    Errors: those of the programs: values out of range, `OutOfMemory`

    >>> x = lm.exp(lm.zeros(2))
    >>> lm.eval(x)
    >>> x.is_ready
    True
    """
    _lamina._eval(_arrays_in(values, []))


def explain(what, *args, **kwargs):
    """The program that would compute an array; or, of a function and its arguments, what it would run.

    >>> "relu" in lm.explain(lm.relu, lm.ones(3))
    True
    """
    if isinstance(what, _lamina.Array):
        return _lamina._explain(what)
    found = _arrays_in(what(*args, **kwargs), [])
    return "\n".join(_lamina._explain(array) for array in found)


class profile:
    """`with lm.profile() as p: ...; print(p)`: what ran, how often, how long, in which tier.

    Errors: none

    >>> with lm.profile() as p:
    ...     values = lm.exp(lm.ones(3)).tolist()
    >>> p.seconds > 0
    True
    """

    def __enter__(self):
        self._profiler = _lamina.Profiler()
        self._text = None
        return self

    def __exit__(self, *error):
        self._text, self._seconds, self._counters = str(self), self.seconds, self.counters
        self._profiler = None

    @property
    def counters(self):
        """How many programs ran, were new, were compiled."""
        return self._counters if self._text is not None else self._profiler.counters

    @property
    def seconds(self):
        """Time spent in kernels."""
        return self._seconds if self._text is not None else self._profiler.seconds

    def __str__(self):
        return self._text if self._text is not None else str(self._profiler)
