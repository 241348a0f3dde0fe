"""TensorBoard itself, started on the events of a training: what its server says, and what a browser shows.

usage: tensorboard_page.py [--screenshot FILE]

Every kind of event has to be found by its plugin, and the curve of the loss has to have the numbers of the history.
Where there is a Chromium, the page is opened in it without a window and has to show the names of the curves.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

import numpy as np

import lamina as lm
from lamina import data, nn, train

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def write(folder):
    """A training's events, and one of each kind that a training does not write by itself. Returns its history."""
    lm.seed(0)
    learn, check = data.digits().split(0.8, seed=0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    trainer = lm.Trainer(model).compile("adam", "cross_entropy", ["accuracy"])
    logger = train.EventLogger(folder, histograms=True, hparams={"lr": 1e-3, "net": "mlp"})
    history = trainer.fit(learn, epochs=4, validation_data=check, verbose=0, callbacks=[logger])
    events = train.EventWriter(folder)
    events.add_image("digit", check.get([0])[0][0] / 16, 1)
    events.add_text("note", "text", 1)
    events.add_pr_curve("curve", lm.array([0, 1]), lm.array([0.2, 0.8]), 1)
    events.add_graph(model, (-1, 64))
    events.flush()
    return history


class Server:
    def __init__(self, folder):
        command = [sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--host", "127.0.0.1", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"http://\S+:\d+", line):
                self.address = found[0]
                return
        raise RuntimeError("tensorboard did not start")

    def ask(self, path, **query):
        with urllib.request.urlopen(f"{self.address}/data/{path}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
            return answer.read().decode()


def server_checks(server, history):
    wrong = []
    for plugin, path, word in (("scalars", "scalars/tags", "val_accuracy"), ("histograms", "histograms/tags", "1.weight"),
                               ("images", "images/tags", "digit"), ("text", "text/tags", "note"),
                               ("pr_curves", "pr_curves/tags", "curve"), ("graphs", "graphs/info", "run_graph")):
        if word not in server.ask(f"plugin/{path}"):
            wrong.append(f"{plugin}: no {word}")
    nodes = set(re.findall(r'name: "([^"]+)"', server.ask("plugin/graphs/graph", run=".")))
    if missing := {"input", "1/weight", "3/weight"} - nodes:
        wrong.append(f"the graph has no {missing}")
    sessions = {"allowedStatuses": ["STATUS_SUCCESS", "STATUS_RUNNING"], "colParams": [{"hparam": "net"}], "sliceSize": 10}
    if "mlp" not in server.ask("plugin/hparams/session_groups", request=json.dumps(sessions)):
        wrong.append("hparams: no net")
    shown = [value for _, _, value in json.loads(server.ask("plugin/scalars/scalars", tag="loss", run="."))]
    if not np.array_equal(np.float32(shown), np.float32(history["loss"])):
        wrong.append(f"loss {shown} for {history['loss']}")
    return wrong


def browser_checks(server, screenshot):
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        print("there is no Chromium: the page was not opened")
        return []
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1400,1100",
               "--virtual-time-budget=20000", f"{server.address}/#timeseries"]
    page = subprocess.run([*command, "--dump-dom"], capture_output=True, text=True, timeout=120).stdout
    if screenshot:
        subprocess.run([*command, f"--screenshot={screenshot}"], capture_output=True, timeout=120)
    return [f"the page does not show {word}" for word in ("accuracy", "val_loss", "digit") if word not in page]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--screenshot", help="where a picture of the page goes")
    given = options.parse_args()
    folder = tempfile.mkdtemp()
    history = write(folder)
    server = Server(folder)
    try:
        wrong = server_checks(server, history) + browser_checks(server, given.screenshot)
    finally:
        server.process.terminate()
    print(f"TensorBoard's page: {'; '.join(wrong) or 'every kind of event is found, the loss has its numbers'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
