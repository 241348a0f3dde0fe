"""The rows of results: what is in one, how it is made, where rows of several runs are kept together."""

import json
import pathlib
import statistics

from .works import digits

KEYS = ("table", "work", "system", "variant", "precision", "threads", "batch", "ms", "images_per_s", "gflops",
        "share_of_peak", "rss_mb", "first_ms", "version", "agrees")
# Kept beside these for the report, never in the file of --json
MORE = ("p99_ms", "calls", "difference", "why", "others", "device", "scale", "date")


def blank(table, work, system, variant, device):
    row = dict.fromkeys(KEYS + MORE)
    row.update(table=table, work=work.name, system=system, variant=variant, precision="float32",
               threads=work.threads, batch=work.batch, device=device, agrees=False)
    return row


def examples(work):
    """That a call takes in; None where images are not what it is about."""
    if work.net == "adds":
        return None
    return digits.EPOCHS * digits.EXAMPLES if work.net == "digits" else work.batch


def fill(row, work, times, peak):
    """The figures that follow from the milliseconds of all calls."""
    ms = statistics.median(times)
    ordered, count, amount = sorted(times), examples(work), work.gflop()
    row.update(ms=ms, calls=len(times), p99_ms=ordered[min(len(times) - 1, int(0.99 * len(times)))],
               images_per_s=count / ms * 1e3 if count else None, gflops=amount / ms * 1e3 if amount else None)
    if row["gflops"] and peak.get(work.threads) and row["device"] == "cpu":
        row["share_of_peak"] = row["gflops"] / peak[work.threads]


def rounded(value):
    return float("%.5g" % value) if isinstance(value, float) else value


def public(rows):
    """As --json writes them: of systems that could not be measured too, with no time in them."""
    return [{key: rounded(row[key]) for key in KEYS} for row in rows]


class Results:
    """The machine and the rows of a folder's survey.json."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "survey.json"
        kept = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.machine, self.rows, self.use = kept.get("machine", {}), kept.get("rows", []), kept.get("use", [])

    def add(self, rows):
        """A system's new rows of a work take the place of all that it had there."""
        fresh = {place(row) for row in rows}
        self.rows = [row for row in self.rows if place(row) not in fresh] + rows
        self.save()

    def has(self, work, system, variant, device):
        return any(place(row) == (work.name, system, device) and row["variant"] == variant and row["ms"]
                   for row in self.rows)

    def save(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = dict(machine=self.machine, rows=self.rows, use=self.use)
        partial = self.path.with_suffix(".part")
        partial.write_text(json.dumps(kept, indent=1, default=str) + "\n")
        partial.replace(self.path)


def place(row):
    return row["work"], row["system"], row["device"]
