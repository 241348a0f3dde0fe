"""`python -m lamina` and the installed script `lamina`: both become the command line tool, a C++ program."""

import os
import sys


def main():
    package = os.path.dirname(os.path.abspath(__file__))
    places = [
        os.path.join(package, "bin", "lamina"),  # in a wheel
        os.path.join(package, "..", "..", "bin", "lamina"),  # in a build tree
    ]
    for program in places:
        if os.path.exists(program):
            os.environ["LAMINA_PYTHON"] = sys.executable  # for the commands that come back to Python
            os.execv(program, ["lamina", *sys.argv[1:]])
    sys.exit("lamina: the command line tool is missing beside the Python package; looked for\n  " + "\n  ".join(places))


if __name__ == "__main__":
    main()
