import sys

import keras
import numpy as np

table = np.load(sys.argv[1])
x, y = (table[:, :64] / 16).astype("float32"), table[:, 64].astype("int64")
model = keras.Sequential([keras.layers.Dense(128, activation="relu"), keras.layers.Dense(10)])
model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9),
              loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.fit(x[:1437], y[:1437], epochs=20, batch_size=32, verbose=0)
print(model.evaluate(x[1437:], y[1437:], verbose=0)[1])
