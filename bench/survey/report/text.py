"""A work's rows on the terminal, as soon as they are there."""

from . import table


def block(work, rows):
    rows = sorted(rows, key=lambda r: (r["ms"] is None, r["ms"] or 0))
    ours, lines = table.lamina(rows), ["", work.title]
    shown = [table.HEADS] + [cells for cells in (table.cells(row, ours) for row in rows) if cells]
    widths = [max(len(line[i]) for line in shown) for i in range(len(table.HEADS))]
    for line in shown:
        lines.append("  " + line[0].ljust(widths[0]) + "".join(
            "  " + cell.rjust(width) for cell, width in zip(line[1:], widths[1:])))
    lines += ["  %s: %s" % (names, why) for names, why in table.missing(rows)]
    return "\n".join(lines)
