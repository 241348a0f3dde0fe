"""Recurrent nets in Lamina: two layers of a library's cell, and of a cell of one's own."""

import problem
import lamina as lm
from lamina import nn

SIZE, LAYERS = problem.RECURRENT["size"], problem.RECURRENT["layers"]


class Outputs(nn.Module):
    def __init__(self, rnn):
        super().__init__()
        self.rnn = rnn

    def forward(self, x):
        return self.rnn(x)[0]


class LayerNormLSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.ih = nn.Linear(input_size, 4 * hidden_size, bias=False)
        self.hh = nn.Linear(hidden_size, 4 * hidden_size)
        self.norm, self.norm_c = nn.LayerNorm(4 * hidden_size), nn.LayerNorm(hidden_size)

    def forward(self, x, state):
        h, c = state
        i, f, g, o = lm.split(self.norm(self.ih(x) + self.hh(h)), 4, axis=-1)
        c = lm.sigmoid(f) * c + lm.sigmoid(i) * lm.tanh(g)
        h = lm.sigmoid(o) * lm.tanh(self.norm_c(c))
        return h, (h, c)


NETS = {
    "lstm": lambda: Outputs(nn.LSTM(SIZE, SIZE, LAYERS)),
    "gru": lambda: Outputs(nn.GRU(SIZE, SIZE, LAYERS)),
    "lnlstm": lambda: nn.Sequential(*[Outputs(nn.RNN(LayerNormLSTMCell(SIZE, SIZE))) for _ in range(LAYERS)]),
}
