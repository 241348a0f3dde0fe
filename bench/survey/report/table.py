"""What all forms of the report show of a work: its rows in order, and the figures of each as text."""

from .. import works


def by_work(rows):
    """Pairs of a work and its rows, the fastest first; works in the order in which they were measured."""
    found = {}
    for row in rows:
        found.setdefault((row["table"], row["work"], row.get("device") or "cpu"), []).append(row)
    return [(works.parse(name), sorted(group, key=lambda r: (r["ms"] is None, r["ms"] or 0)))
            for (_, name, _), group in found.items()]


def plain_name(row):
    return " ".join(filter(None, (row["system"], row["variant"])))


def name(row):
    return plain_name(row) + (" *" if disturbed(row) else "")


def disturbed(row):
    """Whether other programs took more than a fifth of a processor during every try of some round."""
    return bool(row["ms"]) and (row.get("others") or 0) > 0.2


def lamina(rows, precision="float32"):
    """Lamina's best row in that precision, or else in float32; None where it has no time."""
    timed = [row for row in rows if row["system"] == "Lamina" and row["ms"]]
    same = [row for row in timed if row["precision"] == precision]
    return next(iter(same or [row for row in timed if row["precision"] == "float32"]), None)


def ratio(row, ours):
    """How many times Lamina's time this one takes."""
    return row["ms"] / ours["ms"] if ours and row["ms"] else None


def figure(value, form="%.3g", empty=""):
    return empty if value is None else form % value


def milliseconds(value):
    if value is None:
        return ""
    return "%.0f" % value if value >= 1000 else "%.1f" % value if value >= 10 else "%.2f" % value


HEADS = ["system", "ms", "x Lamina", "per second", "GFLOP/s", "of peak", "memory MB", "first call ms"]


def cells(row, rows):
    """As HEADS names them, beside the other rows of the work; None for a row without a time."""
    if row["ms"] is None:
        return None
    ours = lamina(rows, row["precision"])
    share = row["share_of_peak"]
    return [name(row), milliseconds(row["ms"]), figure(ratio(row, ours), "%.2f"),
            figure(row["images_per_s"], "%.4g"), figure(row["gflops"], "%.1f"),
            figure(None if share is None else 100 * share, "%.0f %%"), figure(row["rss_mb"], "%.0f"),
            figure(row["first_ms"], "%.0f")]


def best_peer(rows):
    return next((row for row in rows if row["system"] != "Lamina" and row["ms"]), None)


def missing(rows):
    """Why rows have no time: the texts, each with the names of those it holds for."""
    found = {}
    for row in rows:
        if row["ms"] is None:
            found.setdefault(row.get("why") or "not measured", []).append(name(row))
    return [(", ".join(dict.fromkeys(names)), why) for why, names in found.items()]


def extrapolations(work, rows):
    """The survey's own figures, computed from the rows: heads and lines; none for other works."""
    timed = [row for row in rows if row["ms"]]
    if work.net == "densenet121" and work.training:
        lines = [(name(r), "%.0f" % (5 * 87306 / r["images_per_s"] / 60)) for r in timed]
        return "minutes of 5 epochs of 87,306 images (extrapolated from steps of batch %d; no validation)" \
            % work.batch, lines
    if work.mode == "features":
        return "seconds for 1,000 images (from the time of one batch of %d)" % work.batch, [
            (name(r), "%.1f" % (1000 / r["images_per_s"])) for r in timed]
    if work.mode == "infer" and work.batch == 1 and work.net != "adds":
        return "99 of 100 calls are done within (ms)", [(name(r), milliseconds(r.get("p99_ms"))) for r in timed]
    return None


def use(facts):
    """The judgement as heads, lines of cells, and pairs of a measure and how it was found."""
    measures = list(dict.fromkeys(fact["measure"] for fact in facts))
    systems = list(dict.fromkeys(fact["system"] for fact in facts))
    value = {(fact["system"], fact["measure"]): fact["text"] for fact in facts}
    lines = [[system] + [value.get((system, measure), "") for measure in measures] for system in systems]
    return ["system"] + measures, lines, list(dict.fromkeys((f["measure"], f["how"]) for f in facts))
