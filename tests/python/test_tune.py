"""lm.tune: kernels are measured, the choices are kept in a file, and no file can do harm."""

import os
import subprocess
import sys

PRODUCT = """
import lamina as lm, numpy as np
lm.set_num_threads(1)
a = lm.array(np.ones((96, 64), "float32")), lm.array(np.ones((64, 32), "float32"))
lm.eval(*a)
"""


def run(code, file):
    environment = {**os.environ, "LAMINA_TUNED": str(file)}
    done = subprocess.run([sys.executable, "-c", PRODUCT + code], env=environment, text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tuned(file):
    return run("print(lm.tune(lm.matmul, *a))", file)


def test_measures_and_keeps(tmp_path):
    file = tmp_path / "cache" / "tuned.txt"
    shown = tuned(file)
    assert "1 call that several kernels can run" in shown and str(file) in shown
    heading, line = file.read_text().splitlines()
    assert heading.startswith("lamina tuned 1, ")
    kernel, call = line.split("\t")
    assert kernel.endswith(".matmul") and call.startswith("matmul(") and call.endswith("1 thread")
    # Another process asks the kept kernel first, and says so.
    file.write_text(f"{heading}\nblocked.matmul\t{call}\n")
    shown = run("print(lm.explain(lm.matmul, *a)); print((lm.matmul(*a) == 64).all().item())", file)
    assert "blocked.matmul was measured to be faster" in shown and shown.endswith("True\n")


def test_a_file_can_do_no_harm(tmp_path):
    file = tmp_path / "tuned.txt"
    tuned(file)
    heading, line = file.read_text().splitlines()
    call = line.split("\t")[1]
    by_rank = run("print(lm.explain(lm.matmul, *a))", 0)
    for content in (b"", b"\xff" * 5000, f"lamina tuned 9\nblocked.matmul\t{call}".encode(),
                    f"lamina tuned 1, another processor\nblocked.matmul\t{call}".encode(),
                    f"{heading}\nno.such.kernel\t{call}\n\t\n{'x' * 9000}\t{call}\n".encode(),
                    f"{heading}\nonednn.convolution\t{call}\n".encode()):
        file.write_bytes(content)
        assert run("print(lm.explain(lm.matmul, *a))", file) == by_rank, content[:40]


def test_where_it_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    shown = run("""
try:
    lm.tune(lm.matmul, *a)
except lm.FileError as error:
    print(error)
""", tmp_path / "file" / "tuned.txt")
    assert "tuned.txt" in shown


def test_of_a_training_step(tmp_path):
    shown = run("""
from lamina import nn, optim
model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10))
optimizer = optim.SGD(model.parameters(), lr=0.1)
def step(x, y):
    loss = nn.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss
report = lm.tune(step, lm.ones((4, 3, 8, 8)), lm.zeros((4,), dtype=lm.int64))
print(report)
print(all(c.chosen_seconds <= c.first_seconds for c in report.calls), len(report.calls) > 3)
""", tmp_path / "tuned.txt")
    assert shown.splitlines()[-1] == "True True"


def test_changes_no_result(tmp_path):
    shown = run("""
x, w = (np.random.default_rng(k).standard_normal((130, 130)).astype("float32") for k in (0, 1))
lm.tune(lm.matmul, lm.array(x), lm.array(w))
print(np.allclose(np.asarray(lm.array(x) @ lm.array(w)), x @ w, atol=1e-4))
""", tmp_path / "tuned.txt")
    assert shown == "True\n"


def test_a_failing_function_leaves_no_trace(tmp_path):
    shown = run("""
def fails():
    lm.eval(lm.matmul(*a))
    raise LookupError("own")
kept = []
for _ in range(3):
    try:
        lm.tune(fails)
    except LookupError as error:
        kept.append(error)
print(lm.tune(lm.matmul, *a))
lm.eval(lm.matmul(*a))
""", tmp_path / "tuned.txt")
    assert "1 call that several kernels can run" in shown
