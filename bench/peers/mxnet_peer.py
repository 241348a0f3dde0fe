"""MXNet Gluon, hybridized with static memory: training of DenseNet and FCN5, from weights of its own. Python 3.8."""

import warnings

import problem
import worker

warnings.filterwarnings("ignore")
import mxnet as mx  # noqa: E402
from mxnet import autograd, gluon, nd  # noqa: E402
from mxnet.gluon import nn  # noqa: E402


def unit(channels, out, kernel):
    layers = nn.HybridSequential()
    layers.add(nn.BatchNorm(in_channels=channels), nn.Activation("relu"),
               nn.Conv2D(out, kernel, padding=kernel // 2, use_bias=False, in_channels=channels))
    return layers


class DenseLayer(gluon.HybridBlock):
    def __init__(self, channels, growth):
        super().__init__()
        self.body = nn.HybridSequential()
        self.body.add(unit(channels, 4 * growth, 1), unit(4 * growth, growth, 3))

    def hybrid_forward(self, F, x):
        return F.concat(x, self.body(x), dim=1)


def densenet(classes, small):
    net, channels = nn.HybridSequential(), 64
    if small:
        net.add(nn.Conv2D(64, 3, padding=1, use_bias=False, in_channels=3))
    else:
        net.add(nn.Conv2D(64, 7, 2, 3, use_bias=False, in_channels=3), nn.BatchNorm(in_channels=64),
                nn.Activation("relu"), nn.MaxPool2D(3, 2, 1))
    for i, count in enumerate((6, 12, 24, 16)):
        for _ in range(count):
            net.add(DenseLayer(channels, 32))
            channels += 32
        if i < 3:
            net.add(unit(channels, channels // 2, 1), nn.AvgPool2D(2, 2))
            channels //= 2
    net.add(nn.BatchNorm(in_channels=channels), nn.Activation("relu"), nn.GlobalAvgPool2D(),
            nn.Dense(classes, in_units=channels))
    return net


def dense(sizes):
    net = nn.HybridSequential()
    for a, b in zip(sizes, sizes[1:-1]):
        net.add(nn.Dense(b, "sigmoid", in_units=a))
    net.add(nn.Dense(sizes[-1], in_units=sizes[-2]))
    return net


def build(work, variant, threads):
    if work.net in problem.IMAGES:
        net = densenet(problem.IMAGES[work.net][2], work.net == "densenet121_small")
    else:
        net = dense(problem.DENSE[work.net])
    net.initialize(mx.init.Xavier())
    net.hybridize(static_alloc=True, static_shape=True)
    measure = gluon.loss.SoftmaxCELoss()
    measure.hybridize()
    x, y = (nd.array(value) for value in problem.data(work))
    trainer = gluon.Trainer(net.collect_params(), "sgd",
                            {"learning_rate": 0.01, "momentum": problem.momentum(work)}, kvstore=None)

    def call():
        with autograd.record():
            loss = measure(net(x), y)
        loss.backward()
        trainer.step(work.batch)
        nd.waitall()
        return loss.mean().asscalar()
    return worker.Built(call, "MXNet " + mx.__version__, None)


if __name__ == "__main__":
    worker.run(build)
