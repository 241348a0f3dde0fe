"""MXNet 1.9.1 (Gluon), hybridized with static memory; for inference also fused for oneDNN."""

import warnings

import numpy as np

from .. import images
from ..recipe import Built, Later, recipe

RECIPE = recipe("MXNet", "3.8", ["numpy==1.23.5", "mxnet==1.9.1"], "mxnet", "mxnet")
PLACES = ["mxnet.gluon.nn", "mxnet.gluon.rnn", "mxnet.gluon.loss", "mxnet.ndarray", "*mxnet.gluon.model_zoo.vision"]
OPS = {"input", "conv", "batch_norm", "relu", "sigmoid", "softmax", "max_pool", "average_pool", "global_average",
       "concat", "add", "linear", "embedding", "lstm", "gru"}
mx, gluon, nd, nn = Later("mxnet"), Later("mxnet.gluon"), Later("mxnet.ndarray"), Later("mxnet.gluon.nn")


def variants(net, mode):
    if net.name == "adds":
        return ["eager"]
    if not net.ops <= OPS:
        return []
    on_disk = net.name == "densenet121" and mode == "train"
    return ["hybridized"] + ["fused"] * (mode != "train" and "conv" in net.ops) + ["hybridized from disk"] * on_disk


def version():
    return "MXNet " + mx.__version__


def layer_of(net, node):
    op, name, inputs, shape, a = node
    size = net.shape(inputs[0])[-1] if inputs else 0
    if op == "conv":
        return nn.Conv2D(shape[0], a["kernel"], a["stride"], a["padding"], use_bias=False,
                         in_channels=net.shape(inputs[0])[0])
    if op == "batch_norm":
        return nn.BatchNorm(in_channels=shape[0], epsilon=1e-5, momentum=0.9)
    if op == "linear":
        return nn.Dense(shape[-1], in_units=size, flatten=False)
    if op == "max_pool":
        return nn.MaxPool2D(a["kernel"], a["stride"], a["padding"])
    if op == "average_pool":
        return nn.AvgPool2D(a["kernel"], a["stride"])
    if op == "embedding":
        return nn.Embedding(*net.parameters[name + ".weight"])
    if op in ("lstm", "gru"):
        kind = gluon.rnn.LSTM if op == "lstm" else gluon.rnn.GRU
        return kind(a["size"], layout="NTC", input_size=size)
    return None


def block_class():
    class Block(gluon.HybridBlock):
        def __init__(self, net):
            super().__init__()
            self.net = net
            for i, node in enumerate(net.nodes):
                layer = layer_of(net, node)
                if layer is not None:
                    setattr(self, "n%d" % i, layer)

        def hybrid_forward(self, F, x):
            values = [x]
            for i, (op, _, inputs, _, _) in enumerate(self.net.nodes[1:], 1):
                v = [values[k] for k in inputs]
                if op == "add":
                    y = v[0] + v[1]
                elif op == "concat":
                    y = F.concat(*v, dim=1)
                elif op == "global_average":
                    y = F.flatten(F.Pooling(v[0], global_pool=True, pool_type="avg"))
                elif op in ("relu", "sigmoid"):
                    y = F.Activation(v[0], act_type=op)
                elif op == "softmax":
                    y = F.softmax(v[0])
                else:
                    y = getattr(self, "n%d" % i)(v[0])
                values.append(y)
            return values[-1]
    return Block


def own_name(op, key):
    """What Gluon calls a parameter of a layer."""
    if op == "batch_norm":
        return {"weight": "gamma", "bias": "beta"}.get(key, key)
    if op in ("lstm", "gru"):
        kind, side = key.split("_")
        return "l0_%s_%s" % ("i2h" if side == "ih" else "h2h", kind)
    return key


def load(net, block):
    for i, node in enumerate(net.nodes):
        for full in net.parameters:
            if full.startswith(node.name + "."):
                key = own_name(node.op, full[len(node.name) + 1:])
                getattr(getattr(block, "n%d" % i), key).set_data(nd.array(net.weights_of(full)))


def loss_of(net):
    if net.loss == "sigmoid":
        return gluon.loss.SigmoidBinaryCrossEntropyLoss()
    if net.loss == "squares":
        return gluon.loss.L2Loss(weight=2.0)  # Gluon's is half of the square
    return gluon.loss.SoftmaxCrossEntropyLoss()


def native(array):
    return nd.array(array, dtype="float32")


def build(net, mode, variant, threads):
    warnings.filterwarnings("ignore")
    block = block_class()(net)
    block.initialize()
    load(net, block)
    block.hybridize(static_alloc=True, static_shape=True)
    put = lambda *arrays: tuple(native(a) for a in arrays)  # noqa: E731
    if mode == "train":
        return Built(put, training(net, block), None)
    done = []

    def run(x):
        if variant == "fused" and not done:
            block(x).wait_to_read()
            block.optimize_for(x, backend="MKLDNN", static_alloc=True, static_shape=True)
            done.append(True)
        out = block(x)
        out.wait_to_read()
        return out
    return Built(put, run, lambda out: out.asnumpy())


def training(net, block):
    from mxnet import autograd

    measure = loss_of(net)
    measure.hybridize()
    kind, options = net.optimizer
    settings = {"learning_rate": options["lr"]}
    settings.update({"epsilon": 1e-8} if kind == "adam" else {"momentum": options["momentum"]})
    parameters = [p for p in block.collect_params().values() if p.grad_req != "null"]
    trainer = gluon.Trainer(block.collect_params(), kind, settings, kvstore=None)

    def run(x, y):
        with autograd.record():
            loss = measure(block(x), y)
        loss.backward()
        if net.clip:
            gluon.utils.clip_global_norm([p.grad() for p in parameters], net.clip * x.shape[0])
        trainer.step(x.shape[0])
        nd.waitall()
        return loss.mean().asscalar()
    return run


def batches(batch, threads):
    """Endless, by Gluon's DataLoader with a process for each thread of the work."""
    class Pictures(gluon.data.Dataset):
        names, labels = images.files(), images.labels()

        def __len__(self):
            return len(self.names)

        def __getitem__(self, i):
            return images.augment(mx.image.imread(self.names[i]).asnumpy(), np.random), self.labels[i]

    loader = gluon.data.DataLoader(Pictures(), batch, shuffle=True, last_batch="discard", num_workers=threads,
                                   thread_pool=True)
    while True:
        for x, y in loader:
            yield x.asnumpy(), y.asnumpy()


def adds(gradient, count):
    from mxnet import autograd

    x, variable = nd.ones(10), nd.ones(10)
    if gradient:
        variable.attach_grad()

    def chain():
        y = variable
        for _ in range(count):
            y = y + x
        return y

    def call():
        if not gradient:
            return float(chain()[0].asscalar())
        with autograd.record():
            y = chain()
        y.backward()
        return float(np.asarray(variable.grad[0].asscalar()))
    return call
