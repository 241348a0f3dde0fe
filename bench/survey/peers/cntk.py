"""CNTK 2.7 on the processor: fully connected nets and LSTMs in both directions, image nets forward."""

import os
import subprocess

import numpy as np

from ..recipe import Built, Later, recipe

MPI = {"libmpi.so.12": "libmpi.so.40", "libmpi_cxx.so.1": "libmpi_cxx.so.40"}


def link_mpi(folder):
    """CNTK wants OpenMPI 1.10 by name; a later one does."""
    from ..venvs import CannotInstall

    known = subprocess.run(["ldconfig", "-p"], stdout=subprocess.PIPE, universal_newlines=True).stdout
    for wanted, name in MPI.items():
        found = [line.split()[-1] for line in known.splitlines() if line.strip().startswith(name + " ")]
        if not found:
            raise CannotInstall("needs %s, on Debian: apt-get install libopenmpi3" % name)
        link = os.path.join(str(folder), "compat", wanted)
        os.makedirs(os.path.dirname(link), exist_ok=True)
        if not os.path.lexists(link):
            os.symlink(found[0], link)


RECIPE = recipe("CNTK", "3.6", ["numpy==1.19.5", "cntk==2.7.post2"], "cntk", "cntk",
                {"LD_LIBRARY_PATH": "{venv}/compat"}, link_mpi)
PLACES = ["cntk.layers", "cntk.ops", "cntk.losses", "cntk.learners"]
OPS = {"input", "conv", "batch_norm", "relu", "sigmoid", "softmax", "max_pool", "average_pool", "global_average",
       "concat", "add", "linear", "lstm"}
C = Later("cntk")


def variants(net, mode):
    forward_only = mode == "train" and "conv" in net.ops
    return [""] if net.ops <= OPS and not forward_only and net.name != "adds" else []


def why_not(net, mode):
    return "image nets are run forward only here" if mode == "train" and "conv" in net.ops else None


def version():
    return "CNTK " + C.__version__


def parameter(array):
    return C.parameter(array.shape, init=np.ascontiguousarray(array))


def batch_norm(net, name, x):
    p = [parameter(net.weights_of(name + "." + kind)) for kind in ("weight", "bias")]
    moments = [C.constant(net.weights_of(name + "." + kind)) for kind in ("running_mean", "running_var")]
    return C.batch_normalization(x, p[0], p[1], moments[0], moments[1], spatial=True, epsilon=1e-5,
                                 use_cudnn_engine=False, running_count=C.constant(0.0))


def lstm(net, name, x, size):
    """The library's cell, whose gates come as i, g, f, o."""
    turn = lambda w: np.concatenate([np.split(w, 4)[k] for k in (0, 2, 1, 3)])  # noqa: E731
    layer = C.layers.Recurrence(C.layers.LSTM(size))
    out = layer(x)
    get = lambda kind: net.weights_of(name + "." + kind)  # noqa: E731
    values = {"W": turn(get("weight_ih")).T, "H": turn(get("weight_hh")).T,
              "b": turn(get("bias_ih") + get("bias_hh"))}
    for p in layer.parameters:
        p.value = np.ascontiguousarray(values[p.name])
    return out


def forward(net, x):
    values = [x]
    for op, name, inputs, shape, a in net.nodes[1:]:
        v = [values[i] for i in inputs]
        if op == "conv":
            pads = [False] + 2 * [a["padding"] > 0]
            y = C.convolution(parameter(net.weights_of(name + ".weight")), v[0], (1, a["stride"], a["stride"]),
                              auto_padding=pads)
        elif op == "batch_norm":
            y = batch_norm(net, name, v[0])
        elif op == "linear":
            y = C.times(v[0], parameter(net.weights_of(name + ".weight").T)) + parameter(
                net.weights_of(name + ".bias"))
        elif op in ("max_pool", "average_pool"):
            kind = C.MAX_POOLING if op == "max_pool" else C.AVG_POOLING
            y = C.pooling(v[0], kind, (a["kernel"],) * 2, (a["stride"],) * 2, [a["padding"] > 0])
        elif op == "global_average":
            y = C.reshape(C.pooling(v[0], C.AVG_POOLING, net.shape(inputs[0])[1:]), shape)
        elif op == "concat":
            y = C.splice(*v, axis=0)
        elif op == "add":
            y = v[0] + v[1]
        elif op == "lstm":
            y = lstm(net, name, v[0], a["size"])
        else:
            y = getattr(C, op)(v[0])  # relu, sigmoid, softmax
        values.append(y)
    return values[-1]


def build(net, mode, variant, threads):
    C.try_set_default_device(C.cpu())
    steps = "lstm" in net.ops
    of = C.sequence.input_variable if steps else C.input_variable
    x = of(net.nodes[0].shape[-1] if steps else net.nodes[0].shape)
    out = forward(net, x)
    if mode != "train":
        return Built(lambda a: (a,), lambda a: out.eval({x: a}), lambda got: np.array(got))
    y = of(net.nodes[-1].shape[-1] if steps else net.nodes[-1].shape)
    return training(net, x, y, out)


def training(net, x, y, out):
    squares = net.loss == "squares"
    loss = C.reduce_mean(C.square(out - y)) if squares else C.cross_entropy_with_softmax(out, y)
    options, trainers = net.optimizer[1], {}

    def trainer(samples):
        """Rates are of the mean over so many samples."""
        rate = C.learning_parameter_schedule(options["lr"], samples)
        if options["momentum"]:
            learner = C.momentum_sgd(out.parameters, rate, C.momentum_schedule(options["momentum"], samples),
                                     unit_gain=False)
        else:
            learner = C.sgd(out.parameters, rate)
        return C.Trainer(out, (loss, None), [learner])

    def put(a, b):
        if squares:
            return a, b
        one_hot = np.zeros((len(b),) + net.nodes[-1].shape, np.float32)
        one_hot[np.arange(len(b)), b] = 1
        return a, one_hot

    def run(a, b):
        if not trainers:
            trainers[0] = trainer(int(np.prod(a.shape[:-1])))
        trainers[0].train_minibatch({x: a, y: b})
        return trainers[0].previous_minibatch_loss_average
    return Built(put, run, None)
