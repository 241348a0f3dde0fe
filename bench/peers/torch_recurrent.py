"""Recurrent nets in PyTorch: its own LSTM and GRU, and an LSTM with layer norm as a loop over the steps."""

import torch
from torch import nn

import problem

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

    def forward(self, from_x, state):
        h, c = state
        i, f, g, o = self.norm(from_x + self.hh(h)).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(self.norm_c(c))
        return h, (h, c)


class Loop(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, x):
        h = c = x.new_zeros(x.shape[1], SIZE)
        outputs = []
        for from_x in self.cell.ih(x):  # one product for all steps
            h, (h, c) = self.cell(from_x, (h, c))
            outputs.append(h)
        return torch.stack(outputs), (h, c)


NETS = {
    "lstm": lambda: Outputs(nn.LSTM(SIZE, SIZE, LAYERS)),
    "gru": lambda: Outputs(nn.GRU(SIZE, SIZE, LAYERS)),
    "lnlstm": lambda: nn.Sequential(*[Outputs(Loop(LayerNormLSTMCell(SIZE, SIZE))) for _ in range(LAYERS)]),
}
