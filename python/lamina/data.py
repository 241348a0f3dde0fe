"""Datasets and loaders.

    train, test = data.digits().split(0.8, seed=0)
    for x, y in data.DataLoader(train, batch_size=64, shuffle=True, seed=0):
        ...
"""

from ._lamina import array as _array, stack as _stack
from ._lamina._data import *


def _pair(number, example):
    if isinstance(example, (tuple, list)) and len(example) == 2:
        return example
    from .errors import ValueError

    size = f" of {len(example)}" if isinstance(example, (tuple, list)) else ""
    raise ValueError(f"batches: example {number}: expected a pair (x, y), got {type(example).__name__}{size}")


def batches(examples, batch_size=1, drop_last=False):
    """Batches (x, y) of any iterable of pairs, which may be endless: a generator, a file, a socket.

    >>> numbers = (([i, i + 1.0], i) for i in range(5))
    >>> [x.shape for x, y in lm.data.batches(numbers, batch_size=2)]
    [(2, 2), (2, 2), (1, 2)]
    """
    if batch_size < 1:
        from .errors import ValueError

        raise ValueError(f"batches: expected a batch size of at least 1, got {batch_size}")
    xs, ys = [], []
    for number, example in enumerate(examples):
        x, y = _pair(number, example)
        xs.append(_array(x))
        ys.append(_array(y))
        if len(xs) == batch_size:
            yield _stack(xs), _stack(ys)
            xs, ys = [], []
    if xs and not drop_last:
        yield _stack(xs), _stack(ys)
