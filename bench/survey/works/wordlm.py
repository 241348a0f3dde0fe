"""dlbench's word model of the Penn Treebank's size: 10,000 words, embedding 256, two LSTMs of 256, 32 steps."""

from ..net import Net

WORDS, SIZE, STEPS = 10000, 256, 32


def make(name, mode):
    net = Net(name, (STEPS,), optimizer=("sgd", {"lr": 0.1, "momentum": 0.0}))
    net.clip = 5.0  # of the gradients' common norm
    x = net.embedding(net.x, "embedding", WORDS, SIZE)
    for i in range(2):
        x = net.recurrent(x, "lstm", "rnn%d" % i, SIZE)
    net.linear(x, "decoder", WORDS)
    return net
