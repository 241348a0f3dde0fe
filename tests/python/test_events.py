"""Event files, read by a reader of our own; tests/conformance/event_agreement.py asks TensorBoard's."""

import struct
import zlib

import numpy as np
import pytest
from event_reader import fields, records, values

import lamina as lm
from lamina import nn, optim, train


def written(tmp_path, write):
    events = train.EventWriter(str(tmp_path))
    write(events)
    events.flush()
    return events.path


def test_scalars(tmp_path):
    numbers = np.random.default_rng(0).normal(size=1000)
    path = written(tmp_path, lambda e: [e.add_scalar("a/b", v, i) for i, v in enumerate(numbers.tolist())])
    read = [(step, tag, struct.unpack("<f", v[2][0])[0]) for step, tag, v in values(path)]
    assert read == [(i, "a/b", float(np.float32(v))) for i, v in enumerate(numbers)]
    assert fields(next(records(path)))[3] == [b"brain.Event:2"]


def test_histograms(tmp_path):
    numbers = np.concatenate([np.random.default_rng(0).normal(size=500), [0, 0, np.nan, np.inf, 1e30]])
    path = written(tmp_path, lambda e: e.add_histogram("h", lm.array(numbers, dtype=lm.float64), 7))
    (step, tag, value), = values(path)
    histo = fields(value[5][0])
    finite = numbers[np.isfinite(numbers)]
    least, most, count, total, squares = (struct.unpack("<d", histo[i][0])[0] for i in range(1, 6))
    assert (step, tag, least, most, count) == (7, "h", finite.min(), finite.max(), len(finite))
    assert total == pytest.approx(finite.sum()) and squares == pytest.approx((finite**2).sum())
    limits, counts = (np.frombuffer(histo[i][0]) for i in (6, 7))
    assert counts.sum() == count and (np.diff(limits) > 0).all()
    below = [(finite <= limit).sum() for limit in limits]
    np.testing.assert_array_equal(np.cumsum(counts), below)


def pixels(png):
    """Of a PNG of 8 bits without interlacing."""
    at, data = 8, b""
    while at < len(png):
        size, kind = struct.unpack_from(">I4s", png, at)
        body = png[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, _, colour = struct.unpack_from(">IIBB", body)
        if kind == b"IDAT":
            data += body
        at += 12 + size
    n = {0: 1, 2: 3}[colour]
    raw = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + width * n)
    rows = np.zeros((height, width * n), np.uint8)
    for i, (kind, line) in enumerate(zip(raw[:, 0], raw[:, 1:])):
        up = rows[i - 1] if i else np.zeros_like(line)
        for j in range(width * n):
            a, b, c = (int(rows[i, j - n]) if j >= n else 0), int(up[j]), (int(up[j - n]) if j >= n else 0)
            p = a + b - c
            near = min((abs(p - v), k) for k, v in enumerate((a, b, c)))[1]
            rows[i, j] = (int(line[j]) + [0, a, b, (a + b) // 2, (a, b, c)[near]][kind]) % 256
    return rows.reshape(height, width, n)


def test_images(tmp_path):
    grey = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    colour = np.random.default_rng(0).integers(0, 256, (3, 5, 4)).astype(np.uint8)
    path = written(tmp_path, lambda e: [e.add_image("g", lm.array(grey), 1), e.add_image("c", lm.array(colour), 2)])
    (_, _, a), (_, _, b) = values(path)
    a, b = fields(a[4][0]), fields(b[4][0])
    assert (a[1], a[2], a[3]) == ([3], [4], [1]) and (b[1], b[2], b[3]) == ([5], [4], [3])
    np.testing.assert_array_equal(pixels(a[4][0])[..., 0], np.round(grey * 255))
    np.testing.assert_array_equal(pixels(b[4][0]).transpose(2, 0, 1), colour)
    with pytest.raises(lm.ShapeError):
        written(tmp_path, lambda e: e.add_image("x", lm.ones((2, 3, 3)), 0))


def test_text_and_curves(tmp_path):
    p, t = np.array([0.1, 0.4, 0.6, 0.9]), np.array([0, 1, 0, 1])

    def write(events):
        events.add_text("note", "**bold** \u00e4", 3)
        events.add_pr_curve("pr", lm.array(t), lm.array(p), 4, thresholds=3)

    (_, tag, note), (_, _, curve) = values(written(tmp_path, write))
    assert tag == "note/text_summary" and fields(note[8][0])[8][0].decode() == "**bold** \u00e4"
    assert fields(fields(note[9][0])[1][0])[1] == [b"text"]
    table = np.frombuffer(fields(curve[8][0])[5][0], np.float32).reshape(6, 3)
    np.testing.assert_allclose(table[:4], [[2, 1, 0], [2, 1, 0], [0, 1, 2], [0, 1, 2]])
    np.testing.assert_allclose(table[4:], [[0.5, 0.5, 0], [1, 0.5, 0]])


def test_hyper_parameters(tmp_path):
    def write(events):
        events.add_hparams({"lr": 0.5, "net": "mlp", "flip": True, "epochs": 3}, ["val_loss"])
        events.end_hparams(success=False)

    found = list(values(written(tmp_path, write)))
    assert [tag for _, tag, _ in found] == [f"_hparams_/{n}" for n in ("experiment", "session_start_info", "session_end_info")]
    plugins = [fields(fields(value[9][0])[1][0]) for _, _, value in found]
    assert all(p[1] == [b"hparams"] for p in plugins)
    experiment, start, end = (fields(fields(p[2][0])[i][0]) for i, p in zip((2, 3, 4), plugins))
    assert [(fields(h)[1][0], fields(h)[4][0]) for h in experiment[4]] == [(b"lr", 3), (b"net", 1), (b"flip", 2), (b"epochs", 3)]
    assert fields(fields(experiment[5][0])[1][0])[2] == [b"val_loss"]
    given = {fields(e)[1][0]: fields(fields(e)[2][0]) for e in start[1]}
    assert struct.unpack("<d", given[b"lr"][2][0])[0] == 0.5 and given[b"net"][3] == [b"mlp"] and given[b"flip"][4] == [1]
    began, ended = (struct.unpack("<d", seconds)[0] for seconds in (start[5][0], end[2][0]))
    assert end[1] == [2] and began <= ended
    with pytest.raises(lm.DTypeError, match="got list for 'sizes'"):
        written(tmp_path, lambda e: e.add_hparams({"sizes": [1]}))


def graph_nodes(path):
    """The names of the nodes of the only graph in the file; each is connected to others of them."""
    graph, = (fields(fields(body)[4][0]) for body in records(path) if 4 in fields(body))
    nodes = {n[1][0].decode(): n for n in map(fields, graph[1])}
    for node in nodes.values():
        assert all(i.decode() in nodes for i in node.get(3, []))
    return set(nodes)


class Odd(nn.Module):
    """Counts its calls, draws numbers and, if it is asked to, looks at values."""

    def __init__(self, looks):
        super().__init__()
        self.linear, self.looks = nn.Linear(3, 1), looks
        self.buffer("calls", lm.array(0.0))

    def forward(self, x):
        self.update(self.calls, self.calls + 1)
        y = self.linear(x) + 0 * lm.random.uniform()
        return y if not self.looks or float(y.sum().item()) > -1e9 else -y


@pytest.mark.parametrize("looks", [False, True])
def test_the_graph_of_a_fit_changes_nothing(looks, tmp_path):
    x, states = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32), []
    for number, graph in enumerate((True, False)):
        lm.seed(0)
        trainer = lm.Trainer(Odd(looks)).compile(optim.SGD(lr=0.1), "mse")
        folder = tmp_path / str(number)
        trainer.fit((x, x[:, :1]), epochs=2, batch_size=8, verbose=0, callbacks=[train.EventLogger(str(folder), graph=graph)])
        path, = folder.iterdir()
        states.append([v.tolist() for v in trainer.module.state_dict().values()] + [lm.random.uniform().item()])
        if graph and looks:
            assert "graph/text_summary" in {tag for _, tag, _ in values(path)}
        elif graph:
            assert {"input", "linear/weight"} <= graph_nodes(path)
        else:
            assert not any(4 in fields(body) for body in records(path))
    assert states[0] == states[1]


def test_graph(tmp_path):
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    path = written(tmp_path, lambda e: e.add_graph(model, (-1, 4)))
    nodes = graph_nodes(path)
    assert {"input", "0/weight"} <= nodes and any(n.startswith("2/") for n in nodes)


def test_logged_fit(tmp_path):
    x = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    trainer = lm.Trainer(nn.Linear(3, 1)).compile(optim.SGD(lr=0.1), "mse")
    history = trainer.fit((x, x[:, :1]), epochs=3, batch_size=8, verbose=0, validation_split=0.2,
                          callbacks=[train.EventLogger(str(tmp_path / "run"), every=2, histograms=True,
                                                       hparams={"lr": 0.1})])
    path, = (tmp_path / "run").iterdir()
    assert {"input", "weight", "bias"} <= graph_nodes(path)
    got = {}
    for step, tag, value in values(path):
        if 2 in value:
            got.setdefault(tag, []).append((step, struct.unpack("<f", value[2][0])[0]))
    assert got["loss"] == [(i + 1, float(np.float32(v))) for i, v in enumerate(history["loss"])]
    assert {"_hparams_/experiment", "_hparams_/session_end_info"} <= {tag for _, tag, _ in values(path)}
    assert [s for s, _ in got["batch_loss"]] == [2, 4, 6, 8, 10, 12] and len(got["val_loss"]) == len(got["lr"]) == 3
    with pytest.raises(lm.FileError):
        train.EventWriter("/proc/no/such/folder")
