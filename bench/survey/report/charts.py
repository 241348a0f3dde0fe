"""Bars as inline SVG: no script, no file beside the page."""

from html import escape

ROW, LABEL, BARS, VALUE = 22, 210, 420, 110


def bars(lines, unit):
    """lines: (name, value, whether it is Lamina's), the shortest bar first."""
    most = max(value for _, value, _ in lines)
    height = ROW * len(lines) + 6
    width = LABEL + BARS + VALUE
    out = ['<svg viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">' % (
        width, height, width, height, escape("milliseconds a call, shorter is faster"))]
    for i, (name, value, ours) in enumerate(lines):
        y = 3 + i * ROW
        length = max(2.0, BARS * value / most)
        out.append('<text x="%d" y="%d" class="name">%s</text>' % (LABEL - 8, y + 15, escape(name)))
        out.append('<rect x="%d" y="%d" width="%.1f" height="%d" class="%s"/>' % (
            LABEL, y + 3, length, ROW - 6, "ours" if ours else "theirs"))
        out.append('<text x="%.1f" y="%d" class="value">%s</text>' % (
            LABEL + length + 6, y + 15, escape("%s %s" % ("%.4g" % value, unit))))
    return "\n".join(out + ["</svg>"])


def over_threads(series):
    """series: name -> [(threads, milliseconds)]: how many times faster than on its fewest threads."""
    width, height, left, bottom = 420, 220, 40, 30
    most = max(threads for points in series.values() for threads, _ in points)
    out = ['<svg viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="speed over threads">' % (
        width + 200, height, width + 200, height)]
    x = lambda t: left + (width - left - 10) * (t - 1) / max(most - 1, 1)  # noqa: E731
    y = lambda s: height - bottom - (height - bottom - 10) * s / most  # noqa: E731
    out.append('<path class="axis" d="M%d 10V%dH%d"/>' % (left, height - bottom, width - 10))
    for t in range(1, most + 1):
        out.append('<text x="%.1f" y="%d" class="tick">%d</text>' % (x(t), height - 10, t))
        out.append('<text x="%d" y="%.1f" class="tick">%d</text>' % (left - 14, y(t) + 4, t))
    for i, (name, points) in enumerate(series.items()):
        points = sorted(points)
        base = points[0][0] * points[0][1]
        path = " ".join("%.1f,%.1f" % (x(t), y(base / ms)) for t, ms in points)
        kind = "ours" if name.startswith("Lamina") else "theirs"
        out.append('<polyline class="%s" points="%s"><title>%s</title></polyline>' % (kind, path, escape(name)))
        out.append('<text x="%d" y="%d" class="legend %s">%s %.2fx</text>' % (
            width + 6, 20 + 16 * i, kind, escape(name), base / points[-1][1]))
    return "\n".join(out + ["</svg>"])
