"""A network as a list of nodes, from which every peer builds its own: the same sizes, names and weights for all.

    net = Net("tiny", (3, 8, 8))
    x = net.relu(net.conv(net.x, "conv1", 16, kernel=3, padding=1))
    net.linear(net.global_average(x), "fc", 10)

A node's value is known by the node's index; parameters by names that are torchvision's and transformers', so that
Lamina's models and PyTorch's take them as they are. Shapes are of one example: (C, H, W), (T, H) or (N,).
Python 3.6 and later, as everything that peers import.
"""

import collections
import zlib

import numpy as np

Node = collections.namedtuple("Node", "op name inputs shape attributes")


class Net(object):
    """loss: softmax, sigmoid (of several labels) or squares; optimizer: its name and what it takes."""

    def __init__(self, name, shape, loss="softmax", optimizer=("sgd", {"lr": 0.01, "momentum": 0.0})):
        self.name, self.loss, self.optimizer, self.clip = name, loss, optimizer, None
        self.nodes, self.parameters, self.macs, self.input_macs = [], collections.OrderedDict(), 0, 0
        self.x = self.put("input", "x", [], shape)

    def put(self, op, name, inputs, shape, macs=0, parameters=(), **attributes):
        self.nodes.append(Node(op, name, list(inputs), tuple(shape), attributes))
        self.macs += macs
        self.input_macs += macs if 0 in inputs else 0  # no gradient of the net's input is needed
        for suffix, size in parameters:
            self.parameters[name + "." + suffix] = size
        return len(self.nodes) - 1

    def shape(self, value):
        return self.nodes[value].shape

    @property
    def ops(self):
        return {node.op for node in self.nodes}

    # images

    def conv(self, x, name, channels, kernel, stride=1, padding=0):
        c, h, w = self.shape(x)
        h, w = ((n + 2 * padding - kernel) // stride + 1 for n in (h, w))
        return self.put("conv", name, [x], (channels, h, w), h * w * channels * c * kernel * kernel,
                        [("weight", (channels, c, kernel, kernel))], kernel=kernel, stride=stride, padding=padding)

    def batch_norm(self, x, name):
        one = (self.shape(x)[0],)
        kinds = ("weight", "bias", "running_mean", "running_var")
        return self.put("batch_norm", name, [x], self.shape(x), parameters=[(kind, one) for kind in kinds])

    def pool(self, x, op, kernel, stride, padding=0):
        c, h, w = self.shape(x)
        h, w = ((n + 2 * padding - kernel) // stride + 1 for n in (h, w))
        return self.put(op, op, [x], (c, h, w), kernel=kernel, stride=stride, padding=padding)

    def global_average(self, x):
        return self.put("global_average", "gap", [x], self.shape(x)[:1])

    def concat(self, values):
        shapes = [self.shape(x) for x in values]
        return self.put("concat", "concat", values, (sum(s[0] for s in shapes),) + shapes[0][1:])

    # everything

    def relu(self, x):
        return self.put("relu", "relu", [x], self.shape(x))

    def sigmoid(self, x):
        return self.put("sigmoid", "sigmoid", [x], self.shape(x))

    def gelu(self, x):
        return self.put("gelu", "gelu", [x], self.shape(x))

    def softmax(self, x):
        return self.put("softmax", "softmax", [x], self.shape(x))

    def add(self, a, b):
        return self.put("add", "add", [a, b], self.shape(a))

    def linear(self, x, name, size):
        rows, inputs = self.shape(x)[:-1], self.shape(x)[-1]
        return self.put("linear", name, [x], rows + (size,), int(np.prod(rows)) * inputs * size,
                        [("weight", (size, inputs)), ("bias", (size,))])

    # tokens and steps

    def layer_norm(self, x, name, epsilon=1e-12):
        one = self.shape(x)[-1:]
        return self.put("layer_norm", name, [x], self.shape(x), 0, [("weight", one), ("bias", one)], epsilon=epsilon)

    def attention(self, query, key, value, heads):
        steps, size = self.shape(query)
        return self.put("attention", "attention", [query, key, value], (steps, size), 2 * steps * steps * size,
                        heads=heads)

    def embedding(self, x, name, words, size):
        return self.put("embedding", name, [x], self.shape(x) + (size,), 0, [("weight", (words, size))])

    def recurrent(self, x, op, name, size):
        """lstm (gates i, f, g, o), gru (r, z, n; reset after the product) or layer_norm_lstm, over all steps."""
        steps, inputs = self.shape(x)
        gates = 3 if op == "gru" else 4
        shapes = [("weight_ih", (gates * size, inputs)), ("weight_hh", (gates * size, size))]
        if op == "layer_norm_lstm":
            shapes += [(norm + "." + kind, (n,)) for norm, n in (("norm", gates * size), ("norm_c", size))
                       for kind in ("weight", "bias")]
        else:
            shapes += [("bias_ih", (gates * size,)), ("bias_hh", (gates * size,))]
        return self.put(op, name, [x], (steps, size), steps * gates * size * (inputs + size), shapes, size=size)

    def weights(self):
        """The initial value of every parameter and buffer."""
        return collections.OrderedDict((name, weight(name, shape)) for name, shape in self.parameters.items())

    def weights_of(self, name):
        return weight(name, self.parameters[name])

    def gflop(self, training):
        """Of one example; a multiplication and an addition are two, the backward pass is twice the forward."""
        return 2e-9 * (3 * self.macs - self.input_macs if training else self.macs)


def weight(name, shape):
    """The same in every framework that knows a parameter by this name."""
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    if name.endswith("running_mean") or name.split(".")[-1].startswith("bias"):
        return np.zeros(shape, np.float32)
    if len(shape) == 1:
        return np.ones(shape, np.float32)  # scales and variances
    draw = np.random.RandomState(zlib.crc32(name.encode()))
    inputs = float(np.prod(shape[1:]))
    bound = (6 / inputs) ** 0.5 if "_hh" not in name and "_ih" not in name else inputs ** -0.5
    return ((2 * bound) * draw.random_sample(shape) - bound).astype(np.float32)
