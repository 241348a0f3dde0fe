"""A net as Caffe's two files: the layers as text (.prototxt), the weights in protobuf's wire format (.caffemodel)."""

import struct

KINDS = {"relu": "ReLU", "sigmoid": "Sigmoid", "softmax": "Softmax", "add": "Eltwise", "concat": "Concat"}
LOSSES = {"softmax": "SoftmaxWithLoss", "sigmoid": "SigmoidCrossEntropyLoss"}
OPS = {"input", "conv", "batch_norm", "relu", "sigmoid", "softmax", "max_pool", "average_pool", "global_average",
       "concat", "add", "linear"}


class Files(object):
    """floor: what the reader calls rounding down in pooling."""

    def __init__(self, net, batch, train, floor):
        self.net, self.batch, self.train, self.floor = net, batch, train, floor
        self.text, self.blobs, self.tops = [], [], ["data"]
        self.text.append('name: "%s"' % net.name)
        self.input("data", (batch,) + net.nodes[0].shape)
        for i, node in enumerate(net.nodes[1:], 1):
            self.tops.append(self.node(i, node, [self.tops[k] for k in node.inputs]))
        if train:
            self.input("label", (batch,) if net.loss == "softmax" else (batch,) + net.nodes[-1].shape)
            self.layer("loss", LOSSES[net.loss], [self.tops[-1], "label"], "loss_param { normalization: FULL }")

    def input(self, name, shape):
        dims = " ".join("dim: %d" % n for n in shape)
        self.text.append('layer { name: "%s" type: "Input" top: "%s" input_param { shape { %s } } }'
                         % (name, name, dims))

    def layer(self, name, kind, bottoms, settings="", blobs=()):
        below = " ".join('bottom: "%s"' % b for b in bottoms)
        self.text.append('layer { name: "%s" type: "%s" %s top: "%s" %s }' % (name, kind, below, name, settings))
        if blobs:
            self.blobs.append((name, kind, blobs))
        return name

    def weight(self, node, kind):
        return self.net.weights_of(node.name + "." + kind)

    def node(self, i, node, v):
        op, a = node.op, node.attributes
        name = "%s%d" % (op, i)
        if op == "conv":
            settings = "convolution_param { num_output: %d kernel_size: %d stride: %d pad: %d bias_term: false }"
            return self.layer(name, "Convolution", v, settings % (
                node.shape[0], a["kernel"], a["stride"], a["padding"]), [self.weight(node, "weight")])
        if op == "batch_norm":
            return self.batch_norm(name, node, v)
        if op == "linear":
            return self.layer(name, "InnerProduct", v, "inner_product_param { num_output: %d }" % node.shape[0],
                              [self.weight(node, "weight"), self.weight(node, "bias")])
        if op in ("max_pool", "average_pool"):
            settings = "pooling_param { pool: %s kernel_size: %d stride: %d pad: %d %s }"
            return self.layer(name, "Pooling", v, settings % (
                "MAX" if op == "max_pool" else "AVE", a["kernel"], a["stride"], a["padding"], self.floor))
        if op == "global_average":
            pooled = self.layer(name, "Pooling", v, "pooling_param { pool: AVE global_pooling: true }")
            return self.layer(name + "_flat", "Flatten", [pooled])
        return self.layer(name, KINDS[op], v)

    def batch_norm(self, name, node, v):
        import numpy as np

        moments = [self.weight(node, "running_mean"), self.weight(node, "running_var"), np.ones(1, np.float32)]
        settings = "batch_norm_param { %s eps: 1e-5 }"
        normal = self.layer(name, "BatchNorm", v, settings % ("" if self.train else "use_global_stats: true"), moments)
        return self.layer(name + "_scale", "Scale", [normal], "scale_param { bias_term: true }",
                          [self.weight(node, "weight"), self.weight(node, "bias")])

    def prototxt(self):
        return "\n".join(self.text) + "\n"

    def caffemodel(self):
        """NetParameter { layer = 100 { name = 1, type = 2, blobs = 7 { shape = 7 { dim = 1 }, data = 5 } } }"""
        out = []
        for name, kind, blobs in self.blobs:
            parts = field(1, name.encode()) + field(2, kind.encode())
            for blob in blobs:
                dims = b"".join(varint(n) for n in blob.shape)
                parts += field(7, field(7, field(1, dims)) + field(5, blob.astype("<f4").tobytes()))
            out.append(field(100, parts))
        return b"".join(out)


def varint(n):
    out = b""
    while n > 127:
        out += struct.pack("B", n & 127 | 128)
        n >>= 7
    return out + struct.pack("B", n)


def field(number, content):
    """One of wire type 2: a length and that many bytes."""
    return varint(number << 3 | 2) + varint(len(content)) + content
