import sys

import jax
import jax.numpy as jnp
import numpy as np

table = np.load(sys.argv[1])
x, y = (table[:, :64] / 16).astype("float32"), table[:, 64].astype("int32")
keys = jax.random.split(jax.random.key(0), 2)
initialise = jax.nn.initializers.he_normal()
weights = [(initialise(k, shape), jnp.zeros(shape[1])) for k, shape in zip(keys, ((64, 128), (128, 10)))]
velocity = jax.tree.map(jnp.zeros_like, weights)


def scores(weights, x):
    (w, b), (v, c) = weights
    return jax.nn.relu(x @ w + b) @ v + c


def loss(weights, x, y):
    return -jnp.take_along_axis(jax.nn.log_softmax(scores(weights, x)), y[:, None], 1).mean()


@jax.jit
def step(weights, velocity, x, y):
    gradient = jax.grad(loss)(weights, x, y)
    velocity = jax.tree.map(lambda v, g: 0.9 * v + g, velocity, gradient)
    return jax.tree.map(lambda w, v: w - 0.1 * v, weights, velocity), velocity


for epoch in range(20):
    order = np.random.permutation(1437)
    for i in range(0, 1408, 32):
        rows = order[i:i + 32]
        weights, velocity = step(weights, velocity, x[rows], y[rows])
print(float((scores(weights, x[1437:]).argmax(1) == y[1437:]).mean()))
