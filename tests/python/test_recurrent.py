"""Recurrent layers against a plain loop in NumPy, and against PyTorch where it is installed."""

import pytest

import lamina as lm

np = pytest.importorskip("numpy")

KINDS = ["SimpleRNN", "LSTM", "GRU"]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def reference(kind, p, x, h, c=None, reset_after=True):
    """One layer, one direction, one sequence after the other: x [time, input]."""
    outputs = []
    for row in x:
        zx, zh = p["weight_ih"] @ row + p["bias_ih"], p["weight_hh"] @ h + p["bias_hh"]
        if kind == "SimpleRNN":
            h = np.tanh(zx + zh)
        elif kind == "LSTM":
            i, f, g, o = np.split(zx + zh, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        else:
            (xr, xz, xn), (hr, hz, hn) = np.split(zx, 3), np.split(zh, 3)
            r, z = sigmoid(xr + hr), sigmoid(xz + hz)
            if not reset_after:
                n = len(h)
                hn = p["weight_hh"][2 * n:] @ (r * h) + p["bias_hh"][2 * n:]
            n = np.tanh(xn + (r * hn if reset_after else hn))
            h = (1 - z) * n + z * h
        outputs.append(h)
    return np.array(outputs), h, c


def parameters(net, suffix="_l0"):
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return {name: np.array(dict(net.named_parameters())[name + suffix]) for name in names}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reset_after", [True, False])
def test_layers_and_directions(kind, reset_after):
    lm.seed(1)
    options = {"reset_after": reset_after} if kind == "GRU" else {}
    net = getattr(lm.nn, kind)(3, 4, num_layers=2, bidirectional=True, dtype=lm.float64, **options)
    lengths = [5, 2, 3]
    x = np.sin(np.arange(5 * 3 * 3)).reshape(5, 3, 3)
    y, state = net(lm.array(x), lengths=lm.array(lengths))
    state = state if isinstance(state, tuple) else (state,)
    assert y.shape == (5, 3, 8) and state[0].shape == (4, 3, 4)
    y = np.array(y)
    for b, length in enumerate(lengths):
        rows = x[:length, b]
        for layer in range(2):
            sides = []
            for d, suffix in enumerate((f"_l{layer}", f"_l{layer}_reverse")):
                one, h, c = reference(kind, parameters(net, suffix), rows[::-1] if d else rows, np.zeros(4),
                                      np.zeros(4), reset_after)
                sides.append(one[::-1] if d else one)
                for part, expected in zip(state, (h, c)):
                    assert np.allclose(np.array(part)[2 * layer + d, b], expected, atol=1e-12)
            rows = np.concatenate(sides, -1)
        assert np.allclose(y[:length, b], rows, atol=1e-12)
        assert not y[length:, b].any()


@pytest.mark.parametrize("kind", KINDS)
def test_cells_and_streaming_agree_with_the_whole(kind):
    lm.seed(2)
    net = getattr(lm.nn, kind)(3, 4, dtype=lm.float64)
    cell = getattr(lm.nn, kind.replace("Simple", "") + "Cell")(3, 4, dtype=lm.float64)
    cell.load_state_dict({name[:-3]: value for name, value in net.state_dict().items()})
    x = lm.array(np.sin(np.arange(6 * 2 * 3.0)).reshape(6, 2, 3))
    y, state = net(x)
    again, last = lm.nn.RNN(cell)(x)
    assert np.array_equal(np.array(again), np.array(y))
    first, carried = net(x[:4])
    rest, _ = net(x[4:], carried)
    assert np.array_equal(np.array(lm.concatenate([first, rest])), np.array(y))
    single = lm.nn.RNN(cell, batch_first=True)(lm.swapaxes(x, 0, 1))[0]
    assert np.allclose(np.array(lm.swapaxes(single, 0, 1)), np.array(y), atol=1e-14)


def test_streaming_is_the_whole_sequence_bit_for_bit():
    """Inference in pieces, down to single steps, in the precision and sizes that people use."""
    lm.seed(6)
    for net in (lm.nn.LSTM(64, 128, num_layers=2), lm.nn.GRU(64, 128), lm.nn.SRU(64, 64),
                lm.nn.RNN(LayerNormLSTMCell(64, 128))):
        net.eval()
        for batch in (1, 4):
            x = lm.array(np.sin(np.arange(24 * batch * 64.0)).reshape(24, batch, 64), dtype=lm.float32)
            with lm.no_grad():
                whole = np.array(net(x)[0])
                for size in (1, 5):
                    state, parts = None, []
                    for start in range(0, 24, size):
                        y, state = net(x[start:start + size], state)
                        parts.append(np.array(y))
                    assert np.array_equal(np.concatenate(parts), whole)


def test_a_state_that_is_carried_through_training_is_computed_once():
    """Truncated backpropagation: each step is one program, the same for all, and runs its own loop alone."""
    lm.seed(7)
    net = lm.nn.LSTM(3, 4)
    optimizer = lm.optim.SGD(net.parameters(), 0.1)
    x, state, made, loops = np.ones((5, 2, 3), np.float32), None, [], []
    for _ in range(8):
        before = lm.execution_counters()["new_programs"]
        with lm.profile() as p:
            y, state = net(lm.array(x), state)
            state = tuple(lm.stop_gradient(s) for s in state)
            loss = lm.mean(lm.square(y))
            loss.backward()
            optimizer.step()
        made.append(lm.execution_counters()["new_programs"] - before)
        loops.append(sum(row.runs for row in p.rows if row.kernel == "control.scan"))
    assert sum(made[3:]) == 0 and len(set(loops[3:])) == 1


def test_weights_are_packed_once_a_loop():
    """In training they change from step to step of the optimizer, but not from step to step of a loop."""
    lm.seed(8)
    net = lm.nn.LSTM(256, 256)
    optimizer = lm.optim.SGD(net.parameters(), 0.1)
    for batch in (1, 4):
        x = np.sin(np.arange(40 * batch * 256.0)).reshape(40, batch, 256).astype(np.float32)
        for _ in range(3):
            with lm.profile() as p:
                y, _ = net(lm.array(x))
                lm.mean(lm.square(y)).backward()
                optimizer.step()
        loops = sum(row.runs for row in p.rows if row.kernel == "control.scan")
        assert loops == 2  # forward and backward
        assert sum(row.runs for row in p.rows if row.what.startswith("prepare")) <= loops + 1
        assert sum(row.runs for row in p.rows if row.what.startswith("matmul")) >= 2 * 40


class LayerNormLSTMCell(lm.nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.ih = lm.nn.Linear(input_size, 4 * hidden_size, bias=False)
        self.hh = lm.nn.Linear(hidden_size, 4 * hidden_size)
        self.norm, self.norm_c = lm.nn.LayerNorm(4 * hidden_size), lm.nn.LayerNorm(hidden_size)

    def forward(self, x, state):
        h, c = state
        i, f, g, o = lm.split(self.norm(self.ih(x) + self.hh(h)), 4, axis=-1)
        c = lm.sigmoid(f) * c + lm.sigmoid(i) * lm.tanh(g)
        h = lm.sigmoid(o) * lm.tanh(self.norm_c(c))
        return h, (h, c)


def test_any_cell_is_the_plain_loop_in_training():
    x, target = lm.array(np.sin(np.arange(7 * 2 * 3.0)).reshape(7, 2, 3), dtype=lm.float32), lm.ones((7, 2, 4)) * 0.1

    def losses(loop):
        lm.seed(3)
        cell = LayerNormLSTMCell(3, 4)
        rnn = lm.nn.RNN(cell)
        optimizer = lm.optim.SGD(cell.parameters(), 0.1)
        found = []
        for _ in range(4):
            if loop:
                y, _ = rnn(x)
            else:
                state, outputs = (lm.zeros((2, 4)), lm.zeros((2, 4))), []
                for t in range(7):
                    h, state = cell(x[t], state)
                    outputs.append(h)
                y = lm.stack(outputs)
            loss = lm.mean(lm.square(y - target))
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        return found

    assert losses(True) == pytest.approx(losses(False), rel=1e-5)


def test_a_saved_model_holds_its_loops(tmp_path):
    class Last(lm.nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = lm.nn.LSTM(3, 4, num_layers=2, batch_first=True)

        def forward(self, x):
            return self.rnn(x)[0][:, -1]

    model = Last()
    path = str(tmp_path / "model.lamina")
    lm.save_model(model, (2, 5, 3), path)
    x = lm.array(np.sin(np.arange(30.0)).reshape(2, 5, 3), dtype=lm.float32)
    assert np.allclose(np.array(lm.load_model(path)(x)), np.array(model(x)), atol=1e-6)


def test_a_nan_stays_in_its_sequence():
    lm.seed(4)
    net = lm.nn.LSTM(3, 4)
    x = np.ones((5, 2, 3), np.float32)
    x[3:, 1] = np.nan
    weights = net.parameters()
    y, _ = net(lm.array(x), lengths=lm.array([5, 3]))
    lm.sum(y * y).backward()
    assert np.isfinite(np.array(y)).all()
    assert all(np.isfinite(np.array(w.grad)).all() for w in weights)
    x[:, 1] = np.nan
    assert np.isfinite(np.array(net(lm.array(x))[0])[:, 0]).all()


@pytest.mark.parametrize("net", [
    lambda: lm.nn.LSTM(3, 4, num_layers=2, bidirectional=True), lambda: lm.nn.GRU(3, 4), lambda: lm.nn.SRU(3, 4),
    lambda: lm.nn.RNN(LayerNormLSTMCell(3, 4)), lambda: lm.nn.RNN(lm.nn.GRUCell(3, 4), reverse=True)])
def test_a_nan_inside_a_sequence_reaches_no_other(net):
    """Several sequences share a row of the loop; the first of each row and the last are the poisoned ones in turn."""
    lm.seed(5)
    net, lengths = net(), [8, 3, 4, 2, 3, 5]
    clean = np.sin(np.arange(8 * 6 * 3.0)).reshape(8, 6, 3).astype(np.float32)
    expected = np.array(net(lm.array(clean), lengths=lm.array(lengths))[0])
    for bad in range(6):
        x = clean.copy()
        x[:lengths[bad], bad] = np.nan
        others = [b for b in range(6) if b != bad]
        p = lm.nn.Parameter(lm.array(x))
        y, state = net(p, lengths=lm.array(lengths))
        lm.sum(y[:, lm.array(others)]).backward()
        assert np.array_equal(np.array(y)[:, others], expected[:, others])
        assert np.isfinite(np.array(p.grad)[:, others]).all()
        for part in state if isinstance(state, tuple) else (state,):
            rows = np.array(part)[..., others, :]
            assert np.isfinite(rows).all()


def test_lengths_with_any_state_and_order():
    """A nest of states that has axes of its own, batch first, backwards: as each sequence alone."""
    class Mean(lm.nn.Module):
        def forward(self, x, state):
            count, (total,) = state["count"] + 1, state["sums"]
            total = total + lm.expand_dims(x, 1)
            return total[:, 0] / lm.reshape(count, (-1, 1)), {"count": count, "sums": (total,)}

    x, lengths = np.sin(np.arange(6 * 9 * 2.0)).reshape(6, 9, 2), [2, 9, 1, 4, 3, 2]
    rnn = lm.nn.RNN(Mean(), batch_first=True, reverse=True)
    state = {"count": lm.zeros(6, dtype=lm.float64), "sums": (lm.array(np.arange(12.0).reshape(6, 1, 2)),)}
    y, last = rnn(lm.array(x), state, lengths=lm.array(lengths))
    for b, n in enumerate(lengths):
        sums = np.cumsum(x[b, :n][::-1], 0) + [2.0 * b, 2 * b + 1]
        assert np.allclose(np.array(y)[b, :n], (sums / np.arange(1, n + 1)[:, None])[::-1])
        assert not np.array(y)[b, n:].any()
        assert np.allclose(np.array(last["sums"][0])[b, 0], sums[-1]) and np.array(last["count"])[b] == n
    with pytest.raises(lm.errors.ShapeError, match=r"RNN\(Mean\): with lengths the first axis.* 6, got float64 \[\]"):
        rnn(lm.array(x), dict(state, count=lm.zeros((), dtype=lm.float64)), lengths=lm.array(lengths))


@pytest.mark.parametrize("call, error, message", [
    (lambda: lm.nn.LSTM(3, 4)(lm.ones((5, 2, 7))), lm.errors.ShapeError, r"\[time, batch, 3\]"),
    (lambda: lm.nn.LSTM(3, 4)(lm.ones((5, 2, 3)), (lm.ones((1, 2, 4)), lm.ones((2, 2, 4)))), lm.errors.ShapeError, "state 1"),
    (lambda: lm.nn.LSTM(3, 4)(lm.ones((5, 2, 3)), lm.ones((1, 2, 4))), lm.errors.ValueError, "a state of 2 arrays"),
    (lambda: lm.nn.GRU(3, 4)(lm.ones((5, 2, 3)), lengths=lm.array([5, 0])), lm.errors.ValueError, "length 0 of sequence 1"),
    (lambda: lm.nn.GRU(3, 4)(lm.ones((5, 2, 3)), lengths=lm.array([6, 1])), lm.errors.ValueError, "length 6 of sequence 0"),
    (lambda: lm.nn.GRU(3, 4)(lm.ones((5, 2, 3)), lengths=lm.array([5])), lm.errors.ShapeError, "lengths of 2 sequences"),
    (lambda: lm.nn.GRU(3, 4)(lm.ones((5, 2, 3)), lengths=lm.array([5.0, 1.0])), lm.errors.DTypeError, "integers"),
    (lambda: lm.nn.GRU(3, 4)(lm.ones((5, 2, 3)), lengths=lm.array([5, -1])), lm.errors.ValueError, "length -1 of sequence 1"),
    (lambda: lm.nn.GRU(3, 4)(lm.ones((5, 2, 3)), lengths=lm.array([[5, 1]])), lm.errors.ShapeError, "lengths of 2 sequences"),
    (lambda: lm.nn.RNN(lm.nn.GRUCell(3, 4))(lm.ones((5, 2, 3)), lengths=lm.array([5, 0])), lm.errors.ValueError, "length 0 of sequence 1"),
    (lambda: lm.nn.RNN(lm.nn.GRUCell(3, 4))(lm.ones((5, 2, 3)), lengths=lm.array([5, 2, 1])), lm.errors.ShapeError, "2 sequences"),
    (lambda: lm.nn.GRU(0, 4), lm.errors.ValueError, "sizes"),
    (lambda: lm.nn.LSTM(3, 2 ** 62), lm.errors.ValueError, "sizes"),
    (lambda: lm.nn.LSTM(3, 4, num_layers=0), lm.errors.ValueError, "layers"),
    (lambda: lm.nn.LSTM(3, 4, dropout=float("nan")), lm.errors.ValueError, "dropout"),
    (lambda: lm.nn.SimpleRNN(3, 4, nonlinearity="sin"), lm.errors.ValueError, "nonlinearity"),
    (lambda: lm.nn.LSTMCell(3, 4)(lm.ones((2, 3)), (lm.ones((2, 4)), lm.ones((2, 5)))), lm.errors.ShapeError, "state 1"),
    (lambda: lm.nn.RNN(3), lm.errors.DTypeError, "a module as cell"),
    (lambda: lm.nn.RNN(lm.nn.GRUCell(3, 4))(lm.ones(5)), lm.errors.ShapeError, "time, batch"),
    (lambda: lm.nn.GRUCell(3, 4)(lm.ones((2, 5))), lm.errors.ShapeError, "input"),
])
def test_messages(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_cell_whose_state_changes_is_named():
    class Growing(lm.nn.Module):
        def forward(self, x, state):
            return x, lm.concatenate([state, state], axis=-1)

    with pytest.raises(lm.errors.ShapeError, match=r"RNN\(Growing\).*step 0"):
        lm.nn.RNN(Growing())(lm.ones((3, 2, 4)), lm.ones((2, 4)))


def test_a_state_that_does_not_fit_is_named_with_cell_and_step():
    for state in (lm.ones((2, 5)), (lm.ones((2, 4)), lm.ones((3, 4)))):
        with pytest.raises(lm.errors.Error, match=r"(?s)in cell.*\n  step       0 of RNN\(\w+\), called with x and state "
                                                  r"float32 \[2, 3\], float32 \[2, \d\]"):
            lm.nn.RNN(lm.nn.GRUCell(3, 4) if isinstance(state, lm.Array) else LayerNormLSTMCell(3, 4))(
                lm.ones((5, 2, 3)), state)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}, {"batch_first": True, "bias": False}])
@pytest.mark.parametrize("lengths", [None, [5, 2, 3]])
def test_pytorch_agrees(kind, options, lengths):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    theirs = getattr(torch.nn, kind.replace("Simple", ""))(4, 6, **options).double()
    ours = getattr(lm.nn, kind)(4, 6, dtype=lm.float64, **options)
    ours.load_state_dict({name: lm.array(value.detach().numpy()) for name, value in theirs.state_dict().items()})
    batch_first = options.get("batch_first", False)
    x = torch.randn(*((3, 5, 4) if batch_first else (5, 3, 4)), dtype=torch.float64, requires_grad=True)
    rows = (2 if options.get("bidirectional") else 1) * options.get("num_layers", 1)
    state = [torch.randn(rows, 3, 6, dtype=torch.float64, requires_grad=True) for _ in range(1 + (kind == "LSTM"))]
    given = tuple(state) if kind == "LSTM" else state[0]
    if lengths:
        rnn = torch.nn.utils.rnn
        packed = rnn.pack_padded_sequence(x, lengths, enforce_sorted=False, batch_first=batch_first)
        y, last = theirs(packed, given)
        y, _ = rnn.pad_packed_sequence(y, total_length=5, batch_first=batch_first)
    else:
        y, last = theirs(x, given)
    last = last if isinstance(last, tuple) else (last,)
    scales = [torch.randn_like(part) for part in (y, *last)]
    sum((part * scale).sum() for part, scale in zip((y, *last), scales)).backward()

    arrays = [lm.nn.Parameter(lm.array(part.detach().numpy())) for part in (x, *state)]
    y2, last2 = ours(arrays[0], tuple(arrays[1:]), lengths=lm.array(lengths) if lengths else None)
    last2 = last2 if isinstance(last2, tuple) else (last2,)
    loss = lm.zeros((), dtype=lm.float64)
    for part, scale, expected in zip((y2, *last2), scales, (y, *last)):
        assert np.allclose(np.array(part), expected.detach().numpy(), atol=1e-8, rtol=0)
        loss = loss + lm.sum(part * lm.array(scale.numpy()))
    loss.backward()
    for array, expected in zip(arrays, (x, *state)):
        assert np.allclose(np.array(array.grad), expected.grad.numpy(), atol=1e-8, rtol=0)
    expected = {name: value.grad.numpy() for name, value in theirs.named_parameters()}
    for name, parameter in ours.named_parameters():
        assert np.allclose(np.array(parameter.grad), expected[name], atol=1e-8, rtol=0)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_ctc_of_a_net_is_that_of_pytorch(reduction):
    """Lines of several lengths, repeated labels, one of a single label: the loss and what it gives all weights."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    theirs, head = torch.nn.GRU(3, 5, bidirectional=True).double(), torch.nn.Linear(10, 4).double()
    ours, our_head = lm.nn.GRU(3, 5, bidirectional=True, dtype=lm.float64), lm.nn.Linear(10, 4, dtype=lm.float64)
    for a, b in ((ours, theirs), (our_head, head)):
        a.load_state_dict({name: lm.array(value.detach().numpy()) for name, value in b.state_dict().items()})
    x, lengths, sizes = torch.randn(9, 3, 3, dtype=torch.float64), [9, 5, 7], [4, 1, 3]
    labels = [[1, 1, 2, 3], [2, 0, 0, 0], [3, 3, 3, 0]]
    rnn = torch.nn.utils.rnn
    y, _ = rnn.pad_packed_sequence(theirs(rnn.pack_padded_sequence(x, lengths, enforce_sorted=False))[0])
    expected = torch.nn.functional.ctc_loss(head(y).log_softmax(-1), torch.tensor(labels), torch.tensor(lengths),
                                            torch.tensor(sizes), reduction=reduction)
    expected.sum().backward()
    y2, _ = ours(lm.array(x.numpy()), lengths=lm.array(lengths))
    found = lm.nn.ctc_loss(lm.log_softmax(our_head(y2), axis=-1), lm.array(labels), lm.array(lengths), lm.array(sizes),
                           reduction=reduction)
    lm.sum(found).backward()
    assert np.allclose(np.array(found), expected.detach().numpy(), atol=1e-8, rtol=0)
    for a, b in ((ours, theirs), (our_head, head)):
        grads = {name: p.grad.numpy() for name, p in b.named_parameters()}
        for name, p in a.named_parameters():
            assert np.allclose(np.array(p.grad), grads[name], atol=1e-8, rtol=0), name
