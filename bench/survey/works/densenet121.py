"""DenseNet-121: on 224x224 with the survey's 14 sigmoid outputs and Adam; its CIFAR-10 form on 32x32 with SGD."""

from ..net import Net

GROWTH, BLOCKS = 32, (6, 12, 24, 16)


def make(name, mode):
    if name == "densenet121":
        net = Net(name, (3, 224, 224), "sigmoid", ("adam", {"lr": 1e-4}))
        x = net.conv(net.x, "features.conv0", 64, 7, 2, 3)
        x = net.pool(net.relu(net.batch_norm(x, "features.norm0")), "max_pool", 3, 2, 1)
    else:
        net = Net(name, (3, 32, 32), optimizer=("sgd", {"lr": 1e-3, "momentum": 0.9}))
        x = net.conv(net.x, "features.conv0", 64, 3, 1, 1)
    for i, count in enumerate(BLOCKS, 1):
        for k in range(1, count + 1):
            x = net.concat([x, layer(net, x, "features.denseblock%d.denselayer%d." % (i, k))])
        if i < len(BLOCKS):
            y = net.relu(net.batch_norm(x, "features.transition%d.norm" % i))
            y = net.conv(y, "features.transition%d.conv" % i, net.shape(x)[0] // 2, 1)
            x = net.pool(y, "average_pool", 2, 2)
    x = net.global_average(net.relu(net.batch_norm(x, "features.norm5")))
    net.linear(x, "classifier", 14 if name == "densenet121" else 10)
    return net


def layer(net, x, name):
    y = net.conv(net.relu(net.batch_norm(x, name + "norm1")), name + "conv1", 4 * GROWTH, 1)
    return net.conv(net.relu(net.batch_norm(y, name + "norm2")), name + "conv2", GROWTH, 3, 1, 1)
