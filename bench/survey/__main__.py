"""`python -m bench.survey`, which is what `lamina bench survey` becomes."""

import importlib.util
import sys

if importlib.util.find_spec("numpy") is None:
    sys.exit("lamina: error: the survey needs NumPy in %s: pip install 'lamina[survey]'" % sys.executable)

from .runner import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
