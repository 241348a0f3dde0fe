"""Every `>>>` example of a docstring prints what stands below it; docs/reference.md is made of the docstrings."""

import doctest
import inspect
import os
import pathlib
import re
import subprocess
import sys

import pytest

import lamina as lm


ROOT = pathlib.Path(__file__).parents[2]
PLACES = [("lamina", lm), ("nn", lm.nn), ("nn.init", lm.nn.init), ("nn.losses", lm.nn.losses), ("optim", lm.optim),
          ("random", lm.random), ("data", lm.data), ("train", lm.train), ("models", lm.models)]


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
    assert [name for name, doc in public() if ">>>" not in doc] == []


def test_the_reference_is_up_to_date():
    path = os.pathsep.join([str(pathlib.Path(lm.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    printed = subprocess.run([sys.executable, ROOT / "tools/reference.py"], capture_output=True, text=True, check=True,
                             env={**os.environ, "PYTHONPATH": path}).stdout
    assert printed == (ROOT / "docs/reference.md").read_text(), "make docs"


def test_the_cpp_reference_is_up_to_date():
    printed = subprocess.run([sys.executable, ROOT / "tools/reference_cpp.py"], capture_output=True, text=True,
                             check=True).stdout
    assert printed == (ROOT / "docs/reference-cpp.md").read_text(), "make docs"


def test_both_languages_have_the_same_names():
    """Every name of Python is one of the public headers, but for those that PYTHON_ONLY gives a reason for."""
    sys.path.insert(0, str(ROOT / "tools"))
    import cpp_examples
    import reference_cpp
    for name, (_, _, same) in cpp_examples.entries().items():
        known = bool(reference_cpp.of_name(name) or same and reference_cpp.of_name(same))
        assert known != (name in cpp_examples.PYTHON_ONLY), name


def test_options_and_members_of_training_are_the_same_in_both_languages():
    path = os.pathsep.join([str(pathlib.Path(lm.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run([sys.executable, ROOT / "tools/parity.py"], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    assert done.stdout == (ROOT / "docs/parity.md").read_text(), "make docs"


def test_every_entry_says_shapes_types_and_errors():
    """Each with a word of its own: nothing that takes arrays may say that it takes none."""
    entries = re.split(r"^### ", (ROOT / "docs/reference.md").read_text(), flags=re.MULTILINE)[1:]
    assert len(entries) > 500
    for entry in entries:
        if "\n\nThe same as " in entry:
            continue
        name = entry.split()[0]
        for field in ("Shapes", "Dtypes", "Errors"):
            assert re.search(rf"^- {field}: \S", entry, re.MULTILINE), (name, field)
        signature = entry.partition("```python")[2].partition("```")[0]
        if re.search(r"\b[a-z]\w*: Array\b", signature):
            assert ": no arrays" not in entry and "- Errors: none" not in entry, name
