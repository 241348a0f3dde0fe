"""What compiling costs: milliseconds by pass and by kind of kernel, before a first run.

    python bench/compile_time.py [--threads 2] [--depths 32,128,512,2048] [--peer PYTHON]

First whole networks, each in a process of its own, so that no kernel is known: ResNet-50 inference
(goal 100 ms) and a DenseNet-121 training step (goal 500 ms). Then an LSTM by scan (goal 100 ms), and what another
length of its sequences costs: the loops' bodies are known. Then two nets of growing depth: compile
time per node should not grow. --peer: an interpreter with onnxruntime and onnx, whose session of the
same ResNet-50 is timed beside it; `lamina bench survey` makes one.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time


def resnet50():
    import lamina as lm

    model = lm.models.resnet50()
    model.eval()
    x = lm.random.normal((1, 3, 224, 224))
    lm.eval(x, *model.state_dict().values())

    def call():
        with lm.no_grad():
            model(x).eval()
    return call


def densenet121():
    import lamina as lm

    model = lm.models.densenet121(num_classes=10, small_images=True)
    return step_of(model, lm.random.normal((64, 3, 32, 32)), lm.zeros((64,), dtype=lm.int64))


def perceptron(depth):
    import lamina as lm
    from lamina import nn

    layers = [layer for _ in range(depth) for layer in (nn.Linear(32, 32), nn.ReLU())]
    return step_of(nn.Sequential(*layers), lm.random.normal((8, 32)), lm.zeros((8,), dtype=lm.int64))


def residual(depth):
    import lamina as lm
    from lamina import nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(8, 8, 3, padding=1, bias=False)
            self.norm = nn.BatchNorm2d(8)

        def forward(self, x):
            return lm.relu(self.norm(self.conv(x)) + x)

    net = nn.Sequential(*[Block() for _ in range(depth)], nn.Flatten(), nn.Linear(512, 10))
    return step_of(net, lm.random.normal((2, 8, 8, 8)), lm.zeros((2,), dtype=lm.int64))


def step_of(model, x, y):
    import lamina as lm
    from lamina import nn, optim

    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    lm.eval(x, y, *model.state_dict().values())

    def step():
        nn.cross_entropy(model(x), y).backward()
        optimizer.step()
    return step


def lstm_lengths(threads):
    """Milliseconds of compiling a two-layer LSTM's training step: for the first length, then for others."""
    import lamina as lm
    from lamina import nn, optim

    lm.set_num_threads(threads)
    net = nn.LSTM(512, 512, num_layers=2)
    optimizer = optim.SGD(net.parameters(), 0.01)
    rows = []
    for steps in (64, 50, 37, 61):
        x = lm.random.normal((steps, 32, 512)).eval()
        before = lm.compile_times()
        loss = lm.mean(lm.square(net(x)[0]))
        loss.backward()
        optimizer.step()
        rows.append({name: 1e3 * (t - before.get(name, 0)) for name, t in lm.compile_times().items()})
    return rows


def measure(make, threads):
    """Compiles what `make()` gives, twice: the second time most kernels are known."""
    import lamina as lm

    lm.set_num_threads(threads)
    call = make()
    rows = []
    for _ in range(2):
        lm.program_cache().clear()
        counted, stages, start = lm.execution_counters(), lm.compile_times(), time.perf_counter()
        call()
        while lm.execution_counters()["compiled"] == counted["compiled"]:  # it was small: tier 0
            stages = lm.compile_times()
            call()
        seconds = time.perf_counter() - start
        after = lm.execution_counters()
        rows.append({
            "nodes": after["compiled_nodes"] - counted["compiled_nodes"],
            "ms": {name: 1e3 * (t - stages.get(name, 0)) for name, t in lm.compile_times().items()},
            "call_ms": 1e3 * seconds,
        })
    start = time.perf_counter()
    call()
    return {"first": rows[0], "again": rows[1], "run_ms": 1e3 * (time.perf_counter() - start)}


def in_its_own_process(what, threads):
    command = [sys.executable, __file__, "--threads", str(threads), "--only", what]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def show(name, result, stages=True):
    first, again = result["first"], result["again"]
    total = sum(first["ms"].values())
    print(f"{name:24} {first['nodes']:6} nodes  {total:8.1f} ms"
          f" {1e3 * total / first['nodes']:6.1f} us a node; again {sum(again['ms'].values()):8.1f} ms;"
          f" first call {first['call_ms']:8.1f}, second {result['run_ms']:8.1f} ms")
    if stages:
        for stage, ms in sorted(first["ms"].items(), key=lambda item: -item[1]):
            if ms > 0.01 * total:
                print(f"    {ms:8.2f} ms  {stage}")


PEER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from survey import onnx_file, works
import numpy, onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(sys.argv[2])
work = works.parse("resnet50_infer_b1_t2")
model = onnx_file.Writer(work.make()).bytes(1)
x = numpy.zeros((1, 3, 224, 224), numpy.float32)
start = time.perf_counter()
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
made = time.perf_counter()
session.run(None, {"x": x})
first = time.perf_counter()
session.run(None, {"x": x})
print("onnxruntime %s ResNet-50: session %.1f ms, first call %.1f, second %.1f ms" % (
    onnxruntime.__version__, 1e3 * (made - start), 1e3 * (first - made),
    1e3 * (time.perf_counter() - first)))
"""

NETS = {"resnet50": resnet50, "densenet121": densenet121}
DEEP = {"perceptron": perceptron, "residual": residual}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--depths", default="32,128,512,2048")
    parser.add_argument("--peer", help="an interpreter with onnxruntime and onnx")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.only == "lstm":
        print(json.dumps(lstm_lengths(a.threads)))
        return
    if a.only:
        name, _, depth = a.only.partition(" ")
        make = (lambda: DEEP[name](int(depth))) if depth else NETS[name]
        print(json.dumps(measure(make, a.threads)))
        return
    for name in NETS:
        show(name, in_its_own_process(name, a.threads))
    first, *others = in_its_own_process("lstm", a.threads)
    kernels = [sum(ms for name, ms in row.items() if name.startswith("kernel")) for row in others]
    print(f"LSTM training step, 2 layers of 512, by scan: {sum(first.values()):.1f} ms; another length "
          f"{', '.join(f'{sum(row.values()):.1f}' for row in others)} ms, of which kernels of its sizes "
          f"{', '.join(f'{ms:.1f}' for ms in kernels)}")
    if a.peer:
        here = str(pathlib.Path(__file__).parent)
        subprocess.run([a.peer, "-c", PEER, here, str(a.threads)], check=True)
    for name in DEEP:
        for depth in a.depths.split(","):
            what = f"{name} {depth}"
            show(what, in_its_own_process(what, a.threads), stages=False)


if __name__ == "__main__":
    main()
