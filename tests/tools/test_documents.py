"""What docs/ says is true: its Python sessions run, and its C++ is quoted from the sources or listed in full."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("docs/decisions/*.md"), ROOT / "CHANGELOG.md"])
SESSION = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUOTE = re.compile(r"^`([\w./-]+)`:\n+```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SESSIONS = [page for page in PAGES if ">>> " in "".join(SESSION.findall(page.read_text()))]

RUN = """
import doctest, sys
test = doctest.DocTestParser().get_doctest(sys.stdin.read(), {}, sys.argv[1], None, None)
failed, tried = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
sys.exit(failed or not tried)
"""


def letters(text):
    return "".join(text.split())  # however the lines are broken


@pytest.mark.parametrize("page", SESSIONS, ids=lambda page: page.name)
def test_sessions_run(page):
    session = "\n".join(SESSION.findall(page.read_text()))
    path = os.pathsep.join([str(ROOT / "build" / "python"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run([sys.executable, "-c", RUN, page.name], input=session, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_quotes_stand_in_the_sources(page):
    for source, quote in QUOTE.findall(page.read_text()):
        rest = letters((ROOT / source).read_text())
        for part in re.split(r"^\s*\.\.\s*$", quote, flags=re.MULTILINE):
            assert letters(part) in rest, f"{page.name}: not in {source}, in this order:\n{part}"
            rest = rest[rest.index(letters(part)) + len(letters(part)):]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page):
    text = page.read_text()
    for target in re.findall(r"[^\[]\]\(([^)#:]+)\)", FENCED.sub("", text)):
        assert (page.parent / target).exists(), target
    for path in re.findall(r"\b(?:lamina|bench|examples|tests|tools|python)/[\w./-]+\.(?:h|cpp|py|md|sh)\b", text):
        assert (ROOT / path).exists(), path
