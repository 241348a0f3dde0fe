import sys

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

table = np.load(sys.argv[1])
x, y = (table[:, :64] / 16).astype("float32"), table[:, 64].astype("int32")
train = chainer.datasets.TupleDataset(x[:1437], y[:1437])
model = L.Classifier(chainer.Sequential(L.Linear(64, 128), F.relu, L.Linear(128, 10)))
optimizer = chainer.optimizers.MomentumSGD(0.1, 0.9).setup(model)
updater = chainer.training.StandardUpdater(chainer.iterators.SerialIterator(train, 32), optimizer)
chainer.training.Trainer(updater, (20, "epoch"), out=sys.argv[2]).run()
with chainer.using_config("train", False):
    print(F.accuracy(model.predictor(x[1437:]), y[1437:]).array)
