"""README.md and README.zh-CN.md say the same: headings, code, tables and links; and what they show is true."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def code_blocks(text):
    return FENCED.findall(text)


def heading_levels(text):
    return [len(marks) for marks in re.findall(r"^(#+) ", FENCED.sub("", text), re.MULTILINE)]


def tables(text):
    """Each table as the number of cells of each of its rows."""
    found, rows = [], []
    for line in [*FENCED.sub("", text).splitlines(), ""]:
        if line.startswith("|"):
            rows.append(line.count("|") - 1)
        elif rows:
            found.append(rows)
            rows = []
    return found


def links(text):
    return re.findall(r"\]\(([^)]+)\)", FENCED.sub("", text))


def block(language):
    (code,) = [code for name, code in code_blocks(read("README.md")) if name == language]
    return code


@pytest.mark.parametrize("part", [code_blocks, heading_levels, tables, links])
def test_both_languages_say_the_same(part):
    english = part(read("README.md"))
    assert english
    assert part(read("README.zh-CN.md")) == english


def test_what_works_today_is_the_same_in_both():
    def verdicts(name, yes):
        rows = re.findall(r"^\|.*\| (\S+) \|$", read(name), re.MULTILINE)[2:]
        return [verdict == yes for verdict in rows]

    assert any(verdicts("README.md", "yes"))
    assert verdicts("README.zh-CN.md", "有") == verdicts("README.md", "yes")


def test_links_lead_somewhere():
    for target in links(read("README.md")):
        assert (ROOT / target).exists(), target


def test_the_cpp_block_is_the_example_that_is_built_and_run():
    def letters(text):
        return "".join(text.split())  # however the lines are broken

    assert letters(read("examples/cpp/digits_fit.cpp")).endswith(letters(block("cpp")))


def test_the_shell_block_names_goals_of_the_makefile():
    goals = re.findall(r"^make (\w+)", block("sh"), re.MULTILINE)
    assert goals == ["quickstart", "test"]
    for goal in goals:
        assert re.search(rf"^{goal}:", read("Makefile"), re.MULTILINE)


def test_the_python_block_runs(tmp_path):
    program = tmp_path / "readme.py"
    program.write_text(block("python") + "\nassert trainer.evaluate(test)['accuracy'] > 0.95\n")
    package = ROOT / "build" / "python"
    path = os.pathsep.join([str(package), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=300,
                          env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "accuracy" in done.stdout
