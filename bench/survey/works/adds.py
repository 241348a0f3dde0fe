"""Chains of 1,000 additions of 10 floats, read at the end (infer) or with their gradient (train): a call's cost."""

from ..net import Net

COUNT = 1000


def make(name, mode):
    return Net(name, (10,))
