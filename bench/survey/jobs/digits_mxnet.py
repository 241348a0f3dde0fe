import sys

import numpy as np
from mxnet import autograd, gluon, metric, nd
from mxnet.gluon import nn

table = np.load(sys.argv[1])
x, y = (table[:, :64] / 16).astype("float32"), table[:, 64].astype("float32")
data = gluon.data.DataLoader(gluon.data.ArrayDataset(x[:1437], y[:1437]), batch_size=32, shuffle=True)
model = nn.HybridSequential()
model.add(nn.Dense(128, activation="relu"), nn.Dense(10))
model.initialize()
model.hybridize()
loss = gluon.loss.SoftmaxCrossEntropyLoss()
trainer = gluon.Trainer(model.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9})
for epoch in range(20):
    for images, labels in data:
        with autograd.record():
            value = loss(model(images), labels)
        value.backward()
        trainer.step(len(images))
accuracy = metric.Accuracy()
accuracy.update(nd.array(y[1437:]), model(nd.array(x[1437:])))
print(accuracy.get()[1])
