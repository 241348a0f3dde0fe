"""The type stubs: complete, and enough for a user's script under mypy --strict."""

import ast
import inspect
import os
import pathlib
import runpy
import shutil
import subprocess
import sys

import pytest

import lamina as lm

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("types") / "lamina"
    folder.mkdir()
    for path in (ROOT / "python/lamina").glob("*.py*"):
        shutil.copy(path, folder)
    path = os.pathsep.join([str(pathlib.Path(lm.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    subprocess.run([sys.executable, ROOT / "tools/stubs.py", folder], check=True, env={**os.environ, "PYTHONPATH": path})
    return folder


def functions(tree):
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]


def test_all_is_typed(package):
    for path in package.rglob("*.pyi"):
        for function in functions(ast.parse(path.read_text())):
            a = function.args
            given = [*a.args, *a.kwonlyargs, *[x for x in (a.vararg, a.kwarg) if x]]
            untyped = [x.arg for x in given if x.annotation is None and x.arg != "self"]
            assert not untyped and (function.returns is not None), (path.name, function.name, untyped)


def test_all_public_names_have_types(package):
    places = {"": lm, "_nn": lm.nn, "_optim": lm.optim, "_random": lm.random, "_data": lm.data, "_train": lm.train, "_models": lm.models}
    top = (package / "__init__.pyi").read_text() + (package / "errors.pyi").read_text()
    for place, module in places.items():
        text = (package / "_lamina" / place / "__init__.pyi").read_text() + top * (place == "")
        tree = ast.parse(text)
        names = {n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
        names |= {n.target.id for n in tree.body if isinstance(n, ast.AnnAssign)}
        names |= {t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets}
        names |= {(a.asname or a.name) for n in tree.body if isinstance(n, (ast.ImportFrom, ast.Import)) for a in n.names}
        # What is written in Python has its types in the source.
        names |= {n for n, v in vars(module).items() if getattr(v, "__module__", "").startswith("lamina.")
                  and "_lamina" not in v.__module__}
        public = {n for n, v in vars(module).items() if not n.startswith("_") and not inspect.ismodule(v)}
        assert public - names == set(), place


def test_the_script_runs():
    runpy.run_path(str(HERE / "user_script.py"))


def test_the_script_is_right_under_mypy_strict(package):
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", HERE / "user_script.py"], capture_output=True,
                          text=True, env={**os.environ, "MYPYPATH": str(package.parent)})
    found = [line for line in done.stdout.splitlines() if "error:" in line and "/lamina/" not in line.split(".py:")[0]]
    assert found == [], "\n".join(found)
    assert not [line for line in done.stdout.splitlines() if ".pyi:" in line and "error:" in line], done.stdout
