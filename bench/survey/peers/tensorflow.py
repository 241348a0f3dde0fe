"""TensorFlow, written with its functions in NHWC, as a tf.function: plain (`graph`) and by XLA (`jit`)."""

import os

import numpy as np

from .. import images
from ..recipe import Built, Later, recipe

RECIPE = recipe("TensorFlow", "3.11", ["tensorflow-cpu==2.21.0", "keras==3.15.1"], "tensorflow", "tensorflow")
PLACES = ["tensorflow", "tensorflow.nn", "tensorflow.math", "tensorflow.data"]
OPS = {"input", "conv", "batch_norm", "relu", "sigmoid", "gelu", "softmax", "max_pool", "average_pool",
       "global_average", "concat", "add", "linear", "layer_norm", "attention"}
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf = Later("tensorflow")


def variants(net, mode):
    if net.name == "adds":
        return ["eager"]
    if not net.ops <= OPS:
        return []
    if mode == "train" and "conv" in net.ops:  # XLA compiles these for minutes
        return ["graph"] + ["graph from disk"] * (net.name == "densenet121")
    return ["graph", "jit"]


def version():
    return "TensorFlow " + tf.__version__


def pad(x, p):
    return tf.pad(x, [[0, 0], [p, p], [p, p], [0, 0]]) if p else x


def batch_norm(p, name, x, train):
    mean, variance = p[name + ".running_mean"], p[name + ".running_var"]
    if not train:
        scale = p[name + ".weight"] * tf.math.rsqrt(variance + 1e-5)
        return x * scale + (p[name + ".bias"] - mean * scale)
    y, new_mean, new_variance = tf.compat.v1.nn.fused_batch_norm(
        x, p[name + ".weight"], p[name + ".bias"], epsilon=1e-5, is_training=True)
    mean.assign(0.9 * mean + 0.1 * new_mean)
    variance.assign(0.9 * variance + 0.1 * new_variance)
    return y


def layer_norm(p, name, x, epsilon):
    mean, variance = tf.nn.moments(x, [-1], keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, p[name + ".bias"], p[name + ".weight"], epsilon)


def attention(q, k, v, heads):
    shape = tf.shape(q)
    split = lambda x: tf.transpose(tf.reshape(x, (shape[0], shape[1], heads, -1)), (0, 2, 1, 3))  # noqa: E731
    q, k, v = split(q), split(k), split(v)
    scores = tf.matmul(q, k, transpose_b=True) * float(int(q.shape[-1] or 1) ** -0.5)
    return tf.reshape(tf.transpose(tf.matmul(tf.nn.softmax(scores), v), (0, 2, 1, 3)), shape)


def forward(net, p, x, train):
    values = [x]
    for op, name, inputs, shape, a in net.nodes[1:]:
        v = [values[i] for i in inputs]
        if op == "conv":
            pads = [[0, 0]] + 2 * [[a["padding"]] * 2] + [[0, 0]]
            y = tf.nn.conv2d(v[0], p[name + ".weight"], a["stride"], pads)
        elif op == "batch_norm":
            y = batch_norm(p, name, v[0], train)
        elif op == "linear":
            y = tf.tensordot(v[0], p[name + ".weight"], 1) if len(shape) > 1 else v[0] @ p[name + ".weight"]
            y = y + p[name + ".bias"]
        elif op == "max_pool":  # after a relu, so zeros around it change nothing
            y = tf.nn.max_pool2d(pad(v[0], a["padding"]), a["kernel"], a["stride"], "VALID")
        elif op == "average_pool":
            y = tf.nn.avg_pool2d(v[0], a["kernel"], a["stride"], "VALID")
        elif op == "global_average":
            y = tf.reduce_mean(v[0], [1, 2])
        elif op == "concat":
            y = tf.concat(v, -1)
        elif op == "add":
            y = v[0] + v[1]
        elif op == "layer_norm":
            y = layer_norm(p, name, v[0], a["epsilon"])
        elif op == "attention":
            y = attention(v[0], v[1], v[2], a["heads"])
        elif op == "gelu":
            y = tf.nn.gelu(v[0], approximate=False)
        else:
            y = getattr(tf.nn, op)(v[0])  # relu, sigmoid, softmax
        values.append(y)
    return values[-1]


def loss_of(net, out, y):
    if net.loss == "sigmoid":
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, out))
    if net.loss == "squares":
        return tf.reduce_mean(tf.square(out - y))
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, out))


class Update(object):
    """SGD with momentum, or Adam, as the survey's settings have them."""

    def __init__(self, net, variables):
        self.kind, options = net.optimizer
        self.lr, self.momentum = options["lr"], options.get("momentum", 0.0)
        zeros = lambda: [tf.Variable(tf.zeros_like(v)) for v in variables]  # noqa: E731
        self.first = zeros() if self.kind == "adam" or self.momentum else None
        self.second, self.step = (zeros(), tf.Variable(0.0)) if self.kind == "adam" else (None, None)
        self.variables = variables

    def __call__(self, gradients):
        if self.kind == "adam":
            t = self.step.assign_add(1.0)
            for v, g, m, s in zip(self.variables, gradients, self.first, self.second):
                m.assign(0.9 * m + 0.1 * g)
                s.assign(0.999 * s + 0.001 * g * g)
                v.assign_sub(self.lr * (m / (1 - 0.9 ** t)) / (tf.sqrt(s / (1 - 0.999 ** t)) + 1e-8))
            return
        for i, (v, g) in enumerate(zip(self.variables, gradients)):
            if self.momentum:
                g = self.first[i].assign(self.momentum * self.first[i] + g)
            v.assign_sub(self.lr * g)


def native_weight(w):
    if w.ndim == 4:
        w = w.transpose(2, 3, 1, 0)
    return np.ascontiguousarray(w.T if w.ndim == 2 else w)


def put(*arrays):
    if tf.is_tensor(arrays[0]):  # from tf.data, as it is wanted
        return arrays
    return tuple(tf.constant(np.ascontiguousarray(a.transpose(0, 2, 3, 1)) if a.ndim == 4 else a) for a in arrays)


def build(net, mode, variant, threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    train, jit = mode == "train", variant == "jit"
    kind = tf.Variable if train else tf.constant
    p = {name: kind(native_weight(w)) for name, w in net.weights().items()}
    if not train:
        f = tf.function(lambda x: forward(net, p, x, False), jit_compile=jit)
        return Built(put, f, lambda out: out.numpy())
    trained = [v for name, v in p.items() if "running" not in name]
    update = Update(net, trained)

    @tf.function(jit_compile=jit)
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(net, forward(net, p, x, True), y)
        update(tape.gradient(loss, trained))
        return loss
    return Built(put, lambda x, y: float(step(x, y)), None)


def batches(batch, threads):
    """Endless, by tf.data."""
    def read(name, label):
        picture = tf.io.decode_png(tf.io.read_file(name), 3)
        picture = tf.image.random_crop(picture, (images.CROP, images.CROP, 3))
        picture = tf.image.random_flip_left_right(picture)
        return (tf.cast(picture, tf.float32) / 255 - images.MEAN) / images.DEVIATION, label

    data = tf.data.Dataset.from_tensor_slices((images.files(), images.labels()))
    data = data.shuffle(images.COUNT).repeat().map(read, num_parallel_calls=threads)
    return data.batch(batch, drop_remainder=True).prefetch(2)


def adds(gradient, count):
    x = tf.ones(10)

    def chain():
        y = x
        for _ in range(count):
            y = y + x
        return y

    def call():
        if not gradient:
            return float(chain()[0])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x
            for _ in range(count):
                y = y + tf.stop_gradient(x)
            total = tf.reduce_sum(y)
        return float(tape.gradient(total, x)[0])
    return call
