"""Caches are bounded in bytes, show what they hold, and let go of what was used longest ago."""

import os
import subprocess
import sys

import lamina as lm


def use(name):
    return next((u for u in lm.program_cache().caches if u.name == name), None)


def test_many_shapes_stay_within_the_limits():
    cache = lm.program_cache()
    before = cache.limit
    try:
        cache.clear()
        cache.limit = 60_000
        for n in range(1, 120):
            x = lm.full((n, 7), 0.5).eval()
            for _ in range(2):  # compiled when it comes back
                lm.sum(lm.exp(x * 2.0 + n), axis=1).eval()
            assert cache.bytes <= cache.limit
        assert 1 < len(cache) < 119
        hits = cache.hits
        lm.sum(lm.exp(x * 2.0 + n), axis=1).eval()  # the newest is still there
        assert cache.hits == hits + 1
    finally:
        cache.limit = before
    code = use("machine code of loops")
    assert code is None or 0 < code.bytes <= code.limit
    for u in cache.caches:
        assert f"{u.name}: {u.entries}, {u.bytes} of {u.limit} bytes" in str(cache)


DERIVED = """
import lamina as lm
from lamina import nn

def derived():
    return next(u for u in lm.program_cache().caches if u.name == "derived weights")

lm.seed(0)
x = lm.ones((64, 512)).eval()
models = [nn.Linear(512, 512) for _ in range(4)]
lm.eval(*[v for m in models for v in m.state_dict().values()])
with lm.no_grad():
    first = [m(x).numpy().tobytes() for m in models for _ in range(2)]
    most = 0
    for _ in range(3):
        again = []
        for m in models:
            for _ in range(2):
                again.append(m(x).numpy().tobytes())
            most = max(most, derived().bytes)
        assert again == first
assert derived().limit == 3 << 20, derived().limit
assert most <= 3 << 20, most
print("entries", derived().entries)
del models, m
assert derived().bytes == 0 and derived().entries == 0
"""


def test_derived_weights_are_bounded_and_die_with_the_model():
    environment = dict(os.environ, LAMINA_DERIVED_BYTES=str(3 << 20))
    environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    run = subprocess.run([sys.executable, "-c", DERIVED], env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    # Each takes 1 MiB of packed weights: of four models, three fit.
    assert run.stdout == "entries 3\n"
