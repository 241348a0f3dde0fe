"""Chainer 7.8.1, with iDeep (Intel's kernels) for nets that have a kernel of it, else on NumPy."""

import warnings

import numpy as np

from ..recipe import Built, Later, recipe

RECIPE = recipe("Chainer", "3.7", ["numpy==1.19.5", "chainer==7.8.1", "ideep4py==2.0.0.post3"], "chainer", "chainer")
PLACES = ["chainer.links", "chainer.functions", "chainer.optimizers", "*chainer.links.model.vision"]
OPS = {"input", "conv", "batch_norm", "relu", "sigmoid", "softmax", "max_pool", "average_pool", "global_average",
       "concat", "add", "linear", "embedding", "lstm"}
chainer, F = Later("chainer"), Later("chainer.functions")


def variants(net, mode):
    if net.name == "adds":
        return ["eager"]
    if not net.ops <= OPS:
        return []
    return ["numpy"] if net.name == "digits" or "lstm" in net.ops else ["ideep"]


def version():
    return "Chainer " + chainer.__version__


def chain_of(net):
    """A chain of nothing but the survey's parameters; the statistics of batch norms are arrays that stay."""
    chain = chainer.Chain()
    with chain.init_scope():
        for name, value in net.weights().items():
            key = name.replace(".", "_")
            if "running" in name:
                chain.add_persistent(key, value)
            else:
                setattr(chain, key, chainer.Parameter(value))
    return chain


def batch_norm(get, name, x, train):
    gamma, beta = get(name + ".weight"), get(name + ".bias")
    mean, variance = get(name + ".running_mean"), get(name + ".running_var")
    if train:
        return F.batch_normalization(x, gamma, beta, eps=1e-5, running_mean=mean, running_var=variance, decay=0.9)
    return F.fixed_batch_normalization(x, gamma, beta, mean, variance, eps=1e-5)


def lstm(get, name, x, size):
    """The library's sequence function, where each gate has its own arrays."""
    split = lambda kind: list(F.split_axis(get(name + "." + kind), 4, 0))  # noqa: E731
    weights = split("weight_ih") + split("weight_hh")
    biases = split("bias_ih") + split("bias_hh")
    start = chainer.Variable(np.zeros((1, x.shape[0], size), np.float32))
    steps = list(F.separate(x, 1))
    _, _, out = F.n_step_lstm(1, 0.0, start, start, [weights], [biases], [h for h in steps])
    return F.stack(out, 1)


def forward(net, get, x, train):
    values = [x]
    for op, name, inputs, shape, a in net.nodes[1:]:
        v = [values[i] for i in inputs]
        if op == "conv":
            y = F.convolution_2d(v[0], get(name + ".weight"), None, a["stride"], a["padding"])
        elif op == "batch_norm":
            y = batch_norm(get, name, v[0], train)
        elif op == "linear":
            y = F.linear(v[0], get(name + ".weight"), get(name + ".bias"), n_batch_axes=len(shape))
        elif op == "max_pool":
            y = F.max_pooling_2d(v[0], a["kernel"], a["stride"], a["padding"], cover_all=False)
        elif op == "average_pool":
            y = F.average_pooling_2d(v[0], a["kernel"], a["stride"])
        elif op == "global_average":
            y = F.reshape(F.average_pooling_2d(v[0], v[0].shape[2]), (v[0].shape[0], -1))
        elif op == "concat":
            y = F.concat(v, 1)
        elif op == "add":
            y = v[0] + v[1]
        elif op == "embedding":
            y = F.embed_id(v[0], get(name + ".weight"))
        elif op == "lstm":
            y = lstm(get, name, v[0], a["size"])
        else:
            y = getattr(F, op)(v[0])  # relu, sigmoid, softmax
        values.append(y)
    return values[-1]


def loss_of(net, out, y):
    if net.loss == "sigmoid":
        return F.sigmoid_cross_entropy(out, y)
    if net.loss == "squares":
        return F.mean_squared_error(out, y)
    return F.softmax_cross_entropy(F.reshape(out, (-1, out.shape[-1])), F.reshape(y, (-1,)))


def put(x, *y):
    """Classes and labels are int32 here."""
    whole = np.int32 if x.dtype.kind == "i" else np.float32
    labels = tuple(t.astype(np.int32) if t.dtype.kind == "i" or set(np.unique(t)) <= {0.0, 1.0} else t for t in y)
    return (x.astype(whole),) + labels


def build(net, mode, variant, threads):
    warnings.filterwarnings("ignore")
    chainer.global_config.use_ideep = "auto" if variant == "ideep" else "never"
    chain = chain_of(net)
    if variant == "ideep":
        chain.to_intel64()
    get = lambda name: getattr(chain, name.replace(".", "_"))  # noqa: E731
    if mode == "train":
        return Built(put, training(net, chain, get), None)

    def run(x):
        with chainer.using_config("train", False), chainer.no_backprop_mode():
            return forward(net, get, x, False)
    return Built(put, run, lambda out: np.array(out.array))


def training(net, chain, get):
    kind, options = net.optimizer
    if kind == "adam":
        optimizer = chainer.optimizers.Adam(options["lr"])
    elif options["momentum"]:
        optimizer = chainer.optimizers.MomentumSGD(options["lr"], options["momentum"])
    else:
        optimizer = chainer.optimizers.SGD(options["lr"])
    optimizer.setup(chain)
    if net.clip:
        optimizer.add_hook(chainer.optimizer_hooks.GradientClipping(net.clip))

    def run(x, y):
        chain.cleargrads()
        loss = loss_of(net, forward(net, get, x, True), y)
        loss.backward()
        optimizer.update()
        return loss.array
    return run


def adds(gradient, count):
    x = chainer.Variable(np.ones(10, np.float32), requires_grad=False)
    variable = chainer.Variable(np.ones(10, np.float32), requires_grad=gradient)

    def call():
        y = variable
        for _ in range(count):
            y = y + x
        if not gradient:
            return float(y.array[0])
        variable.cleargrad()
        F.sum(y).backward()
        return float(variable.grad[0])
    return call
