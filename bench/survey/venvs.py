"""A virtual environment for each peer, made once and kept: under $LAMINA_SURVEY_CACHE or the user's cache."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import time

UPGRADE = ["pip", "wheel", "setuptools<60"]  # what builds the old source packages


class CannotInstall(Exception):
    """Why a peer has no environment; the report shows this text."""


def cache_folder():
    named = os.environ.get("LAMINA_SURVEY_CACHE")
    if named:
        return pathlib.Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "lamina" / "survey"


def interpreter(version):
    """The program pythonX.Y of the PATH or of pyenv, if it is one that runs."""
    name = "python" + version
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"))
    kept = sorted(pyenv.glob("versions/%s.*/bin/%s" % (version, name)))
    for found in filter(None, [shutil.which(name), *map(str, reversed(kept))]):
        asked = run([found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        if asked.returncode == 0 and asked.stdout.strip() == version:
            return found
    raise CannotInstall("needs Python %s: there is no %s on the PATH or in pyenv" % (version, name))


def run(command, **more):
    """Its output as text; of nothing that this process was started with does a peer's Python learn."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(command, capture_output=True, text=True, env=environment, **more)


def reason(done):
    """The line of a failed command's output that says why."""
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line or "error:" in line.lower()]
    return (errors or lines or ["no output"])[-1][:300]


def folder_of(recipe):
    pins = json.dumps([recipe.python, recipe.packages])
    name = "%s-%s" % (recipe.venv, hashlib.sha256(pins.encode()).hexdigest()[:8])
    return cache_folder() / "venvs" / name


def megabytes(folder):
    files = (os.path.join(top, name) for top, _, names in os.walk(folder) for name in names)
    return sum(os.lstat(file).st_size for file in files) / 1e6


def python_of(recipe):
    return str(folder_of(recipe) / "bin" / "python")


def installed(recipe):
    """What was written down when it had been installed; None before."""
    stamp = folder_of(recipe) / "installed.json"
    return json.loads(stamp.read_text()) if stamp.exists() else None


def install(recipe):
    """Makes the environment, or goes on with one that was left half made; says nothing if it is there."""
    done = installed(recipe)
    if done:
        return done
    folder, started = folder_of(recipe), time.time()
    python = interpreter(recipe.python)
    if not (folder / "bin" / "pip").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        must([python, "-m", "venv", str(folder)], "the virtual environment")
    pip = [python_of(recipe), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if recipe.python < "3.9" or recipe.python == "3.9":
        must(pip + ["--upgrade"] + UPGRADE, "pip")
    downloading = time.time()
    must(pip + recipe.packages, " ".join(recipe.packages))
    seconds = time.time() - downloading
    if recipe.prepare:
        recipe.prepare(folder)
    return stamp(recipe, dict(seconds=seconds, all_seconds=time.time() - started,
                              commands=["pip install " + " ".join(recipe.packages)]))


def must(command, what):
    done = run(command)
    if done.returncode != 0:
        raise CannotInstall("%s: %s" % (what, reason(done)))


def stamp(recipe, facts):
    folder = folder_of(recipe)
    facts["megabytes"] = megabytes(folder)
    partial = folder / "installed.json.part"
    partial.write_text(json.dumps(facts, indent=1) + "\n")
    partial.replace(folder / "installed.json")
    return facts
