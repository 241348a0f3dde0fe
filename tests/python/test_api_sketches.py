"""How Lamina should feel: the sketches that fixed its tone and its names, run. tests/cpp/api has them in C++."""

import numpy as np
import pytest

import lamina as lm
from lamina import data, nn, optim


@pytest.fixture(autouse=True)
def same_start():
    lm.seed(0)


def test_arrays_read_like_numpy():
    x = lm.array([[1, 2], [3, 4]], dtype=lm.float32)
    y = lm.softmax(x @ x.T, axis=-1)
    powers = np.exp(np.array([[5.0, 11.0], [11.0, 25.0]]) - [[11.0], [25.0]])
    np.testing.assert_allclose(y.numpy(), powers / powers.sum(axis=-1, keepdims=True), rtol=1e-5)
    assert str(lm.array([[0.5, 2.0]])) == "[[0.5, 2]]"


def test_gradients():
    x = lm.array([[1, 2], [3, 4]], dtype=lm.float32)
    w, t = lm.array([[0.5], [-0.5]]), lm.array([[1.0], [0.0]])
    loss, g = lm.value_and_grad(lambda w: lm.mean((x @ w - t) ** 2))(w)
    rest = x.numpy() @ w.numpy() - t.numpy()
    assert loss.item() == pytest.approx(float((rest ** 2).mean()))
    np.testing.assert_allclose(g.numpy(), 2 * x.numpy().T @ rest / rest.size, rtol=1e-6)


def test_a_net_in_six_lines(tmp_path):
    path = tmp_path / "digits.lamina"
    train, test = data.digits().split(0.8, seed=0)
    model = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(512, 10))
    trainer = lm.Trainer(model).compile(optimizer=optim.Adam(lr=1e-3), loss="cross_entropy", metrics=["accuracy"])
    trainer.fit(train, epochs=3, batch_size=64, validation_data=test, verbose=0)
    assert trainer.evaluate(test)["accuracy"] > 0.8
    scores = trainer.predict(test.x[:5])
    assert scores.shape == (5, 10)
    trainer.save(str(path))
    np.testing.assert_allclose(lm.load_model(str(path))(test.x[:5]).numpy(), scores.numpy(), rtol=1e-4, atol=1e-5)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)

    def forward(self, x):
        return lm.relu(x + self.bn1(self.conv1(x)))


def test_a_module_and_a_loop_of_ones_own():
    train, _ = data.digits().split(0.2, seed=0)
    model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), Block(8), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128, 10))
    assert "1.bn1.running_mean" in model.state_dict()
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    totals = []
    for _ in range(4):
        total, steps = 0.0, 0
        with lm.profile() as profile:
            for x, y in data.DataLoader(train, batch_size=64, shuffle=True, seed=0):
                loss = nn.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
                total += loss
                steps += 1
            evaluations = str(profile).split()[0]
        assert evaluations == str(steps)  # one program a step; the loss is part of it
        assert all(parameter.grad is None for parameter in model.parameters())
        totals.append(total.item())
    assert totals[-1] < totals[0] / 2


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.MaxPool2d(2), nn.Flatten())
        self.classifier = nn.Sequential(nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, 10))

    def forward(self, x):
        return self.classifier(self.features(x))


def test_a_mistake_says_where_what_and_how():
    model = Classifier()
    with pytest.raises(lm.ShapeError) as error:
        model(lm.zeros((64, 3, 4, 4)))
    assert str(error.value).splitlines() == [
        "in classifier.0 (Linear 256 -> 512): expected 256 input features on axis -1, got 64",
        "  input      float32 [64, 64]  from features.2 (Flatten)",
        "  weight     float32 [512, 256]",
        "  help       Linear(64, 512), or check the Flatten before it: its input is [64, 16, 2, 2] = 64 features",
    ]


def test_what_ran():
    x = lm.array([[1.0, -2.0], [3.0, 4.0]])
    shown = lm.explain(lambda x: lm.sum(lm.relu(x * 2.0)), x)
    assert "multiply, relu, sum" in shown  # one loop
    total = lm.sum(lm.relu(x * 2.0))
    assert lm.explain(total) == shown
    with lm.profile() as profile:
        assert total.item() == 16.0
    assert "1 evaluations" in str(profile)
