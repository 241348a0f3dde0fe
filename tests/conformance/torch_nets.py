"""ResNet-20 and DenseNet-40 in PyTorch, for digits: one channel, ten classes. Parameters have
torchvision's names, as in lamina.models, so that weights can be exchanged."""

from collections import OrderedDict

import torch
from torch import nn
from torch.nn.functional import relu


def conv(channels, filters, kernel, stride=1):
    return nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(channels, width, 3, stride), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, 3), nn.BatchNorm2d(width)
        self.downsample = None
        if channels != width or stride != 1:
            self.downsample = nn.Sequential(conv(channels, width, 1, stride), nn.BatchNorm2d(width))

    def forward(self, x):
        y = self.bn2(self.conv2(relu(self.bn1(self.conv1(x)))))
        return relu(y + (self.downsample(x) if self.downsample else x))


def resnet20():
    def stage(channels, width, stride):
        return nn.Sequential(BasicBlock(channels, width, stride), BasicBlock(width, width, 1),
                             BasicBlock(width, width, 1))

    return nn.Sequential(OrderedDict(
        conv1=conv(1, 16, 3), bn1=nn.BatchNorm2d(16), relu=nn.ReLU(), layer1=stage(16, 16, 1),
        layer2=stage(16, 32, 2), layer3=stage(32, 64, 2), avgpool=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(), fc=nn.Linear(64, 10)))


class DenseLayer(nn.Module):
    def __init__(self, channels, growth):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(channels), conv(channels, growth, 3)

    def forward(self, x):
        return torch.cat([x, self.conv1(relu(self.norm1(x)))], 1)


def densenet40(growth=12, layers=12):
    features, channels = OrderedDict(conv0=conv(1, 16, 3)), 16
    for block in (1, 2, 3):
        features[f"denseblock{block}"] = nn.Sequential(OrderedDict(
            (f"denselayer{k + 1}", DenseLayer(channels + k * growth, growth)) for k in range(layers)))
        channels += layers * growth
        if block < 3:
            features[f"transition{block}"] = nn.Sequential(OrderedDict(
                norm=nn.BatchNorm2d(channels), relu=nn.ReLU(), conv=conv(channels, channels, 1),
                pool=nn.AvgPool2d(2)))
    features["norm4"] = nn.BatchNorm2d(channels)
    return nn.Sequential(OrderedDict(
        features=nn.Sequential(features), relu=nn.ReLU(), pool=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(), classifier=nn.Linear(channels, 10)))
