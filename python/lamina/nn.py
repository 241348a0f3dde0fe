"""Modules: functions with state, made of smaller ones.

    class Block(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(channels)

        def forward(self, x):
            return lm.relu(x + self.bn1(self.conv1(x)))
"""

from ._lamina._nn import *
from .recurrent import RNN, ZoneoutCell
