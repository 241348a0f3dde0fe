"""Processes that tests start."""

import signal


def hear_interrupts():
    """In a child before its program: what runs in a shell's background is started with interrupts ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
