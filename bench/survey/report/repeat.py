"""Two runs of the survey beside each other: whether the ratios to Lamina come out again."""

from . import table

NEAR = 0.1  # ratios that differ by less count as repeated
HEADS = ["work", "best of the others", "its time / Lamina's", "best before", "its time / Lamina's before", "difference"]
ABOUT = """How far the ratios of this run repeat those of an earlier one. A work's ratio is the time of the fastest of the
others divided by that of Lamina's fastest form; a `*` marks a row that other programs disturbed."""


def ratios(rows):
    """By work and device: Lamina's row and those of the others that have a time, the fastest first."""
    found = {}
    for work, group in table.by_work(rows):
        others = [r for r in group if r["system"] != "Lamina" and r["ms"]]
        ours = table.lamina(group, others[0]["precision"]) if others else None
        if ours:
            found[work.name, others[0]["table"], others[0].get("device") or "cpu"] = ours, others
    return found


def pairs(now, before):
    """Lines of the works that both runs have: place, the best ones' rows and ratios, the relative difference."""
    a, b = ratios(now), ratios(before)
    lines = []
    for place in a:
        if place in b:
            (ours, others), (ours_then, others_then) = a[place], b[place]
            ratio, then = table.ratio(others[0], ours), table.ratio(others_then[0], ours_then)
            lines.append((place[0], (ours, others[0], ratio), (ours_then, others_then[0], then), ratio / then - 1))
    return lines


def systems(now, before):
    """The relative differences of the ratios of every system in every form that both runs have."""
    a, b = ratios(now), ratios(before)
    out = []
    for place in a:
        if place in b:
            (ours, others), (ours_then, others_then) = a[place], b[place]
            then = {table.plain_name(r): table.ratio(r, ours_then) for r in others_then}
            out += [table.ratio(r, ours) / then[table.plain_name(r)] - 1 for r in others if table.plain_name(r) in then]
    return out


def share(differences):
    near = sum(abs(d) <= NEAR for d in differences)
    return "%d of %d (%.0f %%)" % (near, len(differences), 100.0 * near / len(differences))


def cells(now, before):
    """As HEADS names them; the largest difference first."""
    def system(ours, row):
        return table.name(row) + (" (Lamina *)" if table.disturbed(ours) else "")
    lines = sorted(pairs(now, before), key=lambda line: -abs(line[3]))
    return [[work, system(ours, best), "%.2f" % ratio, system(ours_then, best_then), "%.2f" % then,
             "%+.1f %%" % (100 * difference)]
            for work, (ours, best, ratio), (ours_then, best_then, then), difference in lines]


def summary(now, before):
    """What it comes to, in a sentence; None where the runs have no work in common."""
    lines = pairs(now, before)
    if not lines:
        return None
    days = sorted({row["date"] for row in before if row.get("date")})
    return ("Against the run of %s: the best one's ratio is within %.0f %% in %s works, and the ratio of a system "
            "in %s rows." % (" to ".join(dict.fromkeys(days[:1] + days[-1:])) or "a date that is not in its file",
                             100 * NEAR, share([line[3] for line in lines]), share(systems(now, before))))
