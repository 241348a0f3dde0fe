"""Keras on PyTorch, eager, images in NCHW as PyTorch has them."""

from . import keras as shared, pytorch
from ..recipe import Built, Later, recipe

RECIPE = recipe("Keras (PyTorch)", "3.11", pytorch.RECIPE.packages, "keras", "pytorch", {"KERAS_BACKEND": "torch"})
PLACES, OPS = shared.PLACES, shared.OPS
torch = Later("torch")


def variants(net, mode):
    if net.name == "adds" or not net.ops <= OPS:
        return []
    return ["eager"] + ["fit"] * (net.name == "digits")


def version():
    return "Keras %s on PyTorch %s" % (shared.keras.__version__, torch.__version__.split("+")[0])


def build(net, mode, variant, threads):
    torch.set_num_threads(threads)
    shared.keras.config.set_image_data_format("channels_first")
    if mode == "train":
        return shared.training(net, False)
    model = shared.make(net)

    def run(x):
        with torch.inference_mode():
            return model(x, training=False)
    return Built(lambda a: (torch.from_numpy(a),), run, lambda out: out.numpy())


def fit(net, x, y, epochs, batch, threads):
    torch.set_num_threads(threads)
    return shared.fit(net, x, y, epochs, batch, False)
