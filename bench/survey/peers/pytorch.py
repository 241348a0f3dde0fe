"""PyTorch, written with its functions: eager, channels-last for images, and compiled as a whole step."""

import os
import warnings

import numpy as np

from .. import images
from ..recipe import Built, Later, recipe

PACKAGES = ["torch==2.15.0", "numpy==2.4.6", "keras==3.15.1", "pillow==12.0.0"]
RECIPE = recipe("PyTorch", "3.11", PACKAGES, "torch", "pytorch")
DEVICES = ("cpu", "cuda")
PLACES = ["torch", "torch.nn", "torch.nn.functional", "torch.optim", "torch.utils.data"]
torch, F, nn = Later("torch"), Later("torch.nn.functional"), Later("torch.nn")


def variants(net, mode):
    pictures = "conv" in net.ops
    if net.name == "adds":
        return ["eager"]
    names = ["eager"] + ["channels_last"] * pictures
    slow_to_compile = pictures and mode == "train" or "layer_norm_lstm" in net.ops
    names += ["compile" + "_channels_last" * pictures] * (net.name != "digits" and not slow_to_compile)
    table_1 = net.name == "densenet121" and mode == "train"
    return names + ["channels_last from disk", "channels_last in processes"] * table_1


def lower(net, mode):
    if "conv" not in net.ops:
        return ["eager bf16"] + ["compile bf16"] * (mode == "infer")
    return ["channels_last bf16"] + ["compile_channels_last bf16"] * (mode == "infer")


def version():
    return "PyTorch " + torch.__version__.split("+")[0]


def device():
    return os.environ.get("LAMINA_SURVEY_DEVICE", "cpu")


def batch_norm(p, name, x, train):
    return F.batch_norm(x, p[name + ".running_mean"], p[name + ".running_var"], p[name + ".weight"],
                        p[name + ".bias"], training=train, momentum=0.1, eps=1e-5)


def attention(values, heads):
    split = (v.view(v.shape[0], v.shape[1], heads, -1).transpose(1, 2) for v in values)
    y = F.scaled_dot_product_attention(*split)
    return y.transpose(1, 2).reshape(values[0].shape)


def library_recurrent(op, p, name, x):
    """The library's own sequence op: torch.nn.LSTM and GRU call the same."""
    weights = [p[name + "." + k] for k in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    h = x.new_zeros(1, x.shape[0], weights[1].shape[1])
    state = (h, h) if op == "lstm" else h
    return getattr(torch, op)(x, state, weights, True, 1, 0.0, False, False, True)[0]


def layer_norm_lstm(p, name, x):
    get = lambda key: p[name + "." + key]  # noqa: E731
    norms = [(get(n + ".weight"), get(n + ".bias")) for n in ("norm", "norm_c")]
    hh = get("weight_hh")
    h = c = x.new_zeros(x.shape[0], hh.shape[1])
    steps, out = F.linear(x, get("weight_ih")).unbind(1), []
    for step in steps:
        z = F.layer_norm(step + F.linear(h, hh), (hh.shape[0],), *norms[0])
        i, f, g, o = z.chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(F.layer_norm(c, (hh.shape[1],), *norms[1]))
        out.append(h)
    return torch.stack(out, 1)


def forward(net, p, x, train):
    """The net's output, from a dict of parameters; each value is dropped after its last use."""
    values, last = {0: x}, {i: k for k, node in enumerate(net.nodes) for i in node.inputs}
    for k, (op, name, inputs, shape, a) in enumerate(net.nodes[1:], 1):
        v = [values[i] for i in inputs]
        if op == "conv":
            y = F.conv2d(v[0], p[name + ".weight"], None, a["stride"], a["padding"])
        elif op == "batch_norm":
            y = batch_norm(p, name, v[0], train)
        elif op == "relu":
            y = F.relu(v[0], inplace=last[inputs[0]] == k)
        elif op == "linear":
            y = F.linear(v[0], p[name + ".weight"], p[name + ".bias"])
        elif op == "max_pool":
            y = F.max_pool2d(v[0], a["kernel"], a["stride"], a["padding"])
        elif op == "average_pool":
            y = F.avg_pool2d(v[0], a["kernel"], a["stride"])
        elif op == "global_average":
            y = torch.flatten(F.adaptive_avg_pool2d(v[0], 1), 1)
        elif op == "concat":
            y = torch.cat(v, 1)
        elif op == "add":
            y = v[0] + v[1]
        elif op == "layer_norm":
            y = F.layer_norm(v[0], shape[-1:], p[name + ".weight"], p[name + ".bias"], a["epsilon"])
        elif op == "attention":
            y = attention(v, a["heads"])
        elif op == "embedding":
            y = F.embedding(v[0], p[name + ".weight"])
        elif op in ("lstm", "gru"):
            y = library_recurrent(op, p, name, v[0])
        elif op == "layer_norm_lstm":
            y = layer_norm_lstm(p, name, v[0])
        else:
            y = F.softmax(v[0], -1) if op == "softmax" else getattr(F, op)(v[0])  # sigmoid, gelu
        values[k] = y
        for i in inputs:
            if last[i] == k:
                values.pop(i, None)
    return y


def loss_of(net, out, y):
    if net.loss == "sigmoid":
        return F.binary_cross_entropy_with_logits(out, y)
    if net.loss == "squares":
        return F.mse_loss(out, y)
    return F.cross_entropy(out.reshape(-1, out.shape[-1]), y.reshape(-1))


def optimizer_of(net, parameters):
    kind, options = net.optimizer
    if kind == "adam":
        return torch.optim.Adam(parameters, **options)
    return torch.optim.SGD(parameters, **options)


def build(net, mode, variant, threads, share=None):
    """share: a recipe.Share of a training that is spread over processes."""
    warnings.filterwarnings("ignore")
    torch.set_num_threads(threads)
    layout = torch.channels_last if "channels_last" in variant else torch.contiguous_format
    train = mode == "train"

    def native(array):
        t = torch.from_numpy(array).to(device())
        return t.contiguous(memory_format=layout) if t.dim() == 4 else t

    p = {name: native(w) for name, w in net.weights().items()}
    if share:
        from . import pytorch_processes

        run = pytorch_processes.training(net, p, share) if share.port else \
            pytorch_processes.in_turn(net, p, share.count)
    else:
        run = training(net, p, variant) if train else inference(net, p, variant)
    if device() == "cuda":
        run = finished(run)
    return Built(lambda *arrays: tuple(native(a) for a in arrays), run, lambda out: out.cpu().numpy())


def finished(run):
    def call(*inputs):
        out = run(*inputs)
        torch.cuda.synchronize()
        return out
    return call


def inference(net, p, variant):
    f = lambda x: forward(net, p, x, False)  # noqa: E731
    short = lambda: torch.autocast("cpu", torch.bfloat16, enabled="bf16" in variant)  # noqa: E731
    if variant.startswith("compile"):
        from torch._inductor import config

        config.freezing = True
        f = torch.compile(f)
    mode = torch.no_grad if variant.startswith("compile") else torch.inference_mode

    def run(x):
        with mode(), short():
            return f(x).float()
    return run


def training(net, p, variant):
    trained = [t.requires_grad_() for name, t in p.items() if "running" not in name]
    optimizer = optimizer_of(net, trained)

    def f(x, y):
        with torch.autocast("cpu", torch.bfloat16, enabled="bf16" in variant):
            return loss_of(net, forward(net, p, x, True), y)
    if variant.startswith("compile"):
        f = torch.compile(f)

    def run(x, y):
        optimizer.zero_grad(set_to_none=True)
        loss = f(x, y)
        loss.backward()
        if net.clip:
            nn.utils.clip_grad_norm_(trained, net.clip)
        optimizer.step()
        return loss.detach()
    return run


def batches(batch, threads):
    """Endless, by a DataLoader with a process for each thread of the work."""
    from PIL import Image

    class Pictures(torch.utils.data.Dataset):
        names, labels = images.files(), images.labels()

        def __len__(self):
            return len(self.names)

        def __getitem__(self, i):
            picture = np.asarray(Image.open(self.names[i]).convert("RGB"))
            return images.augment(picture, np.random), self.labels[i]

    loader = torch.utils.data.DataLoader(Pictures(), batch, shuffle=True, drop_last=True, num_workers=threads,
                                         persistent_workers=True)
    while True:
        for x, y in loader:
            yield x.numpy(), y.numpy()


def adds(gradient, count):
    x, variable = torch.ones(10), torch.ones(10, requires_grad=gradient)

    def call():
        y = variable
        for _ in range(count):
            y = y + x
        if gradient:
            variable.grad = None
            y.sum().backward()
            return variable.grad[0].item()
        return y[0].item()
    return call
