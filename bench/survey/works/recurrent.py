"""Two layers of LSTM, GRU or LSTM with layer norm of gates and cell: hidden 512, 64 steps of 512 numbers."""

from ..net import Net

STEPS, SIZE, LAYERS = 64, 512, 2
OPS = {"lstm": "lstm", "gru": "gru", "lnlstm": "layer_norm_lstm"}


def make(name, mode):
    net = Net(name, (STEPS, SIZE), "squares")
    x = net.x
    for i in range(LAYERS):
        x = net.recurrent(x, OPS[name], "rnn%d" % i, SIZE)
    return net
