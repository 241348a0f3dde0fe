#!/usr/bin/env python3
"""Writes docs/parity.md: what training is made of, in Python and in C++. usage: PYTHONPATH=build/python tools/parity.py

Each name with its options in their order and its members, as the Python module has them, beside the public headers.
Fails where they differ and no reason stands below, and where a reason is no longer needed.
"""

import re
import sys
from dataclasses import replace

import cpp_examples
import headers
import lamina
import reference_cpp

PLACES = ("lm.Trainer", "lm.optim.", "lm.data.", "lm.train.")
REASONS = {
    "lm.Trainer.evaluate: y": "x and y as two arguments, as Keras takes them; data::ArrayDataset(x, y) in C++",
    "lm.Trainer.fit: y": "x and y as two arguments, as Keras takes them; data::ArrayDataset(x, y) in C++",
    "lm.Trainer.loss: prediction, y": "loss()(prediction, y) in C++",
    "lm.Trainer.train_step: x, y": "one data::Batch in C++",
    "lm.Trainer.record_metrics: x, y": "one data::Batch in C++",
    "lm.data.DataLoader: collate_fn": "puts Python's objects together; in C++ that is a Dataset's get",
    "lm.data.DataLoader.restore: epoch, batch": "one LoaderPosition in C++",
    "lm.data.ImageRecords: image_key, label_key": "one RecordKeys in C++",
    "lm.data.RandomErasing: without, random_values": "value=\"random\" in Python",
    "lm.optim.Optimizer.add_group: parameters, lr, lr_scale, weight_decay": "one ParameterGroup in C++",
    "lm.train.EventWriter.add_graph: shape, dtype": "one InputSpec in C++",
    "lm.train.History.history": "a dictionary, as Keras has it; series() in C++",
    "lm.train.History.keys": "makes dict(history) work",
    "lm.train.SavedModel.input_dtype": "input().dtype in C++",
    "lm.train.SavedModel.input_shape": "input().shape in C++",
    "lm.train.StopOnNaN: raise_": "raise in C++: the word is Python's own",
}


def python_names(function):
    """The names of the arguments, self left out."""
    text = re.sub(r"\) -> .*", "", function.__nb_signature__[0][0].partition("(")[2])
    names = [re.match(r"\**(\w*)", part)[1] for part in re.split(r", (?![^\[]*\])", text.rstrip(")"))]
    return [name for name in names if name and name != "self"]


def field_names(struct):
    names = []
    for member in struct.body:
        if member.kind == "field":
            before, _, after = re.sub(r"<[^;]*>", "", member.text).partition(f" {member.name}")
            names += [*re.findall(r" (\w+),", before), member.name]
            names += re.findall(r", (\w+) =", after)
    return names


def expanded(function, space):
    """The names of a C++ function's parameters, options by their fields."""
    names, text = [], re.sub(r"/\*(\w+)\*/", r"\1", function.text)
    for kind, name, _ in cpp_examples.cpp_parameters(replace(function, text=text)):
        kind = re.sub(r"^const |&$", "", kind).strip().rpartition("::")[2]
        structs = [s for s in headers.all_option_structs() if s.name == kind]
        near = [s for s in structs if space.startswith(s.space)] or structs
        names += field_names(near[0]) if near else [name]
    return names


def signatures(declarations, name):
    found = []
    for d in declarations:
        if d.kind == "function" and d.name == name:
            try:
                found.append(expanded(d, d.space))
            except cpp_examples.Untranslatable:
                pass
    return found


def with_bases(declarations):
    found = list(declarations)
    for d in found:
        for base in re.findall(r"public ([\w:]+)", d.text):
            found += [b for (_, name), bs in cpp_examples.declared().items() for b in bs
                      if name == base.rpartition("::")[2] and b.body and b not in found]
    return found


def compare(name, member):
    """(options, members, [difference]) of a function or a class."""
    declarations = [d for d in reference_cpp.of_name(name) if d.kind != "field"]
    differences = []

    def check(what, ours, theirs):
        if ours and ours not in theirs:
            near = min(theirs, key=lambda t: len(set(ours) ^ set(t)), default=[])
            more = [n for n in ours if n not in near] or ["without", *[n for n in near if n not in ours]]
            differences.append(f"{what}: {', '.join(more)}")

    if not isinstance(member, type):
        ours = python_names(member)
        check(name, ours, signatures(declarations, name.rpartition(".")[2]))
        return ours, [], differences
    maker = vars(member).get("__init__")
    ours = python_names(maker) if hasattr(maker, "__nb_signature__") else []
    made = [s for d in declarations for s in signatures(d.body, d.name)]
    check(name, ours, made + [field_names(d) for d in declarations if d.kind == "struct"])
    theirs = [m for d in with_bases(declarations) for m in d.body]
    known = {n for m in theirs for n in (m.name, m.name.removeprefix("set_"))}
    known |= {n for d in declarations if d.kind == "struct" for n in field_names(d)}
    public = [n for n in vars(member) if not n.startswith("_")]
    for own in public:
        function = vars(member)[own]
        if own not in known:
            differences.append(f"{name}.{own}")
        elif hasattr(function, "__nb_signature__"):
            check(f"{name}.{own}", python_names(function), signatures(theirs, own))
    return ours, public, differences


def main():
    rows, differences = [], []
    for name, (_, _, same) in cpp_examples.entries().items():
        if not name.startswith(PLACES) or name in cpp_examples.PYTHON_ONLY or same:
            continue
        options, members, found = compare(name, eval(name, {"lm": lamina}))
        differences += found
        rows.append(f"| `{name}` | {', '.join(options)} | {', '.join(sorted(members))} |")
    unexplained = [d for d in differences if d not in REASONS]
    unexplained += [f"{d} is none" for d in REASONS if d not in differences]
    if unexplained:
        sys.exit("differences without a reason in tools/parity.py:\n  " + "\n  ".join(unexplained))
    print(f"""# Training in both languages

{len(rows)} names of `lm.optim`, `lm.data` and `lm.train`, written by `tools/parity.py` from the Python module and the public
headers, which it compares: the options have the same names in the same order in C++ (fields of a struct), and the members
are there too. The {len(differences)} differences and their reasons are listed below the table.

| name | options | members |
| --- | --- | --- |""")
    print("\n".join(rows))
    print("\n## What differs\n\n| in Python | why |\n| --- | --- |")
    print("\n".join(f"| `{d}` | {REASONS[d]} |" for d in differences))
    alone = [f"`{n}` ({why})" for n, why in cpp_examples.PYTHON_ONLY.items() if n.startswith(PLACES)]
    print(f"\nNames that Python alone has: {', '.join(alone)}.")


if __name__ == "__main__":
    main()
