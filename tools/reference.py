#!/usr/bin/env python3
"""Writes docs/reference.md from the built module. usage: PYTHONPATH=build/python tools/reference.py > docs/reference.md

One entry for each public function and class: signature, what it does, shapes, element types, errors, an example.
What a docstring does not say in a line "Shapes: .." (or Dtypes, Errors) is found by calls: reference_probe.py.
Another name of the same thing is one line.
"""

import inspect
import re

import reference_probe

import lamina as lm

PLACES = [("lm", lm), ("lm.nn", lm.nn), ("lm.nn.init", lm.nn.init), ("lm.nn.losses", lm.nn.losses),
          ("lm.optim", lm.optim), ("lm.random", lm.random), ("lm.data", lm.data), ("lm.train", lm.train),
          ("lm.models", lm.models)]
FIELDS = ["Shapes", "Dtypes", "Errors"]
INTRODUCTION = """# Reference

Every public function and class of the Python module, from its docstrings (written by `tools/reference.py`; the
tests run the examples). Arrays of a call are promoted as in the Python array API standard; a wrong call
raises one of `lm.errors`, whose message names the argument, what came and what was expected. Kernels of each
operation: [ops.md](ops.md).

**Shapes**: a letter is any size, the same wherever it stands; `a'` is a size that follows from `a` and the
options; `..` is any number of axes. **Dtypes**: the element types that each array may have -> that of the result.
**Errors**: one message of each kind that the function gives.
"""


def public(module):
    """Names and members, without modules, errors and what another library gave."""
    for name, member in sorted(vars(module).items(), key=lambda item: item[0].lower()):
        if name.startswith("_") or inspect.ismodule(member) or not callable(member):
            continue
        if inspect.isclass(member) and issubclass(member, BaseException):
            continue
        if getattr(member, "__module__", "").split(".")[0] == "lamina":
            yield name, member


def shorter(signature):
    """Without where a type is defined."""
    return re.sub(r"\b(?:lamina|collections|typing)\.(?:\w+\.)*(\w+)", r"\1", signature)


def split_doc(name, member):
    """Signatures and text."""
    doc = inspect.getdoc(member) or ""
    if inspect.isclass(member):
        init = inspect.getdoc(member.__init__) or ""
        lines = [line for line in init.splitlines() if line.startswith("__init__(")]
        signatures = [re.sub(r"^__init__\(self,? ?", f"{name}(", line).removesuffix(" -> None") for line in lines]
        if not signatures and "__init__" in vars(member):
            try:
                signatures = [name + str(inspect.signature(member))]
            except ValueError:
                pass
        return signatures, doc
    signatures = []
    while match := re.match(r"(?:\d+\. )?``?(\w+\(.*)``|(\w+\(.*\) -> .*)", doc):
        signatures.append(match[1] or match[2])
        doc = doc[match.end():].lstrip("\n")
    if not signatures:
        try:
            signatures = [name + str(inspect.signature(member))]
        except ValueError:
            pass
    return signatures, doc


def fields(member, text):
    """The text without its lines "Shapes: ..", and all fields."""
    stated = dict(re.findall(rf"^({'|'.join(FIELDS)}): (.*(?:\n  .*)*)\n?", text, re.MULTILINE))
    text = re.sub(rf"^(?:{'|'.join(FIELDS)}): .*(?:\n  .*)*\n?", "", text, flags=re.MULTILINE)
    made, called = reference_probe.calls_of(member, inspect.getdoc(member) or "")
    calls = [c for c in (made, called) if c]
    found = {"Shapes": reference_probe.shapes(calls[-1]), "Dtypes": reference_probe.dtypes(calls[-1])} if calls else {}
    messages = reference_probe.errors(calls) or reference_probe.errors_of_making(member)
    found["Errors"] = "; ".join(f"`{kind}` {message}" for kind, message in messages.items())
    nothing = {"Shapes": "no arrays", "Dtypes": "no arrays", "Errors": "none of its own"}
    return text, {f: stated.get(f) or found.get(f) or nothing[f] for f in FIELDS}


def entry(place, name, member):
    signatures, doc = split_doc(name, member)
    text, _, example = doc.partition(">>>")
    text, about = fields(member, text)
    out = [f"### {place}.{name}\n"]
    if signatures:
        out.append("```python\n" + "\n".join(shorter(line) for line in signatures) + "\n```\n")
    if text.strip():
        out.append(text.strip() + "\n")
    out.append("\n".join(f"- {field}: {about[field]}" for field in FIELDS) + "\n")
    if example:
        out.append("```pycon\n>>>" + example.rstrip() + "\n```\n")
    return "\n".join(out)


def main():
    print(INTRODUCTION)
    known = {}  # a thing's own name comes before others
    for place, module in PLACES:
        for name, member in public(module):
            if name == getattr(member, "__name__", ""):
                known.setdefault(id(member), f"{place}.{name}")
    for place, module in PLACES:
        print(f"## {place}\n")
        for name, member in public(module):
            first = known.setdefault(id(member), f"{place}.{name}")
            if first == f"{place}.{name}":
                print(entry(place, name, member))
            else:
                print(f"### {place}.{name}\n\nThe same as {first}.\n")


if __name__ == "__main__":
    main()
