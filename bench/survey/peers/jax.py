"""JAX by hand, NHWC, one jitted function a step; recurrent layers are one scan over products made beforehand.

"on devices": the processor counts as a device for each thread, the batch is spread over them, parameters are copied
to each; the compiler finds what they must exchange.
"""

import os

import numpy as np

from ..recipe import Built, Later, recipe

RECIPE = recipe("JAX", "3.11", ["jax[cpu]==0.10.2", "keras==3.15.1"], "jax", "jax")
PLACES = ["jax", "jax.numpy", "jax.lax", "jax.nn"]
jax, J, lax, special = Later("jax"), Later("jax.numpy"), Later("jax.lax"), Later("jax.nn")


def variants(net, mode):
    table_1 = net.name == "densenet121" and mode == "train"
    return ["eager"] if net.name == "adds" else ["jit"] + ["jit on devices"] * table_1


def version():
    return "JAX " + jax.__version__


def limit_threads(threads, devices=1):
    """Before the first import of jax."""
    if devices > 1:
        os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=%d" % devices
    flags = " --xla_cpu_multi_thread_eigen=%s intra_op_parallelism_threads=%d"
    os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + flags % ("true" if threads > 1 else "false", threads)


def batch_norm(p, name, x, train, moved):
    mean, variance = p[name + ".running_mean"], p[name + ".running_var"]
    if train:
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        moved[name + ".running_mean"] = 0.9 * p[name + ".running_mean"] + 0.1 * mean
        moved[name + ".running_var"] = 0.9 * p[name + ".running_var"] + 0.1 * variance
    return (x - mean) * (p[name + ".weight"] * lax.rsqrt(variance + 1e-5)) + p[name + ".bias"]


def layer_norm(x, weight, bias, epsilon):
    x = x - x.mean(-1, keepdims=True)
    return x * lax.rsqrt((x * x).mean(-1, keepdims=True) + epsilon) * weight + bias


def attention(q, k, v, heads):
    split = lambda x: x.reshape(x.shape[0], x.shape[1], heads, -1)  # noqa: E731
    q, k, v = split(q), split(k), split(v)
    w = special.softmax(J.einsum("bqnd,bknd->bnqk", q, k) * q.shape[-1] ** -0.5)
    return J.einsum("bnqk,bknd->bqnd", w, v).reshape(v.shape[0], v.shape[1], -1)


def pool(x, a, start, combine):
    kernel, stride, pad = a["kernel"], a["stride"], a["padding"]
    return lax.reduce_window(x, start, combine, (1, kernel, kernel, 1), (1, stride, stride, 1),
                             ((0, 0), (pad, pad), (pad, pad), (0, 0)))


def recurrent(op, p, name, x):
    get = lambda key: p[name + "." + key]  # noqa: E731
    hh, sigmoid = get("weight_hh"), special.sigmoid
    steps = J.swapaxes(x @ get("weight_ih") + (0 if op == "layer_norm_lstm" else get("bias_ih")), 0, 1)
    start = J.zeros((x.shape[0], hh.shape[0]))

    def lstm(state, step):
        h, c = state
        z = step + h @ hh
        if op == "lstm":
            z = z + get("bias_hh")
        else:
            z = layer_norm(z, get("norm.weight"), get("norm.bias"), 1e-5)
        i, f, g, o = J.split(z, 4, 1)
        c = sigmoid(f) * c + sigmoid(i) * J.tanh(g)
        out = c if op == "lstm" else layer_norm(c, get("norm_c.weight"), get("norm_c.bias"), 1e-5)
        h = sigmoid(o) * J.tanh(out)
        return (h, c), h

    def gru(h, step):
        r, z, n = J.split(step, 3, 1)
        hr, hz, hn = J.split(h @ hh + get("bias_hh"), 3, 1)
        z = sigmoid(z + hz)
        h = (1 - z) * J.tanh(n + sigmoid(r + hr) * hn) + z * h
        return h, h

    out = lax.scan(gru, start, steps)[1] if op == "gru" else lax.scan(lstm, (start, start), steps)[1]
    return J.swapaxes(out, 0, 1)


def forward(net, p, x, train):
    """The output, and the new running statistics."""
    values, moved = [x], {}
    for op, name, inputs, shape, a in net.nodes[1:]:
        v = [values[i] for i in inputs]
        if op == "conv":
            y = lax.conv_general_dilated(v[0], p[name + ".weight"], (a["stride"],) * 2, [(a["padding"],) * 2] * 2,
                                         dimension_numbers=("NHWC", "HWIO", "NHWC"))
        elif op == "batch_norm":
            y = batch_norm(p, name, v[0], train, moved)
        elif op == "relu":
            y = J.maximum(v[0], 0)
        elif op == "linear":
            y = v[0] @ p[name + ".weight"] + p[name + ".bias"]
        elif op == "max_pool":
            y = pool(v[0], a, -np.inf, lax.max)
        elif op == "average_pool":
            y = pool(v[0], a, 0.0, lax.add) / a["kernel"] ** 2
        elif op == "global_average":
            y = v[0].mean((1, 2))
        elif op == "concat":
            y = J.concatenate(v, -1)
        elif op == "add":
            y = v[0] + v[1]
        elif op == "layer_norm":
            y = layer_norm(v[0], p[name + ".weight"], p[name + ".bias"], a["epsilon"])
        elif op == "attention":
            y = attention(v[0], v[1], v[2], a["heads"])
        elif op == "gelu":
            y = special.gelu(v[0], approximate=False)
        elif op == "embedding":
            y = p[name + ".weight"][v[0]]
        elif op in ("lstm", "gru", "layer_norm_lstm"):
            y = recurrent(op, p, name, v[0])
        else:
            y = getattr(special, op)(v[0])  # sigmoid, softmax
        values.append(y)
    return values[-1], moved


def loss_of(net, out, y):
    if net.loss == "sigmoid":
        return (J.maximum(out, 0) - out * y + J.log1p(J.exp(-J.abs(out)))).mean()
    if net.loss == "squares":
        return ((out - y) ** 2).mean()
    return -J.take_along_axis(special.log_softmax(out), y[..., None], -1).mean()


def update(net, p, state, g):
    """New parameters and optimizer state."""
    kind, options = net.optimizer
    each = jax.tree.map
    if net.clip:
        norm = J.sqrt(sum((v * v).sum() for v in jax.tree.leaves(g)))
        g = each(lambda v: v * J.minimum(1.0, net.clip / (norm + 1e-6)), g)
    if kind == "adam":
        t, m, s = state
        t = t + 1
        m = each(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        s = each(lambda s, g: 0.999 * s + 0.001 * g * g, s, g)
        move = lambda p, m, s: p - options["lr"] * (m / (1 - 0.9 ** t)) / (  # noqa: E731
            J.sqrt(s / (1 - 0.999 ** t)) + 1e-8)
        return each(move, p, m, s), (t, m, s)
    if options["momentum"]:
        g = state = each(lambda v, g: options["momentum"] * v + g, state, g)
    return each(lambda p, g: p - options["lr"] * g, p, g), state


def native_weight(w):
    if w.ndim == 4:
        w = w.transpose(2, 3, 1, 0)
    return J.asarray(w)


def put(*arrays):
    return tuple(J.asarray(a.transpose(0, 2, 3, 1) if a.ndim == 4 else a) for a in arrays)


def build(net, mode, variant, threads):
    spread = variant.endswith("on devices")
    limit_threads(threads, threads if spread else 1)
    turned = lambda name, w: w.T if w.ndim == 2 and "embedding" not in name else w  # noqa: E731
    p = {name: native_weight(turned(name, w)) for name, w in net.weights().items()}
    if mode != "train":
        f = jax.jit(lambda p, x: forward(net, p, x, False)[0])
        return Built(put, lambda x: f(p, x).block_until_ready(), np.asarray)
    return spread_over(jax.devices(), training(net, p)) if spread else training(net, p)


def spread_over(devices, built):
    """Only where the batch lies is said: the step keeps to it, and so do its results."""
    if len(devices) < 2:
        raise ValueError("several devices take 2 threads at least")
    mesh = jax.sharding.Mesh(np.array(devices), ("batch",))
    place = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("batch"))
    return built._replace(put=lambda *arrays: tuple(jax.device_put(a, place) for a in put(*arrays)))


def training(net, p):
    still = {k: v for k, v in p.items() if "running" in k}
    moving = {k: v for k, v in p.items() if "running" not in k}
    zeros = lambda: jax.tree.map(J.zeros_like, moving)  # noqa: E731
    kind, options = net.optimizer
    state = (J.zeros(()), zeros(), zeros()) if kind == "adam" else zeros() if options["momentum"] else 0

    def step(moving, still, state, x, y):
        def objective(moving):
            out, moved = forward(net, {**moving, **still}, x, True)
            return loss_of(net, out, y), moved
        (loss, moved), g = jax.value_and_grad(objective, has_aux=True)(moving)
        return update(net, moving, state, g) + ({**still, **moved}, loss)

    compiled = jax.jit(step, donate_argnums=(0, 1, 2))
    held = [moving, still, state]

    def run(x, y):
        held[0], held[2], held[1], loss = compiled(held[0], held[1], held[2], x, y)
        jax.block_until_ready(held)
        return loss
    return Built(put, run, None)


def adds(gradient, count):
    x = J.ones(10)

    def chain(y):
        for _ in range(count):
            y = y + x
        return y
    if gradient:
        slope = jax.grad(lambda y: chain(y).sum())
        return lambda: float(slope(x)[0])
    return lambda: float(chain(x)[0])
