import sys

import cntk as C
import numpy as np

table = np.load(sys.argv[1])
x, y = (table[:, :64] / 16).astype("float32"), np.eye(10, dtype="float32")[table[:, 64].astype("int64")]
images, labels = C.input_variable(64), C.input_variable(10)
model = C.layers.Sequential([C.layers.Dense(128, C.relu), C.layers.Dense(10)])(images)
learner = C.momentum_sgd(model.parameters, C.learning_parameter_schedule(0.1, 32), C.momentum_schedule(0.9, 32),
                         unit_gain=False)
trainer = C.Trainer(model, C.cross_entropy_with_softmax(model, labels), [learner])
for epoch in range(20):
    order = np.random.permutation(1437)
    for i in range(0, 1437, 32):
        rows = order[i:i + 32]
        trainer.train_minibatch({images: x[rows], labels: y[rows]})
print((model.eval({images: x[1437:]}).argmax(1) == y[1437:].argmax(1)).mean())
