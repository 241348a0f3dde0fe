"""Streaming metrics against NumPy, over batches of several sizes."""

import collections
import math

import numpy as np
import pytest

import lamina as lm
from lamina import train

CLASSES = 4


def scored(n=37, seed=0):
    rng = np.random.default_rng(seed)
    target = rng.integers(0, CLASSES - 1, n)  # the last class never occurs
    scores = rng.normal(size=(n, CLASSES)).astype(np.float32) + 1.5 * np.eye(CLASSES, dtype=np.float32)[target]
    return scores, target


def asked(n=41, seed=1):
    rng = np.random.default_rng(seed)
    target = rng.integers(0, 2, n)
    return np.clip(0.5 + 0.3 * (target - 0.5) + rng.normal(size=n) * 0.2, 0, 1), target


def streamed(metric, prediction, target, size=10):
    metric.reset()
    for i in range(0, len(target), size):
        metric.update(lm.array(prediction[i:i + size]), lm.array(target[i:i + size]))
    return metric.result()


def counts(said, target, classes):
    return [(np.sum((said == c) & (target == c)), np.sum((said == c) & (target != c)), np.sum((said != c) & (target == c)))
            for c in classes]


def ratio(a, b):
    return a / b if b else 0.0


FORMULAS = {"Precision": lambda tp, fp, fn: ratio(tp, tp + fp), "Recall": lambda tp, fp, fn: ratio(tp, tp + fn),
            "F1": lambda tp, fp, fn: ratio(2 * tp, 2 * tp + fp + fn)}


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("name", FORMULAS)
def test_precision_recall_f1(name, average):
    scores, target = scored()
    of, per_class = FORMULAS[name], counts(scores.argmax(1), target, range(CLASSES))
    if average == "micro":
        wanted = of(*map(sum, zip(*per_class)))
    else:
        wanted = np.average([of(*c) for c in per_class],
                            weights=[tp + fn for tp, _, fn in per_class] if average == "weighted" else None)
    assert streamed(getattr(train, name)(average=average), scores, target) == pytest.approx(wanted, rel=1e-12)
    p, t = asked()
    assert streamed(getattr(train, name)(threshold=0.6), p, t) == pytest.approx(of(*counts(p >= 0.6, t, [1])[0]), rel=1e-12)


def test_accuracies():
    scores, target = scored()
    assert streamed(train.Accuracy(), scores, target) == pytest.approx((scores.argmax(1) == target).mean())
    order = np.argsort(-scores, axis=1)[:, :2]
    assert streamed(train.TopKAccuracy(k=2), scores, target) == pytest.approx((order == target[:, None]).any(1).mean())
    p, t = asked()
    assert streamed(train.BinaryAccuracy(threshold=0.3), p, t) == pytest.approx(((p >= 0.3) == t).mean())


def test_auc():
    p, t = asked(400)
    pairs = p[t == 1][:, None] - p[t == 0][None, :]
    exact = (pairs > 0).mean() + (pairs == 0).mean() / 2
    assert streamed(train.AUC(), p, t) == pytest.approx(exact, abs=2e-3)
    places = np.array([-1e-7, *[i / 19 for i in range(1, 19)], 1 + 1e-7])
    tpr, fpr = ([(p[t == v][:, None] > places).mean(0)] for v in (1, 0))
    wanted = -np.trapezoid(tpr[0], fpr[0]) if hasattr(np, "trapezoid") else -np.trapz(tpr[0], fpr[0])
    assert streamed(train.AUC(thresholds=20), p, t) == pytest.approx(wanted, rel=1e-12)


def test_confusion_matrix_and_iou():
    scores, target = scored()
    wanted = np.zeros((CLASSES, CLASSES), int)
    np.add.at(wanted, (target, scores.argmax(1)), 1)
    metric = train.ConfusionMatrix()
    assert streamed(metric, scores, target) == pytest.approx(np.trace(wanted) / len(target))
    np.testing.assert_array_equal(metric.matrix().numpy(), wanted)
    union = wanted.sum(0) + wanted.sum(1) - np.diag(wanted)
    assert streamed(train.MeanIoU(), scores, target) == pytest.approx(np.mean((np.diag(wanted) / union)[union > 0]))


def test_errors_of_numbers():
    rng = np.random.default_rng(3)
    target = rng.normal(size=(25, 3)) + 5
    prediction = target + rng.normal(size=(25, 3)) * 0.5
    d = prediction - target
    for metric, wanted in [(train.MeanSquaredError(), np.mean(d**2)), (train.MeanAbsoluteError(), np.mean(abs(d))),
                           (train.RootMeanSquaredError(), np.sqrt(np.mean(d**2))),
                           (train.R2(), 1 - np.sum(d**2) / np.sum((target - target.mean()) ** 2))]:
        metric.reset()
        for i in range(0, 25, 10):
            metric.update(lm.array(prediction[i:i + 10], dtype=lm.float64), lm.array(target[i:i + 10], dtype=lm.float64))
        assert metric.result() == pytest.approx(wanted, rel=1e-10), metric


def test_perplexity():
    scores, target = scored()
    logs = scores - np.log(np.exp(scores).sum(1, keepdims=True))
    wanted = np.exp(-logs[np.arange(len(target)), target].mean())
    assert streamed(train.Perplexity(), scores, target) == pytest.approx(wanted, rel=1e-5)


def bleu(pairs, order=4):
    """As in the paper: clipped counts over the corpus, the nearest reference length."""
    matches, runs, length, nearest = [0] * order, [0] * order, 0, 0
    for words, references in pairs:
        length += len(words)
        nearest += min((abs(len(r) - len(words)), len(r)) for r in references)[1]
        for n in range(order):
            grams = lambda w: collections.Counter(tuple(w[i:i + n + 1]) for i in range(len(w) - n))
            most = collections.Counter()
            for r in references:
                most |= grams(r)
            matches[n] += sum((grams(words) & most).values())
            runs[n] += sum(grams(words).values())
    if not all(matches):
        return 0.0
    mean = sum(math.log(m / r) for m, r in zip(matches, runs)) / order
    return math.exp(mean + min(0.0, 1 - nearest / length))


def test_bleu():
    rng = np.random.default_rng(5)
    pairs = []
    for _ in range(20):
        reference = rng.integers(0, 50, rng.integers(8, 20)).tolist()
        words = [w if rng.random() > 0.15 else int(rng.integers(0, 50)) for w in reference][:rng.integers(6, 20)]
        pairs.append((words, [reference, rng.integers(0, 50, 12).tolist()]))
    for order in (1, 2, 4):
        metric = train.BLEU(order=order)
        for words, references in pairs:
            metric.update(words, references)
        assert metric.result() == pytest.approx(bleu(pairs, order), rel=1e-12) and metric.result() > 0
    assert train.BLEU().result() == 0
    with pytest.raises(lm.ValueError):
        train.BLEU().update([1], [])


def test_metrics_in_a_fit_are_those_of_all_batches():
    scores, target = scored(50)
    names = ["accuracy", "precision", "recall", "f1", "iou", "top_k_accuracy", "perplexity"]
    model = lm.nn.Linear(CLASSES, CLASSES)
    trainer = lm.Trainer(model).compile(lm.optim.SGD(lr=0.1), "cross_entropy", names + [train.ConfusionMatrix()])
    history = trainer.fit((scores, target), epochs=2, batch_size=16, verbose=0)
    assert set(names) < set(history.history)
    logs = trainer.evaluate((scores, target), batch_size=7)
    prediction = trainer.predict(scores)
    for name, metric in [("f1", train.F1()), ("iou", train.MeanIoU()), ("perplexity", train.Perplexity())]:
        metric.update(prediction, lm.array(target))
        assert logs[name] == pytest.approx(metric.result(), rel=1e-6), name


def test_a_metric_of_ones_own_with_compute():
    class Spread(train.Metric):
        def name(self):
            return "spread"

        def measure(self, prediction, target):
            return lm.stack([lm.sum(prediction), lm.sum(prediction * prediction)])

        def compute(self, sums, examples):
            return math.sqrt(sums[1] / examples - (sums[0] / examples) ** 2)

    values = np.random.default_rng(0).normal(size=30)
    assert streamed(Spread(), values, np.zeros(30)) == pytest.approx(values.std(), rel=1e-5)


def test_what_does_not_fit_is_refused():
    with pytest.raises(lm.ShapeError):
        train.Precision().update(lm.zeros((3, 2)), lm.zeros(4, dtype=lm.int64))
    with pytest.raises(lm.ValueError):
        train.F1(average="mean")
    with pytest.raises(lm.ValueError):
        train.AUC(thresholds=1)
    with pytest.raises(lm.StateError):
        train.ConfusionMatrix().matrix()
    metric = train.ConfusionMatrix()
    metric.update(lm.zeros((3, 2)), lm.array([0, 1, 1]))
    with pytest.raises(lm.ShapeError):
        metric.update(lm.zeros((3, 3)), lm.array([0, 1, 2]))
    assert math.isnan(train.R2().result())
