"""Lamina: its models and its plain loop, nothing else."""

import os

import numpy as np

from .. import images
from ..recipe import Built, Later

TITLE = "Lamina"
PLACES = ["lamina", "lamina.nn", "lamina.optim", "lamina.train", "lamina.data", "*lamina.models"]
lm, models, nn, optim = (Later("lamina" + part) for part in ("", ".models", ".nn", ".optim"))
RECURRENT = {"lstm": "LSTM", "gru": "GRU", "layer_norm_lstm": "RNN"}


def variants(net, mode):
    if net.name == "densenet121" and mode == "train":
        return ["", "from disk", "in processes"]
    return {"digits": ["loop", "fit"]}.get(net.name, [""])


def lower(net, mode):
    return ["bf16"] + ["int8"] * (net.name == "resnet50" and mode == "infer")


def version():
    return "Lamina " + lm.__version__


def missing(net):
    """The names that the net needs and this Lamina does not have yet."""
    return sorted("nn." + RECURRENT[op] for op in net.ops if op in RECURRENT and not hasattr(lm.nn, RECURRENT[op]))


def model_of(net):
    if net.name == "resnet50":
        return models.resnet50()
    if net.name.startswith("densenet121"):
        small = net.name == "densenet121_cifar"
        return models.densenet121(net.nodes[-1].shape[0], small_images=small)
    if net.name == "minilm":
        first = net.nodes[1].shape
        layers = sum(node.op == "attention" for node in net.nodes)
        return models.BertEncoder(first[-1], layers, 12, 4 * first[-1], dropout=0)
    if net.ops & set(RECURRENT):
        from .lamina_recurrent import Recurrent

        return Recurrent(net)
    activation = "relu" if net.name == "digits" else "sigmoid"
    return models.MLP([net.nodes[0].shape[0]] + [n.shape[0] for n in net.nodes if n.op == "linear"], activation)


def make(net):
    """A model of lamina.models with the survey's weights. What the cut ResNet leaves out stays as it was."""
    model, weights = model_of(net), net.weights()
    state = dict(model.state_dict())
    if net.ops & set(RECURRENT):
        from .lamina_recurrent import library_names

        weights = library_names(state, weights)
    state.update({name: lm.array(value) for name, value in weights.items()})
    model.load_state_dict(state)
    return model


def forward_of(net, model, mode):
    if mode == "features":
        return lambda x: features(model, x)
    if net.nodes[-1].op == "softmax":
        return lambda x: lm.softmax(model(x), axis=-1)
    return model


def features(model, x):
    """ResNet's forward without its last layer."""
    x = lm.max_pool2d(lm.relu(model.bn1(model.conv1(x))), 3, stride=2, padding=1)
    for stage in (model.layer1, model.layer2, model.layer3, model.layer4):
        x = stage(x)
    return lm.mean(x, axis=(2, 3))


def loss_of(net, out, y):
    if net.loss == "sigmoid":
        return nn.binary_cross_entropy_with_logits(out, y)
    if net.loss == "squares":
        return nn.mse_loss(out, y)
    return nn.cross_entropy(lm.reshape(out, (-1, out.shape[-1])), lm.reshape(y, (-1,))) if out.ndim > 2 else \
        nn.cross_entropy(out, y)


def optimizer_of(net, *parameters):
    kind, options = net.optimizer
    return {"sgd": optim.SGD, "adam": optim.Adam}[kind](*parameters, **options)


def build(net, mode, variant, threads, share=None):
    absent = missing(net)
    if absent:
        raise NotImplementedError("not yet: this version has no " + ", ".join(absent))
    lm.set_num_threads(threads)
    model = make(net)
    if share:
        from . import lamina_processes

        run = lamina_processes.training(net, model, share) if share.port else \
            lamina_processes.in_turn(net, model, share.count)
    else:
        products = "bf16" if variant == "bf16" else "float32"
        run = training(net, model, products) if mode == "train" else inference(net, model, mode, variant)
    put = lambda *arrays: tuple(a if isinstance(a, lm.Array) else lm.array(a) for a in arrays)  # noqa: E731
    return Built(put, run, lambda out: out.numpy())


def inference(net, model, mode, variant):
    model.eval()
    forward = forward_of(net, model, mode)
    products = "bf16" if variant == "bf16" else "float32"
    integers = []

    def run(x):
        if variant == "int8" and not integers:
            integers.append(lm.quantize(model, x)[0])
        with lm.no_grad(), lm.precision(products):
            out = integers[0](x) if integers else forward(x)
            out = lm.astype(out, lm.float32)
        lm.eval(out)
        return out
    return run


def training(net, model, products):
    optimizer = optimizer_of(net, model.parameters())

    def run(x, y):
        with lm.precision(products):
            loss = loss_of(net, model(x), y)
        loss.backward()
        if net.clip:
            optim.clip_grad_norm(model.parameters(), net.clip)
        optimizer.step()
        return loss.item()
    return run


def fit(net, x, y, epochs, batch, threads):
    """The whole training by Trainer.fit."""
    lm.set_num_threads(threads)

    def call():
        trainer = lm.Trainer(make(net)).compile(optimizer=optimizer_of(net), loss="cross_entropy")
        history = trainer.fit((x, y), epochs=epochs, batch_size=batch, verbose=0)
        return history.history["loss"][-1]
    return call


def batches(batch, threads):
    """Endless, by the library's own folder of images and loader."""
    if not hasattr(lm.data, "ImageFolder"):
        raise NotImplementedError("not yet: this version has no data.ImageFolder")
    from lamina import data

    folder, labels, order = images.files(), images.labels(), np.random.RandomState(0)
    steps = [data.RandomCrop(images.CROP), data.RandomHorizontalFlip(), data.ToFloat(),
             data.Normalize(images.MEAN, images.DEVIATION)]
    pictures = data.ImageFolder(os.path.dirname(os.path.dirname(folder[0])), transforms=steps)
    loader = data.DataLoader(pictures, batch_size=batch, shuffle=True, seed=0, drop_last=True)
    while True:
        for x, _ in loader:
            yield x, lm.array(labels[order.randint(len(labels), size=batch)])


def adds(gradient, count):
    x, variable = lm.ones(10), nn.Parameter(lm.ones(10))

    def call():
        y = variable if gradient else x
        for _ in range(count):
            y = y + x
        if not gradient:
            return y[0].item()
        variable.grad = None
        y.sum().backward()
        return variable.grad[0].item()
    return call


def profile(call):
    with lm.profile() as p:
        call()
    return str(p)
