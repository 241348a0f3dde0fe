"""Copies of modules that share nothing with the original."""

import copy

from . import _lamina

_Module, _Parameter, _Sequential = _lamina._nn.Module, _lamina._nn.Parameter, _lamina._nn.Sequential


def clone(module, memo=None):
    """A deep copy: the same layers, with parameters and buffers of their own.

    What stands in several places of the module stands in the same places of the copy. `memo` is that
    of copy.deepcopy.
    """
    memo = {} if memo is None else memo
    if id(module) in memo:
        return memo[id(module)]
    kind = type(module)
    if kind is _Sequential:
        made = _Sequential(*[clone(child, memo) for child in module.children()])
    elif kind.__module__.startswith(_lamina.__name__):  # made in C++, which knows how
        made = module._clone()
    else:
        made = kind.__new__(kind)
        _Module.__init__(made)
        memo[id(module)] = made
        _copy_state(module, made, memo)
    memo[id(module)] = made
    made._set_training(module.training)
    return made


def _copy_state(module, made, memo):
    for name, value in vars(module).items():
        setattr(made, name, _copy_value(value, memo))
    for name, value in module._own():  # what is not an attribute as well
        if name not in vars(module):
            made._add(name, _copy_value(value, memo))


def _copy_value(value, memo):
    if isinstance(value, _Module):
        return clone(value, memo)
    if isinstance(value, _Parameter):
        if id(value) not in memo:
            memo[id(value)] = _Parameter(value.value, trainable=value.trainable)
        return memo[id(value)]
    return copy.deepcopy(value, memo)
