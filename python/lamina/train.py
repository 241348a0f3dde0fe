"""Training: Trainer, callbacks, metrics, model files."""

from . import notebook as _notebook
from ._lamina._train import *

_notebook.install()
