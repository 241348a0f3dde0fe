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
        _remember(module, made, memo)
        _copy_state(module, made, memo)
    _remember(module, made, memo)
    made._set_training(module.training)
    return made


def _remember(original, made, memo):
    memo[id(original)] = made
    memo.setdefault(id(memo), []).append(original)  # the id belongs to it as long as it lives


def _copy_state(module, made, memo):
    for name, value, buffer in module._own():
        made._add(name, _copy_value(value, memo), buffer)
    for name, value in vars(module).items():
        vars(made)[name] = _copy_value(value, memo)


def _copy_value(value, memo):
    if isinstance(value, _Module):
        return clone(value, memo)
    if isinstance(value, _Parameter):
        if id(value) not in memo:
            _remember(value, _Parameter(value.value, trainable=value.trainable), memo)
        return memo[id(value)]
    return copy.deepcopy(value, memo)
