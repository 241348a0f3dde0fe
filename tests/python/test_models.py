"""The networks of lamina.models: shapes, sizes known from their papers, and the same numbers as PyTorch's."""

import pathlib
import sys

import numpy as np
import pytest

import lamina as lm
from lamina import models, nn, optim

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))
from bench.survey.net import weight  # noqa: E402

# name: (how to make it, trainable numbers, an input's shape)
NETS = {
    "resnet18": (models.resnet18, 11_689_512, (1, 3, 64, 64)),
    "resnet34": (models.resnet34, 21_797_672, (1, 3, 64, 64)),
    "resnet50": (models.resnet50, 25_557_032, (1, 3, 64, 64)),
    "resnet20": (models.resnet20, 272_474, (2, 3, 32, 32)),
    "densenet121": (models.densenet121, 7_978_856, (1, 3, 64, 64)),
    "densenet121_small": (lambda: models.densenet121(10, small_images=True), 6_956_298, (2, 3, 16, 16)),
    "densenet40": (models.densenet40, 1_019_722, (2, 3, 16, 16)),
}


@pytest.fixture(params=NETS)
def net(request):
    return request.param


def test_sizes(net):
    make, count, shape = NETS[net]
    model = make().eval()
    assert model.parameter_count() == count
    classes = 10 if shape[-1] < 64 else 1000
    scores = model(lm.ones(shape))
    assert scores.shape == (shape[0], classes)
    assert np.isfinite(scores.numpy()).all()


def test_agrees_with_pytorch(net):
    torch = pytest.importorskip("torch", reason="PyTorch is the other side of this comparison")
    import torch_nets

    make, _, shape = NETS[net]
    model, other = make(), torch_nets.NETS[net]()
    state = {name: weight(name, tuple(value.shape)) for name, value in other.state_dict().items()}
    assert list(model.state_dict()) == list(state)
    model.load_state_dict({name: lm.array(value) for name, value in state.items()})
    other.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    for mode in ("eval", "train"):
        if mode == "train":
            x = np.concatenate([x, x[:, :, ::-1], -x])
        getattr(model, mode)(), getattr(other, mode)()
        ours = model(lm.array(x)).numpy()
        theirs = other(torch.from_numpy(x)).detach().numpy()
        assert np.abs(ours - theirs).max() <= 1e-4 * np.abs(theirs).max(), mode


def both(ours, theirs):
    """The same weights in a net of ours and one of PyTorch's, which must have the same names."""
    import torch

    state = {name: weight(name, tuple(value.shape)) for name, value in theirs.state_dict().items()}
    assert list(ours.state_dict()) == list(state)
    ours.load_state_dict({name: lm.array(value) for name, value in state.items()})
    theirs.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    return ours, theirs


def close(ours, theirs, tolerance=1e-4):
    theirs = theirs.detach().numpy()
    return np.abs(ours.numpy() - theirs).max() <= tolerance * np.abs(theirs).max()


@pytest.mark.parametrize("name, torch_name", [("relu", "ReLU"), ("sigmoid", "Sigmoid"), ("tanh", "Tanh"),
                                              ("gelu", "GELU")])
def test_mlp_agrees_with_pytorch(name, torch_name):
    torch = pytest.importorskip("torch", reason="PyTorch is the other side of this comparison")
    import torch_nets

    ours, theirs = both(models.MLP([5, 7, 6, 3], name), torch_nets.dense((5, 7, 6, 3), getattr(torch.nn, torch_name)))
    x = np.random.default_rng(0).standard_normal((4, 5)).astype(np.float32)
    assert close(ours(lm.array(x)), theirs(torch.from_numpy(x)))


def test_bert_agrees_with_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is the other side of this comparison")
    import torch_bert

    ours, theirs = both(models.Bert(50, 24, 2, 3, 40, dropout=0), torch_bert.Bert(50, 24, 2, 3, 40))
    draw = np.random.default_rng(0)
    tokens, kinds = draw.integers(50, size=(3, 7)), draw.integers(2, size=(3, 7))
    mask = (np.arange(7) < np.array([[7], [4], [1]])).astype(np.int64)
    for inputs in ([tokens], [tokens, mask], [tokens, mask, kinds]):
        mine = ours(*map(lm.array, inputs))
        states, whole = theirs(*map(torch.from_numpy, inputs))
        if len(inputs) == 1:
            assert close(mine, states)
        else:
            assert close(mine[0], states) and close(mine[1], whole)


def test_bert_has_pytorchs_gradients():
    torch = pytest.importorskip("torch", reason="PyTorch is the other side of this comparison")
    import torch_bert

    ours, theirs = both(models.BertEncoder(24, 2, 3, 40, dropout=0), torch_bert.Encoder(24, 2, 3, 40))
    draw = np.random.default_rng(0)
    x, y = (draw.standard_normal((2, 5, 24)).astype(np.float32) for _ in range(2))
    nn.mse_loss(ours(lm.array(x)), lm.array(y)).backward()
    torch.nn.functional.mse_loss(theirs(torch.from_numpy(x)), torch.from_numpy(y)).backward()
    expected = dict(theirs.named_parameters())
    largest = max(float(p.grad.abs().max()) for p in expected.values())
    for name, parameter in ours.named_parameters():  # the biases of keys have no gradient but rounding
        difference = np.abs(parameter.grad.numpy() - expected[name].grad.numpy()).max()
        assert difference <= 1e-5 * largest, name


def test_minilm_learns_to_tell_sentences_apart():
    lm.seed(0)
    net, head = models.Bert(30, 16, 2, 2, 32), nn.Linear(16, 2)
    tokens = np.random.default_rng(0).integers(30, size=(16, 8))
    x, y = lm.array(tokens), lm.array((tokens[:, 0] >= 15).astype(np.int64))
    optimizer = optim.Adam(net.parameters() + head.parameters(), lr=0.01)
    losses = []
    for _ in range(40):
        loss = nn.cross_entropy(head(net(x, lm.ones_like(x))[1]), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]


@pytest.mark.parametrize("net", ["resnet20", "densenet40"])
def test_a_step_lowers_the_loss(net):
    make, _, shape = NETS[net]
    lm.seed(0)
    model = make()
    optimizer = optim.SGD(model.parameters(), lr=0.02)
    x, y = lm.random.normal((8, 3, 16, 16)), lm.array(np.arange(8) % 10)
    losses = []
    for _ in range(4):
        loss = nn.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_a_clone_gives_the_same():
    model = models.densenet40().eval()
    x = lm.ones((1, 3, 16, 16))
    assert (model.clone().eval()(x).numpy() == model(x).numpy()).all()


@pytest.mark.parametrize("make, says", [
    (lambda: models.ResNet("wide", [1]), 'block must be "basic" or "bottleneck", got "wide"'),
    (lambda: models.ResNet("basic", []), "the number of stages must be 1 to 8, got 0"),
    (lambda: models.ResNet("basic", [1, 0]), "blocks must be 1 to 1024, got 0"),
    (lambda: models.resnet50(num_classes=-3), "num_classes must be 1 to"),
    (lambda: models.resnet18(in_channels=2**62), "in_channels must be 1 to"),
    (lambda: models.DenseNet(0, [2]), "growth_rate must be 1 to 65536, got 0"),
    (lambda: models.DenseNet(4, [2], bottleneck=-1), "bottleneck must be 0 to 1024, got -1"),
    (lambda: models.MLP([4]), "expected the sizes of the input and of each layer, got 1 size"),
    (lambda: models.MLP([4, 2], "softplus"), 'activation must be "relu", "sigmoid", "tanh" or "gelu", got "softplus"'),
    (lambda: models.BertEncoder(10, 1, 3), "num_attention_heads must divide hidden_size, got 3 and 10"),
    (lambda: models.Bert(vocab_size=0), "vocab_size must be 1 to"),
    (lambda: models.minilm(dropout=float("nan")), "p must be 0 to 1, got nan"),
])
def test_sizes_that_cannot_be(make, says):
    with pytest.raises(lm.errors.ValueError, match=says.split("(")[0]):
        make()
