"""BERT in PyTorch, as transformers writes it: same arithmetic, same names of parameters; without dropout."""

import torch
from torch import nn
import torch.nn.functional as F


class SelfAttention(nn.Module):
    def __init__(self, hidden, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(hidden, hidden) for _ in range(3))

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x, mask):
        y = F.scaled_dot_product_attention(self.split(self.query(x)), self.split(self.key(x)),
                                           self.split(self.value(x)), attn_mask=mask)
        return y.transpose(1, 2).reshape(x.shape)


class Output(nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.dense, self.LayerNorm = nn.Linear(channels, out), nn.LayerNorm(out, eps=1e-12)

    def forward(self, y, x):
        return self.LayerNorm(self.dense(y) + x)


class Attention(nn.Module):
    def __init__(self, hidden, heads):
        super().__init__()
        self.self, self.output = SelfAttention(hidden, heads), Output(hidden, hidden)

    def forward(self, x, mask):
        return self.output(self.self(x, mask), x)


class Intermediate(nn.Module):
    def __init__(self, hidden, out):
        super().__init__()
        self.dense = nn.Linear(hidden, out)

    def forward(self, x):
        return F.gelu(self.dense(x))


class Layer(nn.Module):
    def __init__(self, hidden, heads, intermediate):
        super().__init__()
        self.attention = Attention(hidden, heads)
        self.intermediate = Intermediate(hidden, intermediate)
        self.output = Output(intermediate, hidden)

    def forward(self, x, mask):
        x = self.attention(x, mask)
        return self.output(self.intermediate(x), x)


class Encoder(nn.Module):
    def __init__(self, hidden, layers, heads, intermediate):
        super().__init__()
        self.layer = nn.ModuleList([Layer(hidden, heads, intermediate) for _ in range(layers)])

    def forward(self, x, mask=None):
        for layer in self.layer:
            x = layer(x, mask)
        return x


class Embeddings(nn.Module):
    def __init__(self, vocabulary, hidden, places=512, kinds=2):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocabulary, hidden)
        self.position_embeddings = nn.Embedding(places, hidden)
        self.token_type_embeddings = nn.Embedding(kinds, hidden)
        self.LayerNorm = nn.LayerNorm(hidden, eps=1e-12)

    def forward(self, tokens, kinds):
        places = torch.arange(tokens.shape[1])
        return self.LayerNorm(self.word_embeddings(tokens) + self.token_type_embeddings(kinds) +
                              self.position_embeddings(places))


class Pooler(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.dense = nn.Linear(hidden, hidden)

    def forward(self, x):
        return torch.tanh(self.dense(x[:, 0]))


class Bert(nn.Module):
    def __init__(self, vocabulary, hidden, layers, heads, intermediate):
        super().__init__()
        self.embeddings = Embeddings(vocabulary, hidden)
        self.encoder = Encoder(hidden, layers, heads, intermediate)
        self.pooler = Pooler(hidden)

    def forward(self, tokens, mask=None, kinds=None):
        mask = None if mask is None else mask.bool()[:, None, None, :]
        x = self.encoder(self.embeddings(tokens, torch.zeros_like(tokens) if kinds is None else kinds), mask)
        return x, self.pooler(x)
