"""What pickled arrays, element types and modules are made of again by."""

from . import _lamina

_nn = _lamina._nn


def array_from_bytes(data, shape, dtype):
    return _lamina._array_from_bytes(data, shape, dtype)


def dtype_from_name(name):
    return _lamina.dtype(name)


def parameter_from(value, trainable):
    return _nn.Parameter(value, trainable=trainable)


def reduce_module(module):
    """How pickle keeps a module: what it was made with, and its values."""
    kind = type(module)
    if kind is _nn.Sequential:
        return _sequential, tuple(module.children()), module.training, None, None, _set_training
    if not kind.__module__.startswith(_lamina.__name__):  # a class in Python: as any object
        state = vars(module), module._own(), module.training
        return _new, (kind,), state, None, None, _set_own
    recipe = _nn._recipe(module)
    if recipe is None:
        raise TypeError(f"cannot pickle this {kind.__name__}: it was made in C++, as a part of something or from a "
                        "file; pickle the whole, its state_dict(), or the path of the file")
    frozen = [name for name, parameter in module.named_parameters() if not parameter.trainable]
    modes = [part.training for _, part in module.named_modules()]
    maker, arguments, keywords = recipe
    place = maker.__module__.removeprefix(_lamina.__name__ + "."), maker.__name__
    return _made_by, (place, arguments, keywords), (module.state_dict(), frozen, modes), None, None, _set_values


def _sequential(*children):
    return _nn.Sequential(*children)


def _made_by(place, arguments, keywords):
    folder, name = place
    return _nn._make(getattr(getattr(_lamina, folder), name), arguments, keywords)


def _set_training(module, on):
    module._set_training(on)


def _new(kind):
    module = kind.__new__(kind)
    _nn.Module.__init__(module)
    return module


def _set_own(module, state):
    attributes, own, training = state
    for name, value, buffer in own:
        module._add(name, value, buffer)
    vars(module).update(attributes)
    module._set_training(training)


def _set_values(module, state):
    values, frozen, modes = state
    module.load_state_dict(values)
    parameters = dict(module.named_parameters())
    for name in frozen:
        parameters[name].trainable = False
    for (_, part), on in zip(module.named_modules(), modes):
        part._set_training(on)
