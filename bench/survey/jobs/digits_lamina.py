import sys

import numpy as np

import lamina as lm
from lamina import nn, optim

table = np.load(sys.argv[1])
x, y = (table[:, :64] / 16).astype("float32"), table[:, 64].astype("int64")
model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
trainer = lm.Trainer(model).compile(optimizer=optim.SGD(lr=0.1, momentum=0.9), loss="cross_entropy",
                                    metrics=["accuracy"])
trainer.fit((x[:1437], y[:1437]), epochs=20, batch_size=32, verbose=0)
print(trainer.evaluate((x[1437:], y[1437:]))["accuracy"])
