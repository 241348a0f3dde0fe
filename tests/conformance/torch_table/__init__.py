"""Which calls of Lamina mean the same as PyTorch's entries."""

from . import (elementwise, indexing, losses, matrices, movement, nn_functional, reductions, scatter,  # noqa: F401
               spatial, statistics)
from .reasons import reason  # noqa: F401
from .table import TABLE, Absent, Unsupported  # noqa: F401
