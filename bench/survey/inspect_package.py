"""What a package offers, as its own Python sees it: PYTHON inspect_package.py MODULE [PLACE ..]. Python 3.6 and later.

Prints a line of JSON: public names of each place, share of them with an example, networks, lines, resident memory.
"""

import importlib
import inspect
import json
import os
import sys
import warnings


def resident():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024.0
    return 0.0


def python_lines(module):
    total = 0
    for top, _, names in os.walk(os.path.dirname(module.__file__)):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(top, name), errors="replace") as file:
                    total += sum(1 for _ in file)
    return total


def public(place):
    """Its functions and classes that are there to be called."""
    found = {}
    for name in dir(place):
        value = getattr(place, name, None)
        if not name.startswith("_") and callable(value) and not inspect.ismodule(value):
            if not (isinstance(value, type) and issubclass(value, BaseException)):
                found[name] = value
    return found


def has_example(value):
    text = inspect.getdoc(value) or ""
    return ">>>" in text or "xample" in text or "```" in text


def main():
    warnings.filterwarnings("ignore")
    module = importlib.import_module(sys.argv[1])
    memory = resident()
    names, values, networks = {}, {}, []
    for place in sys.argv[2:]:
        found = public(importlib.import_module(place.lstrip("*")))
        if place.startswith("*"):  # a collection of networks
            networks += sorted(found)
        else:
            names[place] = sorted(found)
            values.update({place + "." + name: value for name, value in found.items()})
    documented = sum(map(has_example, values.values())) / float(len(values) or 1)
    print(json.dumps(dict(resident=memory, lines=python_lines(module), names=names, documented=documented,
                          networks=networks)))


if __name__ == "__main__":
    main()
