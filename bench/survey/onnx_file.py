"""A net as an ONNX model, for the systems that read such files; needs the package onnx."""

import numpy as np

TURN = {"relu": "Relu", "sigmoid": "Sigmoid", "add": "Add"}


class Writer(object):
    def __init__(self, net):
        import onnx
        from onnx import helper, numpy_helper

        self.onnx, self.helper, self.to_tensor = onnx, helper, numpy_helper.from_array
        self.net, self.weights = net, net.weights()
        self.nodes, self.constants, self.count = [], [], 0

    def constant(self, value, name=None):
        name = name or "c%d" % len(self.constants)
        self.constants.append(self.to_tensor(np.ascontiguousarray(value), name))
        return name

    def add(self, kind, inputs, **attributes):
        self.count += 1
        out = "v%d" % self.count
        self.nodes.append(self.helper.make_node(kind, inputs, [out], **attributes))
        return out

    def weight(self, name, kind):
        full = name + "." + kind
        return self.constant(self.weights[full], full)

    def linear(self, v, name, rank):
        if rank == 1:
            return self.add("Gemm", [v, self.weight(name, "weight"), self.weight(name, "bias")], transB=1)
        product = self.add("MatMul", [v, self.constant(self.weights[name + ".weight"].T)])
        return self.add("Add", [product, self.weight(name, "bias")])

    def attention(self, values, shape, heads):
        steps, size = shape
        split = self.constant(np.array([0, steps, heads, size // heads], np.int64))
        q, k, v = (self.add("Reshape", [value, split]) for value in values)
        q, v = (self.add("Transpose", [value], perm=[0, 2, 1, 3]) for value in (q, v))
        k = self.add("Transpose", [k], perm=[0, 2, 3, 1])
        scores = self.add("MatMul", [self.add("Mul", [q, self.constant(np.float32((size // heads) ** -0.5))]), k])
        mixed = self.add("MatMul", [self.add("Softmax", [scores], axis=-1), v])
        return self.add("Reshape", [self.add("Transpose", [mixed], perm=[0, 2, 1, 3]),
                                    self.constant(np.array([0, steps, size], np.int64))])

    def recurrent(self, op, v, name, size):
        """ONNX has the steps first, gates as i o f c and z r h, and both biases in one."""
        order = (0, 3, 1, 2) if op == "lstm" else (1, 0, 2)
        turn = lambda kind: np.concatenate(  # noqa: E731
            [np.split(self.weights[name + "." + kind], len(order))[i] for i in order])
        bias = np.concatenate([turn("bias_ih"), turn("bias_hh")])
        inputs = [self.add("Transpose", [v], perm=[1, 0, 2]), self.constant(turn("weight_ih")[None]),
                  self.constant(turn("weight_hh")[None]), self.constant(bias[None])]
        more = {"linear_before_reset": 1} if op == "gru" else {}
        out = self.add(op.upper(), inputs, hidden_size=size, **more)
        return self.add("Transpose", [self.add("Squeeze", [out, self.constant(np.array([1], np.int64))])],
                        perm=[1, 0, 2])

    def gelu(self, v):
        inner = self.add("Erf", [self.add("Mul", [v, self.constant(np.float32(0.5 ** 0.5))])])
        outer = self.add("Mul", [v, self.add("Add", [inner, self.constant(np.float32(1))])])
        return self.add("Mul", [outer, self.constant(np.float32(0.5))])

    def node(self, values, op, name, inputs, shape, a):
        v = [values[i] for i in inputs]
        window = {"kernel_shape": [a["kernel"]] * 2, "strides": [a["stride"]] * 2,
                  "pads": [a["padding"]] * 4} if "kernel" in a else {}
        if op == "conv":
            return self.add("Conv", [v[0], self.weight(name, "weight")], **window)
        if op in ("max_pool", "average_pool"):
            return self.add("MaxPool" if op == "max_pool" else "AveragePool", v, **window)
        if op == "batch_norm":
            kinds = ("weight", "bias", "running_mean", "running_var")
            return self.add("BatchNormalization", v + [self.weight(name, kind) for kind in kinds], epsilon=1e-5)
        if op == "global_average":
            return self.add("Flatten", [self.add("GlobalAveragePool", v)])
        if op == "concat":
            return self.add("Concat", v, axis=1)
        if op == "linear":
            return self.linear(v[0], name, len(shape))
        if op == "softmax":
            return self.add("Softmax", v, axis=-1)
        if op == "layer_norm":
            return self.add("LayerNormalization", v + [self.weight(name, k) for k in ("weight", "bias")],
                            axis=-1, epsilon=a["epsilon"])
        if op == "attention":
            return self.attention(v, shape, a["heads"])
        if op == "gelu":
            return self.gelu(v[0])
        if op in ("lstm", "gru"):
            return self.recurrent(op, v[0], name, a["size"])
        return self.add(TURN[op], v)

    def bytes(self, batch):
        values = ["x"]
        for node in self.net.nodes[1:]:
            values.append(self.node(values, *node))
        info, kind = self.helper.make_tensor_value_info, self.onnx.TensorProto.FLOAT
        shapes = [[batch] + list(node.shape) for node in (self.net.nodes[0], self.net.nodes[-1])]
        self.nodes.append(self.helper.make_node("Identity", [values[-1]], ["y"]))
        graph = self.helper.make_graph(self.nodes, self.net.name, [info("x", kind, shapes[0])],
                                       [info("y", kind, shapes[1])], self.constants)
        model = self.helper.make_model(graph, opset_imports=[self.helper.make_opsetid("", 17)])
        model.ir_version = 8
        return model.SerializeToString()


OPS = {"input", "conv", "batch_norm", "relu", "sigmoid", "gelu", "softmax", "max_pool", "average_pool",
       "global_average", "concat", "add", "linear", "layer_norm", "attention", "lstm", "gru"}


def supports(net, mode):
    return mode != "train" and net.ops <= OPS and net.name not in ("adds", "digits")
