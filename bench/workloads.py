"""Whole networks: Lamina's plain loop beside other frameworks, in one run.

    python bench/workloads.py [WORK ..] [--peer torch=PYTHON] [--peer onnx=PYTHON] [--rounds 5] [--json FILE]

WORK is a name or the beginning of one; --list prints them. A peer is a family of frameworks and a Python that
has it: torch (PyTorch), onnx (onnxruntime and openvino; the networks are exported by torch's Python), tensorflow,
mxnet and theano, each for the workloads that bench/peers/ has written for it. Every framework runs in a process of
its own, which stays, halted while another is measured; rounds go around all of them, so that a slow minute of the
machine meets each. Of a framework the median over all calls is printed; `x Lamina` is the median over the rounds of
its time divided by Lamina's in the same round. A training row is comparable only if the losses of 20 steps from the
same weights and data agree, so they are printed beside it. Memory is what the process grew by at its peak since it
began to build the network.
"""

import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))

import problem  # noqa: E402
from table import machine, print_work  # noqa: E402

LOSSES = 20
PEERS = ("torch", "onnx", "tensorflow", "mxnet", "theano")
NAMES = {"torch": "PyTorch", "tensorflow": "TensorFlow", "mxnet": "MXNet", "theano": "Theano"}


def variants(peer, work):
    """The forms in which a family of frameworks does this work; none where it has not been written."""
    images, dense, small = work.net in problem.IMAGES, work.net in problem.DENSE, work.net in ("digits", "adds")
    if peer == "torch":
        return ["eager"] + ["channels_last"] * images + ["compile"] * (work.net == "minilm")
    if peer == "onnx":
        return ["onnxruntime", "openvino"] * (work.mode == "infer")
    if peer == "tensorflow":
        return ["Keras"] * dense if not small else ["Keras"] * (work.mode == "fit")
    if peer == "mxnet":
        return ["hybridized"] * (work.mode == "train" and (images or work.net == "fcn5"))
    return ["compiled"] * (work.net == "wide" or work.net == "digits")


class Worker:
    """A framework's process and what it has measured."""

    def __init__(self, name, python, script, work, variant, environment):
        self.name, self.rounds, self.losses, self.first, self.memory, self.error = name, [], None, None, None, None
        threads = str(work.threads)
        command = [python, str(HERE / "peers" / script), work.name, "--variant", variant, "--threads", threads]
        if work.threads == 1:
            command = ["taskset", "-c", "1"] + command
        variables = {n: threads for n in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.PIPE,
                                        env={**os.environ, **environment, **variables, "CUDA_VISIBLE_DEVICES": ""})
        self.version = (self.read() or {}).get("version", "")

    def read(self):
        for line in self.process.stdout:
            if line.startswith("ANSWER "):
                return json.loads(line[7:])
        said = self.process.stderr.read().strip().splitlines() or ["it ended without a word"]
        self.error = next((line for line in reversed(said) if "Error" in line), said[-1])
        return None

    def ask(self, command):
        if self.error:
            return None
        os.kill(self.process.pid, signal.SIGCONT)
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # read() says why it ended
        answer = self.read()
        if answer:  # threads that wait for work by spinning must not take the others' processors
            os.kill(self.process.pid, signal.SIGSTOP)
        return answer

    def warm(self, work, losses):
        got = self.ask(f"losses {losses}" if work.mode == "train" and losses else "time 0")
        if got:
            self.first, self.losses = got["first"], got.get("losses")
            self.ask("time 0")

    def measure(self, seconds):
        if got := self.ask(f"time {seconds}"):
            self.rounds.append(got["times"])

    def finish(self, profile_to=None):
        self.memory = (self.ask("memory") or {}).get("memory")
        if profile_to and (text := (self.ask("profile") or {}).get("profile")):
            pathlib.Path(profile_to).write_text(text)
        if not self.error:
            self.process.stdin.close()
            os.kill(self.process.pid, signal.SIGCONT)
        self.process.wait()


def start(work, peers, folder):
    workers = [Worker("Lamina", sys.executable, "lamina_peer.py", work, "", {})]
    if "onnx" in peers and work.mode == "infer":
        exporter = peers.get("torch", peers["onnx"])
        for python in dict.fromkeys((peers["onnx"], exporter)):
            made = subprocess.run([python, HERE / "peers" / "torch_peer.py", "export", work.name,
                                   f"{folder}/{work.name}.onnx"], capture_output=True)
            if made.returncode == 0:
                break
    for peer in (peer for peer in PEERS if peer in peers):
        for variant in variants(peer, work):
            name = f"{NAMES[peer]} {variant}" if peer in NAMES else variant
            workers.append(Worker(name, peers[peer], f"{peer}_peer.py", work, variant, {"LAMINA_BENCH_ONNX": folder}))
    return workers


def run(work, peers, a, folder):
    """A row for each framework."""
    workers = start(work, peers, folder)
    for worker in workers:
        worker.warm(work, a.losses)
    for _ in range(a.rounds):
        for worker in workers:
            worker.measure(a.seconds)
    for worker in workers:
        worker.finish(f"{a.profile}/profile_{work.name}.txt" if a.profile and worker.name == "Lamina" else None)
    rows, ours = [], workers[0]
    for worker in workers:
        row = dict(work=work.name, peer=worker.name, version=worker.version, error=worker.error)
        if not worker.error:
            row.update(milliseconds=statistics.median(t for times in worker.rounds for t in times),
                       memory=worker.memory, first=worker.first, losses=worker.losses)
            if not ours.error:
                row["ratio"] = statistics.median(statistics.median(theirs) / statistics.median(mine)
                                                 for theirs, mine in zip(worker.rounds, ours.rounds))
        rows.append(row)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="*")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each framework in each round")
    parser.add_argument("--losses", type=int, default=LOSSES, help="steps whose losses are compared; 0: none")
    parser.add_argument("--json", metavar="FILE", help="write all rows there too")
    parser.add_argument("--profile", metavar="FOLDER", help="write Lamina's profiles there")
    a = parser.parse_args()
    if a.list:
        for work in problem.WORKS:
            print(f"{work.name:24} {work.title}")
        return
    peers = dict(peer.split("=", 1) for peer in a.peer)
    if unknown := set(peers) - set(PEERS):
        parser.error(f"unknown peer {', '.join(unknown)}; there are: {', '.join(PEERS)}")
    about = machine(HERE.parent)
    print(about["line"], flush=True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for work in problem.chosen(a.works):
            rows += run(work, peers, a, folder)
            print_work(work, [row for row in rows if row["work"] == work.name], about["peak"])
    if a.json:
        pathlib.Path(a.json).write_text(json.dumps(dict(machine=about, rows=rows), indent=1) + "\n")


if __name__ == "__main__":
    main()
