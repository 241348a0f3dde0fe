"""TensorFlow through Keras: fully connected nets, with train_on_batch and fit, or a tf.function in inference."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402
import problem  # noqa: E402
import worker  # noqa: E402

os.environ["KERAS_BACKEND"] = "tensorflow"
import tensorflow as tf  # noqa: E402
import keras  # noqa: E402


def make(work):
    """The same net from the same weights: those of a Dense layer are transposed."""
    sizes = problem.DENSE[work.net]
    activation = "relu" if work.net == "digits" else "sigmoid"
    layers = [keras.layers.Dense(n, activation=activation) for n in sizes[1:-1]] + [keras.layers.Dense(sizes[-1])]
    if work.mode == "infer":
        layers.append(keras.layers.Softmax())
    model = keras.Sequential([keras.Input((sizes[0],))] + layers)
    model.set_weights([np.ascontiguousarray(problem.weight("%d.%s" % (2 * i, name), shape).T)
                       for i, (a, b) in enumerate(zip(sizes, sizes[1:]))
                       for name, shape in (("weight", (b, a)), ("bias", (b,)))])
    return model


def trained(work, rate):
    model = make(work)
    model.compile(keras.optimizers.SGD(rate, momentum=problem.momentum(work)),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
    return model


def build(work, variant, threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    version = "TensorFlow " + tf.__version__
    if work.net == "digits":
        x, y, _ = problem.digits()

        def call():
            history = trained(work, 0.1).fit(x, y, batch_size=problem.DIGITS_BATCH, epochs=problem.EPOCHS, verbose=0)
            return history.history["loss"][-1]
        return worker.Built(call, version, None)
    x, y = problem.data(work)
    if work.mode == "train":
        model = trained(work, 0.01)

        def call():
            # train_on_batch gives the mean since the last reset
            model.reset_metrics()
            return model.train_on_batch(x, y)
        return worker.Built(call, version, None)
    model, x = make(work), tf.constant(x)
    function = tf.function(lambda x: model(x, training=False), jit_compile=False)
    return worker.Built(lambda: function(x).numpy(), version, None)


if __name__ == "__main__":
    worker.run(build)
