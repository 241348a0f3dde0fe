"""A virtual environment for each peer, made once and kept: under $LAMINA_SURVEY_CACHE or the user's cache."""

import contextlib
import fcntl
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


def run(command, own=None):
    """Its output as text; of nothing that this process was started with does a peer's Python learn."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(command, capture_output=True, text=True, errors="replace", env={**kept, **(own or {})})


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


def environment_of(recipe):
    """The variables that its processes need."""
    return {name: value.replace("{venv}", str(folder_of(recipe))) for name, value in recipe.environment.items()}


def installed(recipe):
    """What was written down when it had been installed; None before."""
    try:
        return json.loads((folder_of(recipe) / "installed.json").read_text())
    except (OSError, ValueError):
        return None


def broken(recipe):
    """Why what is installed cannot be imported; None where it can."""
    try:
        done = run([python_of(recipe), "-c", "import " + recipe.module], environment_of(recipe))
    except OSError as error:
        return "%s: %s" % (python_of(recipe), error.strerror)
    return reason(done) if done.returncode else None


@contextlib.contextmanager
def alone(folder):
    """Two surveys at once do not make the same environment: the later one waits."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(str(folder) + ".lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


KNOWN = {}  # what install() found out in this process, an error too: it is asked for each work


def install(recipe):
    """What is known of the environment, which is made, gone on with or, if it is broken, made again."""
    place = folder_of(recipe), recipe.module
    if place not in KNOWN:
        try:
            KNOWN[place] = install_now(recipe)
        except CannotInstall as error:
            KNOWN[place] = error
    if isinstance(KNOWN[place], CannotInstall):
        raise KNOWN[place]
    return KNOWN[place]


def install_now(recipe):
    folder = folder_of(recipe)
    with alone(folder):
        if installed(recipe) and broken(recipe):
            shutil.rmtree(folder)
        done = installed(recipe) or make(recipe)
        why = broken(recipe)
        if why:
            raise CannotInstall("it is installed in %s and cannot be imported: %s" % (folder, why))
        return done


def make(recipe):
    """A new environment, or the rest of one that was left half made."""
    folder, started = folder_of(recipe), time.time()
    python = interpreter(recipe.python)
    if not runs(folder / "bin" / "pip"):
        shutil.rmtree(folder, ignore_errors=True)
        must([python, "-m", "venv", str(folder)], "the virtual environment")
    pip = [python_of(recipe), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if tuple(map(int, recipe.python.split("."))) <= (3, 9):
        must(pip + ["--upgrade"] + UPGRADE, "pip")
    downloading = time.time()
    must(pip + recipe.packages, " ".join(recipe.packages))
    seconds = time.time() - downloading
    if recipe.prepare:
        recipe.prepare(folder)
    return stamp(recipe, dict(seconds=seconds, all_seconds=time.time() - started,
                              commands=["pip install " + " ".join(recipe.packages)]))


def runs(program):
    """Half of a program, or one whose Python is gone, does not."""
    try:
        return run([str(program), "--version"]).returncode == 0
    except OSError:
        return False


def must(command, what):
    try:
        done = run(command)
    except OSError as error:
        raise CannotInstall("%s: %s: %s" % (what, command[0], error.strerror)) from None
    if done.returncode != 0:
        raise CannotInstall("%s: %s" % (what, reason(done)))


def stamp(recipe, facts):
    folder = folder_of(recipe)
    facts["megabytes"] = megabytes(folder)
    partial = folder / "installed.json.part"
    partial.write_text(json.dumps(facts, indent=1) + "\n")
    partial.replace(folder / "installed.json")
    return facts
