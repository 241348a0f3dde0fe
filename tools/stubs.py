"""Writes the type stubs of the compiled module: one package of .pyi files. usage: stubs.py FOLDER

nanobind writes what it knows; here Array, which is no class of its own, gets its place, and what is untyped there
a type: operands may be arrays, numbers and NumPy's arrays; a layer called with arrays gives an array.
"""

import importlib
import pathlib
import re
import sys

from nanobind.stubgen import StubGen

MODULES = ["", "_nn", "_nn.init", "_nn.losses", "_optim", "_random", "_data", "_train", "_models"]
PARAMETER = '''class Parameter(Array):
    """An array whose value training changes."""

    def __init__(self, value: Operand, trainable: bool = True) -> None: ...

    @property
    def value(self) -> Array: ...
    @value.setter
    def value(self, value: Operand) -> None: ...

    @property
    def grad(self) -> Array | None: ...
    @grad.setter
    def grad(self, grad: Operand | None) -> None: ...

    @property
    def name(self) -> str: ...

    @property
    def trainable(self) -> bool: ...

'''


def typed_parameter(text):
    """One parameter of a definition."""
    name, _, default = text.partition("=") if ":" not in text else (text, "", "")
    name = name.strip()
    if name in ("self", "/", "*"):
        return text
    if name.startswith("*"):
        return f"{name}: Any" if ":" not in name else text
    if ":" not in text:
        return f"{name}: Operand" + (f" = {default.strip()}" if default else "")
    text = re.sub(r"\b(?:collections\.abc\.)?Callable\b(?!\[)", "Callable[..., Any]", re.sub(r"\bArray\b", "Operand", text))
    return re.sub(r": object\b", ": Any", re.sub(r": object \| None", ": Any", text))


def split(text):
    parts, depth, start, quoted = [], 0, 0, False
    for i, c in enumerate(text):
        quoted ^= c == "'"
        if quoted:
            continue
        depth += (c in "([") - (c in ")]")
        if c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [p.strip() for p in [*parts, text[start:]] if p.strip()]


def typed_definition(match):
    indent, name, parameters, result = match[1], match[2], match[3], match[4]
    result = result or (" -> None" if name == "__init__" else " -> Any" if "*" in parameters else " -> Array")
    result = re.sub(r"\bobject\b", "Any", result)
    result = re.sub(r"-> list$", "-> list[Any]", re.sub(r"-> dict$", "-> dict[str, Any]", result))
    result = re.sub(r"-> tuple$", "-> tuple[Any, ...]", result)
    return f"{indent}def {name}({', '.join(typed_parameter(p) for p in split(parameters))}){result}:"


def typed(text):
    text = re.sub(r"^( *)def (\w+)\((.*)\)( -> [^:]*)?:(?= |$)", typed_definition, text, flags=re.MULTILINE)
    text = re.sub(r": (list|dict)(?=[,)=\s])", lambda m: f": {'list[Any]' if m[1] == 'list' else 'dict[str, Any]'}", text)
    # What a layer gives when it is called; a module of one's own may take and give anything.
    text = re.sub(r"^    def forward\(self, (.*?)\) -> Array:", r"    def __call__(self, \1) -> Array: ...\n\n\g<0>", text,
                  flags=re.MULTILINE)
    text = re.sub(r"^    def forward\(self, \*args: Any\) -> Any:",
                  "    def __call__(self, *inputs: Operand) -> Array: ...\n\n    def forward(self, *inputs: Operand) -> Array:",
                  text, flags=re.MULTILINE)
    start = text.find("class Module:")
    if start >= 0:
        end = text.index("\nclass ", start)
        module = re.sub(r"    def __call__\(self, x.*\n\n", "", text[start:end])
        module = re.sub(r"    def forward\(.*\n(?: {8}.*\n)*", "    forward: Callable[..., Any]\n", module)
        module = re.sub(r"def (train|eval|apply|requires_grad|clone)\((.*)\) -> Any:", r"def \1(\2) -> Self:", module)
        text = text[:start] + module + text[end:]
    # LBFGS needs the loss again and again; a step of others has nothing to ask for.
    text = re.sub(r"(def step\(self, loss: .*?\) -> float:)", r"\1  # type: ignore[override]", text)
    text = re.sub(r"(class Trainer:.*?def compile\(.*?\)) -> Any:", r"\1 -> Trainer:", text, flags=re.DOTALL)
    return text


def header(text, module):
    text = re.sub(r"^from lamina import Array as Array\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^from (lamina(?:\.\w+)*) import Parameter as Parameter\n",
                  "" if module == "_nn" else "from lamina._lamina._nn import Parameter as Parameter\n", text,
                  flags=re.MULTILINE)
    if "Parameter" in text and module != "_nn" and "import Parameter" not in text:
        text = "from lamina._lamina._nn import Parameter as Parameter\n" + text
    text = re.sub(r"^from lamina\._lamina import cross_entropy.*\n", "from lamina._lamina import cross_entropy as cross_entropy\n",
                  text, flags=re.MULTILINE)
    text = "from collections.abc import Callable\nfrom typing import Any, Self\n\nfrom lamina import Array as Array, " \
           "Operand as Operand\n" + text.replace("from collections.abc import Callable\n", "", 1)
    if not module:  # what its functions take of its parts
        for part in ("_train", "_nn"):
            if re.search(rf"\b{part}\.", text):
                text = f"from . import {part} as {part}\n" + text
    if module == "_nn":
        text = text.replace("\nclass Module:", "\n" + PARAMETER + "\nclass Module:", 1)
    return text


def write(folder):
    for name in MODULES:
        module = importlib.import_module("lamina._lamina" + (f".{name}" if name else ""))
        stubs = StubGen(module, quiet=True)
        stubs.put(module)
        place = folder.joinpath("_lamina", *name.split("."))
        place.mkdir(parents=True, exist_ok=True)
        (place / "__init__.pyi").write_text(header(typed(stubs.get()), name))


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
