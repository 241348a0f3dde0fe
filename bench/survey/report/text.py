"""A work's rows on the terminal, as soon as they are there."""

from . import repeat, table


def block(work, rows):
    rows = sorted(rows, key=lambda r: (r["ms"] is None, r["ms"] or 0))
    lines = ["", work.title]
    shown = [table.HEADS] + [cells for cells in (table.cells(row, rows) for row in rows) if cells]
    lines += columns(shown)
    lines += ["  %s: %s" % (names, why) for names, why in table.missing(rows)]
    return "\n".join(lines)


def columns(shown):
    widths = [max(len(line[i]) for line in shown) for i in range(len(shown[0]))]
    return ["  " + line[0].ljust(widths[0]) + "".join("  " + cell.rjust(width)
                                                      for cell, width in zip(line[1:], widths[1:])) for line in shown]


def repeated(now, before):
    """The ratios of two runs side by side."""
    return "\n".join(["", *columns([repeat.HEADS] + repeat.cells(now, before)), "  " + repeat.summary(now, before)])
