"""Theano 1.0.5 on the OpenBLAS that NumPy's wheel brings, one compiled function a step."""

import glob
import os

import numpy as np

from ..recipe import Built, Later, recipe


def link_openblas(folder):
    """A name that `-lopenblas` finds, for the library inside NumPy's wheel."""
    from ..venvs import CannotInstall

    libraries = os.path.join(str(folder), "lib", "python3.7", "site-packages", "numpy.libs")
    found = glob.glob(os.path.join(libraries, "libopenblas*.so*"))
    if not found:
        raise CannotInstall("NumPy's wheel brings no OpenBLAS, which Theano is to be linked to")
    name = os.path.join(libraries, "libopenblas.so")
    if not os.path.lexists(name):
        os.symlink(os.path.basename(sorted(found)[0]), name)


LIBRARIES = "{venv}/lib/python3.7/site-packages/numpy.libs"
FLAGS = {"THEANO_FLAGS": "floatX=float32,openmp=True,base_compiledir={venv}/compiled,"
                         "blas.ldflags=-L" + LIBRARIES + " -lopenblas -Wl\\,-rpath\\," + LIBRARIES}
RECIPE = recipe("Theano", "3.7", ["numpy==1.19.5", "scipy==1.7.3", "theano==1.0.5"], "theano", "theano", FLAGS,
                link_openblas)
PLACES = ["theano.tensor", "theano.tensor.nnet", "theano.tensor.signal.pool"]
OPS = {"input", "conv", "batch_norm", "relu", "sigmoid", "softmax", "max_pool", "average_pool", "global_average",
       "concat", "add", "linear", "lstm"}
theano, T, nnet = Later("theano"), Later("theano.tensor"), Later("theano.tensor.nnet")
pool = Later("theano.tensor.signal.pool")


def variants(net, mode):
    heavy = mode == "train" and "conv" in net.ops  # minutes of compiling and a step: left out
    return ["compiled"] if net.ops <= OPS and not heavy and net.name != "adds" else []


def why_not(net, mode):
    return "minutes of compiling, and for a step" if mode == "train" and "conv" in net.ops else None


def version():
    return "Theano " + theano.__version__


def shared(net):
    turned = lambda w: np.ascontiguousarray(w.T if w.ndim == 2 else w)  # noqa: E731
    return {name: theano.shared(turned(w)) for name, w in net.weights().items()}


def batch_norm(p, name, x):
    gamma, beta, mean, variance = (p[name + "." + k] for k in ("weight", "bias", "running_mean", "running_var"))
    scale = gamma / T.sqrt(variance + np.float32(1e-5))
    across = ("x", 0, "x", "x")
    return x * scale.dimshuffle(*across) + (beta - mean * scale).dimshuffle(*across)


def lstm(p, name, x, size):
    """One scan over products that were made for all steps beforehand."""
    get = lambda key: p[name + "." + key]  # noqa: E731
    steps = (x.dot(get("weight_ih")) + get("bias_ih") + get("bias_hh")).dimshuffle(1, 0, 2)

    def step(z, h, c, hh):
        z = z + h.dot(hh)
        i, f, g, o = (z[:, k * size:(k + 1) * size] for k in range(4))
        c = nnet.sigmoid(f) * c + nnet.sigmoid(i) * T.tanh(g)
        return nnet.sigmoid(o) * T.tanh(c), c
    start = T.zeros((x.shape[0], size), "float32")
    (out, _), _ = theano.scan(step, steps, [start, start], [get("weight_hh")], strict=True)
    return out.dimshuffle(1, 0, 2)


def forward(net, p, x):
    values = [x]
    for op, name, inputs, shape, a in net.nodes[1:]:
        v = [values[i] for i in inputs]
        window = [(a.get(k, 0),) * 2 for k in ("kernel", "stride", "padding")]
        if op == "conv":
            y = nnet.conv2d(v[0], p[name + ".weight"], None, net.parameters[name + ".weight"], window[2], window[1],
                            filter_flip=False)
        elif op == "batch_norm":
            y = batch_norm(p, name, v[0])
        elif op == "linear":
            y = v[0].dot(p[name + ".weight"]) + p[name + ".bias"]
        elif op == "max_pool":
            y = pool.pool_2d(v[0], window[0], True, window[1], window[2])
        elif op == "average_pool":
            y = pool.pool_2d(v[0], window[0], True, window[1], mode="average_exc_pad")
        elif op == "global_average":
            y = v[0].mean((2, 3))
        elif op == "concat":
            y = T.concatenate(v, 1)
        elif op == "add":
            y = v[0] + v[1]
        elif op == "lstm":
            y = lstm(p, name, v[0], a["size"])
        else:
            y = getattr(nnet, op)(v[0])  # relu, sigmoid, softmax
        values.append(y)
    return values[-1]


def updates(loss, parameters, rate, momentum):
    rate, momentum, out = np.float32(rate), np.float32(momentum), []
    for p, g in zip(parameters, T.grad(loss, parameters)):
        if momentum:
            v = theano.shared(np.zeros_like(p.get_value()))
            g = momentum * v + g
            out.append((v, g))
        out.append((p, p - rate * g))
    return out


def variable(array):
    return {1: T.ivector, 2: T.fmatrix, 3: T.tensor3, 4: T.tensor4}[array.ndim]()


def put(*arrays):
    return tuple(a.astype(np.int32) if a.dtype.kind == "i" else a for a in arrays)


def loss_of(net, out, y):
    if net.loss == "squares":
        return ((out - y) ** 2).mean()
    return nnet.categorical_crossentropy(nnet.softmax(out), y).mean()


def build(net, mode, variant, threads):
    p, functions = shared(net), {}

    def run(*arrays):
        if not functions:
            functions[0] = compiled(net, p, mode, *[variable(a) for a in arrays])
        return functions[0](*arrays)
    return Built(put, run, lambda out: out)


def compiled(net, p, mode, x, y=None):
    out = forward(net, p, x)
    if mode != "train":
        return theano.function([x], out)
    options = net.optimizer[1]
    loss = loss_of(net, out, y)
    return theano.function([x, y], loss, updates=updates(loss, list(p.values()), options["lr"], options["momentum"]))
