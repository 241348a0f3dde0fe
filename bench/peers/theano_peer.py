"""Theano 1.0 on OpenBLAS: fully connected nets, one compiled function a step. Python 3.7."""

import os

os.environ.setdefault("THEANO_FLAGS", "floatX=float32,blas.ldflags=-lopenblas,openmp=True")

import numpy as np  # noqa: E402
import problem  # noqa: E402
import worker  # noqa: E402
import theano  # noqa: E402
import theano.tensor as T  # noqa: E402


def net(work, x):
    """The scores of the net from the same weights, transposed; and its parameters."""
    sizes, parameters = problem.DENSE[work.net], []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        if i > 0:
            x = T.nnet.relu(x) if work.net == "digits" else T.nnet.sigmoid(x)
        w = theano.shared(np.ascontiguousarray(problem.weight("%d.weight" % (2 * i), (b, a)).T))
        bias = theano.shared(problem.weight("%d.bias" % (2 * i), (b,)))
        parameters += [w, bias]
        x = x.dot(w) + bias
    return x, parameters


def updates(loss, parameters, rate, momentum):
    rate, momentum = np.float32(rate), np.float32(momentum)
    out = []
    for p, g in zip(parameters, T.grad(loss, parameters)):
        if momentum:
            v = theano.shared(np.zeros_like(p.get_value()))
            out.append((v, momentum * v + g))
            g = momentum * v + g
        out.append((p, p - rate * g))
    return out


def trained(work, rate):
    x, y = T.fmatrix(), T.ivector()
    scores, parameters = net(work, x)
    loss = T.nnet.categorical_crossentropy(T.nnet.softmax(scores), y).mean()
    return theano.function([x, y], loss, updates=updates(loss, parameters, rate, problem.momentum(work)))


def build(work, variant, threads):
    version = "Theano " + theano.__version__
    if work.net == "digits":
        x, y, orders = problem.digits()
        y = y.astype(np.int32)

        def call():
            step = trained(work, 0.1)
            for order in orders:
                for i in range(0, len(x), problem.DIGITS_BATCH):
                    rows = order[i:i + problem.DIGITS_BATCH]
                    loss = step(x[rows], y[rows])
            return loss
        return worker.Built(call, version, None)
    x, y = problem.data(work)
    if work.mode == "train":
        step, y = trained(work, 0.01), y.astype(np.int32)
        return worker.Built(lambda: step(x, y), version, None)
    variable = T.fmatrix()
    infer = theano.function([variable], T.nnet.softmax(net(work, variable)[0]))
    return worker.Built(lambda: infer(x), version, None)


if __name__ == "__main__":
    worker.run(build)
