"""Reads numbers in words and writes them in digits: "three hundred and seven" -> 307. A bidirectional GRU reads the
letters; a decoder writes digit after digit and looks, at each, at the letters it needs (Bahdanau et al. 2015). Its
cell is written here, attention and all, and runs as one loop. It is tested on numbers that it has never seen."""

import numpy as np

import lamina as lm
from lamina import nn, optim

ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen").split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
LETTERS = " -abcdefghijklmnopqrstuvwxyz"
END = 10  # the digit that ends a number, and begins one
DIGITS = 5


def words(n):
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10 - 2] + ("-" + ONES[n % 10] if n % 10 else "")
    unit, name = (100, "hundred") if n < 1000 else (1000, "thousand")
    rest = n % unit
    return f"{words(n // unit)} {name}" + (f" {words(rest)}" if rest >= 100 else f" and {words(rest)}" if rest else "")


class Attention(nn.Module):
    """Which of the encoder's states [time, batch, 2 size] a state [batch, size] asks for: their weighted mean."""

    def __init__(self, size):
        super().__init__()
        self.query, self.score = nn.Linear(size, size), nn.Linear(size, 1, bias=False)

    def forward(self, state, memory, keys, mask):
        scores = lm.squeeze(self.score(lm.tanh(keys + self.query(state))), axis=-1)
        weights = lm.softmax(lm.where(mask, scores, -1e9), axis=0)
        return lm.sum(lm.expand_dims(weights, -1) * memory, axis=0)


class Reader(nn.Module):
    def __init__(self, size=64):
        super().__init__()
        self.letters, self.digits = nn.Embedding(len(LETTERS), 32), nn.Embedding(END + 1, 32)
        self.encoder = nn.GRU(32, size, bidirectional=True)
        self.key, self.attention = nn.Linear(2 * size, size, bias=False), Attention(size)
        self.cell, self.head = nn.GRUCell(32 + 2 * size, size), nn.Linear(3 * size, END + 1)
        self.size = size

    def read(self, text, lengths):
        """What the decoder looks at: all states of the encoder, and which of them are letters."""
        memory, _ = self.encoder(self.letters(text), lengths=lengths)
        mask = lm.expand_dims(lm.arange(text.shape[0]), -1) < lengths
        return memory, self.key(memory), mask

    def step(self, state, digit, seen):
        h, context = state
        h = self.cell(lm.concatenate([self.digits(digit), context], axis=-1), h)
        context = self.attention(h, *seen)
        return (h, context), self.head(lm.concatenate([h, context], axis=-1))

    def begin(self, batch):
        return lm.zeros((batch, self.size)), lm.zeros((batch, 2 * self.size))

    def forward(self, text, lengths, before):
        """Logits [digits, batch, 11] of each digit, given those before it."""
        seen = self.read(text, lengths)
        return lm.scan(lambda state, digit: self.step(state, digit, seen), self.begin(text.shape[1]), before)[1]

    def write(self, text, lengths):
        """The digits that seem likeliest, one after the other."""
        seen, state = self.read(text, lengths), self.begin(text.shape[1])
        digit, written = lm.full(text.shape[1], END), []
        for _ in range(DIGITS):
            state, logits = self.step(state, digit, seen)
            digit = lm.argmax(logits, axis=-1)
            written.append(digit)
        return lm.stack(written)


def batch_of(numbers):
    texts = [words(n) for n in numbers]
    text = np.zeros((52, len(texts)), np.int64)  # one length for all batches, so one program
    digits = np.full((DIGITS + 1, len(texts)), END)
    for k, (n, letters) in enumerate(zip(numbers, texts)):
        text[:len(letters), k] = [LETTERS.index(c) for c in letters]
        digits[1:1 + len(str(n)), k] = [int(d) for d in str(n)]
    return lm.array(text), lm.array([len(t) for t in texts]), lm.array(digits)


lm.seed(0)
numbers = np.random.default_rng(0).permutation(10000)
train, test = numbers[:4000], numbers[4000:5000]
model = Reader()
optimizer = optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(4):
    total, rounds = 0.0, len(train) // 50
    for start in range(0, len(train), 50):
        text, lengths, digits = batch_of(train[start:start + 50])
        logits = model(text, lengths, digits[:-1])
        loss = nn.cross_entropy(logits.reshape(-1, END + 1), digits[1:].reshape(-1))
        loss.backward()
        optim.clip_grad_norm(model.parameters(), 1.0)
        optimizer.step()
        total += loss
    print(f"epoch {epoch + 1}  loss {(total / rounds).item():.4f}")

model.eval()
with lm.no_grad():
    text, lengths, digits = batch_of(test)
    written = model.write(text, lengths)
    right = lm.mean(lm.all(written == digits[1:], axis=0)).item()
for k in range(3):
    print(f"{words(test[k])} -> {''.join(str(d) for d in written[:, k].tolist() if d < END)}")
print(f"numbers that were not trained on: {right:.1%} right")
assert right > 0.9
