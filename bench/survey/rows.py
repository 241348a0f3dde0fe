"""The rows of results: what is in one, how it is made, where rows of several runs are kept together."""

import json
import pathlib
import statistics

from .process import Failed
from .works import digits, parse

KEYS = ("table", "work", "system", "variant", "precision", "threads", "batch", "ms", "images_per_s", "gflops",
        "share_of_peak", "rss_mb", "first_ms", "version", "agrees")
# Kept beside these for the report, never in the file of --json
MORE = ("p99_ms", "calls", "difference", "why", "others", "device", "scale", "date")


LOWER = ("bf16", "int8")


def precision(variant):
    """In which a form computes its products: a word of its name, or else float32."""
    return next((word for word in variant.split() if word in LOWER), "float32")


def blank(table, work, system, variant, device):
    row = dict.fromkeys(KEYS + MORE)
    row.update(table=table, work=work.name, system=system, variant=variant, precision=precision(variant),
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


def read(path):
    """What a survey.json holds; of a file that --json wrote, its rows alone."""
    try:
        kept = json.loads(pathlib.Path(path).read_text())
    except OSError as error:
        raise Failed("cannot read %s: %s" % (path, error.strerror)) from None
    except ValueError as error:
        raise Failed("%s is not JSON: %s" % (path, error)) from None
    kept = dict(rows=kept) if isinstance(kept, list) else kept
    found = kept.get("rows", []) if isinstance(kept, dict) else None
    try:
        for row in found:
            parse(row["work"]), row["system"], row["variant"], row["ms"]
    except (KeyError, TypeError, ValueError):
        raise Failed("%s holds no rows of a survey: expected survey.json of --out, or what --json wrote"
                     % path) from None
    return kept


def write(path, text):
    """In place of what was there, at once; or an error that names the file."""
    path = pathlib.Path(path)
    partial = path.with_name(path.name + ".part") if path.is_file() or not path.exists() else path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text)
        if partial != path:
            partial.replace(path)
    except FileExistsError:  # what mkdir says of a file where a folder should be
        raise Failed("cannot write %s: Not a directory" % path) from None
    except OSError as error:
        raise Failed("cannot write %s: %s" % (path, error.strerror)) from None


class Results:
    """The machine and the rows of a folder's survey.json."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "survey.json"
        kept = read(self.path) if self.path.exists() else {}
        self.machine, self.rows, self.use = kept.get("machine", {}), kept.get("rows", []), kept.get("use", [])

    def add(self, rows):
        """A system's new rows of a work take the place of all that it had there."""
        fresh = {place(row) for row in rows}
        self.rows = [row for row in self.rows if place(row) not in fresh] + rows
        self.save()

    def has(self, table, work, system, variant, device):
        return any(place(row) == (table, work.name, system, device) and row["variant"] == variant and row["ms"]
                   for row in self.rows)

    def save(self):
        kept = dict(machine=self.machine, rows=self.rows, use=self.use)
        write(self.path, json.dumps(kept, indent=1, default=str) + "\n")


def place(row):
    return row["table"], row["work"], row["system"], row["device"]
