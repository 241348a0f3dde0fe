"""Pickled modules, parameters and histories, also in processes of their own."""

import copy
import multiprocessing
import pickle

import numpy as np
import pytest

import lamina as lm
from lamina import data, models, nn, optim, train


def again(value):
    return pickle.loads(pickle.dumps(value))


class Block(nn.Module):
    def __init__(self, channels, rate):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(channels)
        self.scale = nn.Parameter(lm.full((1,), 0.5))
        self.parts = [1, "two", rate]

    def forward(self, x):
        return lm.relu(x + self.scale * self.bn(self.conv(x)))


def nets():
    lm.seed(0)
    yield nn.Linear(3, 2, bias=False), (4, 3)
    yield nn.Sequential(nn.Conv2d(1, 4, (3, 1), padding=(1, 0)), nn.BatchNorm2d(4, momentum=0.3), nn.ReLU(),
                        nn.Sequential(nn.MaxPool2d(2), nn.Flatten()), nn.Dropout(0.5), nn.Linear(64, 3)), (2, 1, 8, 8)
    yield Block(2, rate=3.5), (2, 2, 5, 5)
    yield nn.Sequential(Block(2, 1), nn.Softplus(beta=2.0)), (2, 2, 5, 5)
    yield models.resnet20(num_classes=7), (1, 3, 16, 16)
    yield models.ResNet("basic", [1, 1], num_classes=7, width=8, small_images=True), (2, 3, 8, 8)
    yield nn.MultiheadAttention(8, 2), None


@pytest.mark.parametrize("net", list(nets()), ids=lambda net: type(net[0]).__name__)
def test_modules_come_back_as_they_were(net):
    module, shape = net
    module.eval()
    other = again(module)
    assert type(other) is type(module) and repr(other) == repr(module)
    assert not other.training and list(other.state_dict()) == list(module.state_dict())
    for name, value in module.state_dict().items():
        np.testing.assert_array_equal(other.state_dict()[name], value)
    if shape:
        x = lm.array(np.random.default_rng(0).normal(size=shape), dtype=lm.float32)
        np.testing.assert_array_equal(other(x), module(x))
    first = next(iter(dict(other.named_parameters()).values()))
    before = np.asarray(next(iter(dict(module.named_parameters()).values())))
    first.value = first.value + 1  # nothing is shared
    np.testing.assert_array_equal(next(iter(dict(module.named_parameters()).values())), before)


def test_what_is_not_a_value_comes_back_too():
    block = Block(2, rate=3.5)
    block.bn.eval()
    block.conv.requires_grad(False)
    other = again(block)
    assert other.parts == [1, "two", 3.5] and isinstance(other.scale, nn.Parameter)
    assert other.training and not other.bn.training
    assert not other.conv.weight.trainable and other.bn.weight.trainable
    assert again(copy.deepcopy(block.conv)).weight.shape == (2, 2, 3, 3)  # a copy knows how it was made


def test_pickling_draws_no_random_numbers():
    state = pickle.dumps(nn.Linear(50, 50))
    lm.seed(3)
    expected = np.asarray(lm.random.normal(shape=(4,)))
    lm.seed(3)
    pickle.loads(state)
    np.testing.assert_array_equal(lm.random.normal(shape=(4,)), expected)


def test_parts_made_in_cpp_say_what_to_do():
    part = models.resnet20(num_classes=7).children()[0]
    with pytest.raises(TypeError, match="pickle the whole"):
        pickle.dumps(part)
    assert again(part.state_dict()).keys() == part.state_dict().keys()


def test_histories():
    trainer = lm.Trainer(nn.Linear(2, 1)).compile("sgd", "mse")
    history = trainer.fit(np.ones((4, 2), np.float32), np.ones((4, 1), np.float32), epochs=2, verbose=0)
    other = again(history)
    assert dict(other) == dict(history) and other.epochs == 2 and "loss" in other and len(other) == 1
    assert repr(history).startswith("History(2 epochs, loss ")


@pytest.mark.parametrize("schedule", [
    optim.CosineSchedule(0.1, steps=9, warmup=2), optim.StepSchedule(0.1, every=3), optim.PiecewiseSchedule([2, 5], [3, 2, 1]),
    optim.OneCycleSchedule(0.1, steps=10), optim.ChainedSchedule([0.5, optim.PolynomialSchedule(0.2, steps=4)], [3])],
    ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("how", [again, copy.deepcopy])
def test_schedules(schedule, how):
    other = how(schedule)
    assert type(other) is type(schedule) and [other(i) for i in range(12)] == [schedule(i) for i in range(12)]


def test_optimizers_that_are_not_bound():
    adam = optim.Adam(lr=optim.CosineSchedule(0.5, steps=10), betas=(0.8, 0.9), amsgrad=True)
    other = again(adam)
    assert type(other) is optim.Adam and other.lr == 0.5
    sgd = optim.SGD(lr=0.1, momentum=0.9)
    sgd.lr = 0.25
    assert again(sgd).lr == 0.25 and again(optim.Lookahead(sgd, k=3)).lr == 0.25


@pytest.mark.parametrize("make", [lambda w: optim.SGD([w], lr=0.1), lambda w: optim.Lookahead(optim.Adam([w])),
                                  lambda w: optim.EMA([w]), lambda w: optim.ReduceOnPlateau(optim.SGD([w]))])
def test_what_belongs_to_parameters_says_what_to_do(make):
    made = make(nn.Parameter(lm.ones(2)))
    for how in (again, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot pickle this .*: .*(state_dict|another one for the copy)"):
            how(made)


class Doubles(data.Dataset):
    def __init__(self, count):
        super().__init__()
        self.count, self.name = count, [self.size]

    def size(self):
        return self.count

    def get(self, indices):
        return lm.array(indices, dtype=lm.float32), 2 * lm.array(indices)


def invert(picture):
    return 255 - np.asarray(picture)


def batches(loader):
    return [(np.asarray(x).tolist(), np.asarray(y).tolist()) for x, y in loader]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("digits") / "all")
    data.export_digits(folder, count=30)
    return data.ImageFolder(folder, transforms=[data.Resize((8, 8)), data.RandomCrop(8, padding=2), invert, data.ToFloat()])


@pytest.mark.parametrize("make", [
    lambda p: Doubles(7), lambda p: data.ArrayDataset(np.ones((5, 2)), np.arange(5)), lambda p: p,
    lambda p: p.split(0.8, seed=3)[1], lambda p: p.split(0.5)[0].with_transforms([data.Resize(9), data.CenterCrop(9)]),
    lambda p: train.Subset((np.ones((5, 2)), np.arange(5)), [3, 1]), lambda p: train.k_fold(Doubles(7), k=3)[2][1],
    lambda p: train.k_fold((np.ones((5, 2)), np.arange(5)))[1][0]], ids=range(8))
@pytest.mark.parametrize("how", [again, copy.deepcopy])
def test_datasets(make, how, pictures):
    dataset = make(pictures)
    other = how(dataset)
    assert type(other) is type(dataset)
    ours, theirs = (batches(data.DataLoader(d, batch_size=3, shuffle=True, seed=5)) for d in (dataset, other))
    assert ours == theirs and len(ours) > 0


def test_parts_of_a_dataset_hold_it_once():
    rows = data.ArrayDataset(np.zeros((1000, 100)), np.zeros(1000))
    parts = again(train.k_fold(rows, k=5))
    assert len(pickle.dumps(parts)) < 1.1 * 1000 * 101 * 8


@pytest.mark.parametrize("steps", [0, 2, 3])
def test_loaders_go_on_where_they_were(steps):
    loader = data.DataLoader((np.arange(9.0), np.arange(9)), batch_size=3, shuffle=True, seed=4, num_workers=0)
    loop = iter(loader) if steps else iter(())
    for _ in range(steps):
        next(loop)
    other = again(loader)
    rest = [(np.asarray(x).tolist(), np.asarray(y).tolist()) for x, y in loop]
    assert batches(other) == (rest or batches(loader))


class Own(lm.Trainer):
    def __init__(self, module, note):
        super().__init__(module)
        self.note = note


def test_trainers_go_on_as_they_were():
    x = np.random.default_rng(0).normal(size=(32, 4)).astype(np.float32)
    lm.seed(0)
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    for how in (again, copy.deepcopy):
        trainer = Own(net, note="a").compile(optim.Adam(lr=0.05), "mse", metrics=[train.MeanAbsoluteError(), "r2"])
        trainer.fit((x, x[:, :1]), epochs=2, verbose=0)
        other = how(trainer)
        assert type(other) is Own and other.note == "a"
        np.testing.assert_allclose(other.predict(x), trainer.predict(x), atol=1e-6)
        ours, theirs = (dict(t.fit((x, x[:, :1]), epochs=2, verbose=0)) for t in (trainer, other))
        assert list(ours) == ["loss", "mean_absolute_error", "r2"]
        for name, values in ours.items():
            np.testing.assert_allclose(theirs[name], values, rtol=1e-5)
    assert again(lm.Trainer(net)).predict(x).shape == (32, 1)
    held = lm.Trainer(net).compile(optim.SGD(net.parameters()), "mse")
    with pytest.raises(TypeError, match="give it one without"):
        pickle.dumps(held)


class Note(train.Callback):
    def __init__(self):
        super().__init__()
        self.seen = [1]


def test_callbacks_and_metrics():
    assert again(Note()).seen == [1]
    for made in (train.EarlyStopping("loss", patience=2), train.F1(average="macro"), train.Mixup(0.3, classes=4),
                 train.BLEU(order=2), data.ColorJitter(hue=0.1), train.EventLogger("somewhere")):
        assert type(again(made)) is type(made)
    assert repr(again(data.RandomCrop(8, padding=2))) == "RandomCrop(8, padding=2)"
    loop = iter(data.DataLoader((np.ones(3), np.ones(3))))
    with pytest.raises(TypeError, match="cannot pickle this DataLoaderIterator"):
        pickle.dumps(loop)


def answer(module, x):
    return np.asarray(module(lm.array(x)))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_modules_go_to_other_processes(method):
    module, x = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), np.ones((2, 3), np.float32)
    with multiprocessing.get_context(method).Pool(1) as pool:
        np.testing.assert_allclose(pool.apply(answer, (module, x)), answer(module, x), rtol=1e-6)
