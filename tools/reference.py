#!/usr/bin/env python3
"""Writes docs/reference.md from the built module. usage: PYTHONPATH=build/python tools/reference.py > docs/reference.md

One entry for each public function and class: signature, what it does, its example. Another name of the same
thing is one line.
"""

import inspect
import re

import lamina as lm

PLACES = [("lm", lm), ("lm.nn", lm.nn), ("lm.optim", lm.optim), ("lm.random", lm.random), ("lm.data", lm.data),
          ("lm.train", lm.train), ("lm.models", lm.models)]
INTRODUCTION = """# Reference

Every public function and class of the Python module, from its docstrings (written by `tools/reference.py`; the
tests run the examples). Arrays of a call are promoted as in the Python array API standard; a wrong call
raises one of `lm.errors`, whose message names the argument, what came and what was expected. Element types
and kernels of each operation: [ops.md](ops.md).
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


def entry(place, name, member):
    signatures, doc = split_doc(name, member)
    text, _, example = doc.partition(">>>")
    out = [f"### {place}.{name}\n"]
    if signatures:
        out.append("```python\n" + "\n".join(shorter(line) for line in signatures) + "\n```\n")
    if text.strip():
        out.append(text.strip() + "\n")
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
