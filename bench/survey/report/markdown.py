"""survey.md, and with it docs/benchmarks.md."""

from .. import machine, plan
from . import repeat, table

NOTES = """How to read it. Every row is a process of its own at the same work, from the same weights and data, float32
unless its name says bf16 (products in bfloat16) or int8 (8-bit integers, after calibration).
Systems took turns; the time is the median of all calls. A time counts only where the outputs (within 0.2 % of
the largest; bf16: 3 %, int8: 20 %) or the losses of the first 3 training steps (within 1 %; bf16: 3 %) agree with Lamina's, or, where Lamina
cannot do the work yet, with the first system that can. `x Lamina` is a system's time divided by that of
Lamina's fastest form in the same precision: above 1 it is slower. `of peak` is of the float32 peak measured on the same threads.
Memory is the most that the process held, its libraries included. The first call includes compiling. A row with
a `*` was disturbed: other programs took more than a fifth of a processor meanwhile."""


# What a reader must know before he compares a figure with another one, or with the survey's.
LIMITS = """- Table 1: the survey's X-rays cannot be had; the images are random numbers in memory, or, in the rows
  "from disk", PNG files of 264x264 that each system's own loader reads, crops to 224 and mirrors. The rows "in
  processes" spread the batch over as many processes as threads. No validation is in the time, and the batch is
  smaller than the survey's 64 where memory is. Minutes for 5 epochs are extrapolated from single steps.
- Table 2: the survey timed 1,280 images in a row; here the batches of 32 are timed one by one. Systems that compile
  for inference (ONNX Runtime, OpenVINO, OpenCV, PyTorch compiled) may fold batch norms into convolutions; so may
  Lamina.
- Layers with one vector of biases (Keras, CNTK) and with two (PyTorch, MXNet, JAX here) learn them at different
  speeds; after 3 steps the losses differ by about 1e-4.
- CNTK is given classes as dense one-hot rows. Caffe's package cannot train batch norms. Lasagne has none.
- PyTorch's package is the one for CUDA: its libraries count in memory and import time.
- The rate of a small work holds what the language around it costs: all systems are driven from Python."""


def page(results, before=None, title="The survey's tables"):
    """before: rows of an earlier run, whose ratios are to be compared."""
    lines = ["# " + title, "", "Written by `lamina bench survey`; `make bench` repeats it at small scale.", "",
             machine.line(results.machine) + ". " + dates(results.rows), "", NOTES]
    for number, heading in plan.TABLES.items():
        found = table.by_work([row for row in results.rows if row["table"] == number])
        if found:
            lines += ["", "## Table %s: %s" % (number, heading) if number.isdigit() else "## " + heading]
            for work, rows in found:
                lines += section(work, rows)
    if results.use:
        lines += ["", "## In use"] + use(results.use)
    if before:
        lines += ["", "## Repeated", "", repeat.ABOUT, "", row(repeat.HEADS), "| --- | --- | ---: | --- | ---: | ---: |"]
        lines += [row(line) for line in repeat.cells(results.rows, before)]
        lines += ["", repeat.summary(results.rows, before)]
    lines += ["", "## What is extrapolated or not comparable", "", LIMITS]
    return "\n".join(lines + versions(results.rows)) + "\n"


def dates(rows):
    if not rows:
        return "No time has been measured yet."
    days = sorted({row["date"] for row in rows if row.get("date")})
    scales = sorted({row["scale"] for row in rows if row.get("scale")})
    return "Measured %s at %s scale." % (" to ".join(dict.fromkeys([*days[:1], *days[-1:]])), " and ".join(scales))


def row(cells):
    return "| " + " | ".join(cells) + " |"


def section(work, rows):
    lines = ["", "### " + work.title, "", "`%s`" % work.name, ""]
    lines += [row(table.HEADS), "| --- |" + " ---: |" * (len(table.HEADS) - 1)]
    lines += [row(cells) for cells in (table.cells(r, rows) for r in rows) if cells]
    extra = table.extrapolations(work, rows)
    if extra and extra[1]:
        lines += ["", extra[0].capitalize() + ": " + ", ".join("%s %s" % pair for pair in extra[1]) + "."]
    gone = table.missing(rows)
    if gone:
        lines += [""] + ["- %s: %s" % pair for pair in gone]
    return lines


def use(facts):
    """One table: systems down, measures across; and how each was found."""
    heads, lines, how = table.use(facts)
    out = ["", row(heads), "| --- |" + " ---: |" * (len(heads) - 1)] + [row(line) for line in lines]
    return out + [""] + ["- %s: %s" % pair for pair in how]


def versions(rows):
    found = sorted({row["version"] for row in rows if row.get("version")})
    return ["", "Versions: " + ", ".join(found) + "."] if found else []
