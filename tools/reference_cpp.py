#!/usr/bin/env python3
"""Writes docs/reference-cpp.md from the public headers and docs/reference.md. usage: tools/reference_cpp.py

One entry for each name: its declarations, the options in their order, the comment above it, and the example that
test_reference runs. Shapes, types and errors are those of the Python entry: it is the same function.
"""

import re

import cpp_examples
import headers

INTRODUCTION = """# C++ reference

Every public function and class, from the headers that `lamina/lamina.h` includes (written by
`tools/reference_cpp.py`; `test_reference` runs the examples). `namespace lm = lamina;`. Names, options and their
order are those of Python, and so are shapes, element types and errors ([reference.md](reference.md)); options are
fields of a struct: `lm::softmax(x, {.axis = 0})`. An Array made of nothing (`{}`) stands for one that is left out.
"""
SKIPPED = {"fresh", "description", "arguments", "kind", "forward", "forward_all"}


def python_fields():
    """name -> the lines Shapes, Dtypes, Errors of docs/reference.md."""
    found = {}
    for part in re.split(r"^### ", (cpp_examples.ROOT / "docs/reference.md").read_text(), flags=re.MULTILINE)[1:]:
        found[part.split()[0]] = re.findall(r"^- (?:Shapes|Dtypes|Errors): .*$", part, re.MULTILINE)
    return found


def of_name(name):
    """The declarations of a Python name."""
    place, _, last = name.rpartition(".")
    space = cpp_examples.SPACES[place]
    for key in [(space, last), ("lamina", f"random_{last}"), ("lamina", last), *[(s, last) for s in
                cpp_examples.SPACES.values()]]:
        if key in cpp_examples.declared():
            return cpp_examples.declared()[key]
    return []


def structs_of(declarations):
    """The structs of options that declarations take, each once."""
    found = {}
    for text in declarations:
        for name in re.findall(r"\b(\w+Options)\b", text):
            if name in cpp_examples.options():
                found[name] = cpp_examples.options()[name]
    return found.values()


def code(declarations):
    lines, texts = [], []
    for d in declarations:
        if d.kind in ("class", "struct"):
            members = [m for m in d.body if m.name not in SKIPPED and "= delete" not in m.text
                       and "operator=" not in m.text and "&&)" not in m.text]
            lines += [f"{d.text} {{", *[f"  {m.text};" for m in members], "};"]
            texts += [d.text, *[m.text for m in members]]
        else:
            lines.append(re.sub(r"^inline ", "", d.text).rstrip(";") + ";")
            texts.append(d.text)
    for struct in structs_of(texts):
        lines += [f"struct {struct.name} {{"]
        lines += [f"  {m.text};" + (f"  // {m.comment}" if m.comment and "\n" not in m.comment else "")
                  for m in struct.body if m.kind == "field"]
        lines += ["};"]
    return lines


def entry(name, declarations, fields):
    title = f"{declarations[0].space.replace('lamina', 'lm', 1)}::{declarations[0].name}"
    comments = dict.fromkeys(d.comment for d in declarations if d.comment and not d.comment.startswith("---"))
    out = [f"### {title}\n", "```cpp\n" + "\n".join(code(declarations)) + "\n```\n"]
    if comments:
        out.append("\n\n".join(comments) + "\n")
    out.append("\n".join(fields) + "\n")
    out.append("```cpp\n" + "\n".join(cpp_examples.example(name)) + "\n```\n")
    return "\n".join(out)


def main():
    print(INTRODUCTION)
    fields, place = python_fields(), None
    for name, (_, _, same) in cpp_examples.entries().items():
        if name in cpp_examples.PYTHON_ONLY:
            continue
        if place != name.rpartition(".")[0]:
            place = name.rpartition(".")[0]
            print(f"## {cpp_examples.SPACES[place].replace('lamina', 'lm', 1)}"
                  f"{' (random)' if place == 'lm.random' else ''}\n")
        if same:
            continue
        print(entry(name, of_name(name), fields[name]))


if __name__ == "__main__":
    main()
