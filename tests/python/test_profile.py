"""The profile and the program cache, as users see them."""

import json

import pytest

import lamina as lm
from lamina import nn, optim


def step(model, optimizer, x, y):
    loss = nn.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss


@pytest.fixture
def problem():
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    x, y = lm.ones((5, 8)), lm.zeros((5,), dtype=lm.int64)
    lm.eval(x, y)
    step(model, optimizer, x, y)
    return model, optimizer, x, y


def test_profile_by_layer_and_kernel(problem, tmp_path):
    lm.program_cache().clear()
    with lm.profile() as p:
        step(*problem)
        step(*problem)
    step(*problem)  # not measured
    assert p.counters["evaluations"] == 2
    assert p.counters["early_reads"] == 0
    assert {row.tier for row in p.rows} == {0, 1}
    assert any(row.layer == "0" and "matmul" in row.kernel for row in p.rows)
    assert p.seconds == pytest.approx(sum(row.seconds for row in p.rows))
    assert "tier 1: came back" in str(p)

    p.save(tmp_path / "trace.json")
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert sum(e["cat"] == "program" for e in events) == 2
    assert sum(e["cat"] != "program" for e in events) == sum(row.runs for row in p.rows)
    assert all(e["ph"] == "X" and e["dur"] >= 0 for e in events)


def test_a_profile_that_measured_nothing_says_so():
    with pytest.raises(lm.StateError, match="with lm.profile"):
        lm.profile().rows


def test_program_cache(problem):
    cache = lm.program_cache()
    cache.clear()
    assert len(cache) == 0 and cache.bytes == 0
    hits = cache.hits
    for _ in range(3):
        step(*problem)
    assert len(cache) == 1 and cache.hits - hits == 2
    program = cache.programs[0]
    assert (program.runs, program.tier) == (3, 1)
    assert "matmul" in program.what and program.what in str(cache)
    limit = cache.limit
    cache.limit = 0  # what was used last stays
    lm.eval(lm.ones(3) + lm.arange(3))
    assert len(cache) == 1
    cache.limit = limit
    with pytest.raises(lm.ValueError):
        cache.limit = -1
