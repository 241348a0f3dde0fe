"""Every `>>>` example of a docstring prints what stands below it; docs/reference.md is made of the docstrings."""

import doctest
import inspect
import os
import pathlib
import subprocess
import sys

import pytest

import lamina as lm


ROOT = pathlib.Path(__file__).parents[2]
PLACES = [("lamina", lm), ("nn", lm.nn), ("optim", lm.optim), ("random", lm.random), ("data", lm.data),
          ("train", lm.train), ("models", lm.models)]
WITHOUT_EXAMPLE = set((pathlib.Path(__file__).parent / "without_example.txt").read_text().split())


def same(wanted, got):
    return wanted.split() == got.split() or wanted.replace(" ", "") == got.replace(" ", "")


def examples():
    for place, module in PLACES:
        for name, member in [("", module), *vars(module).items()]:
            doc = inspect.getdoc(member) if not name.startswith("_") else None
            if doc and ">>>" in doc:
                yield pytest.param(doc, id=f"{place}.{name}")


@pytest.mark.parametrize("doc", sorted(examples(), key=lambda p: p.id))
def test_example(doc, capsys):
    scope = {"lm": lm}
    parsed = doctest.DocTestParser().get_examples(doc)
    assert parsed
    for example in parsed:
        try:
            value = eval(compile(example.source.strip(), "<doc>", "eval"), scope)
        except SyntaxError:
            value = None
            exec(example.source, scope)
        printed = capsys.readouterr().out
        if value is not None:
            printed += str(value)
        assert same(example.want, printed), f"{example.source}printed {printed!r}, the text says {example.want!r}"


def public():
    """(name, docstring) of functions and classes; errors need no example."""
    for place, module in PLACES:
        for name, member in vars(module).items():
            if name.startswith("_") or not callable(member) or inspect.ismodule(member):
                continue
            if not (inspect.isclass(member) and issubclass(member, BaseException)):
                yield f"{place}.{name}", inspect.getdoc(member) or ""


def test_every_function_says_what_it_does():
    assert [name for name, doc in public() if not doc.strip()] == []


def test_every_function_has_an_example():
    """without_example.txt names those that have none; it only becomes shorter."""
    without = {name for name, doc in public() if ">>>" not in doc}
    assert without - WITHOUT_EXAMPLE == set(), "give their docstrings an example"
    assert WITHOUT_EXAMPLE - without == set(), "they have one: take them out of without_example.txt"


def test_the_reference_is_up_to_date():
    path = os.pathsep.join([str(pathlib.Path(lm.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    printed = subprocess.run([sys.executable, ROOT / "tools/reference.py"], capture_output=True, text=True, check=True,
                             env={**os.environ, "PYTHONPATH": path}).stdout
    assert printed == (ROOT / "docs/reference.md").read_text(), "make docs"
