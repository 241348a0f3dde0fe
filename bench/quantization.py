"""ResNet-50 in float32 and with 8-bit integers, batch 1 and 16, in turn, the best of the rounds.

    .venv/bin/python bench/quantization.py [--rounds N]
"""

import argparse
import time

import numpy as np

import lamina as lm


def milliseconds(model, x):
    started = time.perf_counter()
    model(x).eval()
    return (time.perf_counter() - started) * 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    lm.seed(0)
    model = lm.models.resnet50().eval()
    fast, report = lm.quantize(model, lm.random.normal((4, 3, 224, 224)))
    integers = sum(layer.quantized for layer in report.layers)
    print(f"{integers} of {len(report.layers)} layers are int8, output {report.output_snr:.1f} dB")
    with lm.no_grad():
        for batch in (1, 16):
            x = lm.array(np.random.default_rng(0).standard_normal((batch, 3, 224, 224)), dtype=lm.float32)
            times = [(milliseconds(model, x), milliseconds(fast, x)) for _ in range(max(3, rounds // batch) + 3)][3:]
            a, b = np.min(times, axis=0)
            print(f"batch {batch:2}  float32 {a:7.2f} ms  int8 {b:7.2f} ms  {a / b:.2f} x")


if __name__ == "__main__":
    main()
