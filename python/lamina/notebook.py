"""The progress of a fit in a notebook: a bar that moves, and below it a line for each epoch."""

import sys
import time

from ._lamina._train import set_progress_display

STYLE = ("font:13px ui-monospace,monospace;line-height:1.6;border-left:3px solid #2563eb;padding:2px 0 2px 12px;"
         "overflow-x:auto")


def numbers(logs):
    import html  # here: it costs import lamina 5 ms

    return "&ensp;".join(f"{html.escape(name)}&nbsp;<b>{value:.4f}</b>" for name, value in logs.items())


class Bar:
    """One display for each fit: `show` is what set_progress_display takes."""

    def __init__(self, display):
        self.display, self.handle, self.lines = display, None, []
        self.epoch, self.open = 0, False

    def render(self, epoch, epochs, done, examples, seconds, loss, logs):
        head = f"epoch&nbsp;{epoch}/{epochs}"
        if logs is not None:
            return f"<div>{head}&ensp;{numbers(logs)}&ensp;<span style='opacity:.6'>{seconds:.1f}&nbsp;s</span></div>"
        share = done / examples if examples else 1.0
        left = (examples - done) * seconds / done if done else 0
        bar = (f"<progress value='{share:.4f}' max='1' style='width:180px;vertical-align:middle'></progress>&ensp;"
               f"{done}/{examples}&ensp;{done / seconds if seconds else 0:.0f}/s&ensp;{left:.0f}&nbsp;s&nbsp;left")
        return f"<div>{head}&ensp;{bar}&ensp;loss&nbsp;<b>{loss:.4f}</b></div>"

    def show(self, epoch, epochs, done, examples, seconds, loss, logs):
        if epoch < self.epoch or (epoch == self.epoch and not self.open):  # another fit
            self.lines, self.handle = [], None
        self.epoch, self.open = epoch, logs is None
        line = self.render(epoch, epochs, done, examples, seconds, loss, logs)
        page = f"<div style='{STYLE}'>{''.join([*self.lines[-200:], line])}</div>"
        if logs is not None:
            self.lines.append(line)
        if self.handle is None:
            self.handle = self.display(page, None)
        else:
            self.display(page, self.handle)


def show_html(page, handle):
    from IPython.display import HTML, display

    if handle is None:
        return display(HTML(page), display_id=f"lamina-{time.monotonic_ns()}")
    handle.update(HTML(page))
    return handle


def install():
    """Shows progress in the notebook where there is one."""
    if "ipykernel" in sys.modules:
        set_progress_display(Bar(show_html).show)
