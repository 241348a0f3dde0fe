"""The survey's second table, its judgement of frameworks, as far as a program can measure it."""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from . import machine, peers, venvs
from .process import Failed, environment, lamina_path

FOLDER = pathlib.Path(__file__).resolve().parent
IMPORTS = 3
# measure: how it was found
HOW = {
    "install s": "seconds of `pip install` of the pinned packages, downloads included, in a new environment",
    "disk MB": "the environment after that",
    "import s": "median of %d new processes, those that only start Python subtracted" % IMPORTS,
    "resident MB": "resident memory after the import",
    "Python lines": "lines of the package's own .py files, tests that it ships included; Lamina's rest is C++",
    "layers of PyTorch": "share of the names of torch.nn's modules that it has too: letters only, case ignored; what "
                         "it has under another name does not count",
    "layers of Keras": "the same for keras.layers",
    "documented": "share of its public functions and classes in these places whose documentation has an example",
    "digits job lines": "lines that are not blank of jobs/digits_*.py: read the digits, train a perceptron for 20 "
                        "epochs, print the accuracy on the last 360",
    "digits job s": "seconds of that program, start and import included",
    "digits accuracy": "what it printed",
    "networks": "functions and classes that make a named network",
}


def fact(system, measure, value, form):
    return dict(system=system, measure=measure, value=value, text=form % value, how=HOW[measure])


def seconds_of(command, variables):
    times = []
    for _ in range(IMPORTS):
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, env=variables)
        times.append(time.perf_counter() - started)
        if done.returncode != 0:
            raise Failed(venvs.reason(done))
    return statistics.median(times)


def inspect(python, variables, places):
    """What inspect_package.py finds in these modules, as the peer's own Python sees them."""
    done = subprocess.run([python, str(FOLDER / "inspect_package.py"), *places], capture_output=True, text=True,
                          env=variables)
    if done.returncode != 0:
        raise Failed(venvs.reason(done))
    return json.loads(done.stdout.splitlines()[-1])


def judge_one(name):
    """The facts of one system; those that need others' lists are added by judge()."""
    peer, title = peers.load(name), peers.title(name)
    facts, own = [], {}
    if hasattr(peer, "RECIPE"):
        python, recipe = venvs.python_of(peer.RECIPE), peer.RECIPE
        stamp, own = venvs.install(recipe), venvs.environment_of(recipe)
        facts += [fact(title, "install s", stamp["seconds"], "%.0f"),
                  fact(title, "disk MB", stamp["megabytes"], "%.0f")]
        module = recipe.module
    else:
        python, module, own = sys.executable, "lamina", {"PYTHONPATH": lamina_path()}
    variables = environment(1, "cpu", own)
    empty = seconds_of([python, "-c", "pass"], variables)
    whole = seconds_of([python, "-c", "import " + module], variables)
    seen = inspect(python, variables, [module, *getattr(peer, "PLACES", [])])
    facts += [fact(title, "import s", max(0.0, whole - empty), "%.2f"),
              fact(title, "resident MB", seen["resident"], "%.0f"),
              fact(title, "Python lines", seen["lines"], "%d"),
              fact(title, "documented", 100 * seen["documented"], "%.0f %%")]
    if seen["networks"]:
        facts.append(fact(title, "networks", len(seen["networks"]), "%d"))
    return facts + job(name, title, python, variables), seen["names"]


def job(name, title, python, variables):
    """The facts of the system's program that trains on digits; none where it has not been written."""
    file = FOLDER / "jobs" / ("digits_%s.py" % name.replace("-", "_"))
    if not file.exists():
        return []
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        done = subprocess.run([python, str(file), machine.digits_file(), folder], capture_output=True, text=True,
                              env=variables)
        seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise Failed("%s: %s" % (file.name, venvs.reason(done)))
    lines = sum(bool(line.strip()) for line in file.read_text().splitlines())
    return [fact(title, "digits job lines", lines, "%d"), fact(title, "digits job s", seconds, "%.1f"),
            fact(title, "digits accuracy", float(done.stdout.split()[-1]), "%.3f")]


def letters(name):
    return "".join(c for c in name.lower() if c.isalnum())


def judge(names):
    """Of every system that is installed; the lists of layers come from PyTorch's and Keras's own packages."""
    facts, known = [], {}
    for name in names:
        if name in peers.ABSENT or name.startswith("keras-") and name != "keras-tensorflow":
            continue
        try:
            found, known[name] = judge_one(name)
            facts += found
        except (Failed, venvs.CannotInstall) as error:
            sys.stderr.write("%s: %s\n" % (name, error))
    for owner, place, measure in (("pytorch", "torch.nn", "layers of PyTorch"),
                                  ("keras-tensorflow", "keras.layers", "layers of Keras")):
        wanted = {letters(n) for n in known.get(owner, {}).get(place, [])}
        for name, places in known.items():
            have = {letters(n) for found in places.values() for n in found}
            if wanted:
                facts.append(fact(peers.title(name), measure, 100 * len(wanted & have) / len(wanted), "%.0f %%"))
    return facts
