"""Why an entry of PyTorch's has no call of ours."""

import re

REASONS = [
    (r"linalg\.|^(cholesky|geqrf|lu|lu_solve|lu_unpack|logdet|matrix_exp|ormqr|pca_lowrank|pinverse|qr|svd|svd_lowrank|"
     r"triangular_solve|norm:nuc)", "linear algebra beyond products follows later"),
    (r"^fft\.|^(stft|istft)$", "Fourier transforms follow later"),
    (r"complex|^(cdouble|cfloat|chalf|imag|angle|polar|view_as_real|H$|mH)|silu:complex", "complex numbers follow later"),
    (r"^special\.|^(polygamma|mvlgamma|igamma|igammac)", "special functions of physics and statistics"),
    (r"^signal\.windows", "window functions of signal processing"),
    (r"^jiterator", "PyTorch's own kernels written at run time"),
    (r"^torch\.(ops|_)|^_|batch_norm_with_update|unsafe_masked", "an internal function of PyTorch"),
    (r"sparse", "sparse arrays"),
    (r"^(as_strided|resize|to$|item$|empty|new_empty|broadcast_shapes|hash_tensor$)",
     "about PyTorch's storage, not about values"),
    (r"^(bernoulli|cauchy|exponential|geometric|log_normal|multinomial|normal|rand|uniform)",
     "random: the distributions are tested in tests/python/test_distributions.py"),
    (r"^masked\.(median|norm|std|logaddexp)", "masked arrays: where() and the reduction do the same"),
]


def reason(name):
    for pattern, text in REASONS:
        if re.search(pattern, name):
            return text
    return "not there yet"
