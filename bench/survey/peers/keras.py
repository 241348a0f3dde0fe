"""Keras 3, the same on each of its backends: a functional model, train_on_batch, or a compiled call.

Not a peer itself: keras_tensorflow, keras_jax and keras_torch choose the backend.
"""

import numpy as np

from ..recipe import Built, Later

keras, layers, ops = Later("keras"), Later("keras.layers"), Later("keras.ops")
OPS = {"input", "conv", "batch_norm", "relu", "sigmoid", "gelu", "softmax", "max_pool", "average_pool",
       "global_average", "concat", "add", "linear", "layer_norm", "embedding", "lstm", "gru"}
PLACES = ["keras.layers", "keras.ops", "keras.optimizers", "keras.losses", "*keras.applications"]


def first_channels():
    return keras.config.image_data_format() == "channels_first"


def layer_of(op, name, shape, a):
    axis = 1 if first_channels() else -1
    name = name.replace(".", "_")
    if op == "conv":
        return layers.Conv2D(shape[0], a["kernel"], a["stride"], "valid", use_bias=False, name=name)
    if op == "batch_norm":
        return layers.BatchNormalization(axis=axis, epsilon=1e-5, momentum=0.9, name=name)
    if op == "linear":
        return layers.Dense(shape[-1], name=name)
    if op == "max_pool":
        return layers.MaxPooling2D(a["kernel"], a["stride"])
    if op == "average_pool":
        return layers.AveragePooling2D(a["kernel"], a["stride"])
    if op == "global_average":
        return layers.GlobalAveragePooling2D()
    if op == "layer_norm":
        return layers.LayerNormalization(epsilon=a["epsilon"], name=name)
    if op == "lstm":
        return layers.LSTM(a["size"], return_sequences=True, name=name)
    if op == "gru":
        return layers.GRU(a["size"], return_sequences=True, reset_after=True, name=name)
    return layers.Activation(op)


def model_of(net):
    channels_last = not first_channels()
    shape = net.nodes[0].shape
    if len(shape) == 3 and channels_last:
        shape = shape[1:] + shape[:1]
    values = [keras.Input(shape, dtype="int32" if "embedding" in net.ops else None)]
    for op, name, inputs, shape, a in net.nodes[1:]:
        v = [values[i] for i in inputs]
        if a.get("padding"):
            v[0] = layers.ZeroPadding2D(a["padding"])(v[0])  # pooling comes after a relu, so zeros do
        if op == "concat":
            y = layers.Concatenate(axis=-1 if channels_last else 1)(v)
        elif op == "add":
            y = layers.Add()(v)
        elif op == "embedding":
            y = layers.Embedding(net.parameters[name + ".weight"][0], shape[-1], name=name)(v[0])
        else:
            y = layer_of(op, name, shape, a)(v[0])
        values.append(y)
    return keras.Model(values[0], values[-1])


def recurrent_weights(op, w):
    """Kernels as (inputs, gates); Keras's GRU keeps z before r, and both biases; its LSTM i, f, c, o and one."""
    ih, hh, b, c = (w[key] for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    if op == "lstm":
        return [ih.T, hh.T, b + c]
    order = lambda m: np.concatenate([np.split(m, 3)[i] for i in (1, 0, 2)])  # noqa: E731
    return [order(ih).T, order(hh).T, np.stack([order(b), order(c)])]


def load(net, model):
    weights = net.weights()
    for node in net.nodes:
        w = {name[len(node.name) + 1:]: value for name, value in weights.items()
             if name.startswith(node.name + ".")}
        if node.op == "conv":
            new = [w["weight"].transpose(2, 3, 1, 0)]
        elif node.op == "batch_norm":
            new = [w[key] for key in ("weight", "bias", "running_mean", "running_var")]
        elif node.op == "linear":
            new = [w["weight"].T, w["bias"]]
        elif node.op == "layer_norm":
            new = [w["weight"], w["bias"]]
        elif node.op == "embedding":
            new = [w["weight"]]
        elif node.op in ("lstm", "gru"):
            new = recurrent_weights(node.op, w)
        else:
            continue
        model.get_layer(node.name.replace(".", "_")).set_weights(new)


def compiled(net, model, jit):
    kind, options = net.optimizer
    if kind == "adam":
        optimizer = keras.optimizers.Adam(options["lr"], epsilon=1e-8)
    else:
        optimizer = keras.optimizers.SGD(options["lr"], momentum=options["momentum"], global_clipnorm=net.clip)
    loss = {"sigmoid": lambda: keras.losses.BinaryCrossentropy(from_logits=True),
            "squares": keras.losses.MeanSquaredError,
            "softmax": lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True)}[net.loss]()
    model.compile(optimizer, loss, jit_compile=jit)
    return model


def turn(array):
    if array.ndim == 4 and not first_channels():
        return np.ascontiguousarray(array.transpose(0, 2, 3, 1))
    return array


def make(net):
    model = model_of(net)
    load(net, model)
    return model


def training(net, jit):
    """fit's own step; the loss it gives is a mean since the last reset."""
    model = compiled(net, make(net), jit)

    def run(x, y):
        model.reset_metrics()
        return float(model.train_on_batch(x, y))
    return Built(lambda *arrays: tuple(turn(a) for a in arrays), run, None)


def fit(net, x, y, epochs, batch, jit):
    def call():
        history = compiled(net, make(net), jit).fit(x, y, batch_size=batch, epochs=epochs, verbose=0)
        return history.history["loss"][-1]
    return call
