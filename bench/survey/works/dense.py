"""Fully connected nets: dlbench's FCN5, its CNTK file's form with two sizes swapped, its synthetic wide net."""

from ..net import Net

SIZES = {
    "fcn5": (784, 2048, 4096, 1024, 10),
    "fcn5_cntk": (784, 4096, 2048, 1024, 10),
    "wide": (26752, 2048, 2048, 2048, 26752),
}


def dense(name, sizes, activation, training, momentum):
    net = Net(name, sizes[:1], optimizer=("sgd", {"lr": 0.01, "momentum": momentum}))
    x = net.linear(net.x, "0", sizes[1])
    for i, size in enumerate(sizes[2:], 1):
        x = net.linear(getattr(net, activation)(x), str(2 * i), size)
    if not training:
        net.softmax(x)
    return net


def make(name, mode):
    return dense(name, SIZES[name], "sigmoid", mode == "train", 0.0)
