"""What a function takes and refuses, found by calling it: its docstring's example is run, the calls in it are
recorded, and each is made again with one thing changed: a size, an element type, an argument. So what the
reference says of shapes, types and errors is what the function does."""

import ast
import contextlib
import doctest
import inspect
import io
import itertools
import re
import tempfile

import numpy as np

import lamina as lm

FLOATS = ["float16", "bfloat16", "float32", "float64"]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
DTYPES = ["bool", *INTEGERS, *FLOATS]

# Arguments without which a call with something changed might never end.
BOUNDS = {"while_loop": {"max_steps": 100}}


class Call:
    """A call with named arguments; a module's is made through the object."""

    def __init__(self, function, names, arguments, keywords, result):
        self.function, self.result = function, result
        self.made = {}  # of a module: the arguments it was made with
        # A number where an array may stand is one.
        arguments = [lm.array(v) if a == "Array" and isinstance(v, (int, float)) else v
                     for v, (_, a) in itertools.zip_longest(arguments, parameters(function)[:len(arguments)],
                                                            fillvalue=("", ""))]
        names = names + [f"x{i + 1}" for i in range(len(names), len(arguments))]
        self.positional = names[:len(arguments)]
        self.arguments = dict(zip(self.positional, arguments)) | keywords

    def again(self, changed=()):
        """The result with other arguments; the error, if it raises one of Lamina's."""
        given = BOUNDS.get(getattr(self.function, "__name__", ""), {}) | self.arguments | dict(changed)
        # A call with a changed argument may write a file: not where this runs.
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            try:
                out = self.function(*[given[n] for n in self.positional],
                                    **{n: v for n, v in given.items() if n not in self.positional})
                lm.eval(out)
                return out
            except (lm.Error, TypeError) as error:
                return error

    def arrays(self):
        """Names and arrays; those of a list as "arrays[0]"."""
        for name, value in self.arguments.items():
            if isinstance(value, lm.Array):
                yield name, value
            elif isinstance(value, (list, tuple)) and value and all(isinstance(v, lm.Array) for v in value):
                for i, item in enumerate(value):
                    yield f"{name}[{i}]", item

    def with_arrays(self, replaced):
        """again() with some of the arrays replaced."""
        changed = {}
        for name, array in replaced.items():
            base, bracket, index = name.partition("[")
            if bracket:
                changed.setdefault(base, list(self.arguments[base]))[int(index[:-1])] = array
            else:
                changed[name] = array
        return self.again(changed)


def signature(member):
    """(name, annotation) of each parameter."""
    if hasattr(member, "__nb_signature__"):
        text = re.sub(r"\\\d+", "0", member.__nb_signature__[0][0])
        a = ast.parse(text + ": ...").body[0].args
        return [(p.arg, ast.unparse(p.annotation) if p.annotation else "")
                for p in a.args + a.kwonlyargs if p.arg != "self"]
    try:
        return [(p.name, "Array" if isinstance(member, type(len)) else "")
                for p in inspect.signature(member).parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    except (ValueError, TypeError):
        return []


def parameters(member):
    if inspect.isclass(member):
        return signature(member.__init__)
    if isinstance(member, lm.nn.Module):
        return [p for p in signature(type(member).forward)]
    return signature(member)


class _Recorded(ast.NodeTransformer):
    def visit_Call(self, node):
        self.generic_visit(node)
        return ast.copy_location(
            ast.Call(ast.Name("_call", ast.Load()), [node.func, *node.args], node.keywords), node)


def recorded_calls(doc):
    """All calls that the docstring's examples make."""
    calls = []

    def record(function, *arguments, **keywords):
        result = function(*arguments, **keywords)
        calls.append((function, arguments, keywords, result))
        return result

    scope = {"lm": lm, "_call": record}
    for example in doctest.DocTestParser().get_examples(doc):
        tree = ast.fix_missing_locations(_Recorded().visit(ast.parse(example.source)))
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(tree, "<example>", "exec"), scope)
    return calls


def calls_of(member, doc):
    """(the call that makes it or None, the call of the function or of the object)."""
    made, called = None, None
    for function, arguments, keywords, result in recorded_calls(doc):
        if function is member or function == member:
            call = Call(member, [n for n, _ in parameters(member)], arguments, keywords, result)
            if inspect.isclass(member):
                made = made or call
            else:
                called = called or call
        elif inspect.isclass(member) and issubclass(member, lm.nn.Module) and type(function) is member:
            names = [n for n, _ in parameters(function)]
            called = called or Call(function, names, arguments, keywords, result)
    if made and called:
        called.made = made.arguments
    return made, called


# --- Shapes

def _resized(array, shape):
    values = array.numpy() if array.dtype != lm.bfloat16 else array.astype(lm.float32).numpy()
    return lm.array(np.resize(values, shape)).astype(array.dtype)


def _result_shapes(result):
    if isinstance(result, lm.Array):
        return [("", tuple(result.shape))]
    if isinstance(result, (list, tuple)) and all(isinstance(r, lm.Array) for r in result):
        return [(name, tuple(r.shape)) for name, r in zip(getattr(result, "_fields", itertools.repeat("")), result)]
    return None


class _Sizes:
    """Which sizes of a call may change, alone or together, and what sizes of the result follow them."""

    def __init__(self, call):
        self.call, self.arrays = call, dict(call.arrays())
        self.base = _result_shapes(call.result)
        self.dims = [(name, axis) for name, a in self.arrays.items() for axis in range(len(a.shape))]
        self.groups = self._group()
        self.letters = self._name()

    def size(self, dim):
        return self.arrays[dim[0]].shape[dim[1]]

    def changed(self, dims, by):
        replaced = {}
        for name in {d[0] for d in dims}:
            shape = list(self.arrays[name].shape)
            for other, axis in dims:
                if other == name:
                    shape[axis] += by
            replaced[name] = _resized(self.arrays[name], shape)
        result = self.call.with_arrays(replaced)
        shapes = None if isinstance(result, Exception) else _result_shapes(result)
        return shapes if shapes and [len(s) for _, s in shapes] == [len(s) for _, s in self.base] else None

    def _group(self):
        groups, left = [], list(self.dims)
        while left:
            first = left.pop(0)
            same = [d for d in left if self.size(d) == self.size(first)]
            for others in itertools.chain.from_iterable(
                    itertools.combinations(same, n) for n in range(min(len(same), 3) + 1)):
                if self.changed([first, *others], 2):
                    groups.append([first, *others])
                    left = [d for d in left if d not in others]
                    break
        return groups

    def _name(self):
        return {dim: chr(ord("a") + i) for i, group in enumerate(self.groups) for dim in group}

    def argument(self, name):
        return [self.letters.get((name, axis), self._named(size)) for axis, size in enumerate(self.arrays[name].shape)]

    def _named(self, size):
        """The integer argument that has this value, or the number."""
        for name, value in (self.call.made | self.call.arguments).items():
            if isinstance(value, int) and not isinstance(value, bool) and value == size > 1:
                return name
        return str(size)

    def results(self):
        """A list of sizes for each result."""
        follow = {}  # (result, axis) -> [(letter, change, base size)]
        for group in self.groups:
            shapes = self.changed(group, 2)
            for k, (_, shape) in enumerate(shapes):
                for axis, size in enumerate(shape):
                    if size != self.base[k][1][axis]:
                        follow.setdefault((k, axis), []).append(
                            (self.letters[group[0]], size - self.base[k][1][axis], self.size(group[0])))
        out = []
        for k, (name, shape) in enumerate(self.base):
            out.append((name, [self._size(follow.get((k, axis), []), size) for axis, size in enumerate(shape)]))
        return out

    def _size(self, followed, size):
        if not followed:
            return self._named(size)
        letters = [letter for letter, _, _ in followed]
        bases = [base for _, _, base in followed]
        if all(change == 2 for _, change, _ in followed) and sum(bases) == size:
            return " + ".join(letters)
        if np.prod(bases) == size and len(letters) > 1:
            return " * ".join(letters)
        return letters[0] + "'"

    def leading(self):
        """The arrays that may have one more axis in front, and whether the result then has it too."""
        names = list(self.arrays)
        for chosen in [names, *[[n] for n in names]] if len(names) > 1 else [names]:
            fronts = [(5,), (7, 5)]
            results = [self.call.with_arrays({n: _resized(self.arrays[n], (*f, *self.arrays[n].shape)) for n in chosen})
                       for f in fronts]
            if any(isinstance(r, Exception) for r in results):
                continue
            shapes = [_result_shapes(r) for r in results]
            if not all(shapes):
                continue
            if all(s[0][1] == front + self.base[0][1] for s, front in zip(shapes, fronts)):
                return chosen, True
            if all(s[0][1] == self.base[0][1] for s in shapes):
                return chosen, False
        return [], False


def shapes(call):
    """What is known of the shapes of a call, as text; nothing where there are no arrays."""
    names = [n for n, _ in parameters(call.function)]
    if isinstance(call.function, type(len)) and len(names) > 1:  # the element-wise family
        return "the operands broadcast -> their common shape"
    arrays = dict(call.arrays())
    if {"axis", "keepdims"} <= set(names):  # the reductions
        return f"`{names[0]}` any -> without `axis`, or with 1 there if `keepdims`; [] where `axis` is left out"
    if not arrays and isinstance(call.result, lm.Array):
        if "shape" in names:
            return "-> `shape`"
        return f"-> {list(call.result.shape)} in the example" if call.result.shape else "-> []"
    if not arrays:
        return None
    if _result_shapes(call.result) is None:
        return ", ".join(f"`{n}`" for n in dict.fromkeys(n.partition("[")[0] for n in arrays)) + " any"
    sizes = _Sizes(call)
    front, follows = sizes.leading()

    def shape(parts, dots):
        return "[" + ", ".join((["..."] if dots else []) + parts) + "]"

    inputs = ", ".join(f"`{n}` {shape(sizes.argument(n), n in front)}" for n in arrays)
    outputs = ", ".join(f"{name} {shape(parts, follows)}".strip() for name, parts in sizes.results())
    return f"{inputs} -> {outputs.replace('...', '..')}".replace("...", "..")


# --- Element types

def kinds(names):
    """A set of types in words."""
    names = set(names)
    out = []
    if names == set(DTYPES):
        return "any"
    for word, group in (("bool", ["bool"]), ("integers", INTEGERS), ("floating point", FLOATS)):
        if names >= set(group):
            out.append(word)
        else:
            out += [n for n in group if n in names]
    return ", ".join(out) if out else "none"


def _cast(value, dtype):
    if isinstance(value, (list, tuple)):
        return type(value)([_cast(v, dtype) for v in value])
    if isinstance(value, lm.nn.Parameter) and dtype in FLOATS:
        return lm.nn.Parameter(lm.array(value.numpy()).astype(getattr(lm, dtype if dtype != "bool" else "bool_")))
    return value.astype(getattr(lm, dtype if dtype != "bool" else "bool_"))


def dtypes(call):
    """What element types each array of a call may have, and the result's."""
    if call is None:
        return None
    names = [n for n, v in call.arguments.items()
             if isinstance(v, lm.Array) or (isinstance(v, (list, tuple)) and v
                                            and all(isinstance(x, lm.Array) for x in v))]
    out = []
    results = {}
    for i, name in enumerate(names):
        taken = []
        for dtype in DTYPES:
            result = call.again({n: _cast(call.arguments[n], dtype) for n in names if _same_type(call, n, name)})
            if isinstance(result, Exception):  # the others need not have it too
                result = call.again({name: _cast(call.arguments[name], dtype)})
            if isinstance(result, Exception):
                continue
            taken.append(dtype)
            if i == 0 and isinstance(result, lm.Array):
                results[dtype] = result.dtype.name
        out.append(f"`{name}` {kinds(taken)}")
    if names:
        return ", ".join(out) + _result_type(names[0], results)
    if "dtype" in [n for n, _ in parameters(call.function)] and isinstance(call.result, lm.Array):
        taken = [d for d in DTYPES if not isinstance(call.again({"dtype": getattr(lm, d + "_" * (d == "bool"))}), Exception)]
        return f"`dtype` {kinds(taken)}; {call.again().dtype.name} when left out"
    return None


def _same_type(call, a, b):
    def of(v):
        return v.dtype if isinstance(v, lm.Array) else v[0].dtype
    return of(call.arguments[a]) == of(call.arguments[b])


def _result_type(first, results):
    if not results:
        return ""
    if all(k == v for k, v in results.items()):
        return f" -> that of `{first}`"
    if len(set(results.values())) == 1:
        return f" -> {next(iter(results.values()))}"
    kept = [k for k, v in results.items() if k == v]
    others = {}
    for k, v in results.items():
        if k != v:
            others.setdefault(v, []).append(k)
    return f" -> that of `{first}`" + "".join(f"; {kinds(v)} give {k}" for k, v in others.items()) if kept else ""


# --- Errors

def _wrong(call, annotations):
    """Arguments, each wrong in one way."""
    yield {"no_such": 1}
    quiet = getattr(call.function, "__name__", "").startswith("set_")  # what it sets would stay
    for name, value in call.arguments.items():
        if isinstance(value, lm.Array):
            for shape in [(), (*value.shape, 3), tuple(s + 1 for s in value.shape)]:
                yield {name: _resized(value, shape)}
            for dtype in DTYPES:
                yield {name: _cast(value, dtype)}
            yield {name: "text"}
        elif isinstance(value, bool) or quiet:
            yield {name: "text"}
        elif isinstance(value, int):
            yield {name: "text"}
            yield {name: -9}
        elif isinstance(value, (tuple, list)) and value and all(isinstance(v, int) for v in value):
            yield {name: (-9,) * len(value)}
            yield {name: (*value, 5)}
        elif isinstance(value, str):
            yield {name: "unknown"}
    for name, annotation in annotations:
        if annotation == "Array" and isinstance(call.arguments.get(name), (int, float)):
            yield {name: lm.zeros(999)}
            yield {name: "text"}
        if name in call.arguments:
            continue
        if name == "axis":
            yield {name: 99}
        elif annotation == "str":
            yield {name: "unknown"}
        elif annotation in ("int", "float", "Array", "bool"):
            yield {name: "text"}


def errors(calls):
    """{type: message}: the first of each type that a wrong argument gives."""
    found = {}
    for call in calls:
        for changed in _wrong(call, parameters(call.function)):
            error = call.again(changed)
            if isinstance(error, lm.Error):
                message = str(error).splitlines()[0]
                if "no_such" not in message or not found:
                    found.setdefault(type(error).__name__, []).append(message)
    chosen = {}
    for kind, messages in sorted(found.items()):
        telling = [m for m in messages if "no_such" not in m and "object" not in m] or messages
        chosen[kind] = min(telling, key=lambda m: ("got str" in m, "0x" in m))
    return chosen


def errors_of_making(member):
    """Of a class that is not called to be made, or that takes nothing."""
    if not inspect.isclass(member):
        return {}
    try:
        member(no_such=1)
    except (lm.Error, TypeError) as error:
        return {type(error).__name__: str(error).splitlines()[0]}
    return {}
