"""The networks in PyTorch, as torchvision writes them: same arithmetic, same names of parameters."""

import torch
from torch import nn
import torch.nn.functional as F

import torch_bert


def conv(channels, out, kernel, stride=1):
    return nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False)


class Residual(nn.Module):
    """relu(f(x) + shortcut(x)); kernels: of the convolutions of f."""

    def __init__(self, channels, width, stride, bottleneck):
        super().__init__()
        out = 4 * width if bottleneck else width
        if bottleneck:
            plan = [(channels, width, 1, 1), (width, width, 3, stride), (width, out, 1, 1)]
        else:
            plan = [(channels, width, 3, stride), (width, width, 3, 1)]
        self.count = len(plan)
        for i, (a, b, kernel, s) in enumerate(plan, 1):
            setattr(self, f"conv{i}", conv(a, b, kernel, s))
            setattr(self, f"bn{i}", nn.BatchNorm2d(b))
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.Sequential(conv(channels, out, 1, stride), nn.BatchNorm2d(out))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i < self.count:
                y = F.relu(y, inplace=True)
        y += x if self.downsample is None else self.downsample(x)
        return F.relu(y, inplace=True)


class ResNet(nn.Module):
    def __init__(self, bottleneck, blocks, num_classes=1000, width=64, small_images=False, in_channels=3):
        super().__init__()
        self.small, self.stages = small_images, len(blocks)
        self.conv1 = conv(in_channels, width, 3) if small_images else conv(in_channels, width, 7, 2)
        self.bn1 = nn.BatchNorm2d(width)
        channels = width
        for i, count in enumerate(blocks, 1):
            layers = []
            for k in range(count):
                layers.append(Residual(channels, width, 2 if i > 1 and k == 0 else 1, bottleneck))
                channels = 4 * width if bottleneck else width
            setattr(self, f"layer{i}", nn.Sequential(*layers))
            width *= 2
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        if not self.small:
            x = F.max_pool2d(x, 3, 2, 1)
        for i in range(1, self.stages + 1):
            x = getattr(self, f"layer{i}")(x)
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class DenseLayer(nn.Module):
    def __init__(self, channels, growth, bottleneck):
        super().__init__()
        self.bottleneck = bottleneck
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = conv(channels, bottleneck * growth, 1) if bottleneck else conv(channels, growth, 3)
        if bottleneck:
            self.norm2 = nn.BatchNorm2d(bottleneck * growth)
            self.conv2 = conv(bottleneck * growth, growth, 3)

    def forward(self, x):
        y = self.conv1(F.relu(self.norm1(x), inplace=True))
        if self.bottleneck:
            y = self.conv2(F.relu(self.norm2(y), inplace=True))
        return torch.cat([x, y], 1)


class Transition(nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(channels), conv(channels, out, 1)

    def forward(self, x):
        return F.avg_pool2d(self.conv(F.relu(self.norm(x), inplace=True)), 2)


class Named(nn.Module):
    """Modules one after the other, under the names they were given."""

    def forward(self, x):
        for module in self.children():
            x = module(x)
        return x


class DenseNet(nn.Module):
    def __init__(self, growth, blocks, num_classes=1000, small_images=False, init_features=64, bottleneck=4,
                 compress=True, in_channels=3):
        super().__init__()
        f, channels = Named(), init_features
        f.add_module("conv0", conv(in_channels, channels, 3) if small_images else conv(in_channels, channels, 7, 2))
        if not small_images:
            f.add_module("norm0", nn.BatchNorm2d(channels))
            f.add_module("relu0", nn.ReLU(inplace=True))
            f.add_module("pool0", nn.MaxPool2d(3, 2, 1))
        for i, count in enumerate(blocks, 1):
            block = Named()
            for k in range(1, count + 1):
                block.add_module(f"denselayer{k}", DenseLayer(channels, growth, bottleneck))
                channels += growth
            f.add_module(f"denseblock{i}", block)
            if i < len(blocks):
                out = channels // 2 if compress else channels
                f.add_module(f"transition{i}", Transition(channels, out))
                channels = out
        f.add_module(f"norm{len(blocks) + 1}", nn.BatchNorm2d(channels))
        self.features, self.classifier = f, nn.Linear(channels, num_classes)

    def forward(self, x):
        x = F.relu(self.features(x), inplace=True)
        return self.classifier(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


def dense(sizes, activation):
    layers = [nn.Linear(sizes[0], sizes[1])]
    for a, b in zip(sizes[1:], sizes[2:]):
        layers += [activation(), nn.Linear(a, b)]
    return nn.Sequential(*layers)


NETS = {
    "resnet18": lambda: ResNet(False, (2, 2, 2, 2)),
    "resnet34": lambda: ResNet(False, (3, 4, 6, 3)),
    "resnet50": lambda: ResNet(True, (3, 4, 6, 3)),
    "resnet20": lambda in_channels=3: ResNet(False, (3, 3, 3), 10, 16, True, in_channels),
    "densenet121": lambda: DenseNet(32, (6, 12, 24, 16)),
    "densenet121_small": lambda: DenseNet(32, (6, 12, 24, 16), 10, True),
    "densenet40": lambda in_channels=3: DenseNet(12, (12, 12, 12), 10, True, 16, 0, False, in_channels),
    "fcn5": lambda: dense((784, 2048, 4096, 1024, 10), nn.Sigmoid),
    "wide": lambda: dense((26752, 2048, 2048, 2048, 26752), nn.Sigmoid),
    "digits": lambda: dense((64, 128, 10), nn.ReLU),
    "minilm": lambda: torch_bert.Encoder(384, 6, 12, 1536),
}
