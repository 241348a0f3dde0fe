"""A memory budget: values are computed again instead of kept, to the same bits."""

import pytest

import lamina as lm
from lamina import nn, optim


class Training:
    def __init__(self, make, x, classes=10):
        lm.seed(0)
        lm.program_cache().clear()
        self.model = make()
        self.optimizer = optim.SGD(self.model.parameters(), lr=0.05, momentum=0.9)
        self.x, self.y = x, lm.array([k % classes for k in range(x.shape[0])])
        lm.eval(self.x, self.y, *self.model.state_dict().values())

    def step(self):
        loss = nn.cross_entropy(self.model(self.x), self.y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def steps(self, count=3):
        return [self.step() for _ in range(count)]

    def weights(self):
        return {name: value.tolist() for name, value in self.model.state_dict().items()}

    @staticmethod
    def planned():
        return max(program.planned_bytes for program in lm.program_cache().programs)


def images(batch):
    lm.seed(1)
    return lm.random.normal((batch, 3, 32, 32)).eval()


def perceptron():
    layers = [layer for _ in range(12) for layer in (nn.Linear(64, 64), nn.Tanh(), nn.Dropout(0.2))]
    return nn.Sequential(*layers, nn.Linear(64, 10))


def resnet():
    return Training(lm.models.resnet20, images(32))


def deep():
    lm.seed(1)
    return Training(perceptron, lm.random.normal((1024, 64)).eval())


@pytest.mark.parametrize("make", [resnet, deep])
def test_training_holds_a_budget_to_the_same_bits(make):
    usual = make()
    losses, peak = usual.steps(), usual.planned()
    budget = peak * 6 // 10
    held = make()
    with lm.memory_budget(budget):
        first = held.step()  # and momentum is there
        before = lm.memory_statistics()["in_use"]
        lm.reset_peak_memory()
        assert [first, *held.steps(2)] == losses
    assert held.planned() <= budget
    assert lm.memory_statistics()["peak"] - before <= 1.05 * budget  # sizes are rounded up
    assert held.weights() == usual.weights()


def test_gradients_are_used_up_as_they_come():
    dense = Training(lambda: lm.models.densenet40(), images(8))
    dense.steps(2)
    # With all gradients of normalised values waiting for the first layers it would be 90 MB.
    assert dense.planned() < 30e6


def test_what_cannot_be_held_is_an_error_that_changes_nothing():
    training = resnet()
    training.steps(2)
    weights = training.weights()
    with pytest.raises(lm.OutOfMemory, match=r"memory_budget: the program needs at least \d+ bytes") as e:
        with lm.memory_budget(1 << 20):
            training.step()
    assert "1048576 bytes" in str(e.value) and "without a budget" in str(e.value)
    assert training.weights() == weights
    training.optimizer.zero_grad()
    training.step()


def test_explain_says_what_is_computed_again():
    training = resnet()
    loss = nn.cross_entropy(training.model(training.x), training.y)
    loss.backward()
    gradients = [p.grad for p in training.model.parameters()]
    assert "again" not in lm.explain(loss, *gradients)
    with lm.memory_budget(32 << 20):
        text = lm.explain(loss, *gradients)
    assert "memory budget 32.0 MiB: " in text and " instructions again, " in text
    assert any(line.endswith("  again") for line in text.splitlines())


def test_a_trainer_has_one():
    data = (images(32), lm.array([k % 10 for k in range(32)]))

    def losses(budget):
        lm.seed(0)
        lm.program_cache().clear()
        trainer = lm.Trainer(lm.models.resnet20()).compile(
            optim.SGD(lr=0.05), "cross_entropy", memory_budget=budget)
        return trainer.fit(data, epochs=2, batch_size=16, verbose=0)["loss"]

    usual = losses(0)
    peak = Training.planned()
    assert losses(peak * 7 // 10) == usual
    assert Training.planned() <= peak * 7 // 10
    with pytest.raises(lm.ValueError, match="memory_budget to be 0 or more"):
        lm.Trainer(nn.Linear(2, 1)).compile(optim.SGD(), "mse", memory_budget=-1)


def test_budgets_are_positive_and_end():
    for wrong in (0, -5):
        with pytest.raises(lm.ValueError, match="expected bytes of 1 or more"):
            lm.memory_budget(wrong)
    with pytest.raises(lm.DTypeError, match="expected bytes as an integer"):
        lm.memory_budget(1.5)
    with pytest.raises(lm.OutOfMemory):
        with lm.memory_budget(8):
            (lm.random.normal((1000,)) + 1).eval()
    (lm.random.normal((1000,)) + 1).eval()


class Sequences(Training):
    """A recurrent net whose loops keep most of what lives: numbers that fit the mean of its outputs."""

    def __init__(self, make, length):
        lm.seed(1)
        super().__init__(make, lm.random.normal((length, 8, 32)).eval())

    def step(self):
        y, _ = self.model(self.x)
        loss = lm.mean(lm.square(y - 0.1))
        loss.backward()
        self.optimizer.step()
        return loss.item()


@pytest.mark.parametrize("make, length", [
    (lambda: nn.LSTM(32, 32), 512),
    (lambda: nn.LSTM(32, 32, num_layers=2, bidirectional=True), 96),
    (lambda: nn.GRU(32, 32, num_layers=2, zoneout=0.1), 251),  # no number of equal segments
    (lambda: nn.RNN(nn.SRUCell(32, 32)), 100),
])
def test_long_loops_hold_a_budget(make, length):
    """Segments are computed again from the state they begin with; sums over segments may round otherwise."""
    usual = Sequences(make, length)
    losses, peak = usual.steps(), usual.planned()
    budget = peak * 4 // 10
    held = Sequences(make, length)
    with lm.memory_budget(budget):
        first = held.step()
        before = lm.memory_statistics()["in_use"]
        lm.reset_peak_memory()
        assert [first, *held.steps(2)] == pytest.approx(losses, rel=1e-6)
    assert held.planned() <= budget
    assert lm.memory_statistics()["peak"] - before <= 1.1 * budget + (1 << 16)  # and weights, packed for the loop
    for (name, a), b in zip(usual.weights().items(), held.weights().values()):
        assert lm.max(lm.abs(lm.array(a) - lm.array(b))).item() < 1e-6, name


def test_gradients_of_loops_in_segments_are_those_of_the_whole():
    lm.seed(2)
    w, x, h = (nn.Parameter(lm.random.normal(shape, dtype=lm.float64) * 0.5) for shape in [(4, 4), (40, 3, 4), (3, 4)])

    def gradients(of=1):
        """Of a loop that adds up over its steps, and has an output that is no state; and of those once more."""
        (h1, total), y = lm.scan(lambda s, x: ((lm.tanh(lm.matmul(s[0], w.value) + x), s[1] + lm.sum(s[0] * x)),
                                               lm.sin(s[0]) * x),
                                 (h.value, lm.zeros((), dtype=lm.float64)), x.value)
        values = lm.sum(y) + lm.sum(h1) + total
        for _ in range(of):
            grads = lm.vjp([values], [lm.ones((), dtype=lm.float64)], [w.value, x.value, h.value])
            values = sum(lm.sum(g * g) for g in grads)
        lm.eval(*grads)
        return grads

    for of, share in ((1, 0.4), (2, 0.4)):
        lm.program_cache().clear()
        expected = [gradients(of) for _ in range(2)][-1]  # compiled when it comes again
        peak = Training.planned()
        lm.program_cache().clear()
        with lm.memory_budget(int(share * peak)):
            found = gradients(of)
        assert Training.planned() <= share * peak
        for a, b in zip(found, expected):
            assert lm.max(lm.abs(a - b)).item() < 1e-12 * max(1, lm.max(lm.abs(b)).item())
