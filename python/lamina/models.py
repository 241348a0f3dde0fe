"""Networks, ready to train; their parameters have the names that PyTorch users know.

    >>> lm.models.resnet50(num_classes=14).children()[-1]
    Linear(in_features=2048, out_features=14, bias=true)
"""

from ._lamina._models import *
