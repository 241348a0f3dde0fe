"""Scikit-learn's 1,797 digits, a perceptron 64-128-10, 20 epochs of batches of 32: a whole training, not a step."""

import os

import numpy as np

from .dense import dense

EPOCHS, BATCH, EXAMPLES = 20, 32, 1797


def make(name, mode):
    net = dense(name, (64, 128, 10), "relu", mode == "train", 0.9)
    net.optimizer = ("sgd", {"lr": 0.1, "momentum": 0.9})
    return net


def table(path):
    """Rows of 64 numbers and what they show; and the order of each epoch."""
    rows = np.load(path)
    draw = np.random.RandomState(0)
    orders = [draw.permutation(len(rows)) for _ in range(EPOCHS)]
    return (rows[:, :64] / 16).astype(np.float32), rows[:, 64].astype(np.int64), orders


def file():
    return os.environ["LAMINA_SURVEY_DIGITS"]
