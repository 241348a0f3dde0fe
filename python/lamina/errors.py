"""The errors that Lamina raises. Each is also the nearest builtin error, so `except ValueError` finds it.

An error says where it happened, what came, what was expected and what to do:

    lamina.ShapeError: in classifier.2 (Linear 512 -> 10): expected 512 input features on axis -1, got 256
      input      float32 [64, 256]
      weight     float32 [10, 512]
      help       check the Flatten before it
"""

import builtins

__all__ = ["Error", "ShapeError", "DTypeError", "ValueError", "OverflowError", "IndexError", "KeyError", "FileError",
           "OutOfMemory", "StaleTape", "GradientError", "StateError", "Interrupted", "InternalError"]


class Error(Exception):
    """The base of all errors. `where` is the module path, `details` the labelled lines below the message."""

    def __init__(self, message, where="", details=()):
        super().__init__(message)
        self.message = message
        self.where = where
        self.details = details

    def _locate(self, where, description):
        self.where = where
        self.message = f"in {where} ({description}): {self.message}"

    def _add_detail(self, label, value):
        self.details = (*self.details, (label, value))
        self.message += f"\n  {label:<10} {value}"

    def __str__(self):  # KeyError and OSError would print it otherwise
        return self.message

    def __reduce__(self):
        return type(self), (self.message, self.where, self.details)


class ShapeError(Error, builtins.ValueError):
    """Sizes or ranks that do not fit together."""


class DTypeError(Error, builtins.TypeError):
    """An element type that the operation does not take."""


class ValueError(Error, builtins.ValueError):
    """An argument outside its range: an axis, a label, an option."""


class OverflowError(Error, builtins.OverflowError):
    """A number that the element type cannot hold."""


class IndexError(Error, builtins.IndexError):
    """An index outside an axis or a list."""


class KeyError(Error, builtins.KeyError):
    """A name that does not exist: a parameter, an option, an op."""


class FileError(Error, builtins.OSError):
    """A file that is missing, truncated, damaged or foreign."""


class OutOfMemory(Error, builtins.MemoryError):
    """An allocation over the limit."""


class StaleTape(Error, builtins.RuntimeError):
    """A backward through values whose tape has ended."""


class GradientError(Error, builtins.RuntimeError):
    """A gradient that does not exist or was cut."""


class StateError(Error, builtins.RuntimeError):
    """A call that must come after another one."""


class Interrupted(Error, builtins.RuntimeError):
    """A loop or a wait that `interrupt` ended."""


class InternalError(Error, builtins.RuntimeError):
    """A bug of Lamina's own."""


for _name in __all__:
    globals()[_name].__module__ = "lamina"
