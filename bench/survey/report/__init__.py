"""The results as text on the terminal, as Markdown and as a page of HTML that needs nothing else."""

from . import html, markdown, repeat, table, text  # noqa: F401
