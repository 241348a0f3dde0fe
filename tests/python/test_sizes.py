"""One program serves all sizes of a structure; shapes with named sizes are checked before there is data."""
import os
import subprocess
import sys

import numpy as np
import pytest

import lamina as lm
from lamina import nn

# Run with LAMINA_CHECK_SIZES=1: every graph that was made for other sizes is compiled in full as well, and compared.
SCRIPT = """
import random, sys
import numpy as np
import lamina as lm
from lamina import nn

class Rows(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.LSTM(6, 8, batch_first=True), nn.Linear(8, 3)
    def forward(self, x): return self.head(self.rnn(x)[0][:, -1])

class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(8), nn.MultiheadAttention(8, 2, batch_first=True)
        self.hidden, self.head = nn.Linear(8, 16), nn.Linear(16, 3)
    def forward(self, x):
        y = self.norm(x)
        x = x + self.attention(y, y, y)[0]
        return self.head(lm.mean(lm.gelu(self.hidden(x)), axis=1))

class Pictures(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4)
        self.head = nn.Linear(4, 3)
    def forward(self, x):
        return self.head(lm.mean(nn.MaxPool2d(2)(lm.relu(self.norm(self.conv(x)))), axis=(2, 3)))

CASES = {
    "mlp": (nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3)), lambda n, t: (n, 5)),
    "pictures": (Pictures(), lambda n, t: (n, 2, 8, 8)),
    "pictures of several sizes": (Pictures(), lambda n, t: (n, 2, 2 * t, 2 * t + 4)),
    "lstm": (Rows(), lambda n, t: (4, t, 6)),
    "lstm, both": (Rows(), lambda n, t: (n, t, 6)),
    "attention": (Attention(), lambda n, t: (n, t, 8)),
}
model, shape = CASES[sys.argv[1]]
random.seed(3)
numbers = np.random.default_rng(0)
optimizer = lm.optim.SGD(model.parameters(), lr=0.01)
sizes = [(random.randint(3, 60), random.randint(3, 60)) for _ in range(24)]
def once(n, t):
    x = lm.array(numbers.standard_normal(shape(n, t)).astype(np.float32))
    loss = lm.cross_entropy(model(x), lm.array(numbers.integers(0, 3, x.shape[0])))
    loss.backward()
    optimizer.step()
    return loss.item()
for size in sizes:
    once(*size), once(*size), once(*size)
model.eval()
with lm.no_grad():
    for n, t in sizes:
        for _ in range(3): model(lm.array(np.ones(shape(n, t), np.float32))).eval()
programs = [p for p in lm.program_cache().programs if p.sizes > 8]
print(len(programs), *(f"{p.sizes}/{p.passes}" for p in programs))
assert programs and all(p.passes <= 5 for p in programs), programs
"""


@pytest.mark.parametrize("case", ["mlp", "pictures", "pictures of several sizes", "lstm", "lstm, both", "attention"])
def test_random_sizes_are_one_program(case):
    path = os.pathsep.join([os.path.dirname(os.path.dirname(lm.__file__)), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run([sys.executable, "-c", SCRIPT, case], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": path, "LAMINA_CHECK_SIZES": "1"})
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def test_explain_names_what_varies():
    w = lm.array(np.ones((6, 11), np.float32))
    for n in (13, 17, 19, 29, 23):
        text = lm.explain(lm.relu(lm.array(np.ones((n, 6), np.float32)) @ w))
    assert "for all sizes; here a = 23" in text and "[a, 11]" in text


def test_check_gives_shapes_in_names():
    assert nn.Linear(2, 3).check(("n", 2)) == ("n", 3)
    assert nn.Linear(2, 3).check((8, 2)) == (8, 3)
    net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 16 * 16, 5))
    assert net.check(("n", 3, 32, 32)) == ("n", 5)
    assert nn.Flatten().check(("n", "h", 4)) == ("n", "4*h")
    assert nn.Conv2d(1, 2, 3).check(("n", 1, "h", "w")) == ("n", 2, "h-2", "w-2")
    assert lm.models.resnet18(num_classes=7).check(("batch", 3, 224, 224)) == ("batch", 7)
    assert lm.models.resnet18(num_classes=7).training

    class Two(nn.Module):
        def forward(self, a, b): return lm.matmul(a, b), {"sum": lm.concatenate([a, a], 1)}
    assert Two().check(("n", 3), (3, "m")) == [("n", "m"), ("n", 6)]


def test_check_says_which_sizes_do_not_fit():
    net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Flatten(), nn.Linear(8 * 16 * 16, 5))
    with pytest.raises(lm.errors.ShapeError, match="Linear") as raised:
        net.check(("n", 3, "h", "h"))
    assert "check tried inputs of [32, 3, 64, 64]" in raised.value.__notes__[0]
    with pytest.raises(lm.errors.ShapeError, match="Linear"):
        nn.Linear(2, 3).check(("n", 5))
    with pytest.raises(lm.errors.DTypeError, match="a size is a number or a name"):
        nn.Linear(2, 3).check((1.5, 2))
    with pytest.raises(lm.errors.ValueError, match="negative"):
        nn.Linear(2, 3).check((-1, 2))
    with pytest.raises(lm.errors.ValueError, match="no shape"):
        nn.Linear(2, 3).check()

    class Reads(nn.Module):
        def forward(self, x): return x * float(lm.sum(x))
    with pytest.raises(lm.errors.StateError, match="check"):
        Reads().check(("n", 2))
