"""Lines of handwritten digits, read column by column: a bidirectional GRU sees pictures of 3 to 6 digits side by side
and is told only which digits they show, not where. The CTC loss (Graves et al. 2006) finds the places by itself."""

import numpy as np

import lamina as lm
from lamina import data, nn, optim

LONGEST = 6
BLANK = 10


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(8, 64, num_layers=2, bidirectional=True)
        self.head = nn.Linear(128, BLANK + 1)

    def forward(self, columns, lengths):  # [time, batch, 8] -> log-probabilities [time, batch, 11]
        return lm.log_softmax(self.head(self.rnn(columns, lengths=lengths)[0]), axis=-1)


def lines(pictures, labels, count, rng):
    """Columns [time, count, 8] of random lines, their lengths, the digits [count, 6] and how many each line has."""
    sizes = rng.integers(3, LONGEST + 1, count)
    chosen = rng.integers(0, len(labels), (count, LONGEST))
    columns = pictures[chosen].transpose(1, 3, 0, 2).reshape(8 * LONGEST, count, 8)
    return lm.array(columns), lm.array(8 * sizes), lm.array(labels[chosen]), lm.array(sizes)


def read(log_probabilities, lengths):
    """The likeliest symbol of each column, repetitions taken once, blanks left out."""
    best, texts = lm.argmax(log_probabilities, axis=-1).numpy(), []
    for row, length in zip(best.T, lengths.tolist()):
        row = row[:length]
        starts = np.concatenate([[True], row[1:] != row[:-1]])
        texts.append([int(d) for d in row[starts & (row != BLANK)]])
    return texts


lm.seed(0)
rng = np.random.default_rng(0)
train, test = data.digits().split(0.8, seed=0)
pictures, labels = train.x.numpy()[:, 0], train.y.numpy()
model = Reader()
optimizer = optim.Adam(model.parameters(), lr=4e-3)
for step in range(1, 401):
    columns, lengths, targets, sizes = lines(pictures, labels, 32, rng)
    loss = nn.ctc_loss(model(columns, lengths), targets, lengths, sizes, blank=BLANK)
    loss.backward()
    optim.clip_grad_norm(model.parameters(), 1.0)
    optimizer.step()
    if step % 50 == 0:
        print(f"step {step}  loss {loss.item():.4f}")

model.eval()
with lm.no_grad():
    columns, lengths, targets, sizes = lines(test.x.numpy()[:, 0], test.y.numpy(), 500, rng)
    texts = read(model(columns, lengths), lengths)
wanted = [row[:size] for row, size in zip(targets.tolist(), sizes.tolist())]
for text, digits in list(zip(texts, wanted))[:3]:
    print(f"read {text}, written {digits}")
right = sum(text == digits for text, digits in zip(texts, wanted)) / len(wanted)
print(f"lines of digits that were not trained on: {right:.1%} without a mistake")
assert right > 0.7
