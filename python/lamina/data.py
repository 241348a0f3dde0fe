"""Datasets and loaders.

    train, test = data.digits().split(0.8, seed=0)
    for x, y in data.DataLoader(train, batch_size=64, shuffle=True, seed=0):
        ...
"""

from ._lamina._data import *
