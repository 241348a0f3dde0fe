"""Handwritten digits read row by row: an LSTM sees 8 rows of 8 pixels, one after the other, and says at the end which
digit it was. The same loop with a cell of one's own, an LSTM with layer normalisation, runs about as fast."""

import lamina as lm
from lamina import data, nn, optim


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


class Reader(nn.Module):
    def __init__(self, rnn):
        super().__init__()
        self.rnn = rnn
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        rows, _ = self.rnn(lm.swapaxes(x.reshape(-1, 8, 8), 0, 1))
        return self.head(rows[-1])


lm.seed(0)
train, test = data.digits().split(0.8, seed=0)
for rnn in (nn.LSTM(8, 64), nn.RNN(LayerNormLSTMCell(8, 64))):
    model = Reader(rnn)
    optimizer = optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(15):
        for x, y in data.DataLoader(train, batch_size=64, shuffle=True, seed=epoch):
            loss = nn.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
    with lm.no_grad():
        right = lm.mean(lm.argmax(model(test.x), axis=-1) == test.y)
    print(f"{type(rnn).__name__}: loss {loss.item():.4f}, test accuracy {right:.4f}")
    assert right.item() > 0.93
