"""Estimators with scikit-learn's interface, for its pipelines, grids and cross-validation.

    from lamina.sklearn import LaminaClassifier
    model = LaminaClassifier(hidden=(64, 64), epochs=50).fit(X, y)
    model.predict(X), model.predict_proba(X), model.score(X, y)

scikit-learn is needed for this module only; `import lamina` never touches it.
"""

import contextlib

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from . import _lamina, nn, optim
from .train import Trainer

__all__ = ["LaminaClassifier", "LaminaRegressor"]


def _net(sizes):
    layers = []
    for before, after in zip(sizes, sizes[1:]):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


@contextlib.contextmanager
def _repeatable():
    """The same bits in every fit, whatever has run before."""
    before = _lamina.is_deterministic()
    _lamina.set_deterministic(True)
    try:
        yield
    finally:
        _lamina.set_deterministic(before)


class _Estimator(BaseEstimator):
    """What both share: a fully connected net on standardised columns."""

    def __init__(self, hidden=(64, 64), epochs=100, batch_size=32, lr=3e-3, random_state=0, verbose=0):
        self.hidden = hidden
        self.epochs = epochs
        self.batch_size = batch_size
        self.lr = lr
        self.random_state = random_state
        self.verbose = verbose

    def __getstate__(self):
        state = dict(super().__getstate__())
        if "module_" in state:
            state["module_"] = {name: np.array(value) for name, value in state["module_"].state_dict().items()}
        return state

    def __setstate__(self, state):
        super().__setstate__(state)
        if "module_" in state:
            values = self.module_
            self.module_ = _net(self.sizes_)
            self.module_.load_state_dict({name: _lamina.array(value) for name, value in values.items()})

    def _seed(self):
        if self.random_state is None:
            return int(np.random.randint(2**31))
        if isinstance(self.random_state, np.random.RandomState):
            return int(self.random_state.randint(2**31))
        return int(self.random_state)

    def _train(self, X, y, outputs, loss):
        X = X.astype(np.float64)
        self.mean_ = X.mean(axis=0)
        deviation = X.std(axis=0)
        self.scale_ = np.where(deviation > 0, deviation, 1.0)
        seed = self._seed()
        _lamina.seed(seed)
        sizes = [X.shape[1], *self.hidden, outputs]
        self.module_ = _net(sizes)
        batch = min(self.batch_size, len(X))
        trainer = Trainer(self.module_).compile(optim.Adam(lr=self.lr), loss)
        with _repeatable():
            trainer.fit((self._rows(X), y), epochs=self.epochs, batch_size=batch, seed=seed, verbose=self.verbose)
        self.sizes_ = sizes
        self.n_iter_ = self.epochs
        return self

    def _rows(self, X):
        return ((X - self.mean_) / self.scale_).astype(np.float32)

    def _outputs(self, X):
        check_is_fitted(self, "module_")
        X = validate_data(self, X, reset=False, dtype="numeric")
        # Row by row the same, whatever else is in the batch: products of one shape use one order of sums.
        rows = self._rows(np.asarray(X, dtype=np.float64))
        self.module_.eval()
        step, parts = 64, []
        for first in range(0, len(rows), step):
            part = rows[first : first + step]
            padded = np.zeros((step, rows.shape[1]), np.float32)
            padded[: len(part)] = part
            with _repeatable():
                parts.append(np.array(self.module_(_lamina.array(padded)))[: len(part)])
        return np.concatenate(parts).astype(np.float64)


class LaminaClassifier(ClassifierMixin, _Estimator):
    """A classifier: a fully connected net with `hidden` layers, trained by Adam."""

    def fit(self, X, y):
        X, y = validate_data(self, X, y, dtype="numeric")
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"Classifier can't train when only one class is present: {self.classes_[0]!r}")
        return self._train(X, labels.astype(np.int64), len(self.classes_), "cross_entropy")

    def decision_function(self, X):
        scores = self._outputs(X)
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict_proba(self, X):
        scores = self._outputs(X)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)

    def predict(self, X):
        scores = self._outputs(X)
        return self.classes_[scores.argmax(axis=1)]


class LaminaRegressor(RegressorMixin, _Estimator):
    """A regressor for one or several values: a fully connected net with `hidden` layers, trained by Adam."""

    def fit(self, X, y):
        X, y = validate_data(self, X, y, dtype="numeric", multi_output=True, y_numeric=True)
        y = np.asarray(y, dtype=np.float64)
        self.single_ = y.ndim == 1
        columns = y.reshape(len(y), -1)
        self.y_mean_ = columns.mean(axis=0)
        deviation = columns.std(axis=0)
        self.y_scale_ = np.where(deviation > 0, deviation, 1.0)
        wanted = ((columns - self.y_mean_) / self.y_scale_).astype(np.float32)
        return self._train(X, wanted, columns.shape[1], "mse")

    def predict(self, X):
        values = self._outputs(X) * self.y_scale_ + self.y_mean_
        return values[:, 0] if self.single_ else values

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
