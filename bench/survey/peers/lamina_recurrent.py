"""Lamina's recurrent nets: the library's LSTM and GRU, and a cell with layer norm as a user writes it."""

import lamina as lm
from lamina import nn


class LayerNormCell(nn.Module):
    def __init__(self, inputs, size):
        super().__init__()
        self.ih, self.hh = nn.Linear(inputs, 4 * size, bias=False), nn.Linear(size, 4 * size, bias=False)
        self.norm, self.norm_c = nn.LayerNorm(4 * size, eps=1e-5), nn.LayerNorm(size, eps=1e-5)

    def forward(self, x, state):
        h, c = state
        i, f, g, o = lm.split(self.norm(self.ih(x) + self.hh(h)), 4, axis=-1)
        c = lm.sigmoid(f) * c + lm.sigmoid(i) * lm.tanh(g)
        h = lm.sigmoid(o) * lm.tanh(self.norm_c(c))
        return h, (h, c)


def layer_of(net, node):
    inputs, size = net.shape(node.inputs[0])[-1], node.attributes["size"]
    if node.op == "layer_norm_lstm":
        return nn.RNN(LayerNormCell(inputs, size), batch_first=True)
    return {"lstm": nn.LSTM, "gru": nn.GRU}[node.op](inputs, size, batch_first=True)


class Recurrent(nn.Module):
    """The net's nodes one after the other, each under its name."""

    def __init__(self, net):
        super().__init__()
        self.names = [node.name for node in net.nodes[1:]]
        for node in net.nodes[1:]:
            if node.op == "embedding":
                layer = nn.Embedding(*net.parameters[node.name + ".weight"])
            elif node.op == "linear":
                layer = nn.Linear(net.shape(node.inputs[0])[-1], node.shape[-1])
            else:
                layer = layer_of(net, node)
            setattr(self, node.name, layer)

    def forward(self, x):
        for name in self.names:
            x = getattr(self, name)(x)
            x = x[0] if isinstance(x, tuple) else x  # a recurrent layer gives its last state too
        return x


def library_names(state, weights):
    """The survey's weights under the names of the library's layers."""
    short = {"weight_ih": "ih.weight", "weight_hh": "hh.weight"}
    out = {}
    for name, value in weights.items():
        layer, _, kind = name.partition(".")
        places = [name, name + "_l0", "%s.cell.%s" % (layer, short.get(kind, kind))]
        out[next(place for place in places if place in state)] = value
    return out
