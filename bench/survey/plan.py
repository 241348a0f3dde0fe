"""What is measured: the works of each table, at full scale and at a small one (`make bench`)."""

import os

from . import works

TABLES = {
    "1": "DenseNet-121 training",
    "2": "ResNet-50, images to features and scores",
    "3": "Fully connected nets on the processor, over threads",
    "rnn": "Recurrent nets on the processor",
    "more": "Small work and attention",
    "lower": "In 16 and 8 bits, beside float32",
}


def thread_counts(most):
    """1, 2, 4 .. and all."""
    counts, n = [], 1
    while n < most:
        counts.append(n)
        n *= 2
    return counts + [most]


def images_that_fit(gigabytes):
    """Table 1's batch: 64, or as many as the hungriest of the systems (half a gigabyte an image) can hold."""
    return next((batch for batch in (64, 32, 16, 8) if batch * 0.55 <= 0.6 * gigabytes), 4)


def memory_gigabytes():
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


def full(threads, gigabytes):
    over = thread_counts(threads)
    batch = images_that_fit(gigabytes)
    return {
        "1": ["densenet121_train_b%d_t%d" % (batch, threads), "densenet121_cifar_train_b64_t%d" % threads],
        "2": ["resnet50_%s_t%d" % (form, threads) for form in ("features_b32", "infer_b1", "infer_b16")],
        "3": ["%s_%s_b%d_t%d" % (net, mode, batch, t)
              for net, batch in (("fcn5", 1024), ("fcn5_cntk", 1024), ("wide", 64))
              for mode in ("train", "infer") for t in over],
        "rnn": ["%s_t%d" % (form, threads) for form in (
            "wordlm_train_b128", "wordlm_infer_b1", "lstm_train_b32", "lnlstm_train_b32", "gru_train_b32",
            "lstm_infer_b1", "lnlstm_infer_b1", "gru_infer_b1")],
        "more": ["%s_t%d" % (form, threads) for form in ("minilm_infer_b1", "minilm_infer_b8", "minilm_train_b8")]
        + ["digits_train_b32_t1", "adds_infer_b1_t1", "adds_train_b1_t1"],
        "lower": ["%s_t%d" % (form, threads) for form in (
            "resnet50_infer_b1", "resnet50_infer_b16", "densenet121_train_b%d" % min(batch, 16), "lstm_infer_b1",
            "minilm_infer_b8")],
    }


def small(threads, gigabytes):
    return {
        "1": ["densenet121_train_b4_t%d" % threads],
        "2": ["resnet50_features_b32_t%d" % threads, "resnet50_infer_b1_t%d" % threads],
        "3": ["fcn5_train_b1024_t%d" % t for t in sorted({1, threads})]
        + ["fcn5_infer_b1024_t%d" % threads, "fcn5_cntk_train_b1024_t%d" % threads,
           "wide_train_b64_t%d" % threads],
        "rnn": ["%s_t%d" % (form, threads) for form in ("lstm_train_b32", "lnlstm_train_b32", "gru_train_b32",
                                                        "lstm_infer_b1", "gru_infer_b1", "wordlm_train_b32")],
        "more": ["minilm_infer_b1_t%d" % threads, "digits_train_b32_t1", "adds_infer_b1_t1"],
        "lower": ["resnet50_infer_b1_t%d" % threads],
    }


SCALES = {"full": full, "small": small}
# rounds around all systems, and seconds of each system in each round
EFFORT = {"full": (5, 1.0), "small": (2, 0.4)}


def chosen(scale, tables, threads, gigabytes=None):
    """Pairs of a table and a work."""
    plan = SCALES[scale](threads, gigabytes or memory_gigabytes())
    return [(table, works.parse(name)) for table in tables for name in plan[table]]


def table_of(work):
    """Of a work that was asked for by name."""
    for table, nets in (("1", "densenet121 densenet121_cifar"), ("2", "resnet50"), ("3", "fcn5 fcn5_cntk wide"),
                        ("rnn", "lstm lnlstm gru wordlm")):
        if work.net in nets.split():
            return table
    return "more"
