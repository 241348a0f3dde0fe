"""Keras on TensorFlow: its graph as it is (`graph`) and compiled by XLA (`jit`)."""

import os

from . import keras as shared, tensorflow
from ..recipe import Built, Later, recipe

RECIPE = recipe("Keras (TensorFlow)", "3.11", tensorflow.RECIPE.packages, "keras", "tensorflow",
                {"KERAS_BACKEND": "tensorflow"})
PLACES, OPS = shared.PLACES, shared.OPS
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf = Later("tensorflow")


def variants(net, mode):
    if net.name == "adds" or not net.ops <= OPS:
        return []
    slow_to_compile = mode == "train" and "conv" in net.ops
    return ["graph"] + ["jit"] * (not slow_to_compile) + ["fit"] * (net.name == "digits")


def version():
    return "Keras %s on TensorFlow %s" % (shared.keras.__version__, tf.__version__)


def limit(threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def build(net, mode, variant, threads):
    if not tf.config.threading.get_intra_op_parallelism_threads():
        limit(threads)
    jit = variant == "jit"
    if mode == "train":
        return shared.training(net, jit)
    model = shared.make(net)
    f = tf.function(lambda x: model(x, training=False), jit_compile=jit)
    return Built(lambda a: (tf.constant(shared.turn(a)),), f, lambda out: out.numpy())


def fit(net, x, y, epochs, batch, threads):
    limit(threads)
    return shared.fit(net, x, y, epochs, batch, False)
