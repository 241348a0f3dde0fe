"""The systems that are measured, a file each, in the order in which tables and rounds name them."""

import importlib

# Name on the command line: the file's name with '-' for '_'.
NAMES = ["lamina", "pytorch", "tensorflow", "keras-tensorflow", "keras-jax", "keras-torch", "jax", "onnxruntime",
         "openvino", "mxnet", "chainer", "cntk", "theano", "lasagne", "caffe", "opencv"]

# Of the survey's systems those that no package registry has; they get a row that says so.
ABSENT = {
    "torch7": ("Torch7", "its packages were never on PyPI, and Debian 12 has no lua-torch"),
    "leaf": ("Leaf", "a Rust crate that ended in 2016; no registry used here carries it"),
    "neon": ("neon", "nervananeon needs a build of its own from a repository that is archived"),
    "deeplearning4j": ("Deeplearning4j", "a Java library of Maven's registry, which is not used here"),
}


def load(name):
    return importlib.import_module("." + name.replace("-", "_"), __name__)


NO_FORM = "no form of this work is written here"
NO_PROCESSES = "no form on several processes or devices is written here"


def why_not(name, net, mode):
    """What keeps a peer that has no form of this work from it."""
    return getattr(load(name), "why_not", lambda net, mode: None)(net, mode) or NO_FORM


def forms(name, net, mode, table):
    """The names of the peer's forms of this work: in float32, and in table "lower" in 16 and 8 bits as well."""
    peer = load(name)
    names = peer.variants(net, mode)
    if table != "lower":
        return names
    one_process = [form for form in names if not form.endswith(("from disk", "in processes", "on devices"))]
    return one_process + getattr(peer, "lower", lambda net, mode: [])(net, mode)


def left_out(name, net, mode, table):
    """Pairs of a form that a reader looks for, since others have it, and why this peer lacks it."""
    alone = not any(form.endswith(("in processes", "on devices")) for form in load(name).variants(net, mode))
    table_1 = table in (None, "1") and net.name == "densenet121" and mode == "train"
    return [("in processes", NO_PROCESSES)] if table_1 and alone else []


def title(name):
    if name in ABSENT:
        return ABSENT[name][0]
    module = load(name)
    return module.RECIPE.title if hasattr(module, "RECIPE") else module.TITLE
