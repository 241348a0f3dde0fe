#!/usr/bin/env python3
"""Our functions against PyTorch's, values and gradients, over PyTorch's own sample inputs.

usage: PYTHONPATH=build/python python tests/conformance/torch_agreement.py [NAME..] [--samples N] [--report FILE]

Each entry of torch.testing's op_db that torch_table has a call for is run on its samples, in float64 where it
takes that, else in float32, int64 or bool. Fails below 500 entries or 95 % of their samples.
"""
import argparse
import collections
import pathlib
import random
import sys
import warnings

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

import lamina as lm

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from torch_table import TABLE, Absent, Unsupported, reason  # noqa: E402

ENTRIES, SHARE = 500, 0.95
BOUNDS = {"float64": (1e-7, 1e-9), "float32": (1e-4, 1e-5)}  # relative, absolute
NARROW = (2e-2, 2e-2)  # of 16-bit types
DTYPES = {torch.float64: lm.float64, torch.float32: lm.float32, torch.float16: lm.float16, torch.bfloat16: lm.bfloat16,
          torch.int64: lm.int64, torch.int32: lm.int32, torch.int16: lm.int16, torch.int8: lm.int8,
          torch.uint8: lm.uint8, torch.bool: lm.bool_}


def full_name(op):
    return op.name + (":" + op.variant_test_name if op.variant_test_name else "")


def mapped(value, tensor):
    """value with `tensor` applied to the tensors in its lists, tuples, dicts and slices."""
    if isinstance(value, torch.Tensor):
        return tensor(value)
    if isinstance(value, torch.Size):
        return tuple(value)
    if isinstance(value, (list, tuple)):
        items = [mapped(v, tensor) for v in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        return {k: mapped(v, tensor) for k, v in value.items()}
    if isinstance(value, slice):
        return slice(*(mapped(v, tensor) for v in (value.start, value.stop, value.step)))
    if isinstance(value, torch.dtype):
        if value not in DTYPES:
            raise Unsupported(f"the type {value}")
        return DTYPES[value]
    return value


def to_numpy(tensor):
    tensor = tensor.detach()
    if tensor.is_complex():
        raise Unsupported("complex numbers")
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy(force=True)


def to_array(tensor):
    if tensor.layout != torch.strided or tensor.dtype not in DTYPES:
        raise Unsupported(f"tensors of {tensor.layout} and {tensor.dtype}")
    return lm.array(np.ascontiguousarray(to_numpy(tensor)).reshape(tuple(tensor.shape)), dtype=DTYPES[tensor.dtype])


def values_of(output):
    if not isinstance(output, lm.Array):
        return np.asarray(output)
    return (lm.astype(output, lm.float32) if output.dtype == lm.bfloat16 else output).numpy()


def flat(value):
    """The arrays, tensors and numbers of an output, in order."""
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in flat(item)]
    return [] if value is None else [value]


def difference(got, expected, bounds):
    """Empty where two lists of NumPy arrays agree."""
    if len(got) != len(expected):
        return f"{len(got)} outputs, expected {len(expected)}"
    for k, (g, e) in enumerate(zip(got, expected)):
        g, e = np.asarray(g), np.asarray(e)
        if g.shape != e.shape:
            return f"output {k} has shape {g.shape}, expected {e.shape}"
        if g.dtype.kind in "iu" and e.dtype.kind in "iu" or g.dtype.kind == e.dtype.kind == "b":
            if not np.array_equal(g, e):
                return f"output {k} differs"
            continue
        if g.dtype.kind != e.dtype.kind:
            return f"output {k} is {g.dtype}, expected {e.dtype}"
        relative, absolute = bounds if e.dtype.itemsize > 2 else NARROW
        if e.dtype == np.float32:
            relative, absolute = max(relative, BOUNDS["float32"][0]), max(absolute, BOUNDS["float32"][1])
        close = np.isclose(g, e, rtol=relative, atol=absolute, equal_nan=True)
        if not close.all():
            at = np.unravel_index(np.argmin(close), close.shape) if close.shape else ()
            return f"output {k}{list(map(int, at))} is {g[at]!r}, expected {e[at]!r}"
    return ""


def leaves_of(sample):
    """The tensors that have gradients, each once."""
    found = []
    mapped((sample.input, sample.args, sample.kwargs),
           lambda t: found.append(t) if t.requires_grad and not any(t is f for f in found) else None)
    return found


def cotangents(outputs):
    draw = np.random.default_rng(0)
    return [draw.uniform(0.5, 1.5, tuple(o.shape)) if o.is_floating_point() else None for o in outputs]


def compare(op, call, sample, bounds):
    """'' where values and gradients agree, else what differs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Before the call: entries that write in place change their inputs.
        leaves = leaves_of(sample)
        arrays = [to_array(t) for t in leaves]

        def run(given):
            def place(tensor):
                for leaf, array in zip(leaves, given):
                    if leaf is tensor:
                        return array
                return to_array(tensor)
            first, args, kwargs = (mapped(v, place) for v in (sample.input, sample.args, sample.kwargs))
            return [o for o in flat(call(first, *args, **kwargs))]

        ours = [values_of(o) for o in run(arrays)]
        theirs_all = flat(op(sample.input, *sample.args, **sample.kwargs))
    theirs = [o for o in theirs_all]
    values = [to_numpy(o) if isinstance(o, torch.Tensor) else np.asarray(o) for o in theirs]
    wrong = difference(ours, values, bounds)
    tensors = [o for o in theirs if isinstance(o, torch.Tensor)]
    weights = cotangents(tensors)
    with_gradient = [(o, w) for o, w in zip(tensors, weights) if w is not None and o.requires_grad]
    if wrong or not leaves or not with_gradient:
        return wrong
    total = sum((o.double() * torch.from_numpy(w)).sum() for o, w in with_gradient)
    expected = torch.autograd.grad(total, leaves, allow_unused=True)
    expected = [np.zeros(tuple(t.shape)) if g is None else to_numpy(g.double() if g.layout == torch.strided else
                                                                   g.to_dense().double())
                for t, g in zip(leaves, expected)]

    def loss(given):
        outputs = [o for o in run(given) if isinstance(o, lm.Array)]
        parts = [lm.sum(lm.astype(o, lm.float64) * lm.array(w)) for o, w, t in zip(outputs, weights, tensors)
                 if w is not None and t.requires_grad]
        return sum(parts[1:], parts[0])

    got = lm.value_and_grad(loss)(arrays)[1]
    if any(t.is_floating_point() and t.element_size() <= 2 for t in tensors):
        bounds = NARROW  # the cotangents were rounded on their way
    wrong = difference([g.numpy().astype("float64") for g in got], expected, bounds)
    return wrong and "gradient: " + wrong


class Result:
    def __init__(self, name):
        self.name, self.agree, self.wrong, self.skipped, self.why = name, 0, [], collections.Counter(), ""


def run_entry(op, limit):
    name = full_name(op)
    result = Result(name)
    if name not in TABLE:
        result.why = reason(name)
        return result
    dtype = next((d for d in (torch.float64, torch.float32, torch.int64, torch.bool) if d in op.dtypes), None)
    if dtype is None:
        result.why = "complex numbers follow later"
        return result
    torch.manual_seed(0)
    random.seed(0)
    differentiable = op.supports_autograd and dtype.is_floating_point
    bounds = BOUNDS.get(str(dtype).split(".")[-1], BOUNDS["float32"])
    for number, sample in enumerate(op.sample_inputs("cpu", dtype, requires_grad=differentiable)):
        if number == limit:
            break
        try:
            wrong = compare(op, TABLE[name], sample, bounds)
        except Unsupported as e:
            result.skipped[str(e)] += 1
            continue
        except Absent as e:
            result.why = f"there is no {e} yet"
            return result
        except Exception as e:
            wrong = f"{type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}"
        if wrong:
            result.wrong.append(f"sample {number}: {wrong}")
        else:
            result.agree += 1
    if not result.agree and not result.wrong:
        result.why = ", ".join(result.skipped) or "there are no samples"
    return result


def print_report(results, out):
    covered = [r for r in results if r.agree + len(r.wrong)]
    good, bad = sum(r.agree for r in covered), sum(len(r.wrong) for r in covered)
    for r in covered:
        if r.wrong:
            print(f"{r.name}: {r.agree} agree, {len(r.wrong)} do not", file=out)
            for line in r.wrong[:3]:
                print(f"    {line}", file=out)
    groups = collections.defaultdict(list)
    for r in results:
        if r.why:
            groups[r.why].append(r.name)
    for why in sorted(groups, key=lambda w: -len(groups[w])):
        print(f"\n{len(groups[why])} entries: {why}\n    {' '.join(groups[why])}", file=out)
    skipped = sum((r.skipped for r in covered), collections.Counter())
    if skipped:
        print("\nsamples left out:", ", ".join(f"{n} {why}" for why, n in skipped.most_common()), file=out)
    share = good / max(good + bad, 1)
    print(f"\n{len(covered)} of {len(results)} entries, {good + bad} samples, {share:.2%} agree", file=out)
    return len(covered) >= ENTRIES and share >= SHARE


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only entries whose names contain one of these")
    parser.add_argument("--samples", type=int, default=60, help="of each entry at most (60)")
    parser.add_argument("--report", help="write the report to this file as well")
    options = parser.parse_args()
    results = [run_entry(op, options.samples) for op in op_db
               if not options.names or any(n in full_name(op) for n in options.names)]
    passed = print_report(results, sys.stdout)
    if options.report:
        with open(options.report, "w") as file:
            print_report(results, file)
    return 0 if passed or options.names else 1


if __name__ == "__main__":
    sys.exit(main())
