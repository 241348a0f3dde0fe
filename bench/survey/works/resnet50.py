"""ResNet-50 with the stride on the 3x3 (torchvision's form); `features` cuts it after the average: 2,048 numbers."""

from ..net import Net


def make(name, mode):
    net = Net(name, (3, 224, 224), optimizer=("sgd", {"lr": 0.01, "momentum": 0.9}))
    x = net.relu(net.batch_norm(net.conv(net.x, "conv1", 64, 7, 2, 3), "bn1"))
    x = net.pool(x, "max_pool", 3, 2, 1)
    for stage, (blocks, width) in enumerate(zip((3, 4, 6, 3), (64, 128, 256, 512)), 1):
        for block in range(blocks):
            first = block == 0
            x = bottleneck(net, x, "layer%d.%d." % (stage, block), width, 2 if first and stage > 1 else 1, first)
    x = net.global_average(x)
    if mode != "features":
        net.linear(x, "fc", 1000)
    return net


def bottleneck(net, x, name, width, stride, projected):
    y = net.relu(net.batch_norm(net.conv(x, name + "conv1", width, 1), name + "bn1"))
    y = net.relu(net.batch_norm(net.conv(y, name + "conv2", width, 3, stride, 1), name + "bn2"))
    y = net.batch_norm(net.conv(y, name + "conv3", 4 * width, 1), name + "bn3")
    if projected:
        x = net.batch_norm(net.conv(x, name + "downsample.0", 4 * width, 1, stride), name + "downsample.1")
    return net.relu(net.add(y, x))
