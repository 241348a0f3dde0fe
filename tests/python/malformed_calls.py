"""Malformed calls of every public function, made from the examples of the docstrings; run by test_no_crash.py.

    python malformed_calls.py --seed 1 --calls 20 --functions lamina.sum nn.Linear --log calls.log

An argument of an example is exchanged for something else (a wrong rank, size, type or number, a strided, read-only or
empty array, an object of another kind), left out, or given beside the others. A call may work or raise an error of ours
or a TypeError. Anything else is printed as a line "FAIL ..". Each call is written to the log before it is made, so
that the last line names the one that ended the process or did not end.
"""

import argparse
import ast
import doctest
import inspect
import random
import re
import resource
import sys
import warnings

import numpy as np

import lamina as lm
from lamina import nn

PLACES = [("lamina", lm), ("nn", nn), ("nn.init", nn.init), ("optim", lm.optim), ("random", lm.random),
          ("data", lm.data), ("array", lm.Array)]
# What changes the process itself, or its files; what may run for ever.
LEFT_OUT = {"lamina.set_memory_limit", "lamina.set_num_threads", "lamina.load_model", "lamina.save_model",
            "lamina.Trainer", "lamina.while_loop", "lamina.profile", "data.export_digits"}
MEMORY_LIMIT = 256 << 20  # of arrays, in bytes
PROCESS_LIMIT = 6 << 30  # of addresses
SMALL = 1 << 22  # elements of a result that is worth computing


def strided():
    base = np.arange(48, dtype=np.float32).reshape(6, 8)
    return {"every other": base[::2, ::2], "backwards": base[::-1, ::-1], "transposed": base.T,
            "overlapping": np.lib.stride_tricks.as_strided(base, (3, 4), (4, 4)),
            "broadcast": np.broadcast_to(np.float32(1), (3, 4)),
            "unaligned": np.frombuffer(bytes(33), dtype=np.float32, offset=1),
            "big-endian": base.astype(">f4"), "read-only": np.frombuffer(bytes(48), dtype=np.float32),
            "structured": np.zeros(2, dtype=[("a", "i4")]), "objects": np.array([None, 1], dtype=object),
            "complex": np.zeros(2, dtype=complex), "text": np.array(["a"]), "dates": np.array(["2020"], dtype="M8[Y]")}


def replacements():
    """(what it is, how to write it): expressions over lm, np and S."""
    texts = ["None", "True", "''", "'same'", "'mean'", "b'x'", "object()", "print", "{}", "()", "[]", "(1, 2)", "[[]]",
             "(2, -1)", "(-1, -1)", "[0, 0]", "(0,)", "1j", "slice(None)", "Ellipsis", "lm.float16", "lm.bool", "lm.int8",
             "'float32'", "float", "np.float32(2)", "range(3)", "(3.5, 1)", "[None]", "['a']", "[1, [2]]", "lm", "lm.sum"]
    numbers = [-1, 0, 1, 2, 3, 7, -7, 100, 2**31 - 1, 2**31, -2**31, 2**40, 2**62, 2**63 - 1, -2**63, 2**63, 2**64, 10**30,
               0.5, -0.5, 1.5, 1e300, -1e300, 1e-300, 0.0, -0.0]
    texts += [repr(n) for n in numbers] + ["float('nan')", "float('inf')", "-float('inf')"]
    texts += [f"({n}, {m})" for n in (2**31, 2**62, -2**63, 0) for m in (2**31, 2**62, 1)]
    texts += [f"({n},) * {k}" for n in (1, 2, 0) for k in (3, 8, 9, 40)]
    for shape in ["()", "0", "1", "3", "(2, 3)", "(3, 2)", "(0, 3)", "(1, 1)", "(2, 3, 4)", "(1, 2, 5, 5)", "(1,) * 8"]:
        texts.append(f"lm.ones({shape})")
        for dtype in ["bool", "int8", "uint8", "int32", "int64", "uint64", "float16", "bfloat16", "float64"]:
            texts.append(f"lm.full({shape}, 2, dtype=lm.{dtype})")
    texts += ["lm.full((2, 3), float('nan'))", "lm.full((2, 3), -1, dtype=lm.int64)", "lm.arange(6)[::-2]",
              "lm.full(3, 2**62, dtype=lm.int64)", "lm.full(3, -2**63, dtype=lm.int64)", "lm.full((2, 3), float('inf'))",
              "lm.ones((2, 3)).T", "lm.ones((4, 6))[::2, 1::3]", "[lm.ones(2), lm.ones(3)]", "[lm.ones(2), 1]",
              "np.ones((2, 3))", "lm.broadcast_to(1.0, (1000, 1000))"]
    return texts + [f"S[{name!r}]" for name in strided()]


def members():
    for place, holder in PLACES:
        for name, member in list(vars(holder).items()):
            if name.startswith("_") or not callable(member) or inspect.ismodule(member):
                continue
            if inspect.isclass(member) and issubclass(member, BaseException):
                continue
            if f"{place}.{name}" not in LEFT_OUT:
                yield f"{place}.{name}", member


def parameters(function):
    """Names of the arguments, those that must be named included."""
    if inspect.isclass(function):
        function = function.__init__
    signature = getattr(function, "__nb_signature__", None)
    if signature:
        text = re.sub(r"\\\d+", "None", signature[0][0])
        try:
            arguments = ast.parse(text.split("\n")[-1] + ": pass").body[0].args
        except SyntaxError:
            return []
        return [a.arg for a in arguments.args + arguments.kwonlyargs if a.arg != "self"]
    try:
        return [p for p in inspect.signature(function).parameters if p != "self"]
    except (TypeError, ValueError):
        return []


GUESSES = {"shape": "(2, 3)", "axis": "0", "axes": "(0, 1)", "size": "2", "kernel_size": "2", "indices": "lm.array([0, 1])",
           "dtype": "lm.float32", "count": "2", "parameters": "nn.Linear(2, 3).parameters()"}


def base_calls(name, member):
    """Source of calls that work: of the docstring, or guessed from the names of the arguments."""
    found = []
    for example in doctest.DocTestParser().get_examples(inspect.getdoc(member) or ""):
        try:
            tree = ast.parse(example.source.strip(), mode="eval")
        except SyntaxError:
            continue
        if any(isinstance(node, ast.Call) and not isinstance(node.func, ast.Name) for node in ast.walk(tree)):
            found.append(example.source.strip())
    place, _, function = name.rpartition(".")
    if place == "array":
        return found + [f"lm.ones((2, 3)).{function}()", f"lm.ones((2, 3)).{function}(0)", f"lm.ones(3).{function}(lm.ones(3))"]
    arguments = ", ".join(GUESSES.get(p, "lm.ones((2, 3))") for p in parameters(member)[:3])
    prefix = {"lamina": "lm"}.get(place, f"lm.{place}")
    return found + [f"{prefix}.{function}({arguments})"]


class Mutations(ast.NodeTransformer):
    """Changes one call of an expression."""

    def __init__(self, rng, pool, scope, tree):
        self.rng, self.pool, self.scope = rng, pool, scope
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and not isinstance(node.func, ast.Name)]
        # The outermost calls are those that the example is about.
        self.chosen = calls[min(int(rng.expovariate(1.5)), len(calls) - 1)]

    def anything(self):
        return ast.parse(self.rng.choice(self.pool), mode="eval").body

    def visit_Call(self, node):
        if node is not self.chosen:
            return self.generic_visit(node)
        node = ast.Call(node.func, list(node.args), [ast.keyword(k.arg, k.value) for k in node.keywords])
        for _ in range(self.rng.choice([1, 1, 1, 2, 3])):
            self.change(node)
        return node

    def change(self, node):
        what = self.rng.random()
        places = len(node.args) + len(node.keywords)
        if what < 0.65 and places:
            k = self.rng.randrange(places)
            if k < len(node.args):
                node.args[k] = self.anything()
            else:
                node.keywords[k - len(node.args)].value = self.anything()
        elif what < 0.7 and places:
            k = self.rng.randrange(places)
            if k < len(node.args):
                del node.args[k]
            else:
                del node.keywords[k - len(node.args)]
        elif what < 0.75:
            node.args.append(self.anything())
        else:
            try:
                names = parameters(eval(compile(ast.Expression(node.func), "<call>", "eval"), dict(self.scope)))
            except Exception:
                names = []
            given = {k.arg for k in node.keywords}
            names = [n for n in names[len(node.args):] if n not in given]
            if names:
                node.keywords.append(ast.keyword(self.rng.choice(names), self.anything()))


# What Python and NumPy say of the expression around a call, or of the arguments they make.
PYTHONS_WORDS = ("truth value of an array", "could not convert string", "list index out of range", "DLPack only supports")
# Of what is done with a result, outside of any function: x, y = .. or ..[1].
WORDS_OUTSIDE = ("values to unpack", "tuple index out of range")


def compute(value):
    if isinstance(value, lm.Array):
        # Results too large to exist must be refused, and small ones computed.
        if value.size <= SMALL or value.size * 8 > 4 * MEMORY_LIMIT:
            value.eval() if hasattr(value, "eval") else lm.eval(value)
    elif isinstance(value, (tuple, list)):
        for part in list(value)[:20]:
            compute(part)


def differentiate(source, scope):
    """The gradient of the expression in its first array that is written as lm.ones or lm.array."""
    tree = ast.parse(source, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node is not tree.body and ast.unparse(node.func) in ("lm.ones", "lm.array"):
            start = eval(compile(ast.Expression(node), "<call>", "eval"), scope)
            if not isinstance(start, lm.Array) or start.size > 1000 or "float" not in str(start.dtype):
                continue
            text = ast.unparse(tree).replace(ast.unparse(node), "X", 1)
            function = eval(f"lambda X: {text}", scope)

            def loss(x):
                value = function(x)
                while isinstance(value, (tuple, list)) and value:
                    value = value[0]
                return lm.sum(lm.square(value)) if isinstance(value, lm.Array) and value.size < 1e6 else lm.sum(x)

            return compute(lm.grad(loss)(start))
    return None


def attempt(source, scope, derive):
    try:
        if derive:
            differentiate(source, scope)
        else:
            compute(eval(compile(source, "<call>", "eval"), scope))
        return "worked", None
    except lm.errors.InternalError as error:
        return "FAIL", error
    except (lm.errors.Error, TypeError) as error:
        return "refused", error
    except (NameError, AttributeError, StopIteration) as error:  # the expression around the call
        return ("FAIL", error) if "lamina" in str(type(error)) else ("refused", error)
    except Exception as error:  # pylint: disable=broad-except
        if any(words in str(error) for words in PYTHONS_WORDS):
            return "refused", error
        trace, last = error.__traceback__, None
        while trace:
            last, trace = trace, trace.tb_next
        inside = last.tb_frame.f_code.co_filename
        outside = inside == "<call>" and any(words in str(error) for words in WORDS_OUTSIDE)
        return ("refused" if "numpy" in inside or outside else "FAIL"), error


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calls", type=int, default=10, help="of each function")
    parser.add_argument("--functions", nargs="*")
    parser.add_argument("--log", required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (PROCESS_LIMIT, PROCESS_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    lm.set_memory_limit(MEMORY_LIMIT)
    known, pool, counts = dict(members()), replacements(), {"worked": 0, "refused": 0, "FAIL": 0}
    scope = {"lm": lm, "nn": nn, "np": np, "S": strided()}
    with open(options.log, "w") as log:
        for name in options.functions or known:
            rng = random.Random(f"{options.seed} {name}")
            bases = base_calls(name, known[name])
            for _ in range(options.calls):
                tree = ast.parse(rng.choice(bases[:-1] if len(bases) > 1 and rng.random() < 0.8 else bases), mode="eval")
                tree = Mutations(rng, pool, scope, tree).visit(tree)
                source, derive = ast.unparse(ast.fix_missing_locations(tree)), rng.random() < 0.2
                log.write(f"{name}: {source}{'  # gradient' if derive else ''}\n")
                log.flush()
                outcome, error = attempt(source, dict(scope), derive)
                counts[outcome] += 1
                if outcome == "FAIL":
                    print(f"FAIL {source}{'  # gradient' if derive else ''}: {type(error).__name__}: {error}", flush=True)
    print("calls", counts, flush=True)


if __name__ == "__main__":
    sys.exit(main())
