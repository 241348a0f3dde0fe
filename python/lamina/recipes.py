"""How pickle and copy keep what training is made of: optimizers, schedules, datasets, transforms, loaders, metrics,
callbacks and trainers. Each is made again by the call that made it; the bindings note these calls.
"""

import weakref

from . import _lamina

_data, _optim, _train = _lamina._data, _lamina._optim, _lamina._train
_made = {}  # id of an object -> (weak reference, the call that made it)
_compiled = {}  # the same of trainers: the call of compile


class Call:
    """What was called: a class, or a function that gives the object at `place` of its result."""

    def __init__(self, name, arguments, keywords, place=()):
        self.name, self.arguments, self.keywords, self.place = name, arguments, keywords, place


def note(made, name, arguments, keywords):
    """Of each call that makes such objects; `arguments` begin with self where a method was called."""
    if name == "compile":
        _keep(_compiled, made, Call(name, arguments[1:], keywords))
    elif name != "__init__":  # a dataset, cut in parts
        for place, part in _parts(made):
            if not isinstance(part, _data.ArrayDataset):
                _keep(_made, part, Call(name, *_with_rows(part, arguments, keywords), place))
    elif not isinstance(made, _data.ArrayDataset):
        _keep(_made, made, Call(name, *_with_rows(made, arguments, keywords)))


def _keep(table, made, call):
    if type(made).__weakrefoffset__:
        key = id(made)
        table[key] = weakref.ref(made, lambda _: table.pop(key, None)), call


def _call(table, made):
    found = table.get(id(made))
    return found[1] if found else None


def _with_rows(made, arguments, keywords):
    """The dataset in the place of a pair (x, y), whose memory would be held beside it."""
    def rows(value):
        return made._rows() if isinstance(value, tuple) and isinstance(made, (_data.DataLoader, _train.Subset)) else value

    return (*map(rows, arguments[:1]), *arguments[1:]), {k: rows(v) if k in ("data", "dataset") else v
                                                         for k, v in keywords.items()}


def _parts(made, place=()):
    if isinstance(made, (tuple, list)):
        for i, part in enumerate(made):
            yield from _parts(part, (*place, i))
    else:
        yield place, made


def _refused(made, help):
    return TypeError(f"cannot pickle this {type(made).__name__}: {help}")


def reduce_made(made, protocol=None):
    kind = type(made)
    if kind.__reduce__ is not object.__reduce__:  # a class of the user's that says how itself
        return made.__reduce__()
    base = next(c for c in kind.__mro__ if c.__module__.startswith(_lamina.__name__))
    call = _call_that_made(made)
    if call.name != "__init__":
        return _part, (call.name, call.arguments, call.keywords, call.place)
    attributes = None
    if kind is not base:
        own = getattr(kind, "__getstate__", None)
        attributes = vars(made) if own is getattr(object, "__getstate__", None) else made.__getstate__()
    place = base.__module__.removeprefix(_lamina.__name__ + "."), base.__name__
    again = None if kind is base else kind, place, call.arguments, call.keywords, _state(made)
    return _again, again, attributes or None


def _call_that_made(made):
    if isinstance(made, _data.ArrayDataset):
        return Call("__init__", (made.x, made.y), {})
    if isinstance(made, (_optim.WeightAverage, _optim.ReduceOnPlateau)):
        raise _refused(made, "it belongs to parameters that live here; make another one for the copy of the model")
    if isinstance(made, _optim.Optimizer) and made.parameters():
        raise _refused(made, "its parameters are those of a model that lives here; pickle its state_dict() and load it "
                             "into an optimizer of the copied model, or pickle the Trainer, which holds both")
    call = _call(_made, made)
    if call is None:
        raise _refused(made, "it holds what belongs to this process, or was made in C++; pickle what it is made of")
    return call


def _state(made):
    if isinstance(made, (_optim.Optimizer, _optim.LossScaler)):
        return made.state_dict()
    if isinstance(made, _data.DataLoader):
        state = made.state_dict()
        if state["batch"] == len(made):  # the next loop is another epoch
            state["epoch"], state["batch"] = state["epoch"] + 1, 0
        return state
    compiled = _call(_compiled, made) if isinstance(made, _train.Trainer) else None
    if compiled is None:
        return None
    arguments = tuple(map(_unbound, compiled.arguments))
    keywords = {name: _unbound(value) for name, value in compiled.keywords.items()}
    scale = made.loss_scaler.state_dict() if made.loss_scaler else None
    return arguments, keywords, made.optimizer.state_dict(), scale


def _unbound(value):
    """An optimizer as it was before compile gave it the module's parameters."""
    if not isinstance(value, _optim.Optimizer):
        return value
    call = _call(_made, value)
    if not isinstance(value, _optim.Lookahead):
        given = call.keywords.get("parameters", call.arguments[0] if call.arguments else None)
        if given is not None:
            raise _refused(value, "compile was given it with parameters; give it one without, which is bound to the "
                                  "module's, or pickle module and optimizer.state_dict()")
    return type(value)(*call.arguments, **call.keywords)


def _again(kind, place, arguments, keywords, state):
    folder, name = place
    base = getattr(getattr(_lamina, folder), name)
    made = base.__new__(kind or base)
    base.__init__(made, *arguments, **keywords)
    if isinstance(made, _train.Trainer) and state:
        arguments, keywords, steps, scale = state
        base.compile(made, *arguments, **keywords)
        made.optimizer.load_state_dict(steps)
        if scale:
            made.loss_scaler.load_state_dict(scale)
    elif state:
        made.load_state_dict(state)
    return made


def _part(name, arguments, keywords, place):
    owner = _train if name == "k_fold" else type(arguments[0])
    made = getattr(owner, name)(*arguments, **keywords)
    for i in place:
        made = made[i]
    return made


def install():
    """On every class of these modules that does not say itself how it is pickled."""
    for module in (_data, _optim, _train):
        for kind in vars(module).values():
            if isinstance(kind, type) and not issubclass(kind, _lamina._nn.Module) and "__getstate__" not in vars(kind):
                kind.__reduce_ex__ = reduce_made
