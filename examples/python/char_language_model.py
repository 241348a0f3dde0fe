"""A language model of characters: an LSTM reads a text and learns what comes next, then writes text of its own, one
character after the other. usage: char_language_model.py [TEXT FILE, or "bible" where that program is installed]"""

import pathlib
import subprocess
import sys

import numpy as np

import lamina as lm
from lamina import nn, optim

STREAMS, STEPS = 32, 64  # so many places of the text are read at once, so many characters between two updates


def read_text(source):
    if source == "bible":
        return subprocess.run(["bible", "gen1:1-rev22:21"], capture_output=True, text=True, check=True).stdout
    return pathlib.Path(source or pathlib.Path(__file__).parents[2] / "share/genesis.txt").read_text()


class Model(nn.Module):
    def __init__(self, characters):
        super().__init__()
        self.embedding = nn.Embedding(characters, 32)
        self.rnn = nn.LSTM(32, 192)
        self.head = nn.Linear(192, characters)

    def forward(self, x, state=None):  # x [time, streams]
        y, state = self.rnn(self.embedding(x), state)
        return self.head(y), state


def write(model, alphabet, start, count):
    """Text that begins with `start`. The state goes on from character to character, so each costs one step."""
    with lm.no_grad():
        logits, state = model(lm.array([[alphabet.index(c)] for c in start]))
        text = start
        for _ in range(count):
            drawn = lm.random.categorical(logits[-1] / 0.7)  # sharper than learnt: below 1
            text += alphabet[drawn.item()]
            logits, state = model(lm.expand_dims(drawn, 0), state)
    return text


lm.seed(0)
text = read_text(sys.argv[1] if len(sys.argv) > 1 else None)
alphabet = sorted(set(text))
numbers = {c: i for i, c in enumerate(alphabet)}
codes = np.array([numbers[c] for c in text])
train, test = codes[:-len(codes) // 20], codes[-len(codes) // 20:]  # the last 5 % are never trained on
length = (len(train) - 1) // STREAMS
streams = np.stack([train[k * length:(k + 1) * length + 1] for k in range(STREAMS)], axis=1)

model = Model(len(alphabet))
optimizer = optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(8):
    state, total, rounds = None, 0.0, length // STEPS
    for start in range(0, rounds * STEPS, STEPS):
        piece = lm.array(streams[start:start + STEPS + 1])
        logits, state = model(piece[:-1], state)
        state = tuple(lm.stop_gradient(s) for s in state)  # the gradient ends here, the state goes on
        loss = nn.cross_entropy(logits.reshape(-1, len(alphabet)), piece[1:].reshape(-1))
        loss.backward()
        optim.clip_grad_norm(model.parameters(), 1.0)
        optimizer.step()
        total += loss
    print(f"epoch {epoch + 1:2}  {(total / rounds / np.log(2)).item():.3f} bits a character")

model.eval()
with lm.no_grad():
    logits, _ = model(lm.array(test[:-1].reshape(-1, 1)))
    bits = nn.cross_entropy(logits[:, 0], lm.array(test[1:])).item() / np.log(2)
    state, parts = None, []  # the same text as a stream, of which 100 characters come at a time
    for start in range(0, 1000, 100):
        part, state = model(lm.array(test[start:start + 100].reshape(-1, 1)), state)
        parts.append(part)
    assert lm.all(lm.concatenate(parts) == logits[:1000]).item()  # bit for bit
print(f"text that was not trained on: {bits:.3f} bits a character\n")
print(write(model, alphabet, "And God said", 300))
assert bits < 2.4
