"""What a peer's file says of itself, and how it names its framework before that is installed."""

import collections
import importlib

# title: as tables show it; python: the version that its packages need; packages: for pip, pinned;
# module: what `import` takes; venv: peers of one name share an environment; environment: variables of its
# processes, in which {venv} is the folder; prepare(folder): what pip cannot do, or an error's text
Recipe = collections.namedtuple("Recipe", "title python packages module venv environment prepare")


def recipe(title, python, packages, module, venv, environment=None, prepare=None):
    return Recipe(title, python, packages, module, venv, environment or {}, prepare)


class Later(object):
    """A module that is imported when something of it is first used.

    A peer's file is read by Pythons that lack its framework: for its recipe, and for what it can do.
    """

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        value = getattr(importlib.import_module(self._name), attribute)
        setattr(self, attribute, value)
        return value


# What a peer's build() gives: put(arrays) -> the framework's own, run(of them) -> output or loss, when the
# work is done, fetch(output) -> a NumPy array with the batch first
Built = collections.namedtuple("Built", "put run fetch")

# What a process of a training on several takes of each batch: part `rank` of `count`, in step with the others through
# `port` of this machine; without a port one process takes all parts, one after the other
Share = collections.namedtuple("Share", "rank count port")
