"""Cells and layers of other forms: each against its formula in NumPy, gradients against differences and PyTorch."""

import pytest

import lamina as lm

np = pytest.importorskip("numpy")
nn = lm.nn


# The formulas take arrays of NumPy and of PyTorch.
def exp(x):
    return x.exp() if hasattr(x, "exp") else np.exp(x)


def tanh(x):
    return x.tanh() if hasattr(x, "tanh") else np.tanh(x)


def sigmoid(x):
    return 1 / (1 + exp(-x))


def normed(x, weight, bias):
    x = x - x.mean(-1)[..., None]
    return x / ((x * x).mean(-1)[..., None] + 1e-5) ** 0.5 * weight + bias


def lstm(p, x, h, c):
    """All forms of LSTM: which one it is, its parameters say."""
    zx, zh = x @ p["weight_ih"].T, h @ p["weight_hh"].T
    if "norm_ih_weight" in p:
        zx = normed(zx, p["norm_ih_weight"], p["norm_ih_bias"])
        zh = normed(zh, p["norm_hh_weight"], p["norm_hh_bias"])
    else:
        zx, zh = zx + p["bias_ih"], zh + p["bias_hh"]
    size = c.shape[-1]
    gates = [(zx + zh)[:, k:k + size] for k in range(0, zx.shape[-1], size)]
    coupled = len(gates) == 3
    i, g, o = gates[0], gates[-2], gates[-1]
    f = None if coupled else gates[1]
    if "weight_peephole" in p:
        v = p["weight_peephole"].reshape(-1, size)
        i = i + v[0] * c
        f = f if coupled else f + v[1] * c
    f = 1 - sigmoid(i) if coupled else sigmoid(f)
    c = f * c + sigmoid(i) * tanh(g)
    if "weight_peephole" in p:
        o = o + v[-1] * c
    seen = normed(c, p["norm_c_weight"], p["norm_c_bias"]) if "norm_c_weight" in p else c
    h = sigmoid(o) * tanh(seen)
    return (h @ p["weight_hr"].T if "weight_hr" in p else h), c


def layer_norm_gru(p, x, h, reset_after=True):
    n = h.shape[-1]

    def norm(kind, z, first, last):
        rows = slice(first * n, last * n)
        return normed(z, p[f"norm_{kind}_weight"][rows], p[f"norm_{kind}_bias"][rows])

    wx, wh = x @ p["weight_ih"].T, h @ p["weight_hh"].T
    gates = sigmoid(norm("ih", wx[:, :2 * n], 0, 2) + norm("hh", wh[:, :2 * n], 0, 2))
    r, z = gates[:, :n], gates[:, n:]
    if reset_after:
        inner = r * norm("hh", wh[:, 2 * n:], 2, 3)
    else:
        inner = norm("hh", (r * h) @ p["weight_hh"][2 * n:].T, 2, 3)
    return (1 - z) * tanh(norm("ih", wx[:, 2 * n:], 2, 3) + inner) + z * h


def indrnn(p, x, h):
    z = x @ p["weight_ih"].T + p["bias"] + p["weight_hh"] * h
    return z * (z > 0)


def sru(p, x, c):
    n = c.shape[-1]
    u = [(x @ p["weight_ih"].T)[:, k:k + n] for k in range(0, len(p["weight_ih"]), n)]
    f = sigmoid(u[1] + p["weight_c"][:n] * c + p["bias"][:n])
    r = sigmoid(u[2] + p["weight_c"][n:] * c + p["bias"][n:])
    c = f * c + (1 - f) * u[0]
    return r * c + (1 - r) * (u[3] if len(u) == 4 else x), c


# kind, options, sizes of the arrays of the state, formula: (p, x, *state) -> (output, state)
FORMS = [
    ("LSTM", {"proj_size": 2}, (2, 4), lstm),
    ("LSTM", {"peepholes": True}, (4, 4), lstm),
    ("LSTM", {"coupled": True}, (4, 4), lstm),
    ("LSTM", {"layer_norm": True}, (4, 4), lstm),
    ("LSTM", {"proj_size": 3, "peepholes": True, "coupled": True, "layer_norm": True}, (3, 4), lstm),
    ("GRU", {"layer_norm": True}, (4,), layer_norm_gru),
    ("GRU", {"layer_norm": True, "reset_after": False}, (4,), layer_norm_gru),
    ("IndRNN", {}, (4,), indrnn),
    ("SRU", {}, (4,), sru),
]


def step(kind, options, formula, p, x, state):
    if kind in ("LSTM", "ConvLSTM2d"):
        after = formula(p, x, *state)
        return after[0], after
    if kind == "SRU":
        y, c = formula(p, x, *state)
        return y, (c,)
    h = formula(p, x, *state, **({"reset_after": False} if options.get("reset_after") is False else {}))
    return h, (h,)


def drawn(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def randomize(module):
    for k, p in enumerate(module.parameters()):
        p.value = lm.array(0.5 * drawn(tuple(p.shape), k), dtype=p.dtype)


def numbers(module, suffix=""):
    return {name.removesuffix(suffix): np.array(p) for name, p in module.named_parameters() if name.endswith(suffix)}


def states(x):
    return x if isinstance(x, tuple) else (x,)


@pytest.mark.parametrize("kind, options, sizes, formula", FORMS)
@pytest.mark.parametrize("features", [3, 4])
def test_layers_and_cells_are_their_formulas(kind, options, sizes, formula, features):
    layer = getattr(nn, kind)(features, 4, num_layers=2, bidirectional=True, dtype=lm.float64, **options)
    cell = getattr(nn, kind + "Cell")(features, 4, dtype=lm.float64, **options)
    randomize(layer)
    cell.load_state_dict({n[:-3]: v for n, v in layer.state_dict().items() if n.endswith("_l0")})
    lengths, x = [5, 2, 3], drawn((5, 3, features))
    first = [drawn((4, 3, size), 7 + k) for k, size in enumerate(sizes)]
    given = tuple(lm.array(s) for s in first)
    y, last = layer(lm.array(x), given if len(given) > 1 else given[0], lengths=lm.array(lengths))
    one_way, ended = nn.RNN(cell)(lm.array(x), tuple(s[0] for s in given) if len(given) > 1 else given[0][0],
                                  lengths=lm.array(lengths))
    for b, length in enumerate(lengths):
        rows = x[:length, b:b + 1]
        for depth in range(2):
            sides = []
            for d, suffix in enumerate((f"_l{depth}", f"_l{depth}_reverse")):
                p, state, found = numbers(layer, suffix), [s[2 * depth + d, b:b + 1] for s in first], []
                for row in rows[::-1] if d else rows:
                    output, state = step(kind, options, formula, p, row, state)
                    found.append(output)
                sides.append(np.array(found[::-1] if d else found))
                for array, expected in zip(states(last), state):
                    assert np.allclose(np.array(array)[2 * depth + d, b], expected[0], atol=1e-10)
                if depth == d == 0:
                    assert np.allclose(np.array(one_way)[:length, b:b + 1], sides[0], atol=1e-10)
                    for array, expected in zip(states(ended), state):
                        assert np.allclose(np.array(array)[b], expected[0], atol=1e-10)
            rows = np.concatenate(sides, -1)
        assert np.allclose(np.array(y)[:length, b:b + 1], rows, atol=1e-10)
        assert not np.array(y)[length:, b].any()


def test_conv_lstm_is_its_formula():
    def conv(x, w):  # same size, zeros around
        pad = w.shape[-1] // 2
        x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], (2, 3))
        return np.einsum("nchwij,ocij->nohw", windows, w)

    layer = nn.ConvLSTM2d(2, 3, 3, dtype=lm.float64)
    cell = nn.ConvLSTM2dCell(2, 3, 3, dtype=lm.float64)
    randomize(layer)
    cell.load_state_dict({name.removeprefix("cell."): v for name, v in layer.state_dict().items()})
    p, x = numbers(cell), drawn((4, 2, 2, 5, 6))
    h = c = np.zeros((2, 3, 5, 6))
    outputs = []
    for row in x:
        z = conv(row, p["weight_ih"]) + conv(h, p["weight_hh"]) + p["bias"][:, None, None]
        i, f, g, o = np.split(z, 4, 1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    y, (h2, c2) = layer(lm.array(x))
    assert np.allclose(np.array(y), outputs, atol=1e-10)
    assert np.allclose(np.array(h2), h, atol=1e-10) and np.allclose(np.array(c2), c, atol=1e-10)
    y2, _ = nn.RNN(cell)(lm.array(x))
    assert np.allclose(np.array(y2), outputs, atol=1e-10)
    short, (h3, _) = layer(lm.array(x), lengths=lm.array([4, 2]))
    assert np.allclose(np.array(short)[:2], outputs[:2], atol=1e-10) and not np.array(short)[2:, 1].any()
    assert np.allclose(np.array(h3)[1], outputs[1][1], atol=1e-10)


def conv_lstm(torch, p, x, h, c):
    def conv(x, w):
        return torch.nn.functional.conv2d(x, w, padding=w.shape[-1] // 2)

    z = conv(x, p["weight_ih"]) + conv(h, p["weight_hh"]) + p["bias"][:, None, None]
    i, f, g, o = z.chunk(4, 1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


def simple(nonlinearity):
    def formula(p, x, h):
        z = x @ p["weight_ih"].T + p["bias_ih"] + h @ p["weight_hh"].T + p["bias_hh"]
        return tanh(z) if nonlinearity == "tanh" else z * (z > 0)
    return formula


def gru(p, x, h, reset_after=True):
    n = h.shape[-1]
    zx, u, d = x @ p["weight_ih"].T + p["bias_ih"], p["weight_hh"], p["bias_hh"]
    gates = sigmoid(zx[:, :2 * n] + h @ u[:2 * n].T + d[:2 * n])
    r, z = gates[:, :n], gates[:, n:]
    inner = r * (h @ u[2 * n:].T + d[2 * n:]) if reset_after else (r * h) @ u[2 * n:].T + d[2 * n:]
    return (1 - z) * tanh(zx[:, 2 * n:] + inner) + z * h


def zoned_lstm(p, x, h, c):
    new_h, new_c = lstm(p, x, h, c)
    return 0.25 * h + 0.75 * new_h, 0.75 * c + 0.25 * new_c


PLAIN_FORMS = [
    ("LSTM", {}, (4, 4), lstm),
    ("GRU", {}, (4,), gru),
    ("GRU", {"reset_after": False}, (4,), gru),
    ("SimpleRNN", {}, (4,), simple("tanh")),
    ("SimpleRNN", {"nonlinearity": "relu"}, (4,), simple("relu")),
    ("LSTM", {"zoneout": (0.25, 0.75)}, (4, 4), zoned_lstm),  # in evaluation
]


@pytest.mark.parametrize("kind, options, sizes, formula", FORMS + PLAIN_FORMS + [("ConvLSTM2d", {}, (4, 4), None)])
def test_gradients_of_both_orders_are_those_of_pytorch(kind, options, sizes, formula):
    """Of every cell, in double precision: of what it gives, and of the gradients' own products with numbers."""
    torch = pytest.importorskip("torch")
    if kind == "ConvLSTM2d":
        layer, x = nn.ConvLSTM2d(3, 4, 3, dtype=lm.float64), drawn((4, 2, 3, 4, 5))
        formula, picture = (lambda *given: conv_lstm(torch, *given)), (4, 5)
    else:
        layer, x, picture = getattr(nn, kind)(3, 4, dtype=lm.float64, **options), drawn((4, 2, 3)), ()
    layer.eval()
    randomize(layer)
    rows = () if kind == "ConvLSTM2d" else (1,)  # of layers
    state = [drawn((*rows, 2, size, *picture), 7 + k) for k, size in enumerate(sizes)]
    names = [name.removesuffix("_l0").removeprefix("cell.") for name, _ in layer.named_parameters()]
    given = [nn.Parameter(lm.array(a)) for a in (x, *state)]
    inputs = [p.value for p in (*given, *layer.parameters())]
    first = [np.array(a) for a in inputs]
    scale, directions = drawn(layer(lm.array(x))[0].shape, 9), [drawn(a.shape, 30 + k) for k, a in enumerate(first)]

    def gradients(value):
        return lm.vjp([value], [lm.ones((), dtype=lm.float64)], inputs)

    y, last = layer(inputs[0], tuple(inputs[1:1 + len(state)]) if len(state) > 1 else inputs[1])
    once = gradients(lm.sum(y * lm.array(scale)) + sum(lm.sum(lm.sin(s)) for s in states(last)))
    again = gradients(sum(lm.sum(g * lm.array(d)) for g, d in zip(once, directions)))

    def theirs(*given):
        p = dict(zip(names, given[1 + len(state):]))
        now, outputs = tuple(s[0] if rows else s for s in given[1:1 + len(state)]), []
        for row in given[0]:
            y, now = step(kind, options, formula, p, row, now)
            outputs.append(y)
        return (torch.stack(outputs) * torch.from_numpy(scale)).sum() + sum(s.sin().sum() for s in now)

    leaves = [torch.from_numpy(a).requires_grad_() for a in first]
    expected = torch.autograd.grad(theirs(*leaves), leaves, create_graph=True)
    twice = torch.autograd.grad(sum((g * torch.from_numpy(d)).sum() for g, d in zip(expected, directions)), leaves)
    for found, wanted in ((once, expected), (again, twice)):
        for k, (a, b) in enumerate(zip(found, wanted)):
            b = b.detach().numpy()
            assert np.allclose(np.array(a), b, atol=1e-8 * max(1, np.abs(b).max()), rtol=0), k


class UserCell(nn.Module):
    """As one writes one's own: two products, an element-wise gate, an output that is not the state."""

    def __init__(self, features, size, dtype):
        super().__init__()
        self.ih, self.hh = nn.Linear(features, 2 * size, dtype=dtype), nn.Linear(size, 2 * size, dtype=dtype)

    def forward(self, x, h):
        gate, new = lm.split(self.ih(x) + lm.sin(self.hh(h)), 2, axis=-1)
        h = h + lm.sigmoid(gate) * (lm.tanh(new) - h)
        return h * gate, h


CELL_FORMS = [  # name, options, sizes of the arrays of the state
    *(("RNN" if kind == "SimpleRNN" else kind, options, sizes)
      for kind, options, sizes, _ in FORMS + PLAIN_FORMS if "zoneout" not in options),
    ("ConvLSTM2d", {}, (2, 2)),
    ("Zoneout", {}, (4, 4)),
    ("User", {}, (4,)),
]


def cell_of(name, options):
    if name == "User":
        return UserCell(3, 4, lm.float64)
    if name == "Zoneout":
        return nn.ZoneoutCell(nn.LSTMCell(3, 4, dtype=lm.float64), (0.25, 0.5))
    sizes = (3, 2, 3) if name == "ConvLSTM2d" else (3, 4)
    return getattr(nn, name + "Cell")(*sizes, dtype=lm.float64, **options)


def check_both_orders(layer, x, state):
    """The gradient, and that of its product with numbers, of each input against differences along one direction."""
    given = [np.asarray(x), *state, *(np.array(p) for p in layer.parameters())]
    lengths = lm.array([len(x), 2])

    def gradients(values, *products):
        lm.seed(3)  # the same draws of zoneout each time
        leaves = [nn.Parameter(lm.array(v)).value for v in values[:1 + len(state)]]
        for p, value in zip(layer.parameters(), values[1 + len(state):]):
            p.value = lm.array(value)
            leaves.append(p.value)
        first = leaves[1:1 + len(state)]
        y, last = layer(leaves[0], tuple(first) if len(state) > 1 else first[0], lengths=lengths)
        found = [lm.sum(y * lm.array(drawn(y.shape, 9))) + sum(lm.sum(lm.sin(s)) for s in states(last))]
        for directions in products:
            grads = lm.vjp([found[-1]], [lm.ones((), dtype=lm.float64)], leaves)
            found.append(sum(lm.sum(g * lm.array(d)) for g, d in zip(grads, directions)))
        grads = lm.vjp([found[-1]], [lm.ones((), dtype=lm.float64)], leaves)
        return found[-1].item(), [np.array(g) for g in grads]

    for products in ([], [[drawn(v.shape, 50 + k) for k, v in enumerate(given)]]):
        found = gradients(given, *products)[1]
        for k, value in enumerate(given):
            direction = drawn(value.shape, 20 + k)
            at = {}
            for steps in (-2, -1, 1, 2):
                moved = [*given[:k], value + steps * 1e-4 * direction, *given[k + 1:]]
                at[steps] = gradients(moved, *products)[0]
            expected = (8 * (at[1] - at[-1]) - (at[2] - at[-2])) / 12e-4  # of fourth order
            assert (found[k] * direction).sum() == pytest.approx(expected, rel=1e-8, abs=1e-8), (len(products), k)


@pytest.mark.parametrize("kind, options, sizes", [form[:3] for form in FORMS + PLAIN_FORMS] + [("ConvLSTM2d", {}, (2, 2))])
def test_gradients_of_both_orders_of_layers_are_differences(kind, options, sizes):
    if kind == "ConvLSTM2d":
        layer, x, rest = nn.ConvLSTM2d(3, 2, 3, dtype=lm.float64), drawn((3, 2, 3, 3, 4)), (2, 3, 4)
        shapes = [(2, *rest)] * 2
    else:
        layer, x = getattr(nn, kind)(3, 4, dtype=lm.float64, **options), drawn((4, 2, 3))
        shapes = [(1, 2, size) for size in sizes]
    randomize(layer)
    check_both_orders(layer, x, [drawn(shape, 7 + k) for k, shape in enumerate(shapes)])


@pytest.mark.parametrize("name, options, sizes", CELL_FORMS)
def test_gradients_of_both_orders_of_cells_are_differences(name, options, sizes):
    cell, picture = cell_of(name, options), (3, 4) if name == "ConvLSTM2d" else ()
    randomize(cell)
    state = [drawn((2, size, *picture), 7 + k) for k, size in enumerate(sizes)]
    check_both_orders(nn.RNN(cell), drawn((3, 2, 3, *picture)), state)


@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}])
def test_projections_are_those_of_pytorch(options):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    theirs = torch.nn.LSTM(4, 6, proj_size=3, **options).double()
    ours = nn.LSTM(4, 6, proj_size=3, dtype=lm.float64, **options)
    ours.load_state_dict({name: lm.array(value.detach().numpy()) for name, value in theirs.state_dict().items()})
    x = torch.randn(5, 2, 4, dtype=torch.float64)
    y, state = theirs(x)
    (y.sin().sum() + sum(s.cos().sum() for s in state)).backward()
    y2, state2 = ours(lm.array(x.numpy()))
    (lm.sum(lm.sin(y2)) + sum(lm.sum(lm.cos(s)) for s in state2)).backward()
    for a, b in zip((y2, *state2), (y, *state)):
        assert np.allclose(np.array(a), b.detach().numpy(), atol=1e-8, rtol=0)
    grads = {name: p.grad.numpy() for name, p in theirs.named_parameters()}
    for name, p in ours.named_parameters():
        assert np.allclose(np.array(p.grad), grads[name], atol=1e-8, rtol=0)


def test_zoneout_keeps_numbers_in_training_and_means_otherwise():
    lm.seed(0)
    cell = nn.LSTMCell(3, 50)
    rnn = nn.RNN(nn.ZoneoutCell(cell, (0.25, 0.75)))
    x, state = lm.array(drawn((1, 40, 3)), dtype=lm.float32), (lm.ones((40, 50)) * 5, lm.ones((40, 50)) * 7)
    y, (h, c) = rnn(x, state)
    assert np.array_equal(np.array(y)[0], np.array(h))
    assert abs(np.mean(np.array(h) == 5) - 0.25) < 0.04 and abs(np.mean(np.array(c) == 7) - 0.75) < 0.04
    rnn.eval()
    (new_h, new_c), (_, (h, c)) = cell(x[0], state), rnn(x, state)
    assert np.allclose(np.array(h), 0.25 * 5 + 0.75 * np.array(new_h), atol=1e-5)
    assert np.allclose(np.array(c), 0.75 * 7 + 0.25 * np.array(new_c), atol=1e-5)
    layer = nn.LSTM(3, 50, zoneout=(0.25, 0.75))
    layer.load_state_dict({name + "_l0": value for name, value in cell.state_dict().items()})
    layer.eval()
    y2, (h2, c2) = layer(x, tuple(lm.expand_dims(s, 0) for s in state))
    assert np.allclose(np.array(h2)[0], np.array(h), atol=1e-6) and np.allclose(np.array(c2)[0], np.array(c), atol=1e-6)


def test_recurrent_dropout_is_the_same_in_all_steps():
    lm.seed(1)
    layer = nn.SimpleRNN(1, 40, bias=False, recurrent_dropout=0.5)
    zero = lm.zeros((40, 1))
    layer.load_state_dict({"weight_ih_l0": zero, "weight_hh_l0": lm.eye(40) * 0.5})
    y, _ = layer(lm.zeros((6, 8, 1)), lm.ones((1, 8, 40)))
    alive = np.array(y)[:, 0] != 0
    assert (alive == alive[0]).all() and 0.25 < alive[0].mean() < 0.75
    layer.eval()
    assert (np.array(layer(lm.zeros((6, 8, 1)), lm.ones((1, 8, 40)))[0]) != 0).all()


def test_stateful_layers_go_on():
    lm.seed(2)
    for kind in ("LSTM", "GRU", "SRU"):
        plain = getattr(nn, kind)(3, 4, num_layers=2, dtype=lm.float64)
        layer = getattr(nn, kind)(3, 4, num_layers=2, stateful=True, dtype=lm.float64)
        layer.load_state_dict(plain.state_dict())
        x = lm.array(drawn((6, 2, 3)))
        whole = np.array(plain(x)[0])
        for _ in range(2):
            parts = [np.array(layer(x[:4])[0]), np.array(layer(x[4:])[0])]
            assert np.array_equal(np.concatenate(parts), whole)
            layer.reset_states()
        layer(x)
        with pytest.raises(lm.errors.ShapeError, match="kept state"):
            layer(x[:, :1])


def keras_lstm(w, x, h, c):
    kernel, recurrent, bias = w
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def keras_gru(w, x, h, reset_after):
    kernel, recurrent, bias = w
    n = h.shape[-1]
    bx, bh = bias if reset_after else (bias, np.zeros(3 * n))
    zx, zh = x @ kernel + bx, h @ recurrent + bh
    z, r = sigmoid(zx[:, :n] + zh[:, :n]), sigmoid(zx[:, n:2 * n] + zh[:, n:2 * n])
    inner = r * zh[:, 2 * n:] if reset_after else (r * h) @ recurrent[:, 2 * n:]
    return z * h + (1 - z) * np.tanh(zx[:, 2 * n:] + inner)


@pytest.mark.parametrize("kind, reset_after", [("LSTM", True), ("GRU", True), ("GRU", False), ("SimpleRNN", True)])
def test_keras_weights(kind, reset_after):
    gates = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}[kind]
    options = {"reset_after": reset_after} if kind == "GRU" else {}
    layer = getattr(nn, kind)(3, 4, bidirectional=True, dtype=lm.float64, **options)
    bias = (2, 12) if kind == "GRU" and reset_after else (gates * 4,)
    weights = [drawn(shape, k) for k, shape in enumerate([(3, gates * 4), (4, gates * 4), bias] * 2)]
    layer.load_keras_weights(weights)
    x = drawn((5, 2, 3))
    y = np.array(layer(lm.array(x))[0])
    for d in range(2):
        w, h, c, found = weights[3 * d:3 * d + 3], np.zeros((2, 4)), np.zeros((2, 4)), []
        for row in x[::-1] if d else x:
            if kind == "LSTM":
                h, c = keras_lstm(w, row, h, c)
            else:
                h = keras_gru(w, row, h, reset_after) if kind == "GRU" else np.tanh(row @ w[0] + h @ w[1] + w[2])
            found.append(h)
        assert np.allclose(y[..., 4 * d:4 * d + 4], found[::-1] if d else found, atol=1e-10)


def test_lengths_make_few_programs():
    lm.seed(3)
    layer = nn.GRU(2, 4)
    x, draw = lm.ones((32, 16, 2)), np.random.default_rng(0)
    made = []
    for _ in range(120):
        before = lm.execution_counters()["new_programs"]
        lm.sum(layer(x, lengths=lm.array(draw.integers(4, 33, 16)))[0]).item()
        made.append(lm.execution_counters()["new_programs"] - before)
    assert sum(made) <= 24 and sum(made[60:]) <= 6


@pytest.mark.parametrize("call, error, message", [
    (lambda: nn.LSTM(3, 4, proj_size=4), lm.errors.ValueError, "proj_size must be 0 .* hidden_size of 4"),
    (lambda: nn.LSTM(3, 4, proj_size=-1), lm.errors.ValueError, "LSTM: proj_size"),
    (lambda: nn.LSTMCell(3, 4, proj_size=9), lm.errors.ValueError, "LSTMCell: proj_size"),
    (lambda: nn.LSTM(3, 4, proj_size=2)(lm.ones((5, 1, 3)), (lm.ones((1, 1, 4)), lm.ones((1, 1, 4)))),
     lm.errors.ShapeError, r"state 0 of shape \[1, 1, 2\]"),
    (lambda: nn.GRU(3, 4, recurrent_dropout=2.0), lm.errors.ValueError, "recurrent_dropout"),
    (lambda: nn.LSTM(3, 4, zoneout=float("nan")), lm.errors.ValueError, "rate of zoneout"),
    (lambda: nn.GRU(3, 4, zoneout=(0.1, 0.2)), lm.errors.ValueError, "expected one rate of zoneout, or 1"),
    (lambda: nn.ZoneoutCell(nn.GRUCell(3, 4), 1.5), lm.errors.ValueError, "0 to 1"),
    (lambda: nn.ZoneoutCell(3, 0.5), lm.errors.DTypeError, "a module as cell"),
    (lambda: nn.IndRNN(3, 4, nonlinearity="sin"), lm.errors.ValueError, "nonlinearity"),
    (lambda: nn.SRU(3, 4)(lm.ones((5, 2, 7))), lm.errors.ShapeError, r"\[time, batch, 3\]"),
    (lambda: nn.ConvLSTM2d(3, 4, 3)(lm.ones((5, 2, 3))), lm.errors.ShapeError, "time, batch, 3, height, width"),
    (lambda: nn.ConvLSTM2d(3, 4, 0), lm.errors.ValueError, "kernel_size"),
    (lambda: nn.ConvLSTM2d(0, 4, 3), lm.errors.ValueError, "sizes"),
    (lambda: nn.ConvLSTM2dCell(3, 4, 3)(lm.ones((2, 3, 5, 5)), (lm.ones((2, 4, 5, 5)), lm.ones((2, 4, 5, 4)))),
     lm.errors.ShapeError, "state 1"),
    (lambda: nn.SRU(3, 4).load_keras_weights([lm.ones(1)] * 3), lm.errors.ValueError, "Keras has no"),
    (lambda: nn.LSTM(3, 4).load_keras_weights([lm.ones((3, 16))]), lm.errors.ValueError, "expected 3 arrays"),
    (lambda: nn.GRU(3, 4).load_keras_weights([lm.ones((3, 12)), lm.ones((4, 12)), lm.ones(12)]),
     lm.errors.ShapeError, "reset_after"),
    (lambda: nn.GRU(3, 4).load_keras_weights([lm.ones((3, 16)), lm.ones((4, 12)), lm.ones((2, 12))]),
     lm.errors.ShapeError, r"kernel \[input, 12\]"),
])
def test_messages(call, error, message):
    with pytest.raises(error, match=message):
        call()
