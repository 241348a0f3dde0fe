"""A measurement's process, seen from the runner: it is halted whenever another one is measured."""

import contextlib
import json
import os
import pathlib
import queue
import signal
import subprocess
import sys
import tempfile
import threading

FOLDER = pathlib.Path(__file__).resolve().parent
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore", "GLOG_minloglevel": "3",
         "TF_ENABLE_ONEDNN_OPTS": "1"}


class Failed(Exception):
    """Why a process gave no answer."""


def processors(threads):
    """That many of the processors that this process may use: the last ones, interrupts come to the first."""
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return set(allowed[-threads:])


def environment(threads, device, own):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    count = {name: str(threads) for name in THREAD_VARIABLES}
    hidden = {"CUDA_VISIBLE_DEVICES": ""} if device == "cpu" else {}
    return {**kept, **QUIET, **count, **hidden, **own}


class Process:
    def __init__(self, python, peer, work, variant, device="cpu", own=None, program=FOLDER / "worker.py"):
        command = [python, str(program), peer, work.name, "--variant", variant, "--threads", str(work.threads),
                   "--device", device]
        allowed = processors(work.threads)
        self.said = tempfile.TemporaryFile(mode="w+", errors="replace")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said, text=True, errors="replace",
            env=environment(work.threads, device, own or {}), start_new_session=True,
            preexec_fn=(lambda: os.sched_setaffinity(0, allowed)) if allowed else None)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read_all, daemon=True)
        self.reader.start()

    def read_all(self):
        for line in self.process.stdout:
            if line.startswith("ANSWER "):
                self.lines.put(json.loads(line[7:]))
            else:
                self.said.write(line)
        self.lines.put(None)

    def answer(self, seconds):
        try:
            got = self.lines.get(timeout=seconds)
        except queue.Empty:
            self.end()
            raise Failed("no answer within %.0f s" % seconds) from None
        if got is None:
            self.process.wait()
            self.reader.join()
            raise Failed(self.last_words())
        return got

    def last_words(self):
        self.said.flush()
        self.said.seek(0)
        lines = [line.strip() for line in self.said.read().splitlines() if line.strip()]
        errors = [line for line in lines if "Error" in line and not line.startswith("File ")]
        if errors or lines:
            return (errors or lines)[-1][:300]
        return "it ended with code %s and said nothing" % self.process.returncode

    def ask(self, command, seconds):
        """The answer to one line; the process runs from here until it has answered."""
        if self.said.closed:
            raise Failed("it was ended")
        self.wake()
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # answer() says why it ended
        return self.answer(seconds)

    def seconds(self):
        """Processor time of this process and of those that it has started: loaders, ranks."""
        total = 0
        for file in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # it has just ended
                fields = file.read_text().rsplit(")", 1)[1].split()
                if int(fields[3]) == self.process.pid:  # the session
                    total += sum(map(int, fields[11:13]))
        return total / os.sysconf("SC_CLK_TCK")

    def halt(self):
        """Threads that wait by spinning must not take the others' processors."""
        self.signal(signal.SIGSTOP)

    def wake(self):
        self.signal(signal.SIGCONT)

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):  # its session: it, and what it has started
            os.killpg(self.process.pid, number)

    def end(self):
        if self.said.closed:
            return
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.said):
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def busy_seconds():
    """Of all processors, since the machine started; None where the system does not say."""
    try:
        fields = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]]
    except OSError:
        return None
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def lamina_path():
    """Where this Python imports Lamina from, for the PYTHONPATH of Lamina's own processes."""
    import importlib.util

    spec = importlib.util.find_spec("lamina")
    if not spec or not spec.origin:
        raise Failed("this Python (%s) has no package lamina" % sys.executable)
    return os.path.dirname(os.path.dirname(os.path.abspath(spec.origin)))  # a build's files are links
