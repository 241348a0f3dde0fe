"""The encoder of MiniLM-L6: six layers of BERT, hidden 384, 12 heads, 128 tokens that come as vectors."""

from ..net import Net

LAYERS, HIDDEN, HEADS, INTERMEDIATE, TOKENS = 6, 384, 12, 1536, 128


def make(name, mode):
    net = Net(name, (TOKENS, HIDDEN), "squares")
    x = net.x
    for i in range(LAYERS):
        layer = "layer.%d." % i
        q, k, v = (net.linear(x, layer + "attention.self." + part, HIDDEN) for part in ("query", "key", "value"))
        y = net.linear(net.attention(q, k, v, HEADS), layer + "attention.output.dense", HIDDEN)
        x = net.layer_norm(net.add(y, x), layer + "attention.output.LayerNorm")
        y = net.gelu(net.linear(x, layer + "intermediate.dense", INTERMEDIATE))
        y = net.linear(y, layer + "output.dense", HIDDEN)
        x = net.layer_norm(net.add(y, x), layer + "output.LayerNorm")
    return net
