"""Running recorded work, and seeing what ran."""

import functools

from . import _lamina
from .errors import DTypeError, StateError, ValueError

__all__ = ["eval", "explain", "memory_budget", "precision", "profile", "tune"]


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
    """The program that would compute an array: its loops and kernels, what each computes and moves, the
    planned peak of memory, the kernels that were not taken and why, what is kept only because something
    holds it. Of a function and its arguments: the programs that it runs, and the one that would
    compute what it returns; it is called once, with all that follows (a training step changes its
    parameters).

    >>> "relu" in lm.explain(lm.relu, lm.ones(3))
    True
    """
    if isinstance(what, _lamina.Array):
        return _lamina._explain([what, *args])
    found = []
    ran = _lamina._explain_runs(lambda: found.extend(_arrays_in(what(*args, **kwargs), [])))
    return "\n".join(part for part in (ran, _lamina._explain(found) if found else "") if part)


def tune(what, *args, **kwargs):
    """Measures which kernel is the fastest for each call of the programs that `what` runs, on this machine with
    as many threads as compute now, and keeps the answers: for this process and, in the user's cache
    (LAMINA_TUNED), for later ones. `what` is an array or a function and its arguments, as for
    `lm.explain`, which then says which kernels were measured to be faster. Results may differ in their
    last bits from before. Returns a `TuningReport`; print it.

    Errors: FileError if the answers cannot be written; they count in this process all the same

    >>> print(lm.tune(lm.relu, lm.ones(3)))
    0 calls that several kernels can run, 0 changed
    """
    return _lamina._tune(lambda: explain(what, *args, **kwargs))


class memory_budget:
    """Inside `with lm.memory_budget(bytes):`, no program makes memory grow by more than so many bytes: where
    its planned peak would be larger, values are computed again instead of kept, to the same bits.
    `lm.explain` says which. Also an argument of `Trainer.compile`, for the steps of training.

    Errors: ValueError unless positive; `OutOfMemory` from the program that needs more, with the least
    that it could do with

    >>> with lm.memory_budget(1 << 30):
    ...     y = lm.exp(lm.ones(3)).eval()
    >>> y.tolist()
    [2.7182817459106445, 2.7182817459106445, 2.7182817459106445]
    """

    def __init__(self, bytes):
        if isinstance(bytes, bool) or not isinstance(bytes, int):
            raise DTypeError(f"memory_budget: expected bytes as an integer, got {type(bytes).__name__}")
        if bytes <= 0:
            raise ValueError(f"memory_budget: expected bytes of 1 or more, got {bytes}")
        self._bytes = bytes

    def __enter__(self):
        self._before = _lamina._set_memory_budget(self._bytes)
        return self

    def __exit__(self, *error):
        _lamina._set_memory_budget(self._before)


class precision:
    """Inside `with lm.precision("bf16"):`, or a function decorated with it, float32 operands of products
    (`matmul`, convolutions and what is made of them) are brought to bfloat16, or with `"float16"` to
    float16; products are added up in float32 and rounded once. Sums, exponentials, softmax and losses bring
    them back to float32; the rest promotes as usual. Parameters and their gradients stay float32. Backward
    follows the forward pass: call it outside. Also an argument of `Trainer.compile`. `"float32"` turns it
    off within. In float16 gradients under 6e-8 are lost: training needs `lm.optim.LossScaler`.
    Source: Micikevicius et al. 2018, Kalamkar et al. 2019; the policy is that of torch.autocast

    Errors: ValueError for another name, and where the processor has no such products, unless
    `emulate=True`

    >>> with lm.precision("bf16", emulate=True):
    ...     y = lm.ones((2, 3)) @ lm.ones((3, 4))
    >>> y.dtype, lm.sum(y).item()
    (lamina.bfloat16, 24.0)
    """

    def __init__(self, name, emulate=False):
        self._dtype = _lamina._precision_named(name, emulate)

    def __enter__(self):
        self._before = _lamina._set_precision(self._dtype)
        return self

    def __exit__(self, *error):
        _lamina._set_precision(self._before)

    def __call__(self, function):
        @functools.wraps(function)
        def within(*args, **kwargs):
            before = _lamina._set_precision(self._dtype)
            try:
                return function(*args, **kwargs)
            finally:
                _lamina._set_precision(before)

        return within


class profile:
    """`with lm.profile() as p: ...; print(p)`: what ran, by layer and by kernel, how long, in which tier
    and why, beside what the machine can do at most; `p.save("trace.json")` for chrome://tracing.

    Errors: StateError for what was measured before anything was; FileError from save

    >>> with lm.profile() as p:
    ...     lm.eval(lm.ones(3) + lm.ones(3))
    >>> p.counters["evaluations"]
    1
    """

    def __init__(self):
        self._profiler = None

    def __enter__(self):
        self._profiler = _lamina.Profiler()
        return self

    def __exit__(self, *error):
        self._profiler.stop()

    def _measured(self):
        if self._profiler is None:
            raise StateError("profile: nothing was measured; use it as `with lm.profile() as p: ..`")
        return self._profiler

    @property
    def counters(self):
        """How many programs ran, were new, were compiled."""
        return self._measured().counters

    @property
    def seconds(self):
        """Time spent in kernels."""
        return self._measured().seconds

    @property
    def rows(self):
        """What each kernel did for each layer, the longest first."""
        return self._measured().rows

    def save(self, path):
        """Writes every kernel's run in Chrome's trace format."""
        self._measured().save(str(path))

    def __str__(self):
        return str(self._measured()) if self._profiler else "<profile: nothing was measured>"
