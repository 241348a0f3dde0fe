"""Keras on JAX, always jitted."""

import numpy as np

from . import jax as plain, keras as shared
from ..recipe import Built, Later, recipe

RECIPE = recipe("Keras (JAX)", "3.11", plain.RECIPE.packages, "keras", "jax", {"KERAS_BACKEND": "jax"})
PLACES, OPS = shared.PLACES, shared.OPS
jax = Later("jax")


def variants(net, mode):
    if net.name == "adds" or not net.ops <= OPS:
        return []
    return ["jit"] + ["fit"] * (net.name == "digits")


def version():
    return "Keras %s on JAX %s" % (shared.keras.__version__, jax.__version__)


def build(net, mode, variant, threads):
    plain.limit_threads(threads)
    if mode == "train":
        return shared.training(net, True)
    model = shared.make(net)
    trained = [v.value for v in model.trainable_variables]
    still = [v.value for v in model.non_trainable_variables]
    f = jax.jit(lambda trained, still, x: model.stateless_call(trained, still, x, training=False)[0])
    return Built(lambda a: (jax.numpy.asarray(shared.turn(a)),),
                 lambda x: f(trained, still, x).block_until_ready(), np.asarray)


def fit(net, x, y, epochs, batch, threads):
    plain.limit_threads(threads)
    return shared.fit(net, x, y, epochs, batch, True)
