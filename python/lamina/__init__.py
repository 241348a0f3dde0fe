"""Lamina: a deep learning framework. Written as it runs, and it runs as if it had been compiled.

    >>> import lamina as lm
    >>> x = lm.array([[1, 2], [3, 4]], dtype=lm.float32)
    >>> print(x @ x.T)
    [[5, 11],
     [11, 25]]
"""

import builtins as _builtins

from . import _lamina, data, errors, models, nn, optim, random, train
from ._lamina import *
from .array_api import *
from .array_api import __array_namespace_info__
from .autograd import checkpoint, custom_vjp, grad, jvp, no_grad, value_and_grad, vjp
from .control import *
from .errors import *
from .execution import eval, explain, memory_budget, precision, profile, tune
from .recipes import install as _install
from .train import Trainer, load_model, save_model

_install()

__version__ = "0.1.0"
__array_api_version__ = "2024.12"

bool = bool_  # the array API standard's name

# `from lamina import *` must not hide Python's own eval, abs, ValueError, ..
__all__ = [name for name in globals() if not name.startswith("_") and not hasattr(_builtins, name)]


def __getattr__(name):
    from .other_names import missing

    raise AttributeError(missing(name))
