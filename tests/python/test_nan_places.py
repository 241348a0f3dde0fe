"""NaN that begins at 100 random places: in the data, going forward, going backward. All are named."""

import numpy as np
import pytest

import lamina as lm
from lamina import data, nn, optim, train

MARK = 7.0  # the first feature of the one example that goes wrong
EXAMPLES, FEATURES, BLOCKS, BATCH = 48, 6, 5, 8

# What becomes NaN where d is 0, and the op that makes it.
FORWARD = {
    "sqrt": lambda h, d: lm.sqrt(lm.abs(d) - 0.01 * (d == 0)),
    "log": lambda h, d: lm.log(lm.abs(d) - 0.01 * (d == 0)),
    "divide": lambda h, d: (h * d) / (h * d),
    "acosh": lambda h, d: lm.acosh(1 + lm.abs(d) - 0.01 * (d == 0)),
    "power": lambda h, d: (lm.abs(d) - 0.01 * (d == 0)) ** 0.3,
}
# What has a value where d is 0, and no slope: the op of the gradient that makes NaN there.
BACKWARD = {
    "sqrt": (lambda h, d: 0.0 * lm.sqrt(h * 0.0 + d * d), "divide"),
    "hidden log": (lambda h, d: lm.where(d == 0, 0.0, lm.log((h * h + 0.1) * lm.abs(d))), "divide"),
    "root": (lambda h, d: 0.0 * (h * 0.0 + lm.abs(d)) ** 0.5, "multiply"),
}


class Block(nn.Module):
    def __init__(self, fault):
        super().__init__()
        self.linear, self.fault, self.mark = nn.Linear(FEATURES, FEATURES), fault, None

    def forward(self, x):
        h = lm.tanh(self.linear(x))
        return h + self.fault(h, self.mark - MARK) if self.fault else h


class Net(nn.Module):
    def __init__(self, place, fault):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(fault if i == place else None) for i in range(BLOCKS)])
        self.head = nn.Linear(FEATURES, 3)

    def forward(self, x):
        for block in self.blocks:
            block.mark = x[:, :1]
        scores = self.head(self.blocks(x))
        for block in self.blocks:
            block.mark = None
        return scores


def report(place, fault, x, y, seed):
    lm.seed(seed)
    stop = train.StopOnNaN(raise_=False)
    trainer = lm.Trainer(Net(place, fault)).compile(optim.SGD(lr=0.01), "cross_entropy")
    trainer.fit((x, y), epochs=2, batch_size=BATCH, seed=seed, verbose=0, callbacks=[stop])
    return stop.report


def problem(rng):
    x = rng.normal(size=(EXAMPLES, FEATURES)).clip(-3, 3).astype(np.float32)
    return x, rng.integers(0, 3, EXAMPLES)


def step_of(example, seed):
    """Counted from 1: the batch in which an example comes."""
    numbers = np.arange(EXAMPLES)
    loader = data.DataLoader((numbers, numbers), batch_size=BATCH, shuffle=True, seed=seed)
    return next(i for i, (_, y) in enumerate(loader, 1) if example in y.tolist())


@pytest.mark.parametrize("seed", range(100))
def test_a_place_is_named(seed):
    rng = np.random.default_rng(seed)
    (x, y), example, place = problem(rng), int(rng.integers(EXAMPLES)), int(rng.integers(BLOCKS))
    kind = ("data", "forward", "backward")[seed % 3]
    fault, op, module = None, "", ""
    if kind == "data":
        x[example, rng.integers(FEATURES)] = rng.choice([np.nan, np.inf, -np.inf])
    else:
        x[example, 0] = MARK
        name = rng.choice(list(FORWARD if kind == "forward" else BACKWARD))
        fault, op = (FORWARD[name], name) if kind == "forward" else BACKWARD[name]
        module = f"blocks.{place}"
    found = report(place, fault, x, y, seed)
    assert found is not None, (kind, op)
    assert (found.stage, found.op, found.module) == (kind, op, module)
    assert (found.step, found.samples) == (step_of(example, seed), [example])
