"""Fits on what is no dataset: loaders with options of their own, generators, iterables of unknown length."""

import numpy as np
import pytest

import lamina as lm
from lamina import data, nn, optim, train


def example(i):
    x = np.random.default_rng(i).normal(size=(4, 3)).astype(np.float32)
    return x, x @ np.array([[1.0], [-2.0], [0.5]], np.float32)


def trainer(**options):
    lm.seed(0)
    return lm.Trainer(nn.Linear(3, 1)).compile(optim.SGD(lr=0.05), "mse", **options)


class Passes:
    """As PyTorch's DataLoader: begun again by iter(), without examples by number."""

    def __init__(self, count):
        self.count, self.begun = count, 0

    def __iter__(self):
        self.begun += 1
        return iter([list(example(i)) for i in range(self.count)])

    def __len__(self):
        return self.count


def weights(t):
    return np.concatenate([v.numpy().ravel() for v in t.module.state_dict().values()])


def test_a_stream_trains_as_the_same_batches_in_a_dataset():
    x, y = (np.concatenate(part) for part in zip(*map(example, range(5))))
    whole, stream = trainer(), trainer()
    whole.fit((x, y), epochs=3, batch_size=4, shuffle=False, verbose=0)
    batches = Passes(5)
    stream.fit(batches, epochs=3, verbose=0, validation_data=Passes(2))
    np.testing.assert_array_equal(weights(stream), weights(whole))
    assert batches.begun == 3 and len(stream.history["val_loss"]) == 3
    assert stream.history["loss"] == pytest.approx(whole.history["loss"])
    assert stream.evaluate(Passes(5))["loss"] == pytest.approx(whole.evaluate((x, y))["loss"])


def test_generators_are_cut_into_epochs():
    seen = []

    class Note(train.Callback):
        def on_train_batch_end(self, batch):
            seen.append((batch, self.trainer.samples()))

    def endless():
        i = 0
        while True:
            yield example(i)
            i += 1

    t = trainer()
    history = t.fit(endless(), epochs=3, steps_per_epoch=2, verbose=0, callbacks=[Note()])
    assert history.epochs == 3 and [b for b, _ in seen] == [0, 1] * 3
    assert sum((s for _, s in seen), []) == list(range(24))
    reference = trainer()
    reference.fit([(a, b) for i in range(6) for a, b in zip(*example(i))], batch_size=4, shuffle=False, verbose=0)
    np.testing.assert_allclose(weights(t), weights(reference), rtol=1e-6)
    assert trainer().fit(iter([example(0)]), verbose=0).epochs == 1


def test_steps_go_over_the_ends_of_passes():
    batches = Passes(3)
    assert trainer().fit(batches, epochs=4, steps_per_epoch=2, verbose=0).epochs == 4
    assert batches.begun == 3


def test_a_stream_that_ends_ends_the_fit():
    t = trainer()
    history = t.fit((example(i) for i in range(5)), epochs=9, steps_per_epoch=2, verbose=0)
    assert history.epochs == 3 and t.optimizer.steps == 5


def test_the_last_batches_of_a_pass_make_a_step_when_gradients_are_accumulated():
    t = trainer(accumulate=2)
    t.fit(Passes(5), epochs=2, verbose=0)
    assert t.optimizer.steps == 6


def test_loaders_keep_their_options():
    x = np.eye(8, 3, dtype=np.float32)
    loader = data.DataLoader((x, x[:, :1]), batch_size=4, weights=[1.0] + [0.0] * 7, num_samples=12, num_workers=2)
    seen = []

    class Note(train.Callback):
        def on_train_batch_end(self, batch):
            seen.extend(self.trainer.samples())

    trainer().fit(loader, epochs=2, verbose=0, callbacks=[Note()])
    assert seen == [0] * 24 and loader.position == (0, 0)


@pytest.mark.parametrize("source, options, message", [
    (lambda: iter([example(0)]), {"epochs": 2}, "gone through once"),
    (lambda: iter([]), {}, "no batch"),
    (lambda: Passes(0), {"epochs": 2}, "no batch"),
    (lambda: Passes(2), {"validation_split": 0.5}, "need a dataset"),
    (lambda: Passes(2), {"sample_weight": np.ones(8, np.float32)}, "need a dataset"),
    (lambda: Passes(2), {"epochs": 2, "validation_data": iter([example(0)])}, "each epoch needs them"),
])
def test_what_cannot_be_done_with_streams(source, options, message):
    with pytest.raises(lm.errors.ValueError, match=message):
        trainer().fit(source(), verbose=0, **options)


def test_errors_of_a_stream_come_out_and_wrong_batches_are_named():
    def breaks():
        yield example(0)
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        trainer().fit(breaks(), verbose=0)
    for wrong in (1, (example(0)[0],), "ab"):
        with pytest.raises(lm.errors.DTypeError, match=r"expected a pair \(x, y\)"):
            trainer().fit(iter([wrong]), verbose=0)
    for no in (3, "text", {1: 2}):
        with pytest.raises(lm.errors.DTypeError, match="expected a Dataset"):
            trainer().fit(no, verbose=0)
