"""The examples of docs/reference.md in C++: the names are the same in both languages, so a call is translated by the
headers alone. usage: tools/cpp_examples.py > tests.cpp  writes a test that runs them all.

Python's arguments become those of the declaration with the same names; what the declaration takes as options is
written as their fields. Where that does not do (files, classes, lists of shapes) tests/cpp/reference/*examples_test.cpp
have the example.
"""

import ast
import doctest
import pathlib
import re
from functools import cache

import headers

ROOT = pathlib.Path(__file__).parents[1]
SPACES = {"lm": "lamina", "lm.nn": "lamina::nn", "lm.nn.init": "lamina::nn::init",
          "lm.nn.losses": "lamina::nn::losses", "lm.optim": "lamina::optim", "lm.data": "lamina::data",
          "lm.train": "lamina::train", "lm.models": "lamina::models", "lm.random": "lamina"}
PYTHON_ONLY = {
    "lm.asarray": "shares memory of Python's objects",
    "lm.from_dlpack": "shares memory of Python's objects",
    "lm.dtype": "finds the type that a Python object means",
    "lm.no_grad": "NoGrad",
    "lm.precision": "Precision",
    "lm.profile": "Profiler",
    "lm.data.DataLoaderIterator": "DataLoader::Iterator",
    "lm.data.parse_tf_example": "gives Python's dictionaries; io::parse_tf_example in C++",
    "lm.data.batches": "takes Python's iterables",
}
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARISONS = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class Untranslatable(Exception):
    pass


@cache
def entries():
    """name -> (Python parameter names, example) of docs/reference.md."""
    found = {}
    for part in re.split(r"^### ", (ROOT / "docs/reference.md").read_text(), flags=re.MULTILINE)[1:]:
        name = part.split()[0]
        signature = re.search(r"```python\n(\w+\(.*)\n", part)
        example = re.search(r"```pycon\n(.*?)```", part, re.DOTALL)
        names = []
        if signature:
            text = re.sub(r" -> .*", "", signature[1])
            try:
                a = ast.parse(f"def {text}: ...").body[0].args
                names = [p.arg for p in a.args + a.kwonlyargs if p.arg != "self"]
            except SyntaxError:
                pass
        same = re.search(r"The same as (\S+)\.\n", part)
        found[name] = (names, example[1] if example else "", same[1] if same else None)
    return found


@cache
def declared():
    by_name = {}
    for d in headers.declarations():
        by_name.setdefault((d.space, d.name), []).append(d)
    return by_name


def split(text):
    """At the commas that are in no bracket."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "(<{") - (c in ")>}")
        if c == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return [p for p in [*parts, text[start:].strip()] if p]


def cpp_parameters(declaration):
    """(type, name, default) of each."""
    text = declaration.text
    start = text.index(declaration.name + "(") + len(declaration.name) + 1
    out = []
    for part in split(text[start:text.rindex(")")]):
        left, _, default = part.partition(" = ")
        match = re.match(r"(.*?[\s&*])(\w+)$", left)
        if not match:
            raise Untranslatable(part)
        out.append((match[1].strip(), match[2], default))
    return out


@cache
def options():
    return headers.option_structs()


def option_fields(kind):
    """Name -> type of the fields in order, if it is a struct of options."""
    struct = options().get(re.sub(r"^const |&$", "", kind).strip())
    if not struct:
        return None
    fields = {}
    for member in struct.body:
        if member.kind == "field":
            kind = member.text.split(" = ")[0].rpartition(" ")[0]
            fields |= {n.split(" = ")[0].split()[-1]: kind for n in split(member.text)}
    return fields


@cache
def written():
    """name -> lines of the examples that are written by hand."""
    text = "".join(p.read_text() for p in sorted((ROOT / "tests/cpp/reference").glob("*examples_test.cpp")))
    found = {}
    for name, body in re.findall(r"^TEST\(Examples, (\w+)\) \{(.*?)(?:^\}| \}$)", text, re.MULTILINE | re.DOTALL):
        found[name] = [line.removeprefix("  ") for line in body.strip("\n").splitlines()]
    return found


def example(name):
    """The lines of an entry's example in C++, to be read."""
    if lines := written().get(name.replace(".", "_")):
        return [line.strip() if len(lines) == 1 else line for line in lines]
    return translate(name)


class Translator:
    def __init__(self, place):
        self.place = place

    def number(self, node):
        return isinstance(node, ast.Constant) and isinstance(node.value, (int, float))

    def dotted(self, node):
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Attribute) and (base := self.dotted(node.value)):
            return f"{base}.{node.attr}"
        return None

    def expression(self, node):
        if isinstance(node, ast.Constant):
            if node.value is None:
                return "{}"
            if isinstance(node.value, bool):
                return str(node.value).lower()
            if isinstance(node.value, str):
                return '"' + node.value + '"'
            return repr(node.value)
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, (ast.Tuple, ast.List)):
            return "{" + ", ".join(self.expression(e) for e in node.elts) + "}"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Invert)):
            return "-" + self.expression(node.operand)
        if isinstance(node, ast.BinOp):
            left, right = self.expression(node.left), self.expression(node.right)
            if isinstance(node.op, ast.MatMult):
                return f"lm::matmul({left}, {right})"
            if isinstance(node.op, ast.Pow):
                return f"lm::power({left}, {right})"
            if type(node.op) in OPERATORS:
                return f"{left} {OPERATORS[type(node.op)]} {right}"
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
            return f"{self.expression(node.left)} {COMPARISONS[type(node.ops[0])]} {self.expression(node.comparators[0])}"
        if isinstance(node, ast.Attribute):
            name = self.dotted(node)
            if name and name.startswith("lm."):
                return name.replace(".", "::")
            if node.attr in ("shape", "dtype", "ndim", "size", "is_ready", "requires_grad", "grad"):
                return f"{self.expression(node.value)}.{node.attr}()"
            if node.attr in self.fields_of_result(node.value):
                return f"{self.expression(node.value)}.{node.attr}"
            raise Untranslatable(node.attr)
        if isinstance(node, ast.Subscript):
            if not isinstance(node.slice, ast.Constant) or not isinstance(node.slice.value, int):
                raise Untranslatable("index")
            if fields := self.fields_of_result(node.value):
                return f"{self.expression(node.value)}.{fields[node.slice.value]}"
            if any(d.text.startswith("Array ") for d in self.called(node.value)):
                return f"lm::take({self.expression(node.value)}, {self.expression(node.slice)})"
            return f"{self.expression(node.value)}[{self.expression(node.slice)}]"
        if isinstance(node, ast.Lambda):
            names = ", ".join(f"const lm::Array& {a.arg}" for a in node.args.args)
            return f"[&]({names}) -> lm::Array {{ return {self.expression(node.body)}; }}"
        if isinstance(node, ast.Call):
            return self.call(node)
        raise Untranslatable(ast.dump(node)[:60])

    def array(self, node):
        """lm.array of numbers: Python's integers and truth values name their types in C++."""
        values = [n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)]
        values = [float("inf") if isinstance(v, str) else v for v in values]
        dtype = next((self.expression(k.value) for k in node.keywords if k.arg == "dtype"), None)
        if dtype is None and all(isinstance(v, bool) for v in values):
            dtype = "lm::bool_"
        if dtype is None and all(isinstance(v, int) for v in values):
            dtype = "lm::int64"
        if not values:
            if self.flat(node.args[0]):
                raise Untranslatable("elements that are no numbers")
            return "lm::zeros({0})"
        shape, inner = [], node.args[0]
        while isinstance(inner, ast.List):
            shape.append(len(inner.elts))
            inner = inner.elts[0]
        if len(shape) > 1 and 1 in shape:  # nested braces of one element are ambiguous in C++
            flat = ", ".join(self.expression(n) for n in self.flat(node.args[0]))
            sizes = ", ".join(map(str, shape))
            return f"lm::reshape(lm::array({{{flat}}}{', ' + dtype if dtype else ''}), {{{sizes}}})"
        return f"lm::array({self.expression(node.args[0])}{', ' + dtype if dtype else ''})"

    def flat(self, node):
        return [n for e in node.elts for n in self.flat(e)] if isinstance(node, ast.List) else [node]

    def called(self, node):
        """The declarations of the function of Lamina's that is called; none if it is something else."""
        name = self.dotted(node.func) if isinstance(node, ast.Call) else None
        return declared().get(("lamina", (name or "").rpartition(".")[2]), [])

    def fields_of_result(self, node):
        """The names of the members of the struct that a call gives; none for arrays and lists."""
        for declaration in self.called(node):
            for struct in declared().get(("lamina", declaration.text.split()[0]), []):
                if all(m.kind == "field" for m in struct.body):
                    return [n.split(" = ")[0].split()[-1] for m in struct.body for n in split(m.text)]
        return []

    def call(self, node):
        name = self.dotted(node.func)
        if name == "lm.array":
            return self.array(node)
        if name == "lm.nn.Parameter":
            return f"lm::Parameter({self.expression(node.args[0])})"
        if name == "lm.nn.Sequential":
            return f"lm::nn::Sequential({', '.join(self.expression(a) for a in node.args)})"
        if name and name.startswith("lm."):
            return self.named(name, node)
        if name == "float" and isinstance(node.args[0], ast.Constant) and node.args[0].value in ("inf", "nan"):
            return {"inf": "INFINITY", "nan": "NAN"}[node.args[0].value]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "parameter_count":
            return f"{self.expression(node.func.value)}.parameter_count()"
        if isinstance(node.func, ast.Attribute) or name in ("isinstance", "len", "sorted", "iter", "next", "str"):
            raise Untranslatable(name or "method")
        if node.keywords:
            raise Untranslatable("keywords of an object")
        function, arguments = self.expression(node.func), [self.expression(a) for a in node.args]
        module = isinstance(node.func, ast.Call) and (self.dotted(node.func.func) or "").startswith("lm.nn.")
        if module and len(arguments) > 1 and not function.split("(")[0].endswith("Loss"):
            return f"{function}.call({{{', '.join(arguments)}}})[0]"
        return f"{function}({', '.join(arguments)})"

    def named(self, name, node):
        place, _, last = name.rpartition(".")
        known = entries().get(name)
        if known is None:
            raise Untranslatable(name)
        python_names = known[0] or (entries()[known[2]][0] if known[2] else [])
        given = dict(zip(python_names, node.args))
        if len(given) < len(node.args):
            raise Untranslatable(f"arguments of {name}")
        given |= {k.arg: k.value for k in node.keywords}
        space = SPACES[place]
        cpp_name = f"random_{last}" if place == "lm.random" else last
        if (space, cpp_name) not in declared() and ("lamina", cpp_name) in declared():
            space = "lamina"
        prefix = space.replace("lamina", "lm", 1) + "::"
        for declaration in declared().get((space, cpp_name), []):
            made_of = cpp_name
            if declaration.kind == "alias":
                made_of = re.search(r"= (\w+)", declaration.text)[1]
                declaration = next(iter(declared().get((space, made_of), [])), declaration)
            if declaration.kind == "struct" and not any(m.name == cpp_name for m in declaration.body):
                return f"{prefix}{cpp_name}{{" + ", ".join(
                    f".{m.name} = {self.expression(given[m.name])}" for m in declaration.body if m.name in given) + "}"
            if declaration.kind == "function":
                candidates = [declaration]
            else:
                candidates = [m for m in declaration.body if m.kind == "function" and m.name == made_of]
                if not candidates and not given:
                    return f"{prefix}{cpp_name}()"
                base = re.search(r": public LossModule<\w+, (\w+)", declaration.text)
                if base:
                    candidates = [headers.Declaration(space, "function", cpp_name,
                                                      f"{cpp_name}({base[1]} options = {{}})", "", "")]
            for candidate in candidates:
                if (arguments := self.fit(candidate, given, python_names, space)) is not None:
                    return f"{prefix}{cpp_name}({', '.join(arguments)})"
        raise Untranslatable(f"{name}: no declaration takes {list(given)}")

    def fit(self, declaration, given, python_names, space):
        left = dict(given)
        parameters = cpp_parameters(declaration)
        names = [n for _, n, _ in parameters]
        out, skipped = [], []
        for i, (kind, name, default) in enumerate(parameters):
            fields = option_fields(kind)
            if fields is not None:
                values = []
                for field, field_kind in fields.items():
                    if field in left:
                        values.append(f".{field} = {self.value(left.pop(field), field_kind)}")
                if values:
                    out += skipped + ["{" + ", ".join(values) + "}"]
                    skipped = []
                continue
            key = name if name in left else None
            if key is None and i < len(python_names) and python_names[i] in left and python_names[i] not in names:
                key = python_names[i]
            if key is not None:
                out += skipped + [self.value(left.pop(key), kind)]
                skipped = []
            elif default:
                skipped.append(default)
            elif kind.endswith("Array"):
                skipped.append("{}")
            else:
                return None
        return None if left else out

    def value(self, node, kind):
        text = self.expression(node)
        if ("IntList" in kind or kind == "Shape") and not text.startswith("{"):
            return "{" + text + "}"
        return text

    def statement(self, example):
        """Lines of C++; what it prints is compared."""
        node = ast.parse(example.source).body[0]
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                return [f"auto {t.id} = {self.expression(v)};" for t, v in zip(target.elts, node.value.elts)]
            left = ("[" + ", ".join(t.id for t in target.elts) + "]" if isinstance(target, ast.Tuple)
                    else self.expression(target))
            return [f"auto {left} = {self.expression(node.value)};"]
        if isinstance(node, ast.Expr):
            values = [node.value]
            if isinstance(node.value, ast.Call) and self.dotted(node.value.func) == "print":
                values = node.value.args
            text = ", ".join(self.expression(value) for value in values)
            wanted = re.sub(r"array\((.*?), dtype=\w+\)", r"\1", " ".join(example.want.split()))
            return [f"{text};  // {wanted}" if wanted else f"{text};"]
        raise Untranslatable(type(node).__name__)


def translate(name):
    """The lines of an entry's example; raises Untranslatable."""
    translator = Translator(name)
    lines = []
    for example in doctest.DocTestParser().get_examples(entries()[name][1]):
        lines += translator.statement(example)
    if not lines:
        raise Untranslatable("no example")
    return lines


def main():
    """Writes the test."""
    print('// Written by tools/cpp_examples.py.\n#include "examples.h"\n\nnamespace {\n')
    for name in entries():
        if entries()[name][2] or name in PYTHON_ONLY or name.replace(".", "_") in written():
            continue
        lines = translate(name)
        print(f"TEST(Examples, {name.replace('.', '_')}) {{")
        for line in lines:
            if match := re.match(r"(.*);  // (.*)$", line):
                print(f'  EXPECT_EQ(shown({match[1]}), wanted(R"({match[2]})"));')
            else:
                print(f"  {line}")
        print("}\n")
    print("}  // namespace")


if __name__ == "__main__":
    main()
