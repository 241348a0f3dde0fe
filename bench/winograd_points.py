"""The error of Winograd's F(4x4, 3x3) in float32 at several pairs of points, relative to the largest result: the
table of docs/decisions/019. Needs NumPy alone.

usage: .venv/bin/python bench/winograd_points.py
"""

import numpy as np

CHANNELS, OUTPUTS, TILES = 256, 64, 200
POINTS = {"+-1, +-2": (1, 2), "+-1/2, +-1": (0.5, 1), "+-sqrt(1/2), +-sqrt(2)": (0.5**0.5, 2**0.5)}


def transforms(a, b):
    """Of inputs, weights and sums, for the points 0, +-a, +-b and infinity."""
    aa, bb = a * a, b * b
    s, p = aa + bb, aa * bb
    inputs = [[p, 0, -s, 0, 1, 0], [0, -a * bb, -bb, a, 1, 0], [0, a * bb, -bb, -a, 1, 0],
              [0, -b * aa, -aa, b, 1, 0], [0, b * aa, -aa, -b, 1, 0], [0, p, 0, -s, 0, 1]]
    sums = [[1, 1, 1, 1, 1, 0], [0, a, -a, b, -b, 0], [0, aa, aa, bb, bb, 0], [0, a**3, -a**3, b**3, -b**3, 1]]
    near, far = 2 * aa * (aa - bb), 2 * bb * (bb - aa)
    weights = [[1 / p, 0, 0], [1 / near, a / near, aa / near], [1 / near, -a / near, aa / near],
               [1 / far, b / far, bb / far], [1 / far, -b / far, bb / far], [0, 0, 1]]
    return np.array(inputs), np.array(weights), np.array(sums)


def on_both_axes(matrix, tiles):
    return np.einsum("ij,tcjk,lk->tcil", matrix, tiles, matrix)


def direct(x, w):
    return sum(np.einsum("tcyx,oc->toyx", x[:, :, i:i + 4, j:j + 4], w[:, :, i, j]) for i in range(3) for j in range(3))


def winograd(x, w, points):
    of_inputs, of_weights, of_sums = transforms(*points)
    v = on_both_axes(of_inputs.astype(np.float32), x)
    u = on_both_axes(of_weights, w).astype(np.float32)
    return on_both_axes(of_sums.astype(np.float32), np.einsum("tcil,ocil->toil", v, u, optimize=True))


def main():
    random = np.random.default_rng(0)
    x = np.maximum(random.standard_normal((TILES, CHANNELS, 6, 6)), 0)
    w = 0.05 * random.standard_normal((OUTPUTS, CHANNELS, 3, 3))
    exact, x32 = direct(x, w), x.astype(np.float32)

    def report(name, result):
        print(f"{name:24} {np.abs(result - exact).max() / np.abs(exact).max():.1e}")

    report("direct sums", direct(x32, w.astype(np.float32)))
    for name, points in POINTS.items():
        report(name, winograd(x32, w, points))


if __name__ == "__main__":
    main()
