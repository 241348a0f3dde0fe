"""No call brings the process down: malformed calls of every public function, in processes of their own.

`make fuzz` makes many more: CALLS of each function, from SEED on.
"""

import os
import pathlib
import subprocess
import sys
import time

import pytest

import malformed_calls

CALLS = int(os.environ.get("LAMINA_FUZZ_CALLS", "12"))
SEED = int(os.environ.get("LAMINA_FUZZ_SEED", "1"))
MOST_SECONDS = 30  # of one call
GROUPS = 6
WORKER = pathlib.Path(malformed_calls.__file__)


def last_line(log):
    lines = log.read_text().splitlines() if log.exists() else []
    return lines[-1] if lines else ""


def run(functions, log):
    """The worker's output, and what it died of, if it did."""
    command = [sys.executable, WORKER, "--seed", str(SEED), "--calls", str(CALLS), "--log", log, "--functions", *functions]
    with open(log.with_suffix(".out"), "w+") as output:
        worker = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent,
                                  env={**os.environ, "OMP_NUM_THREADS": "2"})
        size, since = -1, time.monotonic()
        died = None
        while worker.poll() is None:
            time.sleep(0.05)
            now = log.stat().st_size if log.exists() else 0
            if now != size:
                size, since = now, time.monotonic()
            elif time.monotonic() - since > MOST_SECONDS:
                worker.kill()
                worker.wait()
                died = f"ran for more than {MOST_SECONDS} s"
        output.seek(0)
        if worker.returncode and not died:
            died = f"ended the process with {worker.returncode}"
        return output.read(), died


@pytest.mark.parametrize("group", range(GROUPS))
def test_no_call_brings_the_process_down(group, tmp_path):
    functions = sorted(name for name, _ in malformed_calls.members())[group::GROUPS]
    failures, log = [], tmp_path / "calls.log"
    while functions:
        output, died = run(functions, log)
        failures += [line for line in output.splitlines() if line.startswith("FAIL")]
        if not died:
            assert "calls {" in output, output
            break
        failures.append(f"FAIL {last_line(log)}: {died}\n{output[-500:]}")
        if not last_line(log):
            break
        functions = functions[functions.index(last_line(log).split(":")[0]) + 1:]
    assert not failures, "\n".join([f"{len(failures)} calls", *failures])
