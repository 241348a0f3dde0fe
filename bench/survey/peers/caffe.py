"""Caffe 1.0, the package kendryte-caffe: a net from text, its solver for training.

In this package batch normalisation forgets its statistics while it trains (its output is x / sqrt(epsilon)), so nets
that have it are run forward only.
"""

import os
import shutil
import tempfile

import numpy as np

from .. import caffe_net
from ..recipe import Built, Later, recipe

RECIPE = recipe("Caffe", "3.8", ["numpy==1.23.5", "protobuf==3.20.3", "kendryte-caffe==1.0.0.20210829"], "caffe",
                "caffe", {"GLOG_minloglevel": "3"})
PLACES = ["caffe", "caffe.io"]
caffe = Later("caffe")
SOLVER = """net: "%s" type: "%s" base_lr: %g lr_policy: "fixed" momentum: %g momentum2: 0.999 delta: 1e-8
weight_decay: 0 display: 0 max_iter: 1000000000 snapshot_after_train: false solver_mode: CPU
"""


def variants(net, mode):
    cannot_train = net.loss not in caffe_net.LOSSES or "batch_norm" in net.ops
    if not net.ops <= caffe_net.OPS or mode == "train" and cannot_train or net.name in ("adds", "digits"):
        return []
    return [""]


def why_not(net, mode):
    if mode == "train" and "batch_norm" in net.ops:
        return "this package of it forgets the statistics of batch norms while it trains"
    return None


def version():
    return "Caffe " + caffe.__version__


class Holder(object):
    """Makes the net when the batch is known."""

    def __init__(self, net, train):
        self.net, self.train, self.native, self.solver = net, train, None, None
        self.folder = tempfile.mkdtemp()

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def make(self, batch):
        caffe.set_mode_cpu()
        files = caffe_net.Files(self.net, batch, self.train, "round_mode: FLOOR")
        text = self.file("net.prototxt", files.prototxt().encode())
        weights = self.file("net.caffemodel", files.caffemodel())
        if self.train:
            kind, options = self.net.optimizer
            settings = SOLVER % (text, {"adam": "Adam", "sgd": "SGD"}[kind], options["lr"],
                                 options.get("momentum", 0.9))
            self.solver = caffe.get_solver(self.file("solver.prototxt", settings.encode()))
            self.native = self.solver.net
            self.native.copy_from(weights)
        else:
            self.native = caffe.Net(text, caffe.TEST, weights=weights)
        shutil.rmtree(self.folder)

    def put(self, x, y=None):
        if self.native is None:
            self.make(len(x))
        self.native.blobs["data"].data[...] = x
        if y is not None:
            self.native.blobs["label"].data[...] = y
        return ()

    def infer(self):
        return next(iter(self.native.forward().values()))

    def step(self):
        self.solver.step(1)
        return float(self.native.blobs["loss"].data)


def build(net, mode, variant, threads):
    holder = Holder(net, mode == "train")
    return Built(holder.put, holder.step if mode == "train" else holder.infer, np.array)
