"""Lasagne 0.1 on Theano 1.0.5: fully connected nets by its own layers. It has no batch normalisation."""

import os

import numpy as np

from . import theano as below
from ..recipe import Built, Later, recipe

# Lasagne 0.1 asks for a module that Theano 1.0 no longer has.
DOWNSAMPLE = """from theano.tensor.signal.pool import pool_2d


def max_pool_2d(input, ds, ignore_border=True, st=None, padding=(0, 0), mode="max"):
    return pool_2d(input, ds, ignore_border, st, padding, mode)
"""


def prepare(folder):
    below.link_openblas(folder)
    signal = os.path.join(str(folder), "lib", "python3.7", "site-packages", "theano", "tensor", "signal")
    with open(os.path.join(signal, "downsample.py"), "w") as file:
        file.write(DOWNSAMPLE)


RECIPE = recipe("Lasagne", "3.7", below.RECIPE.packages + ["lasagne==0.1"], "lasagne", "lasagne", below.FLAGS, prepare)
PLACES = ["lasagne.layers", "lasagne.nonlinearities", "lasagne.updates", "lasagne.objectives"]
OPS = {"input", "linear", "relu", "sigmoid", "softmax"}
theano, T, lasagne = Later("theano"), Later("theano.tensor"), Later("lasagne")


def variants(net, mode):
    return ["compiled"] if net.ops <= OPS and net.name != "adds" else []


def version():
    return "Lasagne %s on Theano %s" % (lasagne.__version__, theano.__version__)


def network(net, x):
    kinds = {"relu": lasagne.nonlinearities.rectify, "sigmoid": lasagne.nonlinearities.sigmoid,
             "softmax": lasagne.nonlinearities.softmax}
    layer = lasagne.layers.InputLayer((None,) + net.nodes[0].shape, x)
    for node in net.nodes[1:]:
        if node.op == "linear":
            w, b = (net.weights_of(node.name + "." + kind) for kind in ("weight", "bias"))
            layer = lasagne.layers.DenseLayer(layer, node.shape[0], W=np.ascontiguousarray(w.T), b=b,
                                              nonlinearity=None)
        else:
            layer = lasagne.layers.NonlinearityLayer(layer, kinds[node.op])
    return layer


def build(net, mode, variant, threads):
    x = T.fmatrix()
    layer = network(net, x)
    out = lasagne.layers.get_output(layer)
    if mode != "train":
        f = theano.function([x], out)
        return Built(below.put, f, lambda out: out)
    y = T.ivector()
    loss = below.loss_of(net, out, y)
    parameters, options = lasagne.layers.get_all_params(layer), net.optimizer[1]
    if options["momentum"]:
        moves = lasagne.updates.momentum(loss, parameters, options["lr"], options["momentum"])
    else:
        moves = lasagne.updates.sgd(loss, parameters, options["lr"])
    return Built(below.put, theano.function([x, y], loss, updates=moves), None)
