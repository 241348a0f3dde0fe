"""survey.html: one file with everything in it."""

from html import escape

from .. import machine, plan
from . import charts, markdown, repeat, table

STYLE = """
:root { --ink: #1d2530; --soft: #5c6672; --line: #dfe3e8; --ours: #c2410c; --theirs: #8aa0b8; --paper: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --soft: #9aa5b1; --line: #333c47; --ours: #fb923c; --theirs: #5b7390; --paper: #161b22 } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem }
h1, h2, h3 { line-height: 1.2 } h2 { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1.5rem }
p.note, code { color: var(--soft) } table { border-collapse: collapse; font-size: 14px; width: 100% }
div.wide { overflow-x: auto } th, td { padding: 4px 8px; border-bottom: 1px solid var(--line); text-align: right }
th:first-child, td:first-child { text-align: left } tr.ours { color: var(--ours); font-weight: 600 }
svg { max-width: 100%; height: auto; font-size: 13px } svg .name { text-anchor: end; fill: var(--ink) }
svg .value, svg .tick { fill: var(--soft) } svg .tick { text-anchor: middle } rect.ours { fill: var(--ours) }
rect.theirs { fill: var(--theirs) } polyline { fill: none; stroke-width: 2 } polyline.ours { stroke: var(--ours) }
polyline.theirs { stroke: var(--theirs) } .axis { fill: none; stroke: var(--soft) } .legend { font-size: 12px }
text.ours { fill: var(--ours) } text.theirs { fill: var(--soft) } nav a { margin-right: 1rem; color: inherit }
"""


def page(results, before=None):
    tables = [(number, title, table.by_work([row for row in results.rows if row["table"] == number]))
              for number, title in plan.TABLES.items()]
    tables = [entry for entry in tables if entry[2]]
    body = ["<h1>The survey's tables</h1>", paragraph(machine.line(results.machine) + ". " +
                                                      markdown.dates(results.rows)),
            "<nav>%s</nav>" % "".join('<a href="#t%s">%s</a>' % (n, escape(title)) for n, title, _ in tables),
            paragraph(markdown.NOTES.replace("`", ""), "note"), "<h2>At a glance</h2>", overview(tables)]
    for number, title, works in tables:
        name = "Table %s: %s" % (number, title) if number.isdigit() else title
        body.append('<h2 id="t%s">%s</h2>' % (number, escape(name)))
        body += [section(work, rows) for work, rows in works]
        body.append(threads(works))
    if results.use:
        body += ["<h2>In use</h2>", use(results.use)]
    if before:
        body += ["<h2>Repeated</h2>", paragraph(repeat.ABOUT.replace("`", "")),
                 grid(repeat.HEADS, repeat.cells(results.rows, before)),
                 paragraph(repeat.summary(results.rows, before))]
    body += ["<h2>What is extrapolated or not comparable</h2>",
             bullets(" ".join(item.split()) for item in markdown.LIMITS[2:].split("\n- "))]
    body += [paragraph(line, "note") for line in markdown.versions(results.rows) if line]
    return ('<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n<meta name="viewport" '
            'content="width=device-width, initial-scale=1">\n<title>The survey\'s tables</title>\n'
            "<style>%s</style></head>\n<body>\n%s\n</body></html>\n" % (STYLE, "\n".join(body)))


def paragraph(text, kind=""):
    return '<p class="%s">%s</p>' % (kind, escape(text)) if kind else "<p>%s</p>" % escape(text)


def grid(heads, lines, ours=()):
    """A table; `ours` are the indices of Lamina's lines."""
    out = ['<div class="wide"><table>', "<tr>%s</tr>" % "".join("<th>%s</th>" % escape(h) for h in heads)]
    for i, line in enumerate(lines):
        out.append("<tr%s>%s</tr>" % (' class="ours"' if i in ours else "",
                                      "".join("<td>%s</td>" % escape(cell) for cell in line)))
    return "\n".join(out + ["</table></div>"])


def overview(tables):
    """Lamina beside the best of the others, work by work."""
    lines = []
    for _, _, works in tables:
        for work, rows in works:
            best = table.best_peer(rows)
            if best:
                ours = table.lamina(rows, best["precision"])
                ahead = best["ms"] / ours["ms"] if ours else None
                lines.append([work.title, table.milliseconds(ours and ours["ms"]) or "not yet", table.name(best),
                              table.milliseconds(best["ms"]), table.figure(ahead, "%.2f")])
    return grid(["work", "Lamina ms", "best of the others", "ms", "Lamina's speed / the best's"], lines)


def section(work, rows):
    timed = [row for row in rows if row["ms"]]
    out = ["<h3>%s</h3>" % escape(work.title), "<p><code>%s</code></p>" % escape(work.name)]
    if timed:
        out.append(charts.bars([(table.name(r), r["ms"], r["system"] == "Lamina") for r in timed], "ms"))
        out.append(grid(table.HEADS, [table.cells(r, rows) for r in timed],
                        [i for i, r in enumerate(timed) if r["system"] == "Lamina"]))
    extra = table.extrapolations(work, rows)
    if extra and extra[1]:
        out.append(paragraph(extra[0].capitalize() + ": " + ", ".join("%s %s" % pair for pair in extra[1]) + "."))
    gone = table.missing(rows)
    if gone:
        out.append(bullets("%s: %s" % pair for pair in gone))
    return "\n".join(out)


def threads(works):
    """For works that differ in threads alone: how speed grows with them."""
    out = []
    forms = {}
    for work, rows in works:
        forms.setdefault((work.net, work.mode, work.batch), []).append((work, rows))
    for group in forms.values():
        series = {}
        for work, rows in group if len(group) > 1 else []:
            for row in rows:
                if row["ms"]:
                    series.setdefault(table.plain_name(row), []).append((work.threads, row["ms"]))
        series = {name: points for name, points in series.items() if len(points) > 1}
        if series:
            title = group[0][0].title.rsplit(",", 1)[0]
            out += ["<h3>%s: speed over threads</h3>" % escape(title), charts.over_threads(series)]
    return "\n".join(out)


def use(facts):
    heads, lines, how = table.use(facts)
    ours = [i for i, line in enumerate(lines) if line[0] == "Lamina"]
    return grid(heads, lines, ours) + bullets("%s: %s" % pair for pair in how)


def bullets(lines):
    return "<ul>%s</ul>" % "".join("<li>%s</li>" % escape(line) for line in lines)
