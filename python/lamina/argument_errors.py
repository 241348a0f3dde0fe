"""What is wrong with a call that fits no signature of a bound function: the argument, what came, what was expected."""

import ast
import difflib
import re

from . import _lamina
from .errors import DTypeError, OverflowError

KINDS = {"Array": "an array or a number", "Parameter": "a parameter", "int": "an integer", "float": "a number",
         "bool": "True or False", "str": "a string", "dict": "a dict", "list": "a list", "object": "a value",
         "Callable": "a function"}


def explain(function, arguments, keywords):
    """The error to be raised. `arguments` are positional, without self; `keywords` a dict."""
    # All functions have one signature: "def relu(x: Array, inplace: bool = \\0) -> Array".
    text = re.sub(r"\\\d+", "0", function.__nb_signature__[0][0])
    definition = ast.parse(text + ": ...").body[0]
    name = function.__qualname__.removesuffix(".__init__") if definition.name == "__init__" else definition.name
    name = name.lstrip("_")
    try:
        _check(name.rsplit(".")[-1], definition.args, arguments, keywords)
    except (DTypeError, OverflowError) as error:
        return error.with_traceback(None)
    kinds = ", ".join([_kind(a) for a in arguments] + [f"{k}={_kind(a)}" for k, a in keywords.items()])
    return _error(DTypeError, f"{name}: these arguments are not taken: {kinds}", "takes",
                  ast.unparse(definition.args).removeprefix("self, "))


def unknown_keyword(function, keyword, names):
    """The error for a keyword that is no argument, naming the nearest."""
    near = difflib.get_close_matches(keyword, names, 1)
    known = ", ".join(names) if names else "nothing"
    advice = f"did you mean {near[0]}?" if near else f"{function} takes {known}"
    return _error(DTypeError, f"{function}: there is no argument '{keyword}'", "help", advice)


def _error(kind, message, label=None, value=None):
    if label is None:
        return kind(message)
    return kind(f"{message}\n  {label:<10} {value}", "", ((label, value),))


def _check(function, signature, arguments, keywords):
    positional = [a for a in signature.args if a.arg != "self"]
    names = [a.arg for a in positional + signature.kwonlyargs]
    if len(arguments) > len(positional) and not signature.vararg:
        raise _error(DTypeError, f"{function}: expected {_count(len(positional))}, got {len(arguments)}")
    given = dict(zip(names, arguments))
    for keyword, value in keywords.items():
        if keyword not in names and not signature.kwarg:
            raise unknown_keyword(function, keyword, names)
        if keyword in given:
            raise _error(DTypeError, f"{function}: argument {keyword} is given twice")
        given[keyword] = value
    optional = [a.arg for a in positional[len(positional) - len(signature.defaults):]] if signature.defaults else []
    optional += [a.arg for a, default in zip(signature.kwonlyargs, signature.kw_defaults) if default]
    for name in names:
        if name not in given and name not in optional:
            raise _error(DTypeError, f"{function}: argument {name} is missing")
    for argument in positional + signature.kwonlyargs:
        if argument.arg in given and argument.annotation is not None:
            _check_type(function, argument.arg, argument.annotation, given[argument.arg])


def _count(number):
    return f"{number} argument" + ("s" if number != 1 else "")


def _check_type(function, argument, annotation, value):
    if isinstance(annotation, ast.BinOp):  # "int | None"
        if value is None:
            return
        annotation = annotation.left
    if isinstance(annotation, ast.Subscript):  # "collections.abc.Sequence[Array]"
        outer, inner = ast.unparse(annotation.value).rsplit(".")[-1], annotation.slice
        if outer == "Sequence":
            if isinstance(value, (str, bytes)) or not hasattr(value, "__getitem__") or not hasattr(value, "__len__"):
                plural = {"Array": "arrays", "Parameter": "parameters", "str": "strings", "int": "integers"}
                what = plural.get(ast.unparse(inner), "values")
                raise _error(DTypeError, f"{function}: expected a sequence of {what} for {argument}, got {_kind(value)}")
            for index, item in enumerate(value):
                _check_type(function, f"{argument}[{index}]", inner, item)
        return
    kind = ast.unparse(annotation).rsplit(".")[-1]
    if kind == "Array":
        _lamina._check_array(value, function, argument)
    elif not _fits(kind, value):
        raise _error(DTypeError, f"{function}: expected {KINDS.get(kind, 'a ' + kind)} for {argument}, "
                                 f"got {_kind(value)}")
    elif kind == "int" and not -2**31 <= int(value.__index__()) < 2**31:
        raise _error(OverflowError, f"{function}: {argument} is out of range: {value}")


def _kind(value):
    return type(value).__name__ if value is not None else "None"


def _fits(kind, value):
    if kind == "object":
        return value is not None
    if kind == "int":
        return hasattr(value, "__index__")
    if kind == "float":
        return hasattr(value, "__float__") or hasattr(value, "__index__")
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "Callable":
        return callable(value)
    if kind in ("str", "dict", "list", "tuple"):
        return isinstance(value, {"str": str, "dict": dict, "list": list, "tuple": tuple}[kind])
    return any(base.__name__ == kind for base in type(value).__mro__)
