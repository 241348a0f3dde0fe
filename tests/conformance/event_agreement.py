"""Event files as TensorBoard's own reader sees them: 1,000 scalars, and one of each other kind."""

import sys
import tempfile

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams import metadata as hparams_plugin
from tensorboard.plugins.pr_curve import metadata as pr_curves
from tensorboard.util import tensor_util

import lamina as lm


def main():
    folder = tempfile.mkdtemp()
    numbers = np.random.default_rng(0).normal(size=1000)
    events = lm.train.EventWriter(folder)
    for step, value in enumerate(numbers.tolist()):
        events.add_scalar("loss", value, step)
    events.add_histogram("weights", lm.array(numbers), 1)
    events.add_image("image", lm.ones((3, 8, 8)), 1)
    events.add_text("note", "text", 1)
    events.add_pr_curve("pr", lm.array([0, 1]), lm.array([0.2, 0.8]), 1)
    events.add_graph(lm.nn.Sequential(lm.nn.Linear(4, 2), lm.nn.ReLU()), (-1, 4))
    hparams = {"lr": 0.5, "net": "mlp", "flip": True}
    events.add_hparams(hparams, ["loss"])
    events.end_hparams()
    events.flush()
    read = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0}).Reload()
    tags = read.Tags()
    scalars = read.Scalars("loss")
    same = sum(e.step == i and e.value == float(np.float32(v)) for i, (e, v) in enumerate(zip(scalars, numbers)))
    print(f"scalars: {same} of {len(numbers)} equal")
    found = {"weights": tags["histograms"], "image": tags["images"], "note/text_summary": tags["tensors"], "pr": tags["tensors"]}
    missing = [tag for tag, place in found.items() if tag not in place]
    nodes = len(read.Graph().node) if tags["graph"] else 0
    print(f"missing: {missing or 'nothing'}; graph of {nodes} nodes; histogram of "
          f"{read.Histograms('weights')[0].histogram_value.num:.0f} values")
    wrong = plugins(read, hparams)
    print(f"plugins: {'; '.join(wrong) or 'the curve and the hyper-parameters are as they were given'}")
    logged = fitted()
    print(f"a fit: graph of {len(logged)} nodes: {', '.join(sorted(logged)[:4])}, ..")
    return int(same != len(numbers) or bool(missing) or nodes == 0 or bool(wrong) or "linear/weight" not in logged)


def fitted():
    """The nodes of the graph that a fit has written by itself."""
    class Net(lm.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = lm.nn.Linear(4, 1)

        def forward(self, x):
            return lm.relu(self.linear(x))

    folder, x = tempfile.mkdtemp(), np.ones((8, 4), np.float32)
    trainer = lm.Trainer(Net()).compile("adam", "mse")
    trainer.fit((x, x[:, :1]), epochs=1, verbose=0, callbacks=[lm.train.EventLogger(folder)])
    return {node.name for node in EventAccumulator(folder).Reload().Graph().node}


def plugins(read, hparams):
    """What TensorBoard's own plugins make of a precision-recall curve and of hyper-parameters."""
    wrong = []
    curve = tensor_util.make_ndarray(read.Tensors("pr")[0].tensor_proto)
    content = read.SummaryMetadata("pr").plugin_data.content
    thresholds = pr_curves.parse_plugin_metadata(content).num_thresholds
    # targets 0 and 1 at 0.2 and 0.8: below, between and above them
    expected = {0: [1, 1, 0, 0, 0.5, 1], thresholds // 2: [1, 0, 1, 0, 1, 1], -1: [0, 0, 1, 1, 0, 0]}
    for place, column in expected.items():
        if not np.allclose(curve[:, place], column):
            wrong.append(f"curve at {place}: {curve[:, place]}")
    parts = {tag: hparams_plugin.parse_experiment_plugin_data if tag.endswith("experiment") else
             hparams_plugin.parse_session_start_info_plugin_data if tag.endswith("start_info") else
             hparams_plugin.parse_session_end_info_plugin_data
             for tag in (hparams_plugin.EXPERIMENT_TAG, hparams_plugin.SESSION_START_INFO_TAG,
                         hparams_plugin.SESSION_END_INFO_TAG)}
    parsed = {tag: parse(read.SummaryMetadata(tag).plugin_data.content) for tag, parse in parts.items()}
    experiment, start, end = parsed.values()
    types = {info.name: info.type for info in experiment.hparam_infos}
    if types != {"lr": api_pb2.DATA_TYPE_FLOAT64, "net": api_pb2.DATA_TYPE_STRING, "flip": api_pb2.DATA_TYPE_BOOL}:
        wrong.append(f"types {types}")
    if [m.name.tag for m in experiment.metric_infos] != ["loss"]:
        wrong.append("metrics")
    given = {name: getattr(v, v.WhichOneof("kind")) for name, v in start.hparams.items()}
    if given != hparams or end.status != api_pb2.STATUS_SUCCESS:
        wrong.append(f"hyper-parameters {given}, status {end.status}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
