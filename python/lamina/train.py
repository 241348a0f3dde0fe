"""Training: Trainer, callbacks, metrics, model files."""

from ._lamina._train import *
