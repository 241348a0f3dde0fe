"""One work, measured in every system: each in a process of its own, checked first, then in rounds.

Systems take turns, so that a slow minute of the machine meets each. A process whose turn it is not is halted. Where
memory does not hold all at once they go in groups, and the reference runs in every group.
"""

import contextlib
import dataclasses
import datetime
import os
import pathlib
import tempfile
import time

from . import rows
from .process import Failed, Process, busy_seconds

STEPS = 3  # training steps whose losses must agree
# How far results may be from the reference's, by precision. Outputs: relative to the largest one.
TOLERANCE = {"float32": {"outputs": 2e-3, "losses": 1e-2}, "bf16": {"outputs": 3e-2, "losses": 3e-2},
             "int8": {"outputs": 0.2}}
START, CHECK, CALL = 300, 900, 300  # seconds until a process counts as hanging
SPARE = 0.25  # of the memory stays free
QUIET = 0.1  # of a processor may be taken by others during a round; else the round is done again, so often:
TRIES = 3


@dataclasses.dataclass
class Entrant:
    """A system in one of its forms; `why` says what keeps it from being measured."""

    name: str
    title: str
    variant: str
    python: str = ""
    environment: dict = dataclasses.field(default_factory=dict)
    why: str = ""


@dataclasses.dataclass
class Effort:
    rounds: int
    seconds: float


@dataclasses.dataclass
class Reference:
    """What the others must agree with."""

    title: str
    variant: str
    file: str
    losses: list


def memory_is_short():
    fields = dict(line.split(":") for line in pathlib.Path("/proc/meminfo").read_text().splitlines())
    free, all_of_it = (int(fields[name].split()[0]) for name in ("MemAvailable", "MemTotal"))
    return free < SPARE * all_of_it


def difference(losses, expected):
    """The largest relative difference of two curves of losses."""
    return max(abs(a - b) / max(abs(a), abs(b), 1e-9) for a, b in zip(losses, expected))


class Work:
    """The measuring of one work."""

    def __init__(self, table, work, device, effort, peak, say, profile=None, program=None):
        self.table, self.work, self.device, self.effort = table, work, device, effort
        self.peak, self.say, self.reference, self.confirmed = peak, say, None, False
        self.profile = profile
        self.program = {"program": program} if program else {}
        self.folder = tempfile.TemporaryDirectory()

    def row(self, entrant):
        row = rows.blank(self.table, self.work, entrant.title, entrant.variant, self.device)
        row.update(why=entrant.why or None, date=datetime.date.today().isoformat())
        return row

    def run(self, entrants):
        """A row for each entrant, in their order."""
        made = {id(entrant): self.row(entrant) for entrant in entrants}
        waiting = [entrant for entrant in entrants if not entrant.why]
        keeper = None
        while waiting:
            keeper, waiting = self.group(waiting, keeper, made)
        if keeper:
            made[id(keeper)]["agrees"] = self.confirmed
        self.folder.cleanup()
        return [made[id(entrant)] for entrant in entrants]

    def group(self, waiting, keeper, made):
        """Measures the reference and as many of those that wait as memory holds; the rest is given back."""
        running, times = [], {}
        with contextlib.ExitStack() as ends:
            queue = ([keeper] if keeper else []) + waiting
            while queue and not (len(running) > 1 and memory_is_short()):
                entrant = queue.pop(0)
                process = self.start(entrant, made[id(entrant)], ends)
                if process:
                    running.append((entrant, process))
                    keeper = keeper or entrant
            for _ in range(self.effort.rounds):
                for entrant, process in list(running):
                    got = self.turn(entrant, process, made[id(entrant)])
                    times.setdefault(id(entrant), []).extend(got)
            for entrant, process in running:
                self.finish(entrant, process, made[id(entrant)], times.get(id(entrant), []))
        return keeper, queue

    def start(self, entrant, row, ends):
        """Its process, built and checked; None if it fails or computes something else."""
        self.say(self.work, entrant, "starts")
        process = None
        try:
            process = Process(entrant.python, entrant.name.replace("-", "_"), self.work, entrant.variant,
                              self.device, entrant.environment, **self.program)
            ends.callback(process.end)
            row["version"] = process.answer(START)["version"]
            first, far = self.check(entrant, process)
            row.update(first_ms=first, difference=far, agrees=True, why=None)
            process.ask("time 0", CALL)
            process.halt()
            return process
        except (Failed, OSError) as failure:
            row.update(why=str(failure), agrees=False)
            self.say(self.work, entrant, "is left out: %s" % failure)
            if process:
                process.end()
            return None

    def check(self, entrant, process):
        """Milliseconds of the first call, and how far the results are from the reference's."""
        kind = "losses" if self.work.training else "outputs"
        if not self.reference or (self.reference.title, self.reference.variant) == (entrant.title, entrant.variant):
            return self.be_reference(entrant, process), 0.0
        if self.work.training:
            got = process.ask("losses %d" % STEPS, CHECK)
            far = difference(got["losses"], self.reference.losses)
        else:
            got = process.ask("compare %s" % self.reference.file, CHECK)
            far = got["difference"]
        allowed = TOLERANCE[rows.precision(entrant.variant)][kind]
        if not far <= allowed:
            raise Failed("its %s are %.1g from those of %s, %g is allowed" % (kind, far, self.reference.title, allowed))
        self.confirmed = self.confirmed or entrant.title != self.reference.title
        return got["first"], far

    def be_reference(self, entrant, process):
        file = str(pathlib.Path(self.folder.name) / "output.npy")
        if self.work.training:
            got = process.ask("losses %d" % STEPS, CHECK)
        else:
            got = process.ask("save " + file, CHECK)
        self.reference = Reference(entrant.title, entrant.variant, file, got.get("losses"))
        return got["first"]

    def turn(self, entrant, process, row):
        self.say(self.work, entrant, "is measured")
        if row["why"]:
            return []
        try:
            tries = []
            while not tries or min(tries)[0] > QUIET and len(tries) < TRIES:
                tries.append(self.attempt(process))
        except Failed as failure:
            row.update(why=str(failure), agrees=False)
            return []
        others, times = min(tries)
        row["others"] = max(row["others"] or 0.0, others)
        return times

    def attempt(self, process):
        """Processors that others kept busy meanwhile, and the times."""
        before, own, started = busy_seconds(), process.seconds(), time.monotonic()
        times = process.ask("time %g" % self.effort.seconds, CALL)["times"]
        process.halt()
        if before is None:
            return 0.0, times
        taken = busy_seconds() - before - (process.seconds() - own)
        return max(0.0, taken - 0.05) / (time.monotonic() - started), times  # clocks tick in hundredths

    def finish(self, entrant, process, row, times):
        if row["why"] or not times or row["ms"] is not None:  # the reference has its time from the first group
            return
        row["rss_mb"] = process.ask("memory", CALL)["memory"]
        rows.fill(row, self.work, times, self.peak)
        text = process.ask("profile", CALL)["profile"] if self.profile and entrant.name == "lamina" else ""
        if text:
            name = "%s_%s.txt" % (self.work.name, entrant.variant or "profile")
            (pathlib.Path(self.profile) / name).write_text(text)


def processors():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
