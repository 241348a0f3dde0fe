"""Optimizers and learning rate schedules."""

from ._lamina._optim import *
