"""Every `>>>` example of a docstring prints what stands below it."""

import doctest
import inspect

import pytest

import lamina as lm


def same(wanted, got):
    return wanted.split() == got.split() or wanted.replace(" ", "") == got.replace(" ", "")


def examples():
    places = [("lamina", lm), ("nn", lm.nn), ("optim", lm.optim), ("random", lm.random)]
    for place, module in places:
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


def test_every_function_says_what_it_does():
    silent = [name for name, member in vars(lm).items()
              if callable(member) and not name.startswith("_") and not (member.__doc__ or "").strip()]
    assert silent == []
