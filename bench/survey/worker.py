"""A measurement's process: PYTHON worker.py PEER WORK --variant V --threads N. Python 3.6 and later.

It builds one work in one framework, then does what it reads, and answers each line by one of JSON:

    losses N      N training steps from the initial weights: their losses, milliseconds of the first
    save FILE     one forward pass: its output into a .npy file
    compare FILE  one forward pass: how far its output is from that one, relative to its largest number
    time S        calls for S seconds, one at least: milliseconds of each
    memory        the most memory that the process has held, in MB
    profile       text, where the framework has it
"""

import argparse
import importlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))


def load_survey():
    """The folder of this file as the package `survey`: a framework's Python has nothing of Lamina's installed."""
    sys.path[:] = [p for p in sys.path if os.path.abspath(p or ".") != FOLDER]
    spec = importlib.util.spec_from_file_location(
        "survey", os.path.join(FOLDER, "__init__.py"), submodule_search_locations=[FOLDER])
    module = importlib.util.module_from_spec(spec)
    sys.modules["survey"] = module
    spec.loader.exec_module(module)


def peak_memory(process="self"):
    for line in open("/proc/%s/status" % process):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024.0
    return 0.0


def answer(**values):
    print("ANSWER " + json.dumps(values))
    sys.stdout.flush()


def timed(call):
    start = time.perf_counter()
    result = call()
    return 1e3 * (time.perf_counter() - start), result


class Steps(object):
    """Calls of a network on the same data."""

    def __init__(self, peer, work, net, variant, threads):
        from survey import works

        self.net, self.work = net, work
        self.built = peer.build(net, work.mode, variant, threads)
        x, y = works.data(net, work.batch)
        self.arrays = (x, y) if work.training else (x,)
        self.natives = self.built.put(*self.arrays)

    def call(self):
        if self.work.mode == "features":  # with the copies to the framework and back
            return self.built.fetch(self.built.run(*self.built.put(*self.arrays)))
        return self.built.run(*self.natives)

    def losses(self, count):
        times, losses = zip(*(timed(self.call) for _ in range(count)))
        return dict(losses=[float(loss) for loss in losses], first=times[0])

    def output(self):
        milliseconds, result = timed(self.call)
        return milliseconds, result if self.work.mode == "features" else self.built.fetch(result)


class FromDisk(Steps):
    """Training steps on pictures that the framework's own loader reads, crops and mirrors; checked in memory."""

    def __init__(self, peer, work, net, variant, threads):
        Steps.__init__(self, peer, work, net, variant[:-len(ON_DISK)].strip(), threads)
        self.batches, self.checked = iter(peer.batches(work.batch, threads)), False

    def call(self):
        if not self.checked:
            return Steps.call(self)
        return self.built.run(*self.built.put(*next(self.batches)))

    def losses(self, count):
        got = Steps.losses(self, count)
        self.checked = True
        return got


class Processes(Steps):
    """Training spread over as many processes as threads, each on its share of the batch.

    A process that ends then gives the losses of the whole batch, which the runner compares as any other form's, and
    those of one process that takes the shares one after the other, which those of all processes must be. The other
    processes take the same endless steps: what they exchange keeps them together, and they end when this one does.
    """

    def __init__(self, peer, work, net, variant, threads):
        if threads < 2 or work.batch % threads:
            raise ValueError("a batch of %d has no equal shares for %d processes" % (work.batch, threads))
        self.peer, self.variant, self.count = peer, variant[:-len(IN_PROCESSES)].strip(), threads
        self.net, self.work, self.others = net, work, []

    def join(self, rank, port):
        """From here on this process takes steps on its share."""
        from survey import works
        from survey.recipe import Share

        size = self.work.batch // self.count
        mine = slice(rank * size, (rank + 1) * size)
        self.built = self.peer.build(self.net, "train", self.variant, 1, Share(rank, self.count, port))
        self.natives = self.built.put(*(a[mine] for a in works.data(self.net, self.work.batch)))

    def alone(self, count):
        """What one process must say: the answer to `losses`, and the losses of the shares in turn."""
        from survey.recipe import Share

        whole = Steps(self.peer, self.work, self.net, self.variant, self.count)
        got = whole.losses(count)
        whole.built = None
        built = self.peer.build(self.net, "train", self.variant, self.count, Share(0, self.count, None))
        return dict(got, in_turn=[float(built.run(*whole.natives)) for _ in range(count)])

    def losses(self, count):
        got = self.asked("--alone", str(count))
        expected = got.pop("in_turn")
        os.environ["GLOO_SOCKET_IFNAME"] = "lo"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        for rank in range(1, self.count):
            self.others.append(subprocess.Popen(
                [sys.executable] + sys.argv + ["--share", json.dumps([rank, port])], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, env=dict(os.environ, OMP_NUM_THREADS="1")))
        self.join(0, port)
        milliseconds, losses = zip(*(timed(self.call) for _ in range(count)))
        agree([float(loss) for loss in losses], expected, self.count)
        return dict(got, first=milliseconds[0])

    def asked(self, *words):
        """The answer of a process that ends then, with all its memory."""
        done = subprocess.run([sys.executable] + sys.argv + list(words), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, universal_newlines=True)
        lines = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
        if not lines:
            raise RuntimeError("one process alone ended with code %d" % done.returncode)
        return json.loads(lines[-1][7:])

    def memory(self):
        return peak_memory() + sum(peak_memory(other.pid) for other in self.others)

    def forever(self):
        while True:
            self.call()


SAME_SHARES = 1e-3  # float32 sums in another order, which Adam's division makes larger


def agree(losses, expected, count):
    near = [abs(a - b) <= SAME_SHARES * max(abs(a), abs(b), 1e-9) for a, b in zip(losses, expected)]
    if not all(near):  # a NaN is near nothing
        raise ValueError("the losses of %d processes, %s, are not those of one that takes their shares in turn, %s"
                         % (count, losses, expected))


def end_with(parent):
    """Ends this process when the one that started it is gone, whatever it waits for."""
    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(0)
    thread = threading.Thread(target=watch)
    thread.daemon = True
    thread.start()


ON_DISK, IN_PROCESSES = "from disk", "in processes"


class Training(object):
    """A whole training on digits, from the first weights each time."""

    def __init__(self, peer, work, net, variant, threads):
        from survey.works import digits

        x, y, orders = digits.table(digits.file())
        self.build = lambda: peer.build(net, "train", variant, threads)
        self.batches = [(x[order[i:i + digits.BATCH]], y[order[i:i + digits.BATCH]])
                        for order in orders for i in range(0, len(x), digits.BATCH)]
        if variant == "fit":
            self.call = peer.fit(net, x, y, digits.EPOCHS, digits.BATCH, threads)

    def call(self):
        built = self.build()
        for batch in self.batches:
            loss = built.run(*built.put(*batch))
        return float(loss)

    def losses(self, count):
        first, built = timed(self.build)
        losses = []
        for batch in self.batches[:count]:
            milliseconds, loss = timed(lambda: built.run(*built.put(*batch)))
            first += milliseconds if not losses else 0
            losses.append(float(loss))
        return dict(losses=losses, first=first)


class Adds(object):
    def __init__(self, peer, work, net, variant, threads):
        from survey.works import adds

        self.call = peer.adds(work.training, adds.COUNT)

    def losses(self, count):
        first, value = timed(self.call)
        return dict(losses=[float(value)] * count, first=first)

    def output(self):
        import numpy as np

        milliseconds, value = timed(self.call)
        return milliseconds, np.array([value], np.float32)


KINDS = {"digits": Training, "adds": Adds}


def difference(output, file):
    import numpy as np

    expected = np.load(file)
    if output.shape != expected.shape:
        raise ValueError("its output is %s, not %s" % (output.shape, expected.shape))
    return float(np.abs(output - expected).max() / max(np.abs(expected).max(), 1e-30))


def obey(kind, profile, command, value):
    if command == "losses":
        return kind.losses(int(value))
    if command == "save":
        import numpy as np

        first, output = kind.output()
        np.save(value, output)
        return dict(first=first)
    if command == "compare":
        first, output = kind.output()
        return dict(first=first, difference=difference(output, value))
    if command == "time":
        times, end = [], time.perf_counter() + float(value)
        while not times or time.perf_counter() < end:
            times.append(timed(kind.call)[0])
        return dict(times=times)
    if command == "profile":
        return dict(profile=profile(kind.call))
    return dict(memory=getattr(kind, "memory", peak_memory)())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer")
    parser.add_argument("work")
    parser.add_argument("--variant", default="")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--share", type=json.loads)  # this and the next for the processes of a spread training
    parser.add_argument("--alone", type=int)
    a = parser.parse_args()
    os.environ["LAMINA_SURVEY_DEVICE"] = a.device
    load_survey()
    from survey import works

    peer = importlib.import_module("survey.peers." + a.peer)
    work = works.parse(a.work)
    if a.share or a.alone:
        end_with(os.getppid())
        one = Processes(peer, work, work.make(), a.variant, a.threads)
        if a.alone:
            return answer(**one.alone(a.alone))
        one.join(*a.share)
        return one.forever()
    kind = KINDS.get(work.net, Steps)
    for ending, other in ((ON_DISK, FromDisk), (IN_PROCESSES, Processes)):
        kind = other if a.variant.endswith(ending) else kind
    kind = kind(peer, work, work.make(), a.variant, a.threads)
    answer(version=peer.version())
    profile = getattr(peer, "profile", lambda call: "")
    for line in sys.stdin:
        command, _, value = line.strip().partition(" ")
        answer(**obey(kind, profile, command, value))


if __name__ == "__main__":
    main()
