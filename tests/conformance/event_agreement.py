"""Event files as TensorBoard's own reader sees them: 1,000 scalars, and one of each other kind."""

import sys
import tempfile

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

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
    return int(same != len(numbers) or bool(missing) or nodes == 0)


if __name__ == "__main__":
    sys.exit(main())
