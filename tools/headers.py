"""The public declarations of the C++ library: what lamina/lamina.h includes, read from the headers."""

import pathlib
import re
from dataclasses import dataclass, field
from functools import cache

ROOT = pathlib.Path(__file__).parents[1]
INDEXES = {"lamina/lamina.h", "lamina/exec/settings.h", "lamina/data/data.h", "lamina/nn/modules.h", "lamina/ops/ops.h",
           "lamina/optim/optimizers.h", "lamina/train/train.h"}


@dataclass
class Declaration:
    space: str  # "lamina", "lamina::nn"
    kind: str  # "function", "class", "struct", "alias"
    name: str
    text: str  # the declaration, on one line
    comment: str
    header: str
    body: list = field(default_factory=list)  # of a class or struct: its public members, as declarations


def public_headers():
    """In the order of the indexes."""
    found = []

    def visit(name):
        for include in re.findall(r'^#include "(lamina/[^"]+)"', (ROOT / name).read_text(), re.MULTILINE):
            if include not in found:
                found.append(include)
                if include in INDEXES:
                    visit(include)

    visit("lamina/lamina.h")
    return [h for h in found if h not in INDEXES]


def _statements(text):
    """(comment, statement, end mark) of each statement at the top level of `text`: ended by ';', or by a block."""
    position, comment = 0, []
    while position < len(text):
        if match := re.compile(r"\s*//[^\n]*\n?").match(text, position):
            comment.append(match[0].strip()[2:].removeprefix(" "))
            position = match.end()
            continue
        if match := re.compile(r"[ \t]*\n").match(text, position):
            if re.compile(r"[ \t]*\n").match(text, match.end()):
                comment = []  # a blank line ends what the comment is about
            position = match.end()
            continue
        if match := re.compile(r"\s*#[^\n]*(?:\\\n[^\n]*)*").match(text, position):
            position, comment = match.end(), []
            continue
        depth, start = 0, position
        block = None
        while position < len(text):
            if text.startswith("//", position):
                position = text.find("\n", position)
                continue
            c = text[position]
            depth += (c in "({") - (c in ")}")
            if c == "{" and depth == 1 and block is None:
                block = position
            position += 1
            if depth == 0 and (c == ";" or (c == "}" and not re.compile(r"\s*[;,)]").match(text, position)
                                            and not re.search(r"=\s*$", text[start:block]))):
                break
        statement = text[start:position]
        rest = re.compile(r"[ \t]*//([^\n]*)\n").match(text, position)
        if rest:
            comment = comment + [rest[1].strip()]
            position = rest.end()
        yield "\n".join(comment).strip(), statement.strip(), block is not None
        comment = []


def _expanded(text):
    """With the header's own macros written out."""
    define = re.compile(r"^#define (LAMINA_\w+)\(([^)]*)\)((?:.*\\\n)*.*)\n", re.MULTILINE)
    macros = {m[1]: (re.split(r",\s*", m[2]), m[3].replace("\\\n", "\n")) for m in define.finditer(text)}
    text = define.sub("", text)
    for name, (parameters, body) in macros.items():
        def expand(match):
            out = body
            for parameter, value in zip(parameters, re.split(r",\s*", match[1])):
                out = re.sub(rf"\b{parameter}\b", value, out)
            return out
        text = re.sub(rf"^ *{name}\(([^)]*)\)", expand, text, flags=re.MULTILINE)
    return text


def _function_name(declaration):
    """The name before the first "(" that is in no template argument."""
    depth = 0
    for i, c in enumerate(declaration):
        depth += (c == "<") - (c == ">")
        if c == "(" and depth == 0:
            match = re.search(r"(\w+)$", declaration[:i])
            return match[1] if match else None
        if c == "=" and depth == 0:
            return None
    return None


def _one_line(statement):
    return re.sub(r"\s+", " ", re.sub(r"//[^\n]*", "", statement)).strip()


def _parse(text, space, header, out):
    for comment, statement, has_block in _statements(text):
        if match := re.match(r"namespace ([\w:]+)\s*\{", statement):
            _parse(statement[match.end():statement.rindex("}")], f"{space}::{match[1]}".strip(":"), header, out)
            continue
        if re.match(r"(template|extern|friend|static_assert|typedef|public:|private:)", statement):
            if not statement.startswith("template"):
                continue
        line = _one_line(statement)
        body = re.sub(r"^template <.*?> ?(requires .*? )?", "", line)
        if match := re.match(r"(class|struct|enum class) (\w+)(?: final)?(?: :[^{]*)?\s*\{", body):
            inner = statement[statement.index("{") + 1:statement.rindex("}")]
            if match[1] == "class":
                inner = "".join(re.findall(r"public:(.*?)(?=\n *(?:private|protected):|$)", inner, re.DOTALL))
            members = []
            if match[1] != "enum class":
                _parse(inner, f"{space}::{match[2]}", header, members)
            head = body[:body.index("{")].strip()
            out.append(Declaration(space, match[1].split()[0], match[2], head, comment, header, members))
        elif match := re.match(r"using (\w+) = ", body):
            out.append(Declaration(space, "alias", match[1], line, comment, header))
        elif name := _function_name(body):
            text = re.split(r"\)(?: const)?(?: noexcept)?(?: override)? (?:: \w|\{ |\{$)", line)[0]
            text = line if text == line else text + ")"
            out.append(Declaration(space, "function", name, text.strip().rstrip(";"), comment, header))
        elif match := re.match(r"[\w:<>, *&]+? (\w+)(?: = .*|\{.*\})?;", body):
            out.append(Declaration(space, "field", match[1], line.rstrip(";"), comment, header))


def declarations():
    out = []
    for header in public_headers():
        found = []
        _parse(_expanded((ROOT / header).read_text()), "", header, found)
        out += [d for d in found if "detail" not in d.space]
    return out


@cache
def all_option_structs():
    """The structs of options of all headers."""
    found = []
    for path in sorted((ROOT / "lamina").rglob("*.h")):
        out = []
        _parse(_expanded(path.read_text()), "", str(path.relative_to(ROOT)), out)
        found += [d for d in out if d.kind == "struct" and d.name.endswith("Options")]
    return found


def option_structs():
    """The same, by name."""
    return {d.name: d for d in all_option_structs()}
