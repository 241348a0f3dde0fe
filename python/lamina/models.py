"""Networks, ready to train; their parameters have the names that PyTorch users know.

    >>> lm.models.resnet50(num_classes=14).children()[-1]
    Linear(2048, 14)
"""

from ._lamina._models import *
